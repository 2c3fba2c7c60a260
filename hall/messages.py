"""What the parts of a hall say to each other: commands, the events they cause, and the state that is told.

Commands are requests and may be refused. Events are facts and are what the journal holds. States are told over MQTT
with a revision, the journal's sequence, so that a listener knows which of two is newer.
"""

from datetime import date

from msgspec import Struct

from hall.counter import CounterStatus
from hall.identity import DocumentKind
from hall.rating import RatingChannel, RatingLevel

# ---- commands -------------------------------------------------------------------------------------------------


class Command(Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """A request. The sender makes `command_id` (a UUID); the same id again gets the first answer."""

    command_id: str


class StartDay(Command, frozen=True, kw_only=True):
    """Begin the next business day, once the calendar has reached it."""


class IssueTicket(Command, frozen=True, kw_only=True):
    """Draw the next number for a matter. Only a masked number ever leaves the kiosk."""

    item_key: str
    kiosk_id: str
    identity_kind: DocumentKind | None = None
    masked_number: str | None = None


class ReportPrint(Command, frozen=True, kw_only=True):
    """Say what became of a ticket's paper."""

    ticket_id: str
    printed: bool
    cause: str | None = None  # a device error's code when it was not


class CounterCommand(Command, frozen=True, kw_only=True):
    """A request from a counter."""

    counter_no: str


class OpenCounter(CounterCommand, frozen=True, kw_only=True):
    """A clerk sits down at a counter."""

    staff_no: str


class CloseCounter(CounterCommand, frozen=True, kw_only=True):
    """The clerk leaves the counter."""


class PauseCounter(CounterCommand, frozen=True, kw_only=True):
    """The counter serves nobody for a while."""

    reason: str


class ResumeCounter(CounterCommand, frozen=True, kw_only=True):
    """The counter serves again."""


class CallNext(CounterCommand, frozen=True, kw_only=True):
    """Call the next waiting visitor to the counter."""


class Recall(CounterCommand, frozen=True, kw_only=True):
    """Repeat the call of the counter's visitor."""


class StartService(CounterCommand, frozen=True, kw_only=True):
    """The called visitor has come to the counter."""


class MarkMissed(CounterCommand, frozen=True, kw_only=True):
    """The called visitor did not come."""


class CompleteService(CounterCommand, frozen=True, kw_only=True):
    """The visitor has been served; a rating opens."""


class Rate(Command, frozen=True, kw_only=True):
    """A visitor chose a level."""

    rating_id: str
    level: RatingLevel
    channel: RatingChannel


class CloseRating(Command, frozen=True, kw_only=True):
    """Nobody chose a level in time."""

    rating_id: str


AnyCommand = (
    StartDay
    | IssueTicket
    | ReportPrint
    | OpenCounter
    | CloseCounter
    | PauseCounter
    | ResumeCounter
    | CallNext
    | Recall
    | StartService
    | MarkMissed
    | CompleteService
    | Rate
    | CloseRating
)

# ---- events ---------------------------------------------------------------------------------------------------


class Event(Struct, frozen=True, kw_only=True, tag=True):
    """A fact. When it happened is the journal's to say."""


class DayStarted(Event, frozen=True, kw_only=True):
    """A business day began: numbers start again, yesterday's open tickets are over, every counter is closed."""

    day: date
    expired: tuple[str, ...] = ()  # ticket ids


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
    wait_low_s: float | None  # None: no counter is open to serve this queue
    wait_high_s: float | None
    identity_kind: DocumentKind | None = None
    masked_number: str | None = None


class TicketPrinted(Event, frozen=True, kw_only=True):
    """The ticket's paper came out."""

    ticket_id: str


class TicketNotPrinted(Event, frozen=True, kw_only=True):
    """The ticket has no paper; its number stays valid and was shown on the screen."""

    ticket_id: str
    cause: str


class CounterOpened(Event, frozen=True, kw_only=True):
    """A clerk sat down."""

    counter_no: str
    staff_no: str


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


class TicketCalled(Event, frozen=True, kw_only=True):
    """A visitor was called to a counter, for the first time or again."""

    call_id: str  # the command's id: the same on display, bar and voice
    ticket_id: str
    display_number: str
    counter_no: str
    staff_no: str
    call_count: int  # 1 for the first call
    waited_s: float


class ServiceStarted(Event, frozen=True, kw_only=True):
    """The called visitor came."""

    ticket_id: str
    counter_no: str


class TicketMissed(Event, frozen=True, kw_only=True):
    """The called visitor did not come."""

    ticket_id: str
    display_number: str
    counter_no: str


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


AnyEvent = (
    DayStarted
    | TicketIssued
    | TicketPrinted
    | TicketNotPrinted
    | CounterOpened
    | CounterClosed
    | CounterPaused
    | CounterResumed
    | TicketCalled
    | ServiceStarted
    | TicketMissed
    | ServiceCompleted
    | ServiceRated
    | RatingClosed
)

# ---- told over MQTT: topics are in hall.topics ----------------------------------------------------------------


class CounterState(Struct, frozen=True, kw_only=True, tag=True):
    """What a counter's bar and evaluator should be doing. Retained."""

    counter_no: str
    revision: int
    incarnation: str = ""  # the journal's; another one begins to count anew, as after a restored backup
    status: CounterStatus
    text: str  # what the bar shows
    flashing: bool = False
    call_id: str | None = None
    rating_id: str | None = None  # set while a rating is open

    @property
    def version(self) -> tuple[str, int]:
        """Names this state among all that its counter ever had."""
        return self.incarnation, self.revision

    def is_newer_than(self, other: "CounterState") -> bool:
        """Whether this state replaces another of the same counter; whatever comes from another journal does."""
        return self.incarnation != other.incarnation or self.revision > other.revision


class QueueState(Struct, frozen=True, kw_only=True, tag=True):
    """How many wait in a queue. Retained."""

    prefix: str
    revision: int
    incarnation: str = ""
    waiting: int


class BarShown(Struct, frozen=True, kw_only=True, tag=True):
    """A board has put this text on a counter's bar."""

    counter_no: str
    revision: int
    text: str
    call_id: str | None = None


class LevelPressed(Struct, frozen=True, kw_only=True, tag=True):
    """An evaluator's key was pressed while this rating was open."""

    press_id: str
    counter_no: str
    rating_id: str
    level: RatingLevel


class DeviceHealth(Struct, frozen=True, kw_only=True, tag=True):
    """How a device is. Retained; the broker tells `offline` when its process dies."""

    device_id: str  # e.g. "K01.printer"
    kind: str  # e.g. "printer", "card_reader", "kiosk", "board"
    status: str  # "ok", "warning", "fault", "offline"
    cause: str | None = None  # a stable code, e.g. "paper_out"
    mend: str | None = None  # one plain sentence in English; pages translate it by cause


Told = CounterState | QueueState | BarShown | LevelPressed | DeviceHealth
