"""Why a visitor is not missed, held or sent on."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class TooFewCalls(RuleRefusal):
    """The visitor was not called often enough to be missed: call again."""

    code = "too_few_calls"


class MissedTooSoon(RuleRefusal):
    """The visitor may still be on the way."""

    code = "missed_too_soon"


class HoldTooLong(RuleRefusal):
    """Longer than a visitor may be held."""

    code = "hold_too_long"


class TooManyHeld(RuleRefusal):
    """The counter holds as many visitors as it may."""

    code = "too_many_held"


class WrongTarget(Refusal):
    """A transfer goes to exactly one place, and not to where the visitor is."""

    code = "wrong_target"


class NoSender(Refusal):
    """Nobody sent this visitor here."""

    code = "no_sender"
