"""Events: facts, and what the journal holds. Fields that came later have a default, so that old ones can be read."""

from datetime import date, datetime

from msgspec import Struct

from hall.identity import DocumentKind
from hall.priority import PriorityClass, Why
from hall.rating import RatingChannel, RatingLevel
from hall.rules import HallRules
from hall.ticket import Sender
from hall.wait import Basis


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False, omit_defaults=True):
    """A fact. When it happened is the journal's to say.

    No event refers back to itself, so the garbage collector may leave the day's many thousands out (`gc=False`).
    """


# ---- the day and its rules ------------------------------------------------------------------------------------------


class RulesAdopted(Event, frozen=True, kw_only=True):
    """From here on these rules are in force."""

    rules: HallRules


class SiteAdopted(Event, frozen=True, kw_only=True):
    """From here on this site is in force: queues, counters, hours, items and calendar as the site file has them.

    Only keys are named, and no person.
    """

    digest: str
    parts: dict[str, str]  # name of a part: its digest
    changed: tuple[str, ...]  # in words, e.g. "hours of queue A changed"; nothing in a journal's first one


class RuleApplied(Event, frozen=True, kw_only=True):
    """A rule refused something; the audit's entry, without the person."""

    rule: str  # the refusal's code
    command: str  # the kind of command that was refused
    place: str  # who asked: a kiosk, a counter, a staff number
    prefix: str | None = None


class DayStarted(Event, frozen=True, kw_only=True):
    """A business day began: numbers start again, yesterday's open tickets are over, every counter is closed."""

    day: date
    expired: tuple[str, ...] = ()  # ticket ids
    no_shows: tuple[str, ...] = ()  # appointment numbers whose day has passed


class DayClosed(Event, frozen=True, kw_only=True):
    """The day was ended by a person: open tickets are over, every counter is closed, no number is drawn any more."""

    day: date
    by: str
    expired: tuple[str, ...] = ()
    no_shows: tuple[str, ...] = ()


class DayReopened(Event, frozen=True, kw_only=True):
    """The day that a person had ended goes on: numbers behind those used, every counter closed."""

    day: date
    by: str


class ClockConfirmed(Event, frozen=True, kw_only=True):
    """A person said that the clock is right after it had jumped; times before and after do not compare."""

    by: str
    was_at: datetime  # the last instant before the jump


# ---- tickets --------------------------------------------------------------------------------------------------------


class TicketIssued(Event, frozen=True, kw_only=True):
    """A number was drawn."""

    ticket_id: str
    display_number: str
    business_day: date
    prefix: str
    number: int
    item_key: str
    kiosk_id: str
    ahead_count: int
    wait_p10_s: float | None = None  # None: no counter is open to serve this queue
    wait_p50_s: float | None = None
    wait_p90_s: float | None = None
    wait_basis: Basis | None = None  # what the range was made from
    identity_kind: DocumentKind | None = None
    masked_number: str | None = None
    person: str | None = None
    priority: PriorityClass = PriorityClass.ORDINARY
    green_group: str | None = None
    further_items: tuple[str, ...] = ()
    party_size: int = 1
    note: str | None = None
    special_need: str | None = None
    is_representative: bool = False
    appointment_no: str | None = None
    arrived_at: datetime | None = None  # earlier than the record when a kiosk gave the ticket out by itself
    lease_id: str | None = None
    quota_interval: str | None = None  # the issuing interval whose quota it counts in, "HH:MM"
    principal: str | None = None  # on whose behalf a representative drew it, as a keyed hash
    after_closing: bool = False  # handed in when the day had been closed: over at once, nobody will call it
    further_quotas: tuple[str, ...] = ()  # what its further matters count in: queues, and intervals as "Q 09:00"
    green_by_age: bool = False  # the document's birth date admitted it to the green channel, not a declaration


class TicketPrinted(Event, frozen=True, kw_only=True):
    """The ticket's paper came out."""

    ticket_id: str


class TicketNotPrinted(Event, frozen=True, kw_only=True):
    """The ticket has no paper; its number stays valid and was shown on the screen."""

    ticket_id: str
    cause: str


