"""Commands: requests that the rules may refuse."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from hall.identity import DocumentKind
from hall.rating import RatingChannel, RatingLevel

Id = Annotated[str, Meta(min_length=1, max_length=64)]
END = r"(?!\n)$"  # Python's "$" alone also matches before a last line feed
CommandId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._-]+" + END)]
PersonHash = Annotated[str, Meta(pattern=r"^[0-9a-f]{32,64}" + END)]
MaskedNumber = Annotated[str, Meta(pattern=r"^\*+[0-9A-Z]{0,4}" + END, max_length=40)]
MaskedName = Annotated[str, Meta(min_length=1, max_length=20)]
StaffNo = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}" + END)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
Age = Annotated[int, Meta(ge=0, le=150)]
"""What a field may hold; checked where a command is read from JSON."""


class Command(Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True, gc=False):
    """A request. The sender makes `command_id` (a UUID); the same id again gets the first answer."""

    command_id: CommandId


# ---- the day ------------------------------------------------------------------------------------------------------


class StartDay(Command, frozen=True, kw_only=True):
    """Begin the next business day, once the calendar has reached it."""


class CloseDay(Command, frozen=True, kw_only=True):
    """End the business day: whoever still has an open ticket is counted, and must be confirmed."""

    by: Id  # who asks: a staff number
    confirmed_open: int  # how many open tickets the asker has seen and gives up


class ReopenDay(Command, frozen=True, kw_only=True):
    """Take back that the day was ended, on the same day: what expired stays expired, and numbers go on."""

    by: Id


class ConfirmClock(Command, frozen=True, kw_only=True):
    """Say that the server's clock is right although it has jumped."""

    by: Id


# ---- tickets ------------------------------------------------------------------------------------------------------


class IssueTicket(Command, frozen=True, kw_only=True):
    """Draw the next number for one or more matters. Only a masked number and a keyed hash ever leave the kiosk."""

    item_key: Id
    kiosk_id: Id  # or a counter's number, such as the guide desk's
    identity_kind: DocumentKind | None = None
    masked_number: MaskedNumber | None = None
    person: PersonHash | None = None  # keyed hash of the document's number, for the rules about one person
    age_years: Age | None = None  # from the document's birth date, whole years
    green_group: Id | None = None  # the group that the visitor declared, a key of the order rules
    further_items: tuple[Id, ...] = ()  # handled one after another on the same ticket
    party_size: int = 1
    note: Text | None = None
    special_need: Text | None = None  # for the clerk before the call, e.g. "wheelchair"
    is_representative: bool = False  # takes the ticket with the own document on behalf of somebody else
    principal: PersonHash | None = None  # keyed hash of that somebody's document number, where it is known


class CancelTicket(Command, frozen=True, kw_only=True):
    """The visitor gives the ticket back."""

    ticket_id: Id
    by: Id
    reason: Text


class ChangePriority(Command, frozen=True, kw_only=True):
    """Admit a waiting ticket to the green channel, or take it out again."""

    ticket_id: Id
    green_group: Id | None  # None: an ordinary ticket
    by: Id


class MarkTicket(Command, frozen=True, kw_only=True):
    """Write what the next clerk should know; what is None stays as it is."""

    ticket_id: Id
    by: Id
    note: Text | None = None
    special_need: Text | None = None
    party_size: int | None = None


class RedirectTicket(Command, frozen=True, kw_only=True):
    """At the desk: a waiting ticket goes, with its arrival, to exactly one of a matter's queue, a counter, a clerk."""

    ticket_id: Id
    by: Id
    reason: Text
    item_key: Id | None = None
    to_counter: Id | None = None
    to_staff: StaffNo | None = None


class RequeueTicket(Command, frozen=True, kw_only=True):
    """At the desk: a missed visitor is back, and waits again at the end of the line."""

    ticket_id: Id
    by: Id


