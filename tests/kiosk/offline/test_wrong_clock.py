"""A kiosk whose clock is wrong: it chooses which numbers are used, and the server alone says which day is over."""

from datetime import timedelta

import pytest

from hall import messages as m
from hall.identity import DocumentKind
from kiosk.adapters.hall_client import NeverSent
from kiosk.flow import events as ev
from tests.kiosk.offline.lossy_hall import LossyHall
from tests.kiosk.offline.offline_kiosk import MORNING, Clock, Kiosk, waiting

MASKED = "*****000X"
A_DAY = timedelta(days=1)


def on_disk(kiosk: Kiosk) -> bytes:
    return b"".join(file.read_bytes() for file in kiosk.path.parent.glob(f"{kiosk.path.name}*"))


@pytest.fixture
def with_paper(kiosk: Kiosk, hall: LossyHall) -> Kiosk:
    """A kiosk without a server that has given A001 to somebody."""
    hall.away = True
    kiosk.draw("attempt-1", identity_kind=DocumentKind.RESIDENT, masked_number=MASKED)
    return kiosk


@pytest.mark.parametrize("leap", [A_DAY, 4000 * A_DAY, -A_DAY])
def test_a_clock_that_leaps_and_is_set_right_again_finds_the_book_of_today(with_paper: Kiosk, leap: timedelta):
    with_paper.skew = leap
    assert with_paper.numbers.offered() == ()
    assert with_paper.draw("attempt-2") == ev.DrawUnanswered("attempt-2")
    with_paper.lose_power()

    with_paper.skew = timedelta(0)

    assert with_paper.numbers.offered() == ("A", "B")
    assert with_paper.number("attempt-1") == "A001"
    assert with_paper.number("attempt-3") == "A002"


@pytest.mark.parametrize("leap", [A_DAY, 4000 * A_DAY, -A_DAY])
def test_a_paper_is_handed_in_while_the_clock_still_says_another_day(
    with_paper: Kiosk, hall: LossyHall, leap: timedelta
):
    with_paper.skew = leap
    assert with_paper.numbers.offered() == ()
    hall.away = False

    with_paper.top_up()
    with_paper.hand_in()

    assert waiting(hall) == ["A001"]
    assert MASKED.encode() not in on_disk(with_paper)


def test_yesterday_s_numbers_are_not_given_today_and_its_papers_wait_for_the_server_s_word(
    with_paper: Kiosk, hall: LossyHall, clock: Clock
):
    clock.pass_(days=1)

    assert with_paper.numbers.offered() == ()
    assert with_paper.draw("attempt-2") == ev.DrawUnanswered("attempt-2")
    assert with_paper.book.next_to_hand_in() is not None

    hall.away = False
    with_paper.top_up()
    hall.away = True

    assert with_paper.book.next_to_hand_in() is None
    assert MASKED.encode() not in on_disk(with_paper)
    assert with_paper.number("attempt-3") == "A001"  # of today's block


def test_the_server_s_word_counts_also_where_the_kiosk_s_clock_is_behind(
    with_paper: Kiosk, hall: LossyHall, clock: Clock
):
    clock.pass_(days=1)
    with_paper.skew = -A_DAY
    hall.away = False
    hall.do(m.LeaseNumbers(command_id="another-kiosk-1", kiosk_id="K02", prefix="A", count=1))

    with_paper.top_up()

    assert with_paper.book.next_to_hand_in() is None
    assert with_paper.book.numbers_left(MORNING.date()) == {}
    assert MASKED.encode() not in on_disk(with_paper)


def test_a_ticket_whose_day_cannot_be_asked_for_waits_on(with_paper: Kiosk, hall: LossyHall, clock: Clock):
    clock.pass_(days=1)
    hall.away, hall.loses_questions = False, True

    with pytest.raises(NeverSent):
        with_paper.hand_in()
    assert with_paper.book.next_to_hand_in() is not None
    hall.loses_questions = False
    with_paper.hand_in()

    assert with_paper.book.next_to_hand_in() is None
    assert with_paper.book.left_to_person() == []
    assert [health.status for health in with_paper.told] == ["ok"]
