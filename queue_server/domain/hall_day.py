"""The state of one hall: its business day, and what outlasts a day. It is what the journal's events add up to."""

from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import Struct

from hall.appointment import AppointmentState
from hall.catalogue import HallPlan
from hall.counter import CounterStatus
from hall.priority import RANK, PriorityClass, Why
from hall.rating import RatingLevel
from hall.rules import HallRules
from hall.ticket import Sender, TicketState
from hall.wait import Basis
from queue_server.domain.calibration import Calibration
from queue_server.domain.duty import Duty, Roster
from queue_server.domain.lines import LineKey, Lines, Place, arrival_us
from queue_server.domain.outlook import Outlook, OutlookKey
from queue_server.domain.pace import mean_service_s

RECENT_SERVICES = 40  # service times remembered of each matter and queue, for wait estimates
RECENT_ESTIMATES = 200  # estimates remembered of each queue beside the waits that came true
RECENT_CALLS = 12  # calls remembered for each zone's display
RANKS = len(RANK)

Ability = tuple[str, str]
"""A department and one of its matters."""


class Ticket(Struct, omit_defaults=True, gc=False):
    """A ticket as it stands. It refers to no other, so the garbage collector need not look at the day's thousands.

    What its issue says comes first, in the order in which `changes.tickets` gives it.
    """

    ticket_id: str
    display_number: str
    number: int
    seq: int  # the journal's, at which it was issued
    prefix: str
    item_key: str  # the matter that it waits for or is served in
    issued_at: datetime
    arrived_at: datetime  # what its place in line counts from
    kiosk_id: str = ""
    priority: PriorityClass = PriorityClass.ORDINARY
    wait_p10_s: float | None = None  # as estimated at its issue
    wait_p50_s: float | None = None
    wait_p90_s: float | None = None
    wait_basis: Basis | None = None  # what that was made from
    green_group: str | None = None
    green_by_age: bool = False  # not by declaration
    masked_number: str | None = None
    person: str | None = None
    principal: str | None = None  # on whose behalf a representative drew it
    is_representative: bool = False
    further_items: tuple[str, ...] = ()
    party_size: int = 1
    note: str | None = None
    special_need: str | None = None
    appointment_no: str | None = None
    state: TicketState = TicketState.WAITING
    is_printed: bool | None = None  # None: the kiosk has not said yet
    called_at: datetime | None = None  # its first call
    last_call_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    call_id: str | None = None
    why: Why | None = None  # of its last first call at a counter
    call_count: int = 0  # of the visit to the counter that it is or was last called to
    counter_no: str | None = None
    previewed_by: str | None = None  # the counter that looks at it; nobody else may call it
    for_counter: str | None = None  # waits for this counter alone
    for_staff: str | None = None  # waits for this clerk alone
    sender: str | None = None  # only in snapshots of before there was a `way_back`, which takes its place
    sent_with: str | None = None  # the matter that it had at the counter that sent it on; None: nobody sent it here
    is_sent_back: bool = False
    transferred_from: str | None = None
    missed_count: int = 0
    held_reason: str | None = None
    held_at: datetime | None = None
    returns_at: datetime | None = None  # from hold
    was_held: bool = False
    back_at_call: int | None = None  # the count of its queue's calls from which it comes back; see `left_to_pass`
    not_before: datetime | None = None
    work_s: int = 0  # how long it will keep a counter of its queue busy, as far as one knows
    is_open_ended: bool = False  # on hold without a time of its own: waits again when the counter closes
    alone_since: datetime | None = None  # since when it waits for one counter or clerk alone
    way_back: tuple[Sender, ...] = ()  # who has it back when it is done here, the next one last
    done_items: tuple[str, ...] = ()  # matters of it that were handled before the present one

    @property
    def line(self) -> LineKey:
        """The line that it stands in while it waits."""
        return LineKey(self.prefix, self.item_key, self.priority)

    @property
    def place(self) -> Place:
        """Its place in that line."""
        return Place(arrival_us(self.arrived_at), self.seq, self.ticket_id)


