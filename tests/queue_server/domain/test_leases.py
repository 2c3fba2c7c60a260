"""Blocks of numbers for kiosks that lose the server: whatever happens in whatever order, nothing is doubled or lost."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hall import messages as m
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.clock import business_day
from hall.counter import CounterKind
from hall.priority import PriorityClass
from hall.rules import HallRules, LeaseRules
from hall.ticket import LAST_NUMBER, TicketState, display_number
from queue_server.domain import refusals as no
from queue_server.domain.decisions.days import day_has_changed
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.halls import MORNING, Hall, audit, refused, replayed

ITEM = {"A": "I1", "B": "I2"}
OLD = 80


def small_plan(**leases: int) -> HallPlan:
    """Two queues, one counter for both, no opening hours."""
    return HallPlan.of(
        "h",
        "厅",
        "Hall",
        zones=[Zone("Z", "区", "Zone", 1)],
        queues=[Queue(prefix, prefix, prefix, "Z") for prefix in ITEM],
        counters=[Counter("1", CounterKind.COMPREHENSIVE, "Z", tuple(ITEM))],
        items=[ServiceItem(key, key, key, "D", key, prefix, TimeClass.SHORT) for prefix, key in ITEM.items()],
        rules=HallRules(leases=LeaseRules(**leases)),
    )


class LeasingHall(Hall):
    """A hall with what these tests say often."""

    def __init__(self, **leases: int) -> None:
        super().__init__(small_plan(**leases))
        self.day.rules = self.day.plan.rules

    def lease(self, kiosk_id: str = "K01", prefix: str = "A", count: int = 5) -> m.NumbersLeased:
        event = self.do(m.LeaseNumbers(command_id=self.id(), kiosk_id=kiosk_id, prefix=prefix, count=count))
        assert isinstance(event, m.NumbersLeased)
        return event

    def merge(self, lease: m.NumbersLeased, number: int, **changes: object) -> m.TicketIssued:
        event = self.do(structs.replace(self.offline(lease, number), **changes))
        assert isinstance(event, m.TicketIssued)
        return event

    def offline(self, lease: m.NumbersLeased, number: int) -> m.MergeTicket:
        return m.MergeTicket(
            command_id=self.id(),
            lease_id=lease.lease_id,
            number=number,
            ticket_id=f"offline-{lease.lease_id}-{number}",
            arrived_at=self.clock.now(),
            item_key=ITEM[lease.prefix],
            kiosk_id=lease.kiosk_id,
        )

    def waiting(self, prefix: str = "A") -> list[str]:
        return [self.day.tickets[place.ticket_id].display_number for place in self.day.lines.places(prefix)]


# ---- examples -------------------------------------------------------------------------------------------------------


def test_a_block_follows_the_last_number_and_the_next_number_follows_the_block():
    hall = LeasingHall()
    hall.issue("I1")

    lease = hall.lease(count=5)

    assert (lease.first, lease.last) == (2, 6)
    assert hall.issue("I1").display_number == "A007"
    assert hall.issue("I2").display_number == "B001"


def test_two_kiosks_never_get_the_same_numbers():
    hall = LeasingHall()

    first, second = hall.lease("K01"), hall.lease("K02")

    assert first.last < second.first


def test_a_merged_ticket_takes_the_place_of_its_arrival():
    hall = LeasingHall()
    lease = hall.lease()
    arrived = hall.clock.now()
    hall.clock.pass_(minutes=1)
    hall.issue("I1")
    hall.clock.pass_(minutes=10)

    merged = hall.merge(lease, 1, arrived_at=arrived)

    assert hall.waiting() == ["A001", "A006"]
    assert (merged.ahead_count, merged.lease_id) == (0, lease.lease_id)


@pytest.mark.parametrize(
    ("claimed", "counted"),
    [
        (MORNING + timedelta(days=400), MORNING + timedelta(minutes=5)),
        (MORNING - timedelta(days=400), datetime.combine(MORNING.date(), time(), MORNING.tzinfo)),
        (MORNING + timedelta(minutes=1), MORNING + timedelta(minutes=1)),
    ],
)
def test_a_kiosk_with_a_wrong_clock_cannot_arrive_tomorrow_or_yesterday(claimed: datetime, counted: datetime):
    hall = LeasingHall()
    lease = hall.lease()
    hall.clock.pass_(minutes=5)

    merged = hall.merge(lease, 1, arrived_at=claimed)

    assert merged.arrived_at == counted


def test_an_old_visitor_of_an_offline_kiosk_has_priority_all_the_same():
    hall = LeasingHall()

    merged = hall.merge(hall.lease(), 1, age_years=OLD)

    assert merged.priority is PriorityClass.GREEN


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kiosk_id": "K02"}, no.UnknownLease),
        ({"lease_id": "nobody's"}, no.UnknownLease),
        ({"number": 6}, no.NotInLease),
        ({"number": 0}, no.NotInLease),
        ({"item_key": "I2"}, no.NotInLease),
        ({"item_key": "I9"}, no.UnknownItem),
    ],
)
def test_a_ticket_that_cannot_be_this_kiosk_s_is_refused_and_changes_nothing(
    changes: dict[str, object], refusal: type[no.Refusal]
):
    hall = LeasingHall()
    lease = hall.lease()
    before = digest(hall.day)

    with pytest.raises(refusal):
        hall.do(structs.replace(hall.offline(lease, 1), **changes))

    assert digest(hall.day) == before


def test_a_number_and_a_ticket_are_merged_once():
    hall = LeasingHall()
    lease = hall.lease()
    hall.merge(lease, 1)

    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 1, ticket_id="another")
    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 2, ticket_id=f"offline-{lease.lease_id}-1")

    assert hall.waiting() == ["A001"]


@pytest.mark.parametrize("count", [0, -1, 11])
def test_a_block_has_a_size_that_the_rules_allow(count: int):
    with pytest.raises(no.LeaseTooLarge):
        LeasingHall(largest_block=10).lease(count=count)


def test_a_kiosk_holds_so_many_blocks_of_a_queue_and_gets_more_as_it_hands_tickets_in():
    hall = LeasingHall(most_open=2)
    first, _second = hall.lease(count=2), hall.lease(count=2)
    with pytest.raises(no.LeaseTooLarge):
        hall.lease(count=2)
    assert hall.lease("K02").first > 4  # another kiosk has its own
    assert hall.lease(prefix="B").first == 1  # and another queue

    hall.merge(first, first.first)
    hall.merge(first, first.last)

    assert hall.lease(count=2).prefix == "A"


def test_a_block_ends_with_the_day_s_numbers():
    hall = LeasingHall()
    hall.day.last_number["A"] = LAST_NUMBER - 2

    assert hall.lease(count=5).last == LAST_NUMBER
    with pytest.raises(no.QueueFull):
        hall.lease(count=5)


def test_a_block_is_worth_nothing_on_the_next_day():
    hall = LeasingHall()
    lease = hall.lease()
    hall.clock.pass_(days=1)
    hall.do(m.StartDay(command_id=hall.id()))

    with pytest.raises(no.UnknownLease):
        hall.merge(lease, 1)

    assert hall.issue("I1").display_number == "A001"


def test_a_ticket_that_is_handed_in_after_the_closing_is_written_down_and_over_at_once():
    hall = LeasingHall()
    lease = hall.lease()
    hall.do(m.CloseDay(command_id=hall.id(), by="M1", confirmed_open=0))
    hall.clock.pass_(minutes=5)

    merged = hall.merge(lease, 1)

    ticket = hall.day.tickets[merged.ticket_id]
    assert (merged.after_closing, merged.ahead_count, merged.wait_p50_s) == (True, 0, None)
    assert (ticket.state, ticket.ended_at) == (TicketState.EXPIRED, hall.clock.now())
    assert hall.waiting() == []
    audit(hall.day)
    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 1, ticket_id="another")
    for kind, values in ((m.IssueTicket, {"item_key": "I1"}), (m.LeaseNumbers, {"prefix": "A", "count": 1})):
        refused(hall, no.DayIsClosed, kind, kiosk_id="K01", **values)


def test_a_ticket_handed_in_after_the_closing_teaches_nothing_and_is_gone_the_next_day():
    hall = LeasingHall()
    lease = hall.lease()
    hall.do(m.CloseDay(command_id=hall.id(), by="M1", confirmed_open=0))
    learned = dict(hall.day.calibration)
    hall.merge(lease, 1)
    assert hall.day.calibration == learned
    assert digest(load(hall.day.plan, dump(hall.day))) == digest(replayed(hall.day.plan, hall.records))
    hall.clock.pass_(days=1)

    started = hall.do(m.StartDay(command_id=hall.id()))

    assert started.expired == ()
    with pytest.raises(no.UnknownLease):
        hall.merge(lease, 2)


def test_a_snapshot_remembers_blocks_and_what_was_used_of_them():
    hall = LeasingHall()
    lease = hall.lease()
    hall.merge(lease, 1)

    hall.day = load(hall.day.plan, dump(hall.day))

    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 1, ticket_id="another")
    assert hall.merge(lease, 2).display_number == "A002"


# ---- any interleaving -----------------------------------------------------------------------------------------------


@dataclass
class Block:
    lease: m.NumbersLeased
    next: int


@dataclass
class Kiosk:
    """A kiosk without a server, as the rules expect it: each number once, in order, on its own clock's day."""

    kiosk_id: str
    skew: timedelta
    blocks: list[Block] = field(default_factory=list)
    pending: list[m.MergeTicket] = field(default_factory=list)
    handed_in: list[m.MergeTicket] = field(default_factory=list)


