"""A kiosk that loses its server: it goes on, hands in what it gave out, and no visitor ends with two live numbers."""

import contextlib
import logging
import os
import queue
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall import messages as m
from hall.catalogue import HallPlan, IdentityPolicy, Queue
from hall.hours import Period, QueueHours
from hall.identity import DocumentKind
from hall.priority import PriorityClass
from hall.ticket import TicketState
from kiosk.adapters import hall_link
from kiosk.adapters.hall_client import ServerAway
from kiosk.adapters.hall_link import HallLink
from kiosk.adapters.lease_book import BookUnavailable, LeaseBook
from kiosk.adapters.offline_numbers import REFUSED_PAUSE_S, UNANSWERED_PAUSE_S, OfflineNumbers
from kiosk.flow import events as ev
from kiosk.flow.state import Ticket
from queue_server.domain.refusals import Refusal
from tests.kiosk.lossy_hall import ITEM, LossyHall, small_plan

MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ANSWER_S = 10.0


class Clock:
    """The hall's time and a kiosk's monotonic seconds."""

    def __init__(self) -> None:
        self.time = MORNING

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return (self.time - MORNING).total_seconds()

    def pass_(self, **passed: float) -> None:
        self.time += timedelta(**passed)


class PowerCut(Exception):
    """The kiosk has no current any more."""


class CutBook(LeaseBook):
    """The book of a kiosk whose power may be cut at two places: a number is on the disk, an answer is not."""

    cut: str | None = None

    def draw(self, *args: Any) -> m.MergeTicket:
        ticket = super().draw(*args)
        self._cut_at("drawn")
        return ticket

    def handed_in(self, ticket: m.MergeTicket) -> None:
        self._cut_at("handed in")
        super().handed_in(ticket)

    def _cut_at(self, place: str) -> None:
        if self.cut == place:
            self.cut = None
            raise PowerCut


class Kiosk:
    """A kiosk's real parts from the draw to the book's file, without a window."""

    def __init__(self, hall: LossyHall, plan: HallPlan, clock: Clock, folder: Path, kiosk_id: str = "K01") -> None:
        self.kiosk_id = kiosk_id
        self.skew = timedelta(0)
        self.shown: dict[str, Ticket] = {}  # by attempt: what its visitor saw
        self.told: list[m.DeviceHealth] = []
        self._hall, self._plan, self._clock, self._folder = hall, plan, clock, folder
        self._lives = count(1)
        self._ids = (f"{kiosk_id}-id-{n:05d}" for n in count(1))
        self.path = folder / f"{kiosk_id}.sqlite"
        self.start()

    def start(self) -> None:
        self.book = CutBook(self.path, hall_id="h", kiosk_id=self.kiosk_id)
        self.numbers = OfflineNumbers(
            self.book,
            self._hall,
            self._plan,
            self.kiosk_id,
            block=4,
            now=lambda: self._clock.now() + self.skew,
            public_url="http://hall/",
            tell=self.told.append,
            new_id=lambda: next(self._ids),
            seconds=self._clock.seconds,
        )
        self._outcomes: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
        self.link = HallLink(self._hall, self.kiosk_id, self._outcomes.put, self.numbers)  # type: ignore[arg-type]

    def lose_power(self) -> None:
        """What is on the disk now is all that is left; it starts again on that."""
        left = self._folder / f"{self.kiosk_id} after cut {next(self._lives)}"
        left.mkdir()
        for file in self.path.parent.glob(f"{self.path.name}*"):
            shutil.copy(file, left)
        self.close()
        self.path = left / self.path.name
        self.start()

    def close(self) -> None:
        self.link.close()

    def top_up(self) -> None:
        self.numbers.top_up(self._hall.incarnation)

    def hand_in(self) -> None:
        self.numbers.hand_in()

    def draw(self, attempt: str, prefix: str = "A", **document: Any) -> ev.Event:
        """One visitor asks once; returns what the kiosk's screen hears."""
        known = (document.get(name) for name in ("identity_kind", "masked_number", "person", "age_years"))
        wish = ev.DrawNumber(attempt, ITEM[prefix], *known)
        self.link.draw(wish)
        outcome = self._outcomes.get(timeout=ANSWER_S)
        if isinstance(outcome, ev.TicketDrawn):
            assert self.shown.setdefault(attempt, outcome.ticket).display_number == outcome.ticket.display_number
        return outcome

    def number(self, attempt: str, prefix: str = "A") -> str:
        """The number that a visitor is shown."""
        outcome = self.draw(attempt, prefix)
        assert isinstance(outcome, ev.TicketDrawn), outcome
        return outcome.ticket.display_number


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def plan() -> HallPlan:
    return small_plan()


