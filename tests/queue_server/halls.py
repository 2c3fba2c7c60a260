"""A hall's day in a few words, for tests of the rules: a small plan, a moving clock, and commands."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hall import messages as m
from hall.calendar import Closure, WorkCalendar
from hall.catalogue import Counter, HallPlan, IdentityPolicy, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind, CounterStatus
from hall.hours import Interval, Period, QueueHours
from hall.priority import PriorityClass
from hall.rules import HallRules
from hall.ticket import TicketState
from queue_server.domain.answers import answers
from queue_server.domain.decide import decide
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay, Ticket
from queue_server.domain.record import Record
from queue_server.domain.refusals import QueueEmpty, Refusal
from queue_server.domain.snapshot import digest
from tests.queue_server.audit import audit

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=ZONE)  # a Tuesday

# ---- a small plan ---------------------------------------------------------------------------------------------------


def period(text: str) -> Period:
    """E.g. "09:00-12:00"."""
    return Period(*map(time.fromisoformat, text.split("-")))


def interval(text: str, quota: int) -> Interval:
    """E.g. "09:00-10:00"."""
    return Interval(*map(time.fromisoformat, text.split("-")), quota=quota)


HOURS = QueueHours(
    core=(period("09:00-12:00"), period("13:00-17:00")),
    flex=(period("08:00-09:00"), period("17:00-18:00")),
)
QUOTAS = QueueHours(
    core=(period("09:00-12:00"), period("13:00-17:00")),
    intervals=(interval("09:00-10:00", 2), interval("10:00-11:00", 3)),
    quota_a_day=4,
)
NOON = QueueHours(
    core=(period("09:00-12:00"), period("13:00-17:00")),
    noon=period("12:00-13:00"),
    noon_counters=1,
    rest_day_booking=(period("09:00-11:00"),),
)

CALENDAR = WorkCalendar(
    holidays=frozenset({date(2026, 4, 6)}),  # a Monday
    swapped_days=frozenset({date(2026, 3, 7)}),  # a Saturday that is worked
    known_years=frozenset({2026}),
    closures=(Closure(date(2026, 3, 6), date(2026, 3, 6), "inventory"),),
)


def _item(key: str, queue: str, department: str, time_class: TimeClass = TimeClass.SHORT) -> ServiceItem:
    return ServiceItem(key, f"事项{key}", f"Matter {key}", department, f"code-{key}", queue, time_class, department)


def _counter(
    number: str, *queues: str, abilities: Iterable[tuple[str, str]] | None = None, noon: bool = False
) -> Counter:
    kind = CounterKind.COMPREHENSIVE if abilities is None else CounterKind.SPECIAL
    able = None if abilities is None else frozenset(abilities)
    return Counter(number, kind, "Z1", tuple(queues), able, opens_at_noon=noon)


def small_plan(zone_hours: dict[str, QueueHours] | None = None, **rules: Any) -> HallPlan:
    """Five queues, four departments, seven counters with different abilities.

    A and B take tickets at any time. R needs a document. H has hours with appointments, Q has quotas, N serves at noon.
    Counter 3 can do (d1, a1) and (d2, b2) and nothing else, although A and B both have matters of d1 and of d2.

    Args:
        zone_hours: hours by prefix, in place of the plan's.
        rules: parts of the hall's rules, e.g. `calls=CallRules(most_calls=2)`.
    """
    hours: dict[str, QueueHours | None] = {"A": None, "B": None, "R": None, "H": HOURS, "Q": QUOTAS, "N": NOON}
    hours.update(zone_hours or {})
    return HallPlan.of(
        "small",
        "小厅",
        "Small hall",
        zones=[Zone("Z1", "一区", "Zone one", 1)],
        queues=[
            Queue(
                prefix,
                f"队列{prefix}",
                f"Queue {prefix}",
                "Z1",
                hours[prefix],
                IdentityPolicy.REQUIRED if prefix == "R" else IdentityPolicy.OPTIONAL,
            )
            for prefix in hours
        ],
        counters=[
            _counter("1", "A"),
            _counter("2", "A", "B"),
            _counter("3", "A", "B", abilities=[("d1", "a1"), ("d2", "b2")]),
            _counter("4", "B"),
            _counter("5", "R", "H", "Q"),
            _counter("6", "H", "N", noon=True),
            _counter("7", "N", abilities=[("d4", "n1")]),
        ],
        items=[
            _item("a1", "A", "d1"),
            _item("a2", "A", "d2"),
            _item("b1", "B", "d1"),
            _item("b2", "B", "d2", TimeClass.MEDIUM),
            _item("r1", "R", "d3"),
            _item("h1", "H", "d3", TimeClass.LONG),
            _item("q1", "Q", "d3"),
            _item("n1", "N", "d4"),
        ],
        rules=HallRules(**rules),
        calendar=CALENDAR,
        kiosks=["K01", "K02"],
    )


def without_queue(plan: HallPlan, prefix: str) -> HallPlan:
    """The plan after a site file has lost a queue."""
    return HallPlan.of(
        plan.hall_id,
        plan.name,
        plan.name_en,
        zones=plan.zones.values(),
        queues=[q for q in plan.queues.values() if q.prefix != prefix],
        counters=[replace(c, queues=tuple(q for q in c.queues if q != prefix)) for c in plan.counters.values()],
        items=[item for item in plan.items.values() if item.queue != prefix],
        rules=plan.rules,
        calendar=plan.calendar,
        kiosks=plan.kiosks,
    )


# ---- the hall -------------------------------------------------------------------------------------------------------


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def pass_(self, **passed: float) -> None:
        self.time += timedelta(**passed)

    def set(self, text: str) -> None:
        """Go to a time of the same day, e.g. "12:20"."""
        self.time = datetime.combine(self.time.date(), time.fromisoformat(text), tzinfo=self.time.tzinfo)


class Hall:
    """Decides and takes in commands, one after another."""

    def __init__(self, plan: HallPlan, now: datetime = MORNING) -> None:
        self.day = HallDay(plan)
        self.clock = Clock(now)
        self.records: list[Record] = []
        self._ids = count(1)
        if plan.rules != self.day.rules:
            self._take("rules", [m.RulesAdopted(rules=plan.rules)])
        self.do(m.StartDay(command_id=self.id()))

    def id(self) -> str:
        return f"id-{next(self._ids):04d}"

    def do(self, command: m.AnyCommand) -> m.AnyEvent:
        """Carry a command out; returns its answer."""
        events = decide(self.day, command, self.clock.now(), self.id)
        assert answers(events[-1], command), (type(command).__name__, type(events[-1]).__name__)
        self._take(command.command_id, events)
        return events[-1]

    def _take(self, command_id: str, events: Iterable[m.AnyEvent]) -> None:
        for event in events:
            record = Record(seq=self.day.seq + 1, at=self.clock.now(), command_id=command_id, event=event)
            self.records.append(record)
            evolve(self.day, record)

    def ask(self, kind: type[m.Command], **values: Any) -> Any:
        """Carry out a command of a kind; returns its answer."""
        return self.do(kind(command_id=self.id(), **values))  # type: ignore[arg-type]

    def at(self, counter_no: str, kind: type[m.CounterCommand], **values: Any) -> Any:
        """Carry out a counter's command; returns its answer."""
        return self.ask(kind, counter_no=counter_no, **values)

    def issue(self, item_key: str = "I001", **values: Any) -> m.TicketIssued:
        event: m.TicketIssued = self.ask(m.IssueTicket, item_key=item_key, kiosk_id="K01", **values)
        assert isinstance(event, m.TicketIssued)
        return event

    def count_as_booked(self, issued: m.TicketIssued) -> None:
        """Let a ticket count as one that was checked in in time, without the appointment."""
        changed = m.PriorityChanged(
            ticket_id=issued.ticket_id, priority=PriorityClass.BOOKED, green_group=None, by="test"
        )
        self._take("booked", [changed])

    def open(self, counter_no: str, staff_no: str = "T0001", **values: Any) -> m.AnyEvent:
        event: m.AnyEvent = self.at(counter_no, m.OpenCounter, staff_no=staff_no, **values)
        return event

    def call(self, counter_no: str) -> m.TicketCalled:
        event = self.at(counter_no, m.CallNext)
        assert isinstance(event, m.TicketCalled)
        return event

    def call_ticket(self, counter_no: str, ticket_id: str) -> m.TicketCalled:
        event = self.at(counter_no, m.CallTicket, ticket_id=ticket_id, reason="asked to")
        assert isinstance(event, m.TicketCalled)
        return event

    def start(self, counter_no: str) -> m.ServiceStarted:
        event = self.at(counter_no, m.StartService)
        assert isinstance(event, m.ServiceStarted)
        return event

    def miss(self, counter_no: str) -> m.TicketMissed:
        event = self.at(counter_no, m.MarkMissed)
        assert isinstance(event, m.TicketMissed)
        return event

    def complete(self, counter_no: str) -> m.ServiceCompleted:
        event = self.at(counter_no, m.CompleteService)
        assert isinstance(event, m.ServiceCompleted)
        return event

    def serve(self, counter_no: str) -> str:
        """Call the next visitor and finish with them; returns the number."""
        number = self.call(counter_no).display_number
        self.complete(counter_no)
        return number

    def serve_all(self, counter_no: str) -> list[str]:
        """Serve until nobody is left; returns the numbers."""
        numbers = []
        while True:
            try:
                numbers.append(self.serve(counter_no))
            except QueueEmpty:
                return numbers

    def ticket(self, issued: m.TicketIssued) -> Ticket:
        return self.day.tickets[issued.ticket_id]

    def state(self, issued: m.TicketIssued) -> TicketState:
        return self.ticket(issued).state

    def status(self, counter_no: str) -> CounterStatus:
        return self.day.counters[counter_no].status

    def events(self, kind: type[m.Event]) -> list[Any]:
        return [record.event for record in self.records if isinstance(record.event, kind)]