class CounterDay(Struct, kw_only=True):
    """A counter as it stands."""

    counter_no: str
    status: CounterStatus = CounterStatus.CLOSED
    staff_no: str | None = None
    ticket_id: str | None = None  # while calling or serving
    preview_id: str | None = None  # the ticket that its clerk looks at
    preview_why: Why | None = None
    preview_passed: tuple[str, ...] = ()  # counted when the previewed ticket is called
    rating_id: str | None = None  # while a rating is open
    pause_reason: str | None = None
    granted: set[Ability] = set()  # for today, beyond the plan
    passed_over: dict[str, int] = {}  # priority class: calls here since its last one, while somebody of it waited
    completed: int = 0  # tickets today
    revision: int = 0  # the journal's sequence of its last change
    preview_at: datetime | None = None  # since when its clerk looks
    paused_at: datetime | None = None  # while paused

    def vacate(self) -> None:
        """Its visitor is gone; the counter is free."""
        self.ticket_id, self.status = None, CounterStatus.IDLE


class Rating(Struct, kw_only=True):
    """A rating as it stands."""

    rating_id: str
    ticket_id: str
    counter_no: str
    staff_no: str
    opened_at: datetime
    is_open: bool = True
    level: RatingLevel | None = None


class Call(Struct, frozen=True):
    """One call as displays list it."""

    call_id: str
    display_number: str
    counter_no: str
    zone_id: str
    call_count: int
    seq: int
    at: datetime


class Lease(Struct, kw_only=True):
    """A block of numbers that a kiosk may give out by itself."""

    lease_id: str
    kiosk_id: str
    prefix: str
    first: int
    last: int
    used: set[int] = set()  # merged so far


class Appointment(Struct, kw_only=True):
    """An appointment as it stands."""

    appointment_no: str
    item_key: str
    prefix: str
    starts_at: datetime
    ends_at: datetime
    person: str
    masked_name: str
    channel: str
    state: AppointmentState = AppointmentState.BOOKED
    ticket_id: str | None = None


class Ban(Struct, frozen=True):
    """Somebody who gets no ticket."""

    until: date
    reason: str


class Estimate(Struct, frozen=True):
    """What a visitor was told at the kiosk, and what came true."""

    p10_s: float
    p50_s: float
    p90_s: float
    waited_s: float


class Backlog:
    """Who waits in one queue and how long they will keep counters busy: up to each rank of priority, that one included.

    Most people are of the last rank, so that most come and go at the cost of one sum.
    """

    __slots__ = ("people", "work_s")

    def __init__(self) -> None:
        self.people = [0] * RANKS
        self.work_s = [0] * RANKS

    def add(self, rank: int, people: int, work_s: int) -> None:
        """Add people of a rank with the work that they bring; below 0 to take them out."""
        for at in range(rank, RANKS):
            self.people[at] += people
            self.work_s[at] += work_s