class ReturnHeld(Command, frozen=True, kw_only=True):
    """The time of a held ticket has come: it waits again, with its old arrival."""

    ticket_id: Id


class ReleaseTicket(Command, frozen=True, kw_only=True):
    """A pause has lasted too long for somebody who waits for that counter or clerk alone: any counter may call them."""

    ticket_id: Id


class ReportPrint(Command, frozen=True, kw_only=True):
    """Say what became of a ticket's paper."""

    ticket_id: Id
    printed: bool
    cause: Id | None = None  # a device error's code when it was not


# ---- numbers for kiosks that may lose the server --------------------------------------------------------------------


class LeaseNumbers(Command, frozen=True, kw_only=True):
    """Give a kiosk a block of a queue's numbers for this day, to be used while the server is away."""

    kiosk_id: Id
    prefix: Id
    count: int


class MergeTicket(Command, frozen=True, kw_only=True):
    """Hand in a ticket that a kiosk gave out by itself. Its `ticket_id` names it for good: it is merged once."""

    lease_id: Id
    number: int
    ticket_id: Id
    arrived_at: Instant  # aware, by the kiosk's clock
    item_key: Id
    kiosk_id: Id
    identity_kind: DocumentKind | None = None
    masked_number: MaskedNumber | None = None
    person: PersonHash | None = None
    age_years: Age | None = None
    green_group: Id | None = None


# ---- appointments ---------------------------------------------------------------------------------------------------


class BookAppointment(Command, frozen=True, kw_only=True):
    """Book a slot. The name stays with who asked; only its mask is kept."""

    item_key: Id
    starts_at: Instant  # the slot's, aware
    person: PersonHash | None = None  # keyed hash; or else `ticket_id`
    masked_name: MaskedName
    channel: Id  # "kiosk", "online", "phone", "desk"
    ticket_id: Id | None = None  # one of today's, drawn with a document by who books: for the desk, which has no hash


class CancelAppointment(Command, frozen=True, kw_only=True):
    """Give a booked slot back."""

    appointment_no: Id
    person: PersonHash | None = None  # either the person, or who did it for the person
    by: Id | None = None


class RebookAppointment(Command, frozen=True, kw_only=True):
    """Move an appointment to another slot; it keeps its number."""

    appointment_no: Id
    starts_at: Instant
    person: PersonHash | None = None
    by: Id | None = None


class CheckIn(Command, frozen=True, kw_only=True):
    """A booked visitor has come: by the appointment's number, or by the person alone."""

    kiosk_id: Id
    appointment_no: Id | None = None
    person: PersonHash | None = None
    masked_number: MaskedNumber | None = None
    identity_kind: DocumentKind | None = None
    age_years: Age | None = None


# ---- people ---------------------------------------------------------------------------------------------------------


class BanPerson(Command, frozen=True, kw_only=True):
    """Give a person no more tickets until a day has passed: by the hash, or by a ticket of today."""

    person: PersonHash | None = None
    until: date  # the last day, not before today
    reason: Text
    by: Id
    ticket_id: Id | None = None


class LiftBan(Command, frozen=True, kw_only=True):
    """End a ban: by the hash, by a ticket of today, or by the id that the list of bans gives."""

    person: PersonHash | None = None
    reason: Text
    by: Id
    ticket_id: Id | None = None
    ban_id: Id | None = None


# ---- counters -------------------------------------------------------------------------------------------------------


class CounterCommand(Command, frozen=True, kw_only=True):
    """A request from a counter."""

    counter_no: Id


class OpenCounter(CounterCommand, frozen=True, kw_only=True):
    """A clerk sits down at a counter."""

    staff_no: StaffNo
    take_over: bool = False  # said in so many words: whoever is signed in there is signed out


class CloseCounter(CounterCommand, frozen=True, kw_only=True):
    """The clerk leaves the counter."""


class PauseCounter(CounterCommand, frozen=True, kw_only=True):
    """The counter serves nobody for a while."""

    reason: Text


