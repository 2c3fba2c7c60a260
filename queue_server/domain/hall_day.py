"""The state of one hall on one business day: what the journal's events add up to."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime

from hall.catalogue import HallPlan
from hall.counter import CounterStatus
from hall.rating import RatingLevel
from hall.ticket import TicketState

RECENT_SERVICES = 20  # service times remembered for each queue's wait estimate
RECENT_CALLS = 12  # calls remembered for each zone's display


@dataclass(slots=True)
class Ticket:
    """A ticket as it stands."""

    ticket_id: str
    display_number: str
    prefix: str
    item_key: str
    issued_at: datetime
    masked_number: str | None
    state: TicketState = TicketState.WAITING
    is_printed: bool | None = None  # None: the kiosk has not said yet
    called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    call_id: str | None = None
    call_count: int = 0
    counter_no: str | None = None


@dataclass(slots=True)
class CounterDay:
    """A counter as it stands."""

    counter_no: str
    status: CounterStatus = CounterStatus.CLOSED
    staff_no: str | None = None
    ticket_id: str | None = None  # while calling or serving
    rating_id: str | None = None  # while a rating is open
    pause_reason: str | None = None
    revision: int = 0  # the journal's sequence of its last change


@dataclass(slots=True)
class Rating:
    """A rating as it stands."""

    rating_id: str
    ticket_id: str
    counter_no: str
    staff_no: str
    opened_at: datetime
    is_open: bool = True
    level: RatingLevel | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call as displays list it."""

    call_id: str
    display_number: str
    counter_no: str
    zone_id: str
    call_count: int
    seq: int
    at: datetime


@dataclass
class HallDay:
    """Everything that a decision needs. Only `evolve` changes it."""

    plan: HallPlan
    day: date | None = None  # None before the first day
    seq: int = 0  # the last event it holds
    tickets: dict[str, Ticket] = field(default_factory=dict)
    waiting: dict[str, dict[str, None]] = field(default_factory=dict)  # prefix: ticket ids by arrival
    last_number: dict[str, int] = field(default_factory=dict)
    counters: dict[str, CounterDay] = field(default_factory=dict)
    ratings: dict[str, Rating] = field(default_factory=dict)
    open_ratings: dict[str, None] = field(default_factory=dict)  # rating ids, oldest first
    service_s: dict[str, deque[float]] = field(default_factory=dict)  # prefix: recent service times
    calls: dict[str, deque[Call]] = field(default_factory=dict)  # zone: recent calls, newest last

    def __post_init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin with nothing: no ticket, every counter closed."""
        self.tickets, self.ratings, self.last_number, self.open_ratings = {}, {}, {}, {}
        self.waiting = {prefix: {} for prefix in self.plan.queues}
        self.counters = {number: CounterDay(number, revision=self.seq) for number in self.plan.counters}
        self.service_s = {prefix: deque(maxlen=RECENT_SERVICES) for prefix in self.plan.queues}
        self.calls = {zone: deque(maxlen=RECENT_CALLS) for zone in self.plan.zones}

    def open_counters(self, prefix: str) -> int:
        """How many counters are open for a queue; a paused one is not."""
        closed = (CounterStatus.CLOSED, CounterStatus.PAUSED)
        return sum(self.counters[number].status not in closed for number in self.plan.counters_of(prefix))