class World:
    """A server, three kiosks, and a second opinion about who has which number and who comes first."""

    SKEWS = (timedelta(minutes=-45), timedelta(0), timedelta(hours=3))

    def __init__(self) -> None:
        self.hall = LeasingHall(most_open=100)
        self.hall.open("1")
        self.kiosks = [Kiosk(f"K0{n}", skew) for n, skew in enumerate(self.SKEWS, 1)]
        self.papers: set[tuple[object, str, int]] = set()  # (day, prefix, number)
        self.todays: dict[str, str] = {}  # ticket id: number, of what the server knows today
        self.places: dict[str, tuple[datetime, int]] = {}  # ticket id: counted arrival, then the order of its coming
        self.class_of: dict[str, tuple[str, PriorityClass]] = {}

    # -- what can happen

    def issue(self, prefix: str, age: int | None) -> None:
        event = self.hall.do(
            m.IssueTicket(command_id=self.hall.id(), item_key=ITEM[prefix], kiosk_id="K09", age_years=age)
        )
        self._print(event.business_day, prefix, event.number)
        self._know(event, self.hall.clock.now())

    def lease(self, kiosk: Kiosk, prefix: str, count: int) -> None:
        lease = self.hall.lease(kiosk.kiosk_id, prefix, count)
        kiosk.blocks.append(Block(lease, lease.first))

    def draw(self, kiosk: Kiosk, prefix: str, age: int | None) -> None:
        now = self.hall.clock.now() + kiosk.skew
        for block in kiosk.blocks:
            lease = block.lease
            if (lease.prefix, lease.business_day) == (prefix, business_day(now)) and block.next <= lease.last:
                ticket = self.hall.offline(lease, block.next)
                kiosk.pending.append(structs.replace(ticket, arrived_at=now, age_years=age))
                self._print(lease.business_day, prefix, block.next)
                block.next += 1
                return

    def merge(self, kiosk: Kiosk, which: int) -> None:
        if not kiosk.pending:
            return
        ticket = kiosk.pending.pop(which % len(kiosk.pending))
        try:
            event = self.hall.do(ticket)
        except no.UnknownLease:
            assert self._day_of(kiosk, ticket) != self.hall.day.day  # yesterday's
            return
        kiosk.handed_in.append(ticket)
        midnight = datetime.combine(self.hall.day.day, time(), MORNING.tzinfo)
        self._know(event, min(max(ticket.arrived_at, midnight), self.hall.clock.now()))

    def merge_again(self, kiosk: Kiosk, which: int, changes: dict[str, object]) -> None:
        if kiosk.handed_in:
            before = digest(self.hall.day)
            again = structs.replace(kiosk.handed_in[which % len(kiosk.handed_in)], **changes)
            with pytest.raises((no.NumberUsed, no.UnknownLease)):
                self.hall.do(again)
            assert digest(self.hall.day) == before

    def call(self) -> None:
        try:
            called = self.hall.call("1")
        except no.QueueEmpty:
            assert self.places == {}
            return
        line = self.class_of[called.ticket_id]
        assert called.ticket_id == min(self._line(line), key=self.places.__getitem__)
        del self.places[called.ticket_id]
        self.hall.complete("1")

    def next_day(self) -> None:
        now = self.hall.clock.now()
        self.hall.clock.time = datetime.combine(now.date() + timedelta(days=1), time(8), now.tzinfo)
        self._see_the_day()

    def wait(self, minutes: int) -> None:
        self.hall.clock.pass_(minutes=minutes)
        self._see_the_day()

    def come_to_an_end(self) -> None:
        """Every kiosk draws a little more and hands all of it in, and the server goes on."""
        for kiosk in self.kiosks:
            for prefix in ITEM:
                self.issue(prefix, None)
                self.draw(kiosk, prefix, None)
                self.draw(kiosk, prefix, None)
            while kiosk.pending:
                self.merge(kiosk, 0)
            self.wait(1)
        for prefix in ITEM:
            for _ in range(8):  # more than any kiosk may still hold
                self.issue(prefix, None)

    # -- what must be true

    def check(self) -> None:
        tickets = self.hall.day.tickets
        assert {i: t.display_number for i, t in tickets.items()} == self.todays
        assert len(set(self.todays.values())) == len(self.todays)
        waiting = {i for i, t in tickets.items() if t.state is TicketState.WAITING}
        assert waiting == set(self.places)
        for line in set(self.class_of.values()):
            assert self._stands(*line) == sorted(self._line(line), key=self.places.__getitem__)

    def _stands(self, prefix: str, priority: PriorityClass) -> list[str]:
        of = self.hall.day.lines.of(prefix)
        return [place.ticket_id for key, line in of.items() if key.priority is priority for place in line]

    def _line(self, line: tuple[str, PriorityClass]) -> list[str]:
        return [i for i in self.places if self.class_of[i] == line]

    def _know(self, event: m.TicketIssued, counted: datetime) -> None:
        assert event.ticket_id not in self.todays
        self.todays[event.ticket_id] = event.display_number
        self.places[event.ticket_id] = (counted, len(self.todays))
        self.class_of[event.ticket_id] = (event.prefix, event.priority)
        assert event.display_number == display_number(event.prefix, event.number)

    def _print(self, day: object, prefix: str, number: int) -> None:
        assert (day, prefix, number) not in self.papers
        self.papers.add((day, prefix, number))

    def _see_the_day(self) -> None:
        if day_has_changed(self.hall.day, self.hall.clock.now()):
            self.hall.do(m.StartDay(command_id=self.hall.id()))
            self.hall.open("1")
            self.todays, self.places, self.class_of = {}, {}, {}

    @staticmethod
    def _day_of(kiosk: Kiosk, ticket: m.MergeTicket) -> object:
        return next(b.lease.business_day for b in kiosk.blocks if b.lease.lease_id == ticket.lease_id)


