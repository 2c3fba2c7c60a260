"""A server that fails on one ticket holds up no others for ever; one that fails on all of them costs nobody a place."""

import pytest

from hall import messages as m
from kiosk.adapters.hall_client import ServerFailed
from kiosk.adapters.offline_hand_in import MOST_IN_VAIN, TRIES, TRY_AGAIN_S
from kiosk.flow import events as ev
from tests.kiosk.offline.lossy_hall import LossyHall
from tests.kiosk.offline.offline_kiosk import Clock, Kiosk, waiting
from tests.waiting import until

A001 = "attempt-A001"  # the visitor whose ticket the server fails on


def offline(kiosk: Kiosk, hall: LossyHall, *numbers: str) -> None:
    """Numbers that were given out while the server was away."""
    hall.away = True
    assert tuple(kiosk.number(f"attempt-{number}", number[0]) for number in numbers) == numbers
    hall.away = False


def look(kiosk: Kiosk, times: int) -> None:
    for _ in range(times):
        kiosk.look()


def work_elsewhere(hall: LossyHall, number: int) -> None:
    """The server's journal goes on with something that no kiosk asked for."""
    hall.do(m.OpenCounter(command_id=f"counter-open-{number}", counter_no="1", staff_no="T1"))
    hall.do(m.CloseCounter(command_id=f"counter-close-{number}", counter_no="1"))


def test_other_queues_go_on_at_once_and_its_own_keeps_its_order(kiosk: Kiosk, hall: LossyHall):
    offline(kiosk, hall, "A001", "A002", "B001")
    hall.fails_on = {A001}

    with pytest.raises(ServerFailed):
        kiosk.hand_in()

    assert (waiting(hall, "A"), waiting(hall, "B")) == ([], ["B001"])
    assert kiosk.number("attempt-9", "B") == "B005"
    assert kiosk.number("attempt-8", "A") == "A003"  # nobody is called before A001


def test_a_ticket_that_the_server_always_fails_on_is_set_aside_and_those_behind_it_go_on(
    kiosk: Kiosk, hall: LossyHall, caplog: pytest.LogCaptureFixture
):
    offline(kiosk, hall, "A001", "A002")
    hall.fails_on = {A001}

    look(kiosk, TRIES)
    assert waiting(hall) == ["A002"]
    for number in range(TRIES):
        work_elsewhere(hall, number)
        kiosk.look()

    assert kiosk.book.left_to_person() == [("A001", "server_failed")]
    health = kiosk.told[-1]
    assert (health.status, health.cause, health.detail) == ("warning", "tickets_need_person", "A001")
    assert "A001" in caplog.text
    assert kiosk.number("attempt-9", "A") == "A009"  # the server's: it does not hold the queue


def test_several_of_one_queue_do_not_hold_it_either(kiosk: Kiosk, hall: LossyHall):
    offline(kiosk, hall, "A001", "A002", "A003")
    hall.fails_on = {A001, "attempt-A002"}

    look(kiosk, 2 * TRIES)

    assert waiting(hall) == ["A003"]


@pytest.mark.parametrize("also_questions", [False, True])
def test_a_server_that_fails_on_everything_has_no_ticket_set_aside_and_no_order_changed(
    kiosk: Kiosk, hall: LossyHall, also_questions: bool
):
    offline(kiosk, hall, "A001", "B001", "A002", "A003")
    hall.fails = True
    for _ in range(10 * TRIES):
        with pytest.raises(ServerFailed):
            kiosk.hand_in()
        if not also_questions:
            kiosk.top_up()
    assert kiosk.book.left_to_person() == []
    assert kiosk.told == []

    hall.fails = False
    hall.asked.clear()
    kiosk.look()

    merged = [c.number for c in hall.asked if isinstance(c, m.MergeTicket)]
    assert merged == [1, 1, 2, 3]
    assert (waiting(hall, "A"), waiting(hall, "B")) == (["A001", "A002", "A003"], ["B001"])


def test_a_server_that_fails_on_everything_is_not_asked_for_every_ticket(kiosk: Kiosk, hall: LossyHall):
    offline(kiosk, hall, *(f"{prefix}{number:03d}" for number in range(1, 5) for prefix in "AB"))
    hall.fails = True
    look(kiosk, 10 * TRIES)
    hall.asked.clear()

    with pytest.raises(ServerFailed):
        kiosk.hand_in()

    assert len(hall.asked) == MOST_IN_VAIN


def set_aside(kiosk: Kiosk, hall: LossyHall, clock: Clock) -> None:
    """A001 needs a person, and A002, which came later, waits to be called."""
    offline(kiosk, hall, "A001")
    clock.pass_(minutes=1)
    offline(kiosk, hall, "A002")
    hall.fails_on = {A001}
    for number in range(2 * TRIES):
        work_elsewhere(hall, number)
        kiosk.look()
    assert kiosk.book.left_to_person() == [("A001", "server_failed")]


def test_what_was_set_aside_is_taken_at_the_next_connect_in_its_own_place(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    set_aside(kiosk, hall, clock)
    kiosk.number("attempt-9")
    hall.fails_on.clear()
    kiosk.look()
    assert kiosk.book.left_to_person() != []

    kiosk.numbers.server_lost()
    kiosk.look()

    assert kiosk.book.left_to_person() == []
    assert kiosk.told[-1].status == "ok"
    assert waiting(hall)[0] == "A001"


def test_what_was_set_aside_is_tried_seldom(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    set_aside(kiosk, hall, clock)
    hall.asked.clear()
    look(kiosk, 10)
    assert hall.asked == []

    clock.pass_(seconds=TRY_AGAIN_S)
    look(kiosk, 10)

    assert [c.command_id for c in hall.asked if isinstance(c, m.MergeTicket)] == [A001]


def test_what_was_set_aside_is_known_to_the_next_process(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    set_aside(kiosk, hall, clock)
    kiosk.lose_power()
    assert kiosk.book.left_to_person() == [("A001", "server_failed")]
    hall.fails_on.clear()

    kiosk.look()

    assert kiosk.book.left_to_person() == []
    assert "A001" in {ticket.display_number for ticket in hall.day.tickets.values()}


def test_what_was_set_aside_and_is_refused_at_last_is_left_to_a_person(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    set_aside(kiosk, hall, clock)
    hall.restore(0)
    hall.fails_on.clear()
    kiosk.numbers.server_lost()

    kiosk.look()

    assert kiosk.book.left_to_person() == [("A001", "unknown_lease")]
    assert kiosk.book.set_aside_tickets() == []


def test_a_kiosk_with_such_a_ticket_does_not_say_that_the_server_is_away(kiosk: Kiosk, hall: LossyHall):
    offline(kiosk, hall, "A001", "B001")
    hall.fails_on = {A001}

    kiosk.link.start()

    assert kiosk.heard() == ev.QueuesLoaded(())
    assert waiting(hall, "B") == ["B001"]


def test_the_link_tries_what_was_set_aside_when_the_server_is_back(kiosk: Kiosk, hall: LossyHall, clock: Clock):
    set_aside(kiosk, hall, clock)
    hall.fails_on.clear()
    hall.loses_questions = True
    kiosk.link.start()
    assert isinstance(kiosk.heard(), ev.ServerLost)

    hall.loses_questions = False
    kiosk.link.load_queues()

    until(lambda: kiosk.book.left_to_person() == [])
