"""A hall's day in a few words, for tests of the rules."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.domain.decide import decide
from queue_server.domain.evolve import Record, evolve
from queue_server.domain.hall_day import HallDay

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=ZONE)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def pass_(self, **passed: float) -> None:
        self.time += timedelta(**passed)


class Hall:
    """Decides and takes in commands, one after another."""

    def __init__(self, plan: HallPlan) -> None:
        self.day = HallDay(plan)
        self.clock = Clock()
        self.records: list[Record] = []
        self._ids = count(1)
        self.do(m.StartDay(command_id=self.id()))

    def id(self) -> str:
        return f"id-{next(self._ids):04d}"

    def do(self, command: m.AnyCommand) -> m.AnyEvent:
        """Carry a command out; returns its answer."""
        events = decide(self.day, command, self.clock.now(), self.id)
        for event in events:
            record = Record(seq=self.day.seq + 1, at=self.clock.now(), command_id=command.command_id, event=event)
            self.records.append(record)
            evolve(self.day, record)
        return events[-1]

    def issue(self, item_key: str = "I001") -> m.TicketIssued:
        event = self.do(m.IssueTicket(command_id=self.id(), item_key=item_key, kiosk_id="K01"))
        assert isinstance(event, m.TicketIssued)
        return event

    def open(self, counter_no: str, staff_no: str = "T0001") -> m.AnyEvent:
        return self.do(m.OpenCounter(command_id=self.id(), counter_no=counter_no, staff_no=staff_no))

    def call(self, counter_no: str) -> m.TicketCalled:
        event = self.do(m.CallNext(command_id=self.id(), counter_no=counter_no))
        assert isinstance(event, m.TicketCalled)
        return event

    def complete(self, counter_no: str) -> m.ServiceCompleted:
        event = self.do(m.CompleteService(command_id=self.id(), counter_no=counter_no))
        assert isinstance(event, m.ServiceCompleted)
        return event
