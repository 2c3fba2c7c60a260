"""Two kiosks on bad lines through cuts, restarts and wrong clocks, checked by a second opinion."""

import contextlib
import logging
import os
import tempfile
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hall import messages as m
from hall.ticket import TicketState
from kiosk.adapters.hall_client import ServerAway
from kiosk.flow import events as ev
from queue_server.domain.refusals import Refusal
from tests.kiosk.offline.lossy_hall import ITEM, LossyHall, small_plan
from tests.kiosk.offline.offline_kiosk import Clock, Kiosk, PowerCut


class World:
    """Two kiosks on bad lines, a server that restarts, and a second opinion about who holds which number."""

    def __init__(self, folder: Path) -> None:
        self.clock, plan = Clock(), small_plan()
        self.hall = LossyHall(plan, self.clock.now)
        self.kiosks = [Kiosk(self.hall, plan, self.clock, folder, kiosk_id) for kiosk_id in ("K01", "K02")]
        self.kiosks[1].skew = timedelta(minutes=7)
        self._attempts, self._ids = count(1), count(1)
        self.last: tuple[Kiosk, str, str] | None = None  # who drew last, where: kiosk, attempt, queue
        self.unanswered: dict[str, tuple[Kiosk, str]] = {}
        self.arrivals: dict[str, datetime] = {}  # offline number: when its visitor drew it, by the kiosk's clock
        self.absences = {kiosk.kiosk_id: 0 for kiosk in self.kiosks}  # how often a kiosk had handed in everything
        self.absence_of: dict[str, tuple[str, int]] = {}  # offline number: its kiosk, and the count then
        for kiosk in self.kiosks:
            kiosk.top_up()
        self._say(m.OpenCounter, staff_no="T1")

    def draw(self, kiosk: int, prefix: str, line: list[str], cut: str | None) -> None:
        self._ask(self.kiosks[kiosk], f"attempt-{next(self._attempts):04d}", prefix, line, cut)

    def ask_again(self, line: list[str]) -> None:
        if self.unanswered:
            attempt, (kiosk, prefix) = next(iter(self.unanswered.items()))
            self._ask(kiosk, attempt, prefix, line, None)

    def ask_though_answered(self, kiosk: int, line: list[str]) -> None:
        """A visitor touched the key twice: the second request waited behind the first."""
        asking = self.kiosks[kiosk]
        if self.last is not None and self.last[0] is asking:
            self._ask(asking, *self.last[1:], line, None)

    def set_clock(self, kiosk: int, minutes: int) -> None:
        self.kiosks[kiosk].skew = timedelta(minutes=minutes)

    def look(self, kiosk: int, line: list[str], cut: str | None) -> None:
        """What the link does every few seconds."""
        looking = self.kiosks[kiosk]
        looking.book.cut, self.hall.line = cut, list(line)
        try:
            looking.look()
        except PowerCut:
            self.lose_power(kiosk)
        except ServerAway:
            pass  # it looks again later
        self.hall.line, looking.book.cut = [], None

    def lose_power(self, kiosk: int) -> None:
        cut = self.kiosks[kiosk]
        self.unanswered = {a: where for a, where in self.unanswered.items() if where[0] is not cut}
        cut.lose_power()
        self.last = None

    def go_away(self) -> None:
        self.hall.away = True

    def come_back(self) -> None:
        self.hall.away = False

    def restart(self) -> None:
        self.hall.restart()

    def deliver_late(self) -> None:
        self.hall.deliver_late()

    def call(self) -> None:
        self._say(m.CallNext)
        self._say(m.CompleteService)

    def wait(self, minutes: int) -> None:
        self.clock.pass_(minutes=minutes)

    def check_numbers(self) -> None:
        """At any time: no number is on two papers, and none is two tickets."""
        for kiosk in self.kiosks:
            self.absences[kiosk.kiosk_id] += kiosk.book.next_to_hand_in() is None
        papers = [t for kiosk in self.kiosks for t in kiosk.shown.values()]
        assert len({t.display_number for t in papers}) == len(papers)
        tickets = self.hall.day.tickets.values()
        assert len({t.display_number for t in tickets}) == len(tickets)
        holder = {t.display_number: t.ticket_id for t in papers}
        assert all(holder.get(t.display_number, t.ticket_id) == t.ticket_id for t in tickets)

    def check_all(self) -> None:
        """In the end: every paper is a ticket, no visitor has another live one, and who came first is first."""
        for kiosk in (0, 1):
            self.come_back()
            self.clock.pass_(minutes=1)
            self.kiosks[kiosk].numbers.server_lost()
            self.look(kiosk, [], None)
        self.deliver_late()
        self.check_numbers()
        tickets = self.hall.day.tickets
        assert all(kiosk.book.left_to_person() == [] for kiosk in self.kiosks)
        shown = {attempt: t.ticket_id for kiosk in self.kiosks for attempt, t in kiosk.shown.items()}
        for ticket_id in shown.values():
            assert tickets[ticket_id].state is not TicketState.CANCELLED
        for record in self.hall.journal.records:
            if isinstance(record.event, m.TicketIssued) and record.command_id in shown:
                ticket = tickets[record.event.ticket_id]
                assert ticket.ticket_id == shown[record.command_id] or ticket.state is not TicketState.WAITING
        for prefix in ITEM:
            line = [tickets[place.ticket_id] for place in self.hall.day.lines.places(prefix)]
            claims = [min(self.arrivals.get(t.display_number, t.arrived_at), t.issued_at) for t in line]
            assert claims == sorted(claims)
            for absence in set(self.absence_of.values()):  # whatever its clock did, a kiosk's visitors keep their order
                own = [t.number for t in line if self.absence_of.get(t.display_number) == absence]
                assert own == sorted(own)

    def _ask(self, kiosk: Kiosk, attempt: str, prefix: str, line: list[str], cut: str | None) -> None:
        kiosk.book.cut, self.hall.line = cut, list(line)
        outcome = kiosk.draw(attempt, prefix)
        self.hall.line, was_cut = [], cut is not None and kiosk.book.cut is None
        self.unanswered.pop(attempt, None)
        self.last = (kiosk, attempt, prefix)
        if isinstance(outcome, ev.DrawUnanswered):
            self.unanswered[attempt] = (kiosk, prefix)
        elif isinstance(outcome, ev.TicketDrawn) and outcome.ticket.ahead_count is None:
            self.arrivals[outcome.ticket.display_number] = outcome.ticket.issued_at
            self.absence_of[outcome.ticket.display_number] = (kiosk.kiosk_id, self.absences[kiosk.kiosk_id])
        if was_cut:
            self.lose_power(self.kiosks.index(kiosk))
        kiosk.book.cut = None

    def _say(self, command: type[m.CounterCommand], **values: str) -> None:
        with contextlib.suppress(Refusal):
            self.hall.do(command(command_id=f"counter-{next(self._ids):05d}", counter_no="1", **values))


IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
A_DAY = 24 * 60  # minutes
KIOSKS, PREFIXES = st.integers(0, 1), st.sampled_from(sorted(ITEM))
LINES = st.lists(st.sampled_from(["ok", "refused", "lost", "unheard", "late", "failed"]), max_size=4)
CUTS = st.sampled_from([None, None, "drawn", "handed in"])
HAPPENINGS = st.one_of(
    st.tuples(st.just("draw"), KIOSKS, PREFIXES, LINES, CUTS),
    st.tuples(st.just("ask_again"), LINES),
    st.tuples(st.just("ask_though_answered"), KIOSKS, LINES),
    st.tuples(st.just("set_clock"), KIOSKS, st.sampled_from([-3, 0, 7, -A_DAY, A_DAY])),
    st.tuples(st.just("look"), KIOSKS, LINES, CUTS),
    st.tuples(st.just("lose_power"), KIOSKS),
    st.tuples(st.just("go_away")),
    st.tuples(st.just("come_back")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("deliver_late")),
    st.tuples(st.just("call")),
    st.tuples(st.just("wait"), st.integers(1, 5)),
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(happens=st.lists(HAPPENINGS, min_size=8, max_size=40))
def test_no_crash_and_no_lost_answer_doubles_a_number_loses_a_paper_or_gives_a_visitor_two(happens):
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:  # a cut here is a copy: no disk has to sync
        world = World(Path(folder))
        try:
            for name, *values in happens:
                getattr(world, name)(*values)
                world.check_numbers()

            world.check_all()
        finally:
            for kiosk in world.kiosks:
                kiosk.close()
            logging.disable(logging.NOTSET)