class TicketCancelled(Event, frozen=True, kw_only=True):
    """The visitor gave the ticket back."""

    ticket_id: str
    by: str
    reason: str


class PriorityChanged(Event, frozen=True, kw_only=True):
    """A ticket's priority was changed by hand."""

    ticket_id: str
    priority: PriorityClass
    green_group: str | None
    by: str


class TicketMarked(Event, frozen=True, kw_only=True):
    """Something was written on a ticket for the next clerk."""

    ticket_id: str
    by: str
    note: str | None = None
    special_need: str | None = None
    party_size: int | None = None


class TicketRedirected(Event, frozen=True, kw_only=True):
    """The desk sent a waiting ticket elsewhere; it keeps its arrival."""

    ticket_id: str
    display_number: str
    by: str
    reason: str
    prefix: str  # the queue that it now waits in
    item_key: str
    to_counter: str | None = None
    to_staff: str | None = None


class TicketRequeued(Event, frozen=True, kw_only=True):
    """A ticket waits again."""

    ticket_id: str
    cause: str  # "hold_over", "desk", "counter_closed", "counter_paused"
    keeps_arrival: bool
    by: str | None = None


# ---- counters -------------------------------------------------------------------------------------------------------


class CounterOpened(Event, frozen=True, kw_only=True):
    """A clerk sat down."""

    counter_no: str
    staff_no: str
    took_over_from: str | None = None  # the clerk who was signed in there


class CounterClosed(Event, frozen=True, kw_only=True):
    """The clerk left."""

    counter_no: str


class CounterPaused(Event, frozen=True, kw_only=True):
    """The counter stopped serving for a while."""

    counter_no: str
    reason: str


class CounterResumed(Event, frozen=True, kw_only=True):
    """The counter serves again."""

    counter_no: str


class AbilityGranted(Event, frozen=True, kw_only=True):
    """For today, a counter may take one more matter."""

    counter_no: str
    department: str
    item_key: str
    by: str


class AbilityRevoked(Event, frozen=True, kw_only=True):
    """A granted ability ended."""

    counter_no: str
    department: str
    item_key: str
    by: str


# ---- calls and service ----------------------------------------------------------------------------------------------


class TicketPreviewed(Event, frozen=True, kw_only=True):
    """A clerk sees the next visitor; the public does not know yet."""

    ticket_id: str
    counter_no: str
    why: Why
    passed: tuple[str, ...] = ()  # the classes that were passed over, for the N:1 rule


class TicketPutBack(Event, frozen=True, kw_only=True):
    """A previewed ticket went back to its place."""

    ticket_id: str
    counter_no: str
    reason: str


class TicketCalled(Event, frozen=True, kw_only=True):
    """A visitor was called to a counter, for the first time or again."""

    call_id: str  # the command's id: the same on display, bar and voice
    ticket_id: str
    display_number: str
    counter_no: str
    staff_no: str
    call_count: int  # 1 for the first call
    waited_s: float
    why: Why | None = None  # None for a recall
    passed: tuple[str, ...] = ()
    passed_missed: tuple[str, ...] = ()  # missed tickets of other queues that the counter could have taken: ticket ids


class ServiceStarted(Event, frozen=True, kw_only=True):
    """The called visitor came."""

    ticket_id: str
    counter_no: str


class TicketMissed(Event, frozen=True, kw_only=True):
    """The called visitor did not come."""

    ticket_id: str
    display_number: str
    counter_no: str
    returns_after: int | None = None  # waits again and comes back after so many other calls; None: the ticket is void
    not_before: datetime | None = None  # nor before this instant


class TicketHeld(Event, frozen=True, kw_only=True):
    """The visitor stepped aside."""

    ticket_id: str
    counter_no: str
    staff_no: str
    reason: str
    returns_at: datetime | None = None  # None only in journals from when a hold could be without an end
    is_open_ended: bool = (
        False  # no time was named: until it is called or the counter closes, at `returns_at` the latest
    )