@pytest.fixture
def hall(plan: HallPlan, clock: Clock) -> LossyHall:
    return LossyHall(plan, clock.now)


@pytest.fixture
def new_kiosk(plan: HallPlan, hall: LossyHall, clock: Clock, tmp_path: Path) -> Iterator[Callable[[str], Kiosk]]:
    with contextlib.ExitStack() as opened:

        def make(kiosk_id: str) -> Kiosk:
            kiosk = Kiosk(hall, plan, clock, tmp_path, kiosk_id)
            opened.callback(kiosk.close)
            kiosk.top_up()
            return kiosk

        yield make


@pytest.fixture
def kiosk(new_kiosk: Callable[[str], Kiosk]) -> Kiosk:
    """A kiosk with numbers 1 to 4 of queues A and B; the server's own go on with 5."""
    return new_kiosk("K01")


def waiting(hall: LossyHall, prefix: str = "A") -> list[str]:
    """Numbers in the order in which they would be called."""
    return [hall.day.tickets[place.ticket_id].display_number for place in hall.day.lines.places(prefix)]


# ---- the server is away -------------------------------------------------------------------------------------------


def test_with_a_server_numbers_are_the_server_s_and_the_book_stays_untouched(kiosk: Kiosk):
    assert kiosk.number("attempt-1") == "A005"
    assert kiosk.book.numbers_left(MORNING.date()) == {"A": 4, "B": 4}


def test_without_a_server_the_kiosk_gives_its_own_numbers_and_promises_no_place(kiosk: Kiosk, hall: LossyHall):
    hall.away = True

    outcome = kiosk.draw("attempt-1")

    assert isinstance(outcome, ev.TicketDrawn)
    ticket = outcome.ticket
    assert (ticket.display_number, ticket.ahead_count, ticket.wait_p50_s) == ("A001", None, None)
    assert (ticket.issued_at, ticket.status_url) == (MORNING, f"http://hall/t/{ticket.ticket_id}")
    assert kiosk.number("attempt-2", "B") == "B001"
    assert kiosk.number("attempt-3") == "A002"


