"""One small day, written down and carried out by the real engine, to show why each ticket was called when it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from commands.simulate.clock import ZONE
from commands.simulate.stores import MemoryStore
from hall import messages as m
from hall.calendar import WorkCalendar
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.hours import Period, QueueHours
from hall.rules import HallRules, MissedRules
from hall.texts import Texts
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.snapshot import dump, load
from queue_server.service.engine import Engine

DAY = date(2026, 3, 3)
HOURS = QueueHours(core=(Period(time(9), time(12)), Period(time(13), time(17))))
SLOT = datetime.combine(DAY, time(10), tzinfo=ZONE)

BENEFITS, HOUSEHOLD, ESTATE = "benefits", "household", "estate"


@dataclass(frozen=True)
class Call:
    """A call of the day, with the hall as it was just before."""

    at: datetime
    event: m.TicketCalled
    before: HallDay


@dataclass(frozen=True)
class WorkedDay:
    """What came of it."""

    plan: HallPlan
    records: list[Record]
    calls: list[Call]  # first calls at a counter, in order
    end: HallDay


def worked_plan() -> HallPlan:
    """Two queues and three counters."""
    kind = CounterKind.COMPREHENSIVE
    return HallPlan.of(
        "worked-day",
        "示例便民服务中心",
        "Example Service Point",
        zones=[Zone("A", "服务区", "Service area", 1)],
        queues=[
            Queue("B", "社会事务", "Social affairs", "A", HOURS),
            Queue("C", "不动产登记", "Real estate", "A", HOURS),
        ],
        counters=[Counter("1", kind, "A", ("B",)), Counter("2", kind, "A", ("B",)), Counter("3", kind, "A", ("C",))],
        items=[
            _item(BENEFITS, "社保待遇", "Social benefits", "B"),
            _item(HOUSEHOLD, "户口登记", "Household register", "B"),
            _item(ESTATE, "不动产登记", "Real estate register", "C"),
        ],
        calendar=WorkCalendar(),
        rules=HallRules(missed=MissedRules(least_calls=3, least_wait_s=90.0, void_is_final=True)),
        kiosks=["K01"],
    )


def _item(key: str, name: str, name_en: str, queue: str) -> ServiceItem:
    return ServiceItem(key, name, name_en, queue, key, queue, TimeClass.SHORT, department_key=queue)


class _Clock:
    def __init__(self) -> None:
        self.time = datetime.combine(DAY - timedelta(days=1), time(15), tzinfo=ZONE)

    def now(self) -> datetime:
        return self.time


class _Hall:
    """The engine, with a pencil that notes every call."""

    def __init__(self, plan: HallPlan, texts: Texts) -> None:
        self.plan, self.texts, self.clock, self.store, self.calls = (
            plan,
            texts,
            _Clock(),
            MemoryStore(Random(0)),
            list[Call](),
        )
        ids = count(1)
        self._new_id: Callable[[], str] = lambda: f"{next(ids):04d}"
        self.engine = Engine(plan, self.store.start(), self.clock, new_id=self._new_id)

    def do(self, at: str, command: Callable[..., m.AnyCommand], **values: object) -> None:
        """Carry a command out at "HH:MM" or "HH:MM:SS" of the day; a refusal is an error of the script."""
        self.clock.time = datetime.combine(DAY, time.fromisoformat(at), tzinfo=ZONE)
        self._do(command(command_id=self._new_id(), **values))

    def book_the_day_before(self, person: str) -> None:
        """Book the 10:00 slot."""
        self._do(
            m.BookAppointment(
                command_id=self._new_id(),
                item_key=BENEFITS,
                starts_at=SLOT,
                person=person,
                masked_name="*",
                channel="phone",
            )
        )

    def ticket_id(self, shown: str) -> str:
        """The id of a ticket by its number as printed."""
        return next(t.ticket_id for t in self.engine.hall.tickets.values() if t.display_number == shown)

    def _do(self, command: m.AnyCommand) -> None:
        before = dump(self.engine.hall)
        (outcome,), _records = self.engine.carry_out([command])
        if not isinstance(outcome, Record):
            raise RuntimeError(f"the script asks for what the rules refuse: {outcome.code}: {outcome}")
        if isinstance(outcome.event, m.TicketCalled) and outcome.event.why is not None:
            self.calls.append(Call(outcome.at, outcome.event, load(self.plan, before)))


def work_the_day(texts: Texts) -> WorkedDay:
    """Carry out the script, the same every time; what its clerks write is in the language of the texts."""
    hall = _Hall(worked_plan(), texts)
    for person in ("in-time", "late"):
        hall.book_the_day_before(person)
    for act in (_early_morning, _before_ten, _after_ten):
        act(hall)
    return WorkedDay(hall.plan, hall.store.everything(), hall.calls, hall.engine.hall)


def _early_morning(hall: _Hall) -> None:
    for number in ("1", "3"):
        hall.do("08:58", m.OpenCounter, counter_no=number, staff_no=f"T000{number}")
    _come(hall, "09:00")
    _come(hall, "09:01")
    _come(hall, "09:02", age_years=78)
    hall.do("09:03", m.CallNext, counter_no="1")
    _come(hall, "09:04")
    _come(hall, "09:05", green_group="soldier")
    _come(hall, "09:06", further_items=(ESTATE,))
    _come(hall, "09:07", ESTATE)
    hall.do("09:07:30", m.CallNext, counter_no="3")
    _come(hall, "09:08", green_group="pregnant")
    _serve_and_call(hall, "1", "09:09")
    _come(hall, "09:10", HOUSEHOLD)
    _come(hall, "09:12", green_group="disabled")
    _serve_and_call(hall, "1", "09:15")
    hall.do("09:18", m.OpenCounter, counter_no="2", staff_no="T0002")
    _serve_and_call(hall, "1", "09:20")
    hall.do("09:21", m.CallNext, counter_no="2")


def _before_ten(hall: _Hall) -> None:
    _serve_and_call(hall, "1", "09:26")
    hall.do("09:26:50", m.Recall, counter_no="1")
    _serve_and_call(hall, "2", "09:27")
    hall.do("09:27:30", m.Recall, counter_no="1")
    hall.do("09:29", m.MarkMissed, counter_no="1")
    hall.do("09:29:30", m.CallNext, counter_no="1")
    _come(hall, "09:30", ESTATE)
    hall.do("09:33", m.HoldTicket, counter_no="2", reason="fills in a form", minutes=10)
    hall.do("09:34", m.CallNext, counter_no="2")
    hall.do("09:35", m.CheckIn, kiosk_id="K01", person="in-time")
    _come(hall, "09:36")
    _serve_and_call(hall, "1", "09:37")
    _come(hall, "09:38")
    _serve_and_call(hall, "3", "09:40")
    _serve_and_call(hall, "2", "09:41")
    hall.do("09:43", m.ReturnHeld, ticket_id=hall.ticket_id("B004"))
    _serve_and_call(hall, "1", "09:45")
    hall.do("09:48", m.CompleteService, counter_no="2")
    reason = hall.texts("its file is on my desk")
    hall.do("09:48:30", m.CallTicket, counter_no="2", ticket_id=hall.ticket_id("B012"), reason=reason)
    _serve_and_call(hall, "1", "09:52")


def _after_ten(hall: _Hall) -> None:
    hall.do("09:56", m.TransferTicket, counter_no="1", reason="estate first", item_key=ESTATE, comes_back=True)
    _serve_and_call(hall, "3", "09:58")
    hall.do("10:02", m.CompleteService, counter_no="2")
    _come(hall, "10:04")
    hall.do("10:05", m.CompleteService, counter_no="3")
    hall.do("10:06", m.CallNext, counter_no="1")
    hall.do("10:07", m.CallNext, counter_no="3")
    for at in ("10:08", "10:09"):
        hall.do(at, m.Recall, counter_no="3")
    hall.do("10:12", m.MarkMissed, counter_no="3")
    hall.do("10:14", m.CallNext, counter_no="3")
    hall.do("10:15", m.CompleteService, counter_no="3")
    _come(hall, "10:18")
    hall.do("10:20", m.CheckIn, kiosk_id="K01", person="late")
    _serve_and_call(hall, "1", "10:22")
    _serve_and_call(hall, "1", "10:28")
    _serve_and_call(hall, "1", "10:35")
    hall.do("10:40", m.CompleteService, counter_no="1")


def _come(hall: _Hall, at: str, item_key: str = BENEFITS, **values: object) -> None:
    hall.do(at, m.IssueTicket, item_key=item_key, kiosk_id="K01", **values)


def _serve_and_call(hall: _Hall, counter_no: str, at: str) -> None:
    """The counter is done with its visitor at this time, and calls the next."""
    hall.do(at, m.CompleteService, counter_no=counter_no)
    hall.do(f"{at}:20", m.CallNext, counter_no=counter_no)
