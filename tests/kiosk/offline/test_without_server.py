"""A kiosk that loses its server goes on with numbers of its own, from blocks that it asked for before."""

import contextlib
from datetime import time, timedelta
from pathlib import Path

import pytest

from hall import messages as m
from hall.catalogue import HallPlan, IdentityPolicy, Queue
from hall.hours import Period, QueueHours
from hall.identity import DocumentKind
from kiosk.adapters import hall_link
from kiosk.adapters.offline_numbers import REFUSED_PAUSE_S, UNANSWERED_PAUSE_S
from kiosk.flow import events as ev
from tests.kiosk.offline.lossy_hall import LossyHall, small_plan
from tests.kiosk.offline.offline_kiosk import MORNING, Clock, Kiosk, waiting

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


def test_a_block_that_was_refused_while_the_day_was_closed_is_asked_for_anew_once_it_goes_on(
    kiosk: Kiosk, hall: LossyHall, clock: Clock
):
    hall.away = True
    for number in range(1, 4):
        kiosk.number(f"attempt-{number}")
    hall.away = False
    hall.do(m.CloseDay(command_id="closing-1", by="M1", confirmed_open=0))
    kiosk.top_up()
    assert kiosk.book.numbers_left(MORNING.date())["A"] == 1

    hall.do(m.ReopenDay(command_id="reopen-1", by="M1"))
    clock.pass_(seconds=REFUSED_PAUSE_S)
    kiosk.top_up()

    assert kiosk.book.numbers_left(MORNING.date())["A"] == 5


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


def test_a_matter_that_nobody_on_the_noon_roster_handles_gives_none_offline_at_noon(clock: Clock, tmp_path: Path):
    noon = Period(begin=time(8), end=time(13))
    hours = QueueHours(core=(Period(begin=time(13), end=time(17)),), noon=noon, noon_counters=1)
    plan = small_plan(Queue("A", "A", "A", "Z", hours), Queue("B", "B", "B", "Z"))
    hall = LossyHall(plan, clock.now)
    with contextlib.closing(Kiosk(hall, plan, clock, tmp_path)) as kiosk:
        kiosk.top_up()
        hall.away = True

        assert kiosk.draw("attempt-1", "A") == ev.DrawRefused("attempt-1", "queue_closed")
        assert kiosk.numbers.offered() == ("B",)


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