def test_the_same_attempt_gets_the_same_offline_number_also_when_the_server_is_back(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    kiosk.number("attempt-1")
    assert kiosk.number("attempt-1") == "A001"

    hall.away = False

    assert kiosk.number("attempt-1") == "A001"
    kiosk.hand_in()
    assert kiosk.number("attempt-1") == "A001"
    assert waiting(hall) == ["A001"]


def test_an_answered_attempt_is_not_drawn_again_from_the_book(kiosk: Kiosk, hall: LossyHall):
    first = kiosk.number("attempt-1")
    hall.away = True

    assert kiosk.number("attempt-1") == first

    hall.away = False
    kiosk.hand_in()
    assert waiting(hall) == [first]


def test_when_the_book_is_used_up_nobody_answers(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    for n in range(4):
        kiosk.number(f"attempt-{n}")

    assert kiosk.draw("attempt-5") == ev.DrawUnanswered("attempt-5")
    assert kiosk.numbers.offered() == ("B",)


def test_a_refusal_is_an_answer_and_not_a_server_that_is_away(kiosk: Kiosk, hall: LossyHall):
    hall.do(m.CloseDay(command_id="closing-1", by="M1", confirmed_open=0))

    assert kiosk.draw("attempt-1") == ev.DrawRefused("attempt-1", "day_closed")
    assert kiosk.book.next_to_hand_in() is None


@pytest.mark.parametrize("line", [("refused",), ("unheard", "unheard")])
def test_a_number_given_out_after_the_closing_is_handed_in_and_forgotten(
    kiosk: Kiosk, hall: LossyHall, line: tuple[str, ...]
):
    hall.do(m.CloseDay(command_id="closing-1", by="M1", confirmed_open=0))
    hall.line = [*line]  # "unheard": the draw was refused, and the kiosk does not know
    assert kiosk.number("attempt-1") == "A001"

    kiosk.hand_in()

    assert [(t.display_number, t.state) for t in hall.day.tickets.values()] == [("A001", "expired")]
    assert kiosk.book.next_to_hand_in() is None
    assert kiosk.book.left_to_person() == []


def test_a_draw_that_takes_too_long_takes_nothing_from_the_book(
    kiosk: Kiosk, hall: LossyHall, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hall_link, "DRAW_S", -1.0)  # its visitor may have left already
    hall.away = True

    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")
    assert kiosk.book.numbers_left(MORNING.date())["A"] == 4


def test_a_queue_that_is_closed_or_wants_a_document_gives_none_offline(clock: Clock, tmp_path: Path):
    hours = QueueHours(core=(Period(begin=time(13), end=time(17)),))
    closed = Queue("A", "A", "A", "Z", hours)
    strict = Queue("B", "B", "B", "Z", identity=IdentityPolicy.REQUIRED)
    plan = small_plan(closed, strict)
    hall = LossyHall(plan, clock.now)
    with contextlib.closing(Kiosk(hall, plan, clock, tmp_path)) as kiosk:
        kiosk.top_up()
        hall.away = True

        assert kiosk.draw("attempt-1", "A") == ev.DrawRefused("attempt-1", "queue_closed")
        assert kiosk.draw("attempt-2", "B") == ev.DrawRefused("attempt-2", "identity_required")
        assert kiosk.numbers.offered() == ("B",)
        shown = kiosk.draw("attempt-3", "B", identity_kind=DocumentKind.RESIDENT, masked_number="*****000X")
        assert isinstance(shown, ev.TicketDrawn)


# ---- the server is back -------------------------------------------------------------------------------------------


def test_tickets_are_handed_in_by_arrival_and_before_the_next_number_of_their_queue(
    kiosk: Kiosk, hall: LossyHall, clock: Clock
):
    hall.away = True
    for n in range(3):
        clock.pass_(minutes=1)
        kiosk.number(f"attempt-{n}", "B" if n == 1 else "A")
    hall.away = False
    hall.asked.clear()

    assert kiosk.number("attempt-9") == "A005"

    assert [type(c).__name__ for c in hall.asked] == ["MergeTicket", "MergeTicket", "IssueTicket"]
    assert (waiting(hall), waiting(hall, "B")) == (["A001", "A002", "A005"], [])
    kiosk.hand_in()
    assert waiting(hall, "B") == ["B001"]


def test_two_kiosks_merge_by_arrival_whoever_hands_in_first(
    new_kiosk: Callable[[str], Kiosk], hall: LossyHall, clock: Clock
):
    one, two = new_kiosk("K01"), new_kiosk("K02")
    hall.away = True
    shown = []
    for n in range(6):
        clock.pass_(minutes=1)
        shown.append((one if n % 2 else two).number(f"attempt-{n}"))
    hall.away = False

    one.hand_in()
    two.hand_in()

    assert len(set(shown)) == 6
    assert waiting(hall) == shown


def test_handing_in_goes_on_where_it_was_interrupted(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    for n in range(3):
        kiosk.number(f"attempt-{n}")
    hall.away, hall.line = False, ["ok", "unheard"]
    with pytest.raises(ServerAway, match="the connection ended"):
        kiosk.hand_in()
    assert waiting(hall) == ["A001", "A002"]

    kiosk.hand_in()

    assert waiting(hall) == ["A001", "A002", "A003"]


def test_what_is_known_of_a_visitor_goes_with_the_ticket(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    kiosk.draw(
        "attempt-1", identity_kind=DocumentKind.RESIDENT, masked_number="*****000X", person="ab" * 16, age_years=81
    )
    on_disk = b"".join(file.read_bytes() for file in kiosk.path.parent.glob("K01*"))
    assert b"ab" * 16 in on_disk
    assert b'"age_years":8' not in on_disk
    hall.away = False

    kiosk.hand_in()

    (ticket,) = hall.day.tickets.values()
    assert (ticket.masked_number, ticket.person) == ("*****000X", "ab" * 16)
    assert (ticket.priority, ticket.green_group) == (PriorityClass.GREEN, "elderly")


# ---- one visitor, one live number -----------------------------------------------------------------------------------


def live(hall: LossyHall) -> list[str]:
    """Every number that somebody may still be called with."""
    over = (TicketState.CANCELLED, TicketState.EXPIRED, TicketState.COMPLETED, TicketState.MISSED)
    return sorted(t.display_number for t in hall.day.tickets.values() if t.state not in over)


def test_an_answer_that_was_lost_is_asked_for_once_more_before_the_book_is_opened(kiosk: Kiosk, hall: LossyHall):
    hall.line = ["unheard"]

    assert kiosk.number("attempt-1") == "A005"
    assert live(hall) == ["A005"]


def test_a_draw_that_was_done_and_not_told_is_cancelled_when_its_visitor_has_an_offline_number(
    kiosk: Kiosk, hall: LossyHall, caplog: pytest.LogCaptureFixture
):
    hall.line = ["unheard", "lost"]
    assert kiosk.number("attempt-1") == "A001"
    assert live(hall) == ["A005"]

    kiosk.hand_in()

    assert live(hall) == ["A001"]
    cancelled = [r.event for r in hall.journal.records if isinstance(r.event, m.TicketCancelled)]
    assert [(event.by, event.reason) for event in cancelled] == [("K01", "offline_number")]
    assert "A005 was drawn as well" in caplog.text


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_the_exchange_of_the_two_numbers_may_be_interrupted_anywhere(
    kiosk: Kiosk, hall: LossyHall, place: int, fate: str
):
    hall.line = ["unheard", "lost"]
    kiosk.number("attempt-1")
    hall.line = ["ok"] * place + [fate]
    with pytest.raises(ServerAway, match=r"connection|answer"):
        kiosk.hand_in()
    assert len(live(hall)) <= 1
    kiosk.lose_power()

    kiosk.hand_in()

    assert live(hall) == ["A001"]


def test_a_request_that_comes_late_finds_the_offline_ticket_in_its_place(kiosk: Kiosk, hall: LossyHall):
    hall.line = ["late", "refused"]
    assert kiosk.number("attempt-1") == "A001"
    kiosk.hand_in()

    hall.deliver_late()

    assert live(hall) == ["A001"]
    assert len(hall.day.tickets) == 1


def test_a_request_that_comes_late_but_before_the_ticket_is_cancelled(kiosk: Kiosk, hall: LossyHall):
    hall.line = ["late", "refused"]
    kiosk.number("attempt-1")
    hall.deliver_late()
    assert live(hall) == ["A005"]

    kiosk.hand_in()

    assert live(hall) == ["A001"]


@pytest.mark.parametrize("is_served", [False, True])
def test_a_twin_that_was_called_in_vain_does_not_keep_the_ticket_out(kiosk: Kiosk, hall: LossyHall, is_served: bool):
    hall.line = ["unheard", "lost"]
    kiosk.number("attempt-1")
    hall.do(m.OpenCounter(command_id="counter-open", counter_no="1", staff_no="T1"))
    hall.do(m.CallNext(command_id="counter-call", counter_no="1"))
    if is_served:  # by mistake: nobody holds that number
        hall.do(m.CompleteService(command_id="counter-done", counter_no="1"))

    kiosk.hand_in()

    assert live(hall) == ["A001"]


def test_a_server_that_was_restarted_still_knows_which_draws_it_did(kiosk: Kiosk, hall: LossyHall):
    hall.line = ["unheard", "lost"]
    kiosk.number("attempt-1")
    hall.restart()

    kiosk.hand_in()

    assert live(hall) == ["A001"]


# ---- tickets that the server will never take ------------------------------------------------------------------------


def test_a_ticket_that_is_refused_for_good_is_kept_for_a_person_and_the_others_go_on(
    kiosk: Kiosk, hall: LossyHall, caplog: pytest.LogCaptureFixture
):
    hall.away = True
    kiosk.number("attempt-1")
    kiosk.number("attempt-2", "B")
    hall.away = False
    lease = next(lease for lease in hall.day.leases.values() if lease.prefix == "A")
    other = m.MergeTicket(
        command_id="another-1", lease_id=lease.lease_id, number=1, ticket_id="another", arrived_at=MORNING,
        item_key="I1", kiosk_id="K01",
    )  # fmt: skip
    hall.do(other)

    kiosk.hand_in()

    assert kiosk.book.left_to_person() == [("A001", "number_used")]
    assert waiting(hall, "B") == ["B001"]
    health = kiosk.told[-1]
    assert (health.device_id, health.status, health.cause) == ("K01.numbers", "warning", "tickets_need_person")
    assert health.detail == "A001"
    assert "number_used" in caplog.text
    assert kiosk.number("attempt-3") == "A005"  # it does not hold the queue


def test_a_restored_backup_that_lacks_the_block_leaves_its_tickets_to_a_person(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    kiosk.number("attempt-1")
    hall.restore(0)
    hall.away = False

    kiosk.hand_in()
    kiosk.top_up()

    assert kiosk.book.left_to_person() == [("A001", "unknown_lease")]
    hall.away = True
    assert kiosk.number("attempt-2") == "A002"  # the restored server gave 1 to 4 again, and 1 is on paper


def test_a_clock_that_the_server_does_not_believe_is_no_refusal_for_good(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    hall.away = True
    kiosk.number("attempt-1")
    hall.away = False
    clock.pass_(hours=-1)  # the server's clock too

    with pytest.raises(ServerAway, match="503"):
        kiosk.hand_in()
    clock.pass_(hours=2)
    kiosk.hand_in()

    assert waiting(hall) == ["A001"]


def test_yesterday_s_tickets_have_expired_and_are_counted(
    kiosk: Kiosk, hall: LossyHall, clock: Clock, caplog: pytest.LogCaptureFixture
):
    hall.away = True
    kiosk.number("attempt-1")
    kiosk.number("attempt-2")
    clock.pass_(days=1)
    hall.away = False

    kiosk.hand_in()

    assert hall.day.tickets == {}
    assert "2 offline tickets of an earlier day" in caplog.text
    assert kiosk.numbers.offered() == ()
    kiosk.top_up()
    assert kiosk.numbers.offered() == ("A", "B")


# ---- blocks -------------------------------------------------------------------------------------------------------


def leases(hall: LossyHall) -> list[m.NumbersLeased]:
    return [r.event for r in hall.journal.records if isinstance(r.event, m.NumbersLeased)]


def test_a_block_is_asked_for_when_half_of_it_is_left(kiosk: Kiosk, hall: LossyHall):
    hall.away = True
    kiosk.number("attempt-1")
    hall.away = False
    kiosk.top_up()
    assert len(leases(hall)) == 2
    hall.away = True
    kiosk.number("attempt-2")
    hall.away = False

    kiosk.top_up()

    assert [(lease.prefix, lease.first) for lease in leases(hall)] == [("A", 1), ("B", 1), ("A", 5)]


def test_a_block_whose_answer_got_lost_is_asked_for_with_the_same_id(
    hall: LossyHall, plan: HallPlan, clock: Clock, tmp_path: Path
):
    with contextlib.closing(Kiosk(hall, plan, clock, tmp_path)) as kiosk:
        hall.line = ["unheard"]
        kiosk.top_up()
        assert kiosk.numbers.offered() == ()
        kiosk.lose_power()
        clock.pass_(seconds=UNANSWERED_PAUSE_S)

        kiosk.top_up()

        assert [(lease.prefix, lease.first) for lease in leases(hall)] == [("A", 1), ("B", 1)]
        assert kiosk.numbers.offered() == ("A", "B")


def test_a_refused_block_is_not_asked_for_at_every_look(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    hall.do(m.CloseDay(command_id="closing-1", by="M1", confirmed_open=0))
    hall.away = True
    for n in range(4):
        kiosk.number(f"attempt-{n}")
    hall.away = False
    hall.asked.clear()

    for _ in range(5):
        kiosk.top_up()
    assert len(hall.asked) == 1
    clock.pass_(seconds=REFUSED_PAUSE_S)
    kiosk.top_up()

    assert len(hall.asked) == 2


def test_a_kiosk_whose_day_is_another_than_the_server_s_does_not_eat_up_its_blocks(kiosk: Kiosk, hall: LossyHall):
    kiosk.skew = timedelta(days=1)

    for _ in range(5):
        kiosk.top_up()

    assert len(leases(hall)) == 4  # one more for each queue
    assert kiosk.numbers.offered() == ()


# ---- a book that fails ----------------------------------------------------------------------------------------------


class FailingBook(CutBook):
    """A book on a disk that fails when it is told to."""

    fails = False
    fails_after_keeping = False

    def draw(self, *args: Any) -> m.MergeTicket:
        if self.fails:
            raise BookUnavailable("input/output error")
        ticket = super().draw(*args)
        if self.fails_after_keeping:
            raise BookUnavailable("input/output error")
        return ticket

    def given_for(self, command_id: str) -> tuple[m.MergeTicket, str] | None:
        if self.fails:
            raise BookUnavailable("input/output error")
        return super().given_for(command_id)

    def next_to_hand_in(self, prefix: str | None = None) -> m.MergeTicket | None:
        if self.fails:
            raise BookUnavailable("input/output error")
        return super().next_to_hand_in(prefix)


@pytest.fixture
def failing(kiosk: Kiosk) -> FailingBook:
    kiosk.book.__class__ = FailingBook
    assert isinstance(kiosk.book, FailingBook)
    return kiosk.book


def test_online_work_goes_on_when_the_book_fails_and_the_fault_is_told_once(kiosk: Kiosk, failing: FailingBook):
    failing.fails = True

    assert kiosk.number("attempt-1") == "A005"
    assert kiosk.number("attempt-2") == "A006"

    assert [(h.status, h.cause) for h in kiosk.told] == [("fault", "book_unavailable")]
    failing.fails = False
    kiosk.hand_in()
    assert kiosk.told[-1].status == "ok"


def test_without_server_and_book_nobody_is_shown_a_number(kiosk: Kiosk, hall: LossyHall, failing: FailingBook):
    hall.away = failing.fails = True

    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")


def test_an_attempt_whose_number_may_be_in_the_book_never_gets_one_of_the_server(
    kiosk: Kiosk, hall: LossyHall, failing: FailingBook
):
    hall.away = failing.fails_after_keeping = True
    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")
    hall.away = failing.fails_after_keeping = False
    failing.fails = True
    assert kiosk.draw("attempt-1") == ev.DrawUnanswered("attempt-1")
    failing.fails = False

    assert kiosk.number("attempt-1") == "A001"

    kiosk.hand_in()
    assert live(hall) == ["A001"]


# ---- whatever happens -----------------------------------------------------------------------------------------------


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
            looking.hand_in()
            looking.top_up()
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
KIOSKS, PREFIXES = st.integers(0, 1), st.sampled_from(sorted(ITEM))
LINES = st.lists(st.sampled_from(["ok", "refused", "lost", "unheard", "late"]), max_size=4)
CUTS = st.sampled_from([None, None, "drawn", "handed in"])
HAPPENINGS = st.one_of(
    st.tuples(st.just("draw"), KIOSKS, PREFIXES, LINES, CUTS),
    st.tuples(st.just("ask_again"), LINES),
    st.tuples(st.just("ask_though_answered"), KIOSKS, LINES),
    st.tuples(st.just("set_clock"), KIOSKS, st.sampled_from([-3, 0, 7])),
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
