"""Whatever becomes of requests and answers, no visitor ends with two live numbers."""

import pytest

from hall import messages as m
from kiosk.adapters.hall_client import ServerAway
from tests.kiosk.offline.lossy_hall import LossyHall
from tests.kiosk.offline.offline_kiosk import Kiosk, live


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
