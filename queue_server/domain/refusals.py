"""Why a command was refused. A refusal changes nothing; its code is stable, its text is for people."""

Fact = str | int | bool | None


class Refusal(Exception):
    """A command that the rules do not allow.

    Attributes:
        code: stable, for programs and translations.
        facts: what a screen may need beyond the code, e.g. the number of the ticket that somebody already holds.
        is_rule: whether one of the hall's chosen rules said no; then the journal keeps it (`RuleApplied`).
    """

    code = "refused"
    is_rule = False

    def __init__(self, text: str, *, prefix: str | None = None, **facts: Fact) -> None:
        super().__init__(text)
        self.prefix = prefix
        self.facts = facts


class RuleRefusal(Refusal):
    """A rule that the hall has chosen says no."""

    code = "rule"
    is_rule = True


# ---- something is not there -----------------------------------------------------------------------------------------


class UnknownItem(Refusal):
    """The catalogue has no such service item."""

    code = "unknown_item"


class UnknownQueue(Refusal):
    """The hall has no such queue."""

    code = "unknown_queue"


class UnknownTicket(Refusal):
    """No such ticket today."""

    code = "unknown_ticket"


class UnknownCounter(Refusal):
    """The hall has no such counter."""

    code = "unknown_counter"


class UnknownKiosk(Refusal):
    """The hall has no such kiosk, nor a counter of that number."""

    code = "unknown_kiosk"


class UnknownClerk(Refusal):
    """No such clerk sits at a counter now."""

    code = "unknown_clerk"


class UnknownRating(Refusal):
    """No such rating today."""

    code = "unknown_rating"


class UnknownGroup(Refusal):
    """The order rules have no such green-channel group."""

    code = "unknown_group"


class UnknownLease(Refusal):
    """No such block of numbers today."""

    code = "unknown_lease"


class UnknownAppointment(Refusal):
    """No such appointment."""

    code = "unknown_appointment"


# ---- drawing numbers ------------------------------------------------------------------------------------------------


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


class NotBanned(Refusal):
    """There is no ban to lift."""

    code = "not_banned"


class NoPerson(Refusal):
    """The ticket was drawn without a document: nobody knows whose it is."""

    code = "no_person"


class UnclearPerson(Refusal):
    """A person is named in exactly one way."""

    code = "unclear_person"


class PastDay(Refusal):
    """The day has passed."""

    code = "past_day"


# ---- tickets and calls ----------------------------------------------------------------------------------------------


class QueueEmpty(Refusal):
    """Nobody is waiting for this counter."""

    code = "queue_empty"


class WrongState(Refusal):
    """The ticket's life has no such step now."""

    code = "wrong_state"


class TicketReserved(Refusal):
    """Another counter looks at this ticket and is about to call it."""

    code = "ticket_reserved"


class RecallTooSoon(RuleRefusal):
    """The ticket was called a moment ago."""

    code = "recall_too_soon"


class RecallLimit(RuleRefusal):
    """The ticket was called as often as the rules say: mark it missed."""

    code = "recall_limit"


class TooFewCalls(RuleRefusal):
    """The visitor was not called often enough to be missed: call again."""

    code = "too_few_calls"


class MissedTooSoon(RuleRefusal):
    """The visitor may still be on the way."""

    code = "missed_too_soon"


class TicketVoid(RuleRefusal):
    """The ticket was missed as often as the rules say: the visitor takes a new one."""

    code = "ticket_void"


class NotAllowed(RuleRefusal):
    """The hall does not use this."""

    code = "not_allowed"


class HoldTooLong(RuleRefusal):
    """Longer than a visitor may be held."""

    code = "hold_too_long"


class TooManyHeld(RuleRefusal):
    """The counter holds as many visitors as it may."""

    code = "too_many_held"


class WrongTarget(Refusal):
    """A transfer goes to exactly one place, and not to where the visitor is."""

    code = "wrong_target"


class CannotServe(Refusal):
    """The counter does not handle this matter."""

    code = "cannot_serve"


class NoSender(Refusal):
    """Nobody sent this visitor here."""

    code = "no_sender"


# ---- counters -------------------------------------------------------------------------------------------------------


class CounterTaken(Refusal):
    """Another clerk is at this counter."""

    code = "counter_taken"


class ClerkElsewhere(Refusal):
    """The clerk is signed in at another counter."""

    code = "clerk_elsewhere"


class CounterNotOpen(Refusal):
    """No clerk has opened this counter."""

    code = "counter_not_open"


class CounterBusy(Refusal):
    """The counter still has a visitor."""

    code = "counter_busy"


class NoVisitor(Refusal):
    """The counter has no visitor that this could be done for."""

    code = "no_visitor"


class NoPreview(Refusal):
    """The counter looks at no ticket."""

    code = "no_preview"


# ---- ratings --------------------------------------------------------------------------------------------------------


class RatingOver(Refusal):
    """The rating was given or closed before; one press a rating."""

    code = "rating_over"


class RatingRunning(RuleRefusal):
    """The visitor may still rate; a rating has its least time."""

    code = "rating_running"


# ---- leases and appointments ----------------------------------------------------------------------------------------


class LeaseTooLarge(RuleRefusal):
    """A larger block, or more blocks, than a kiosk may have."""

    code = "lease_too_large"


class NotInLease(Refusal):
    """The number is not one of the block's."""

    code = "not_in_lease"


class NumberUsed(Refusal):
    """Another ticket has this number."""

    code = "number_used"


class SlotNotOffered(Refusal):
    """There is no such slot."""

    code = "slot_not_offered"


class SlotFull(Refusal):
    """The slot is taken."""

    code = "slot_full"


class NotBookable(RuleRefusal):
    """The day cannot be booked: too near, too far, or the hall is closed."""

    code = "not_bookable"


class HasAppointment(RuleRefusal):
    """The person has an appointment that day."""

    code = "has_appointment"


class BookingRestricted(RuleRefusal):
    """The person has stayed away from too many appointments."""

    code = "booking_restricted"


class TooLateToCancel(RuleRefusal):
    """The appointment is too near to be given back."""

    code = "too_late_to_cancel"


class TooEarly(RuleRefusal):
    """The appointment is not to be checked in yet."""

    code = "too_early"


class AppointmentOver(Refusal):
    """The appointment was used, given back or missed."""

    code = "appointment_over"


class NotYours(Refusal):
    """The appointment is another person's."""

    code = "not_yours"


# ---- the day and the clock ------------------------------------------------------------------------------------------


class DayNotOver(Refusal):
    """The business day has not changed."""

    code = "day_not_over"


class DayIsClosed(Refusal):
    """The day was ended; numbers are drawn again tomorrow."""

    code = "day_closed"


class DayGoesOn(Refusal):
    """The day was not ended, so it cannot be reopened."""

    code = "day_goes_on"


class ClosingNeedsConfirmation(Refusal):
    """Open tickets would be given up: confirm how many."""

    code = "closing_needs_confirmation"


class ClockSteppedBack(Refusal):
    """The server's clock is further behind the last record than is usual."""

    code = "clock_stepped_back"


class ClockLeapt(Refusal):
    """The server's clock says that more time has passed than is believed."""

    code = "clock_leapt"


class CommandIdReused(Refusal):
    """The id belongs to another kind of command."""

    code = "command_id_reused"