def refused(hall: Hall, error: type[Refusal], kind: type[m.Command], **values: Any) -> Refusal:
    """See that a command is refused with this very type, and that it changed nothing; returns the refusal."""
    before = digest(hall.day)
    with pytest.raises(error) as caught:
        hall.ask(kind, **values)
    assert type(caught.value) is error
    assert digest(hall.day) == before
    audit(hall.day)
    return caught.value


# ---- other states that must be the same -----------------------------------------------------------------------------

_journal = msgspec.json.Encoder()
_from_journal = msgspec.json.Decoder(Record)


def as_kept(record: Record) -> Record:
    """A record as a journal gives it back: instants then have an offset in place of a zone."""
    return _from_journal.decode(_journal.encode(record))


def replayed(plan: HallPlan, records: Iterable[Record]) -> HallDay:
    """The state that records add up to."""
    hall = HallDay(plan)
    for record in records:
        evolve(hall, as_kept(record))
    return hall


def found_again(hall: HallDay) -> tuple[Any, ...]:
    """What a snapshot leaves out, in a form that can be compared."""
    lines = {key: list(line) for prefix in hall.plan.queues for key, line in hall.lines.of(prefix).items()}
    backlog = {prefix: (each.people, each.work_s) for prefix, each in hall.backlog.items()}
    duty = {prefix: repr(each) for prefix, each in hall.duty.items()}
    sets = set(hall.aside), set(hall.held), set(hall.missed), set(hall.open_ratings)
    return lines, sets, hall.tickets_of, hall.tickets_for, backlog, duty, hall.mean_s
