"""What clerks and managers see of a hall's counters."""

from hall import messages as m
from hall.counter import CounterKind
from hall.texts import ENGLISH
from queue_server.service.staff_views import ManagerView, counter_view, manager_view
from tests.queue_server.halls import Hall, small_plan


def overview(hall: Hall) -> ManagerView:
    return manager_view(hall.day, ENGLISH, hall.clock.now(), [], [], broker_connected=True)


def test_a_counters_kind_is_seen_by_its_clerk_and_the_manager():
    hall = Hall(small_plan())

    kinds = {line.counter_no: line.kind for line in overview(hall).counters}

    assert (kinds["1"], kinds["3"]) == (CounterKind.COMPREHENSIVE, CounterKind.SPECIAL)
    assert counter_view(hall.day, ENGLISH, "3", hall.clock.now(), []).kind is CounterKind.SPECIAL


def test_the_share_of_comprehensive_counters_is_of_the_tickets_called_today():
    hall = Hall(small_plan())
    hall.open("1", "T1")
    hall.open("3", "T3")
    assert overview(hall).comprehensive_share is None
    for _ in range(5):
        hall.issue("a1")
    hall.serve("1")
    hall.serve("1")
    hall.call("3")

    assert overview(hall).comprehensive_share == 2 / 3


def test_a_ticket_that_was_sent_on_counts_where_it_was_last():
    hall = Hall(small_plan())
    hall.open("1", "T1")
    hall.open("3", "T3")
    hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_counter="3", reason="knows it")
    assert overview(hall).comprehensive_share == 1.0

    hall.call("3")

    assert overview(hall).comprehensive_share == 0.0
