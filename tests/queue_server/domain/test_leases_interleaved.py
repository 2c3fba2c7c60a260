"""Blocks of numbers for kiosks: whatever happens in whatever order, nothing is doubled or lost."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hall import messages as m
from hall.clock import business_day
from hall.priority import PriorityClass
from hall.ticket import TicketState, display_number
from queue_server.domain import refusals as no
from queue_server.domain.decisions.days import day_has_changed
from queue_server.domain.snapshot import digest
from tests.queue_server.domain.leasing import ITEM, OLD, LeasingHall
from tests.queue_server.halls import MORNING


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
