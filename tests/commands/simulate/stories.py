"""Short histories written by hand, for the checker: no rule of the engine has a part in them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from commands.simulate.checking.checker import Checker
from hall import messages as m
from hall.catalogue import Counter, HallPlan, IdentityPolicy, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.hours import Interval, Period, QueueHours
from hall.priority import Ground, PriorityClass, Why
from hall.rating import RatingChannel, RatingLevel
from queue_server.domain.record import Record

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 3)  # a Tuesday


def a_plan() -> HallPlan:
    """Queues A (always open), H (hours, quotas), R (real names), Z (none); counter 3 handles A-1, H-1, also at noon."""
    hours = QueueHours(
        core=(Period(time(9), time(12)), Period(time(13), time(17))),
        noon=Period(time(12), time(13)),
        noon_counters=1,
        intervals=(Interval(time(9), time(12), 1), Interval(time(12), time(17), 9)),
    )
    items = [
        ServiceItem(f"{q}-{n}", f"{q}{n}", f"{q}{n}", f"d{n}", f"{q}{n}", q, TimeClass.SHORT, department_key=f"d{n}")
        for q in "AHRZ"
        for n in (1, 2)
    ]
    kind = CounterKind.COMPREHENSIVE
    return HallPlan.of(
        "hall",
        "厅",
        "Hall",
        zones=[Zone("Z", "区", "Zone", 1)],
        queues=[
            Queue("A", "甲", "A", "Z"),
            Queue("H", "时", "H", "Z", hours),
            Queue("R", "实", "R", "Z", identity=IdentityPolicy.REQUIRED),
            Queue("Z", "询", "Z", "Z", identity=IdentityPolicy.NONE),
        ],
        counters=[
            Counter("1", kind, "Z", ("A", "H", "R", "Z")),
            Counter("2", kind, "Z", ("A",)),
            Counter("3", kind, "Z", ("A", "H"), frozenset({("d1", "A-1"), ("d1", "H-1")}), opens_at_noon=True),
        ],
        items=items,
        kiosks=["K1"],
    )


class Story:
    """Events in the order in which they are told, a minute apart. Ticket ids are the numbers as printed."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.now = datetime.combine(DAY, time(9), tzinfo=ZONE)
        self.tell(m.DayStarted(day=DAY))
        for number in "123":
            self.tell(m.CounterOpened(counter_no=number, staff_no=f"T{number}"))

    def tell(self, event: m.AnyEvent, command_id: str | None = None) -> "Story":
        self.now += timedelta(minutes=1)
        seq = len(self.records) + 1
        self.records.append(Record(seq=seq, at=self.now, command_id=command_id or f"command-{seq}", event=event))
        return self

    def issue(self, shown: str, item: str | None = None, **values: object) -> "Story":
        event = m.TicketIssued(
            ticket_id=shown,
            display_number=shown,
            business_day=DAY,
            prefix=shown[0],
            number=int(shown[1:]),
            item_key=item or f"{shown[0]}-1",
            kiosk_id="K1",
            ahead_count=0,
        )
        return self.tell(msgspec.structs.replace(event, **values))

    def call(
        self,
        shown: str,
        counter: str = "1",
        ground: Ground | None = Ground.ARRIVAL,
        *,
        passed: Sequence[PriorityClass] = (),
        passed_missed: Sequence[str] = (),
        count: int = 1,
    ) -> "Story":
        """A call; without a ground it is one more call of the same visitor."""
        called = m.TicketCalled(
            call_id=f"call-{len(self.records)}",
            ticket_id=shown,
            display_number=shown,
            counter_no=counter,
            staff_no=f"T{counter}",
            call_count=count,
            waited_s=0.0,
            why=Why(ground) if ground else None,
            passed=tuple(passed),
            passed_missed=tuple(passed_missed),
        )
        return self.tell(called)

    def choose(self, shown: str, counter: str = "1") -> "Story":
        return self.call(shown, counter, Ground.CHOSEN)

    def start(self, shown: str, counter: str = "1") -> "Story":
        return self.tell(m.ServiceStarted(ticket_id=shown, counter_no=counter))

    def complete(self, shown: str, counter: str = "1") -> "Story":
        done = m.ServiceCompleted(
            ticket_id=shown, counter_no=counter, staff_no=f"T{counter}", served_s=60.0, rating_id=f"rating-{shown}"
        )
        return self.tell(done)

    def rate(self, shown: str, counter: str = "1") -> "Story":
        rated = m.ServiceRated(
            rating_id=f"rating-{shown}",
            ticket_id=shown,
            counter_no=counter,
            staff_no=f"T{counter}",
            level=RatingLevel.SATISFIED,
            channel=RatingChannel.EVALUATOR,
        )
        return self.tell(rated)

    def miss(self, shown: str, counter: str = "1", *, returns_after: int | None = 3) -> "Story":
        missed = m.TicketMissed(
            ticket_id=shown, display_number=shown, counter_no=counter, returns_after=returns_after, not_before=None
        )
        return self.tell(missed)

    def hold(self, shown: str, counter: str = "1", *, minutes: float = 30.0) -> "Story":
        held = m.TicketHeld(
            ticket_id=shown,
            counter_no=counter,
            staff_no=f"T{counter}",
            reason="form",
            returns_at=self.now + timedelta(minutes=minutes),
        )
        return self.tell(held)

    def wait(self, **passed: float) -> "Story":
        self.now += timedelta(**passed)
        return self

    def found(self) -> set[str]:
        """The checks that find something in the story."""
        checker = Checker(a_plan())
        checker.follow(self.records)
        return {violation.check for violation in checker.violations}