@dataclass
class HallDay:
    """Everything that a decision needs. Only `evolve` changes it. A day's end clears what is about the day."""

    plan: HallPlan
    # -- what outlasts a day
    seq: int = 0  # the last event it holds
    at: datetime | None = None  # that event's instant
    rules: HallRules = field(default_factory=HallRules)
    day: date | None = None  # None before the first day
    began: int = 0  # the event that began it, by its sequence
    reached: date | None = None  # where the calendar stands; before `day` once a clock that leapt was set back
    numbers_of: dict[str, dict[str, int]] = field(default_factory=dict)  # other begun day, YYYY-MM-DD: the last used
    forgotten: date | None = None  # of days up to this one it is not known which numbers were used
    is_closed: bool = False  # whether the day was ended by a person
    was_reopened: bool = False  # and went on: nobody could come to an appointment meanwhile
    appointments: dict[str, Appointment] = field(default_factory=dict)
    last_appointment: dict[str, int] = field(default_factory=dict)  # day as YYMMDD: the last number used
    no_shows: dict[str, list[date]] = field(default_factory=dict)  # person: the days
    bans: dict[str, Ban] = field(default_factory=dict)
    service_s: dict[str, list[float]] = field(default_factory=dict)  # item_key: recent service times
    estimates: dict[str, list[Estimate]] = field(default_factory=dict)  # prefix: recent ones, newest last
    calibration: dict[str, Calibration] = field(default_factory=dict)  # prefix: what its estimates have taught
    site: dict[str, str] = field(default_factory=dict)  # part of the site adopted last: its digest
    # -- what is about the day
    tickets: dict[str, Ticket] = field(default_factory=dict)
    last_number: dict[str, int] = field(default_factory=dict)
    counters: dict[str, CounterDay] = field(default_factory=dict)
    ratings: dict[str, Rating] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    calls_made: dict[str, int] = field(default_factory=dict)  # prefix: first calls of the day
    issued_in: dict[str, int] = field(default_factory=dict)  # "prefix" or "prefix HH:MM": tickets, for the quotas
    calls: dict[str, list[Call]] = field(default_factory=dict)  # zone: recent calls, newest last
    # -- found again from the above
    lines: Lines = field(init=False)
    aside: dict[str, None] = field(default_factory=dict, init=False)  # waiting tickets that no line holds
    held: dict[str, None] = field(default_factory=dict, init=False)  # ticket ids on hold
    missed: dict[str, None] = field(default_factory=dict, init=False)  # ticket ids that were missed for good
    open_ratings: dict[str, None] = field(default_factory=dict, init=False)  # rating ids, oldest first
    tickets_of: dict[str, list[str]] = field(default_factory=dict, init=False)  # person: tickets drawn today
    tickets_for: dict[str, list[str]] = field(default_factory=dict, init=False)  # principal: tickets drawn for them
    backlog: dict[str, Backlog] = field(init=False)  # by queue
    roster: Roster = field(init=False)
    duty: dict[str, Duty] = field(init=False)  # by queue
    mean_s: dict[str, float] = field(init=False)  # item_key: mean service time lately
    outlooks: dict[OutlookKey, Outlook] = field(default_factory=dict, init=False)  # as seen at the last instant

    def __post_init__(self) -> None:
        self.lines = Lines(self.plan.queues)
        self.backlog = {prefix: Backlog() for prefix in self.plan.queues}
        for number in self.plan.counters:
            self.counters.setdefault(number, CounterDay(counter_no=number))
        self.roster = Roster(self.plan)
        self.find_duty()
        self.mean_s = {k: mean_service_s(item, self.service_s.get(k, ())) for k, item in self.plan.items.items()}

    def end_day(self) -> None:
        """Begin with nothing: no ticket, every counter closed."""
        self.tickets, self.ratings, self.leases = {}, {}, {}
        self.last_number, self.calls_made, self.issued_in, self.calls = {}, {}, {}, {}
        self.counters = {n: CounterDay(counter_no=n, revision=self.seq) for n in self.plan.counters}
        self.lines = Lines(self.plan.queues)
        self.backlog = {prefix: Backlog() for prefix in self.plan.queues}
        self.find_duty()
        self.aside, self.held, self.missed, self.open_ratings, self.tickets_of = {}, {}, {}, {}, {}
        self.tickets_for = {}

    def find_duty(self) -> None:
        """See again who is on duty, after a counter opened, closed, paused, or was allowed something else."""
        self.duty = self.roster.duty(
            {n for n, counter in self.counters.items() if counter.status not in NOT_SERVING},
            {n for n, counter in self.counters.items() if counter.status is CounterStatus.PAUSED},
            {n: counter.granted for n, counter in self.counters.items() if counter.granted},
        )

    def longest_waiting(self, prefix: str) -> datetime | None:
        """When whoever has waited longest in a queue arrived, wherever they stand; None when nobody waits."""
        first = next(self.lines.places(prefix), None)
        arrived = [self.tickets[i].arrived_at for i in self.aside if self.tickets[i].prefix == prefix]
        if first is not None:
            arrived.append(self.tickets[first.ticket_id].arrived_at)
        return min(arrived, key=datetime.timestamp, default=None)

    def waiting_count(self, prefix: str) -> int:
        """How many wait in a queue, wherever they stand."""
        return self.lines.count(prefix) + sum(self.tickets[i].prefix == prefix for i in self.aside)

    def left_to_pass(self, ticket: Ticket) -> int:
        """How many others a missed ticket still lets pass, >= 0: calls of its queue, and `passed_missed` of others."""
        return max((ticket.back_at_call or 0) - self.calls_made.get(ticket.prefix, 0), 0)

    def open_counters(self, prefix: str) -> int:
        """How many counters are open for a queue; a paused one is not."""
        return sum(self.counters[number].status not in NOT_SERVING for number in self.plan.counters_of(prefix))


NOT_SERVING = (CounterStatus.CLOSED, CounterStatus.PAUSED)
