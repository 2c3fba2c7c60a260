"""Why no number is drawn."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class QueueFull(Refusal):
    """The day's numbers of this queue are used up; they never wrap."""

    code = "queue_full"


class QuotaUsed(RuleRefusal):
    """The queue's quota of the day or of the interval is used up."""

    code = "quota_used"


class QueueClosed(RuleRefusal):
    """The queue takes no tickets at this time."""

    code = "queue_closed"


class HasTicket(RuleRefusal):
    """The person already holds an open ticket; a reprint is the answer."""

    code = "has_ticket"


class DailyCap(RuleRefusal):
    """The person has drawn as many tickets today as one person may."""

    code = "daily_cap"


class IdentityRequired(RuleRefusal):
    """This queue's tickets are drawn with a document."""

    code = "identity_required"


class PersonIsBanned(RuleRefusal):
    """The person gets no tickets for now."""

    code = "person_banned"


class PartyTooLarge(RuleRefusal):
    """More people than one ticket may stand for."""

    code = "party_too_large"


class TooManyItems(RuleRefusal):
    """More matters than one ticket may carry."""

    code = "too_many_items"