class TicketTransferred(Event, frozen=True, kw_only=True):
    """The visitor was sent on and waits again with the old arrival."""

    ticket_id: str
    display_number: str
    from_counter: str
    staff_no: str
    prefix: str  # the queue that the ticket now waits in
    item_key: str
    reason: str
    to_counter: str | None = None
    to_staff: str | None = None
    comes_back: bool = False
    way_back: tuple[Sender, ...] | None = None  # who has them back, the next one last; None: who sends, or nobody
    is_return: bool = False  # to the queue of who sent the visitor here and cannot have them back


class TicketSentBack(Event, frozen=True, kw_only=True):
    """A transferred visitor returns to the counter that sent them."""

    ticket_id: str
    display_number: str
    from_counter: str
    prefix: str
    item_key: str
    to_counter: str
    reason: str
    way_back: tuple[Sender, ...] = ()  # who has the visitor back afterwards, the next one last


class MatterAdded(Event, frozen=True, kw_only=True):
    """The ticket has one more matter."""

    ticket_id: str
    counter_no: str
    item_key: str


class MatterCompleted(Event, frozen=True, kw_only=True):
    """One matter of several was handled; the next one follows."""

    ticket_id: str
    counter_no: str
    staff_no: str
    item_key: str
    served_s: float
    next_item: str
    next_prefix: str
    stays: bool  # the same counter goes on; otherwise the ticket waits again with its old arrival


class ServiceCompleted(Event, frozen=True, kw_only=True):
    """The visitor was served and may now rate."""

    ticket_id: str
    counter_no: str
    staff_no: str
    served_s: float
    rating_id: str


class ServiceRated(Event, frozen=True, kw_only=True):
    """The visitor gave a level."""

    rating_id: str
    ticket_id: str
    counter_no: str
    staff_no: str
    level: RatingLevel
    channel: RatingChannel


class RatingClosed(Event, frozen=True, kw_only=True):
    """A rating ended without a level; that counts as not rated, never as satisfied."""

    rating_id: str
    ticket_id: str
    counter_no: str
    cause: str  # "timeout", "next_call", "counter_closed", "counter_paused"


# ---- leases, appointments, people -----------------------------------------------------------------------------------


class NumbersLeased(Event, frozen=True, kw_only=True):
    """A block of a queue's numbers belongs to a kiosk for this day."""

    lease_id: str
    kiosk_id: str
    business_day: date
    prefix: str
    first: int
    last: int


class AppointmentBooked(Event, frozen=True, kw_only=True):
    """A slot was taken."""

    appointment_no: str
    item_key: str
    prefix: str
    starts_at: datetime
    ends_at: datetime
    person: str
    masked_name: str
    channel: str


class AppointmentMoved(Event, frozen=True, kw_only=True):
    """An appointment has another slot."""

    appointment_no: str
    starts_at: datetime
    ends_at: datetime
    by: str | None = None


class AppointmentCancelled(Event, frozen=True, kw_only=True):
    """A slot was given back."""

    appointment_no: str
    by: str | None = None


class PersonBanned(Event, frozen=True, kw_only=True):
    """A person gets no more tickets until a day has passed."""

    person: str
    until: date
    reason: str
    by: str


class BanLifted(Event, frozen=True, kw_only=True):
    """A ban ended."""

    person: str
    reason: str
    by: str


AnyEvent = (
    RulesAdopted
    | SiteAdopted
    | RuleApplied
    | DayStarted
    | DayClosed
    | DayReopened
    | ClockConfirmed
    | TicketIssued
    | TicketPrinted
    | TicketNotPrinted
    | TicketCancelled
    | PriorityChanged
    | TicketMarked
    | TicketRedirected
    | TicketRequeued
    | CounterOpened
    | CounterClosed
    | CounterPaused
    | CounterResumed
    | AbilityGranted
    | AbilityRevoked
    | TicketPreviewed
    | TicketPutBack
    | TicketCalled
    | ServiceStarted
    | TicketMissed
    | TicketHeld
    | TicketTransferred
    | TicketSentBack
    | MatterAdded
    | MatterCompleted
    | ServiceCompleted
    | ServiceRated
    | RatingClosed
    | NumbersLeased
    | AppointmentBooked
    | AppointmentMoved
    | AppointmentCancelled
    | PersonBanned
    | BanLifted
)