KIOSKS, PREFIXES, AGES = st.integers(0, 2), st.sampled_from(sorted(ITEM)), st.sampled_from([None, OLD])
HAPPENINGS = st.one_of(
    st.tuples(st.just("issue"), PREFIXES, AGES),
    st.tuples(st.just("lease"), KIOSKS, PREFIXES, st.integers(1, 6)),
    st.tuples(st.just("draw"), KIOSKS, PREFIXES, AGES),
    st.tuples(st.just("merge"), KIOSKS, st.integers(0, 9)),
    st.tuples(st.just("merge_again"), KIOSKS, st.integers(0, 9), st.sampled_from([{}, {"ticket_id": "another"}])),
    st.tuples(st.just("call")),
    st.tuples(st.just("wait"), st.integers(1, 300)),
    st.tuples(st.just("next_day")),
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(HAPPENINGS, min_size=10, max_size=80))
def test_no_interleaving_doubles_a_number_loses_a_ticket_or_disturbs_the_order(happens):
    world = World()
    for kiosk in world.kiosks:
        for prefix in ITEM:
            world.lease(kiosk, prefix, 3)
    for name, *given_ in happens:
        if name in ("lease", "draw", "merge", "merge_again"):
            given_[0] = world.kiosks[given_[0]]
        getattr(world, name)(*given_)
        world.check()

    world.come_to_an_end()
    world.check()
    for _ in range(len(world.places) + 1):
        world.call()
    assert world.places == {}
