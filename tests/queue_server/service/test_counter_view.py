"""What a clerk's page is told, and how long the manager sees people wait."""

from hall import messages as m
from hall.rules import MissedRules
from hall.texts import ENGLISH
from queue_server.service.staff_views import CounterView, ManagerView, counter_view, manager_view
from tests.queue_server.domain.ordering import GREEN
from tests.queue_server.halls import MORNING, Hall, small_plan


def seen(hall: Hall, counter_no: str) -> CounterView:
    return counter_view(hall.day, ENGLISH, counter_no, hall.clock.now(), [ENGLISH])


def manager(hall: Hall) -> ManagerView:
    return manager_view(hall.day, ENGLISH, hall.clock.now(), [], [], broker_connected=True)


def hall_with(*open_counters: str) -> Hall:
    hall = Hall(small_plan(missed=MissedRules(back_after=None)))
    for number in open_counters:
        hall.open(number, f"T{number}")
    return hall


def test_the_clerk_sees_who_comes_next_and_only_whom_the_counter_serves():
    hall = hall_with("3")
    hall.issue("a1")
    hall.issue("a2")
    hall.issue("a1", **GREEN)

    view = seen(hall, "3")

    assert [w.display_number for w in view.waiting] == ["A003", "A001"]
    assert view.waiting_count == 2


def test_who_was_sent_to_the_counter_or_its_clerk_is_listed_and_marked():
    hall = hall_with("1", "2")
    hall.issue("b1")
    for target in ({"to_counter": "2"}, {"to_staff": "T2"}):
        sent = hall.issue("a1")
        hall.call_ticket("1", sent.ticket_id)
        hall.at("1", m.TransferTicket, reason="there", **target)

    view = seen(hall, "2")

    assert [w.display_number for w in view.sent_here] == ["A001", "A002"]
    assert {w.display_number: w.is_sent_here for w in view.waiting} == {"B001": False, "A001": True, "A002": True}
    assert (seen(hall, "1").sent_here, seen(hall, "1").waiting_count) == ([], 0)


def test_held_and_missed_visitors_are_listed_at_their_own_counter():
    hall = hall_with("1", "2")
    for _ in range(3):
        hall.issue("a1")
    hall.call("1")
    hall.clock.pass_(minutes=2)
    hall.at("1", m.HoldTicket, reason="form", minutes=10)
    hall.call("1")
    hall.miss("1")
    hall.call("2")
    hall.miss("2")

    view = seen(hall, "1")

    assert [(h.display_number, h.reason, h.since) for h in view.held] == [("A001", "form", hall.clock.now())]
    assert [(m_.display_number, m_.since) for m_ in view.missed] == [("A002", hall.clock.now())]
    assert [m_.display_number for m_ in seen(hall, "2").missed] == ["A003"]
    hall.call_ticket("1", view.missed[0].ticket_id)
    assert seen(hall, "1").missed == []


def test_the_ticket_that_the_clerk_looks_at_is_shown_with_the_reason_of_its_call():
    hall = hall_with("1")
    issued = hall.issue("a1", special_need="wheelchair")
    hall.at("1", m.PreviewNext)

    view = seen(hall, "1")

    assert view.preview is not None
    assert (view.preview.ticket_id, view.preview.special_need) == (issued.ticket_id, "wheelchair")
    assert [w.display_number for w in view.waiting] == ["A001"]
    hall.at("1", m.PutBack, reason="later")
    assert seen(hall, "1").preview is None


def test_the_manager_sees_how_long_those_wait_who_stand_aside():
    hall = hall_with("1", "2")
    hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, reason="there", to_counter="2")
    hall.clock.pass_(minutes=20)
    hall.issue("a1")
    hall.clock.pass_(minutes=5)

    view = manager(hall)

    assert view.longest_wait_s == 25 * 60
    assert {queue.prefix: queue.longest_wait_s for queue in view.queues if queue.longest_wait_s} == {"A": 25 * 60}
    assert hall.clock.now() > MORNING