class ResumeCounter(CounterCommand, frozen=True, kw_only=True):
    """The counter serves again."""


class GrantAbility(CounterCommand, frozen=True, kw_only=True):
    """For today, let a counter take another matter of a department."""

    department: Id
    item_key: Id
    by: Id


class RevokeAbility(CounterCommand, frozen=True, kw_only=True):
    """Take back an ability that was granted for today."""

    department: Id
    item_key: Id
    by: Id


class PreviewNext(CounterCommand, frozen=True, kw_only=True):
    """Look at the next visitor before anybody hears the call; nobody else can call that ticket meanwhile."""


class PutBack(CounterCommand, frozen=True, kw_only=True):
    """Do not call the previewed visitor now: the ticket returns to its place."""

    reason: Text
    if_over: bool = False  # only when the time of the look is over: so the hall itself asks


class CallNext(CounterCommand, frozen=True, kw_only=True):
    """Call the previewed visitor, or else the next one, to the counter."""


class CallTicket(CounterCommand, frozen=True, kw_only=True):
    """Call a chosen ticket: waiting, held or missed."""

    ticket_id: Id
    reason: Text


class Recall(CounterCommand, frozen=True, kw_only=True):
    """Repeat the call of the counter's visitor."""


class StartService(CounterCommand, frozen=True, kw_only=True):
    """The called visitor has come to the counter."""


class MarkMissed(CounterCommand, frozen=True, kw_only=True):
    """The called visitor did not come."""


class HoldTicket(CounterCommand, frozen=True, kw_only=True):
    """Let the visitor step aside, e.g. to fill in a form, and serve others meanwhile."""

    reason: Text
    minutes: float | None = None  # after these the ticket waits again by itself; None: the longest that the rules allow


class TransferTicket(CounterCommand, frozen=True, kw_only=True):
    """Send the counter's visitor on, with the old arrival: to exactly one of a matter's queue, a counter, a clerk."""

    reason: Text
    item_key: Id | None = None
    to_counter: Id | None = None
    to_staff: StaffNo | None = None
    comes_back: bool = False  # when done there, the visitor returns to this counter


class SendBack(CounterCommand, frozen=True, kw_only=True):
    """Return a transferred visitor to the counter that sent them."""

    reason: Text


class AddMatter(CounterCommand, frozen=True, kw_only=True):
    """The visitor has one more matter, to be handled on the same ticket."""

    item_key: Id


class CompleteService(CounterCommand, frozen=True, kw_only=True):
    """The visitor's matter has been handled; after the last matter a rating opens."""


# ---- ratings --------------------------------------------------------------------------------------------------------


class Rate(Command, frozen=True, kw_only=True):
    """A visitor chose a level."""

    rating_id: Id
    level: RatingLevel
    channel: RatingChannel


class CloseRating(Command, frozen=True, kw_only=True):
    """Nobody chose a level in time."""

    rating_id: Id


AnyCommand = (
    StartDay
    | CloseDay
    | ReopenDay
    | ConfirmClock
    | IssueTicket
    | CancelTicket
    | ChangePriority
    | MarkTicket
    | RedirectTicket
    | RequeueTicket
    | ReturnHeld
    | ReleaseTicket
    | ReportPrint
    | LeaseNumbers
    | MergeTicket
    | BookAppointment
    | CancelAppointment
    | RebookAppointment
    | CheckIn
    | BanPerson
    | LiftBan
    | OpenCounter
    | CloseCounter
    | PauseCounter
    | ResumeCounter
    | GrantAbility
    | RevokeAbility
    | PreviewNext
    | PutBack
    | CallNext
    | CallTicket
    | Recall
    | StartService
    | MarkMissed
    | HoldTicket
    | TransferTicket
    | SendBack
    | AddMatter
    | CompleteService
    | Rate
    | CloseRating
)
