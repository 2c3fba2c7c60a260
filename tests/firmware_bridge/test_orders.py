"""Orders on their way over real HTTP: done once, sent again with the same id, given up in time."""

import contextlib
from itertools import count

import pytest

from firmware_bridge import orders as module
from firmware_bridge.orders import BUSY, SERVER_AWAY, Orders, Outcome
from firmware_bridge.pad_keys import Order
from firmware_bridge.server_link import ServerLink
from tests.firmware_bridge.counter_server import CounterServer
from tests.waiting import until


@pytest.fixture
def server():
    with contextlib.closing(CounterServer()) as server:
        yield server


@pytest.fixture
def orders(server):
    ids = (f"command-{number}" for number in count(1))
    with contextlib.closing(Orders(ServerLink(server.url), lambda: next(ids))) as orders:
        yield orders


def outcome(orders):
    found = []
    until(lambda: found.extend(orders.outcomes()) or found)
    return found


def test_an_order_is_done_under_its_own_id(orders, server):
    orders.give(1, "3", Order.CALL_NEXT)

    assert outcome(orders) == [Outcome(1, Order.CALL_NEXT, None)]
    assert server.done == {"command-1": {"type": "CallNext", "command_id": "command-1", "counter_no": "3"}}


def test_a_lost_answer_is_asked_for_with_the_same_id_and_nothing_is_done_twice(orders, server):
    server.lost_answers = 1
    orders.give(1, "3", Order.CALL_NEXT)

    assert outcome(orders) == [Outcome(1, Order.CALL_NEXT, None)]
    assert [command["command_id"] for command in server.asked] == ["command-1", "command-1"]
    assert len(server.done) == 1


def test_a_server_that_could_not_write_is_asked_again(orders, server):
    server.failures = 1
    orders.give(1, "3", Order.RECALL)

    assert outcome(orders) == [Outcome(1, Order.RECALL, None)]


def test_a_refusal_is_final_and_tells_its_code(orders, server):
    server.refusal = "queue_empty"
    orders.give(1, "3", Order.CALL_NEXT)

    assert outcome(orders) == [Outcome(1, Order.CALL_NEXT, "queue_empty")]
    assert len(server.asked) == 1


def test_without_a_server_an_order_is_given_up(server, orders, monkeypatch):
    monkeypatch.setattr(module, "GIVE_UP_S", 0.1)
    monkeypatch.setattr(module, "AGAIN_S", 0.02)
    server.failures = 1000
    orders.give(1, "3", Order.CALL_NEXT)

    assert outcome(orders) == [Outcome(1, Order.CALL_NEXT, SERVER_AWAY)]
    assert len({command["command_id"] for command in server.asked}) == 1


def test_a_counter_has_one_order_at_a_time_and_another_counter_is_not_kept_waiting(orders, server):
    server.gate.clear()
    orders.give(1, "3", Order.CALL_NEXT)
    until(lambda: server.asked)

    orders.give(1, "3", Order.CALL_NEXT)
    orders.give(2, "4", Order.RECALL)

    assert outcome(orders) == [Outcome(1, Order.CALL_NEXT, BUSY)]
    until(lambda: len(server.asked) == 2)
    server.gate.set()
    until(lambda: len(server.done) == 2)


def test_call_back_calls_whom_the_counter_has_held_longest_and_once(orders, server):
    server.held = [("t2", "2025-03-03T10:00:00+08:00"), ("t1", "2025-03-03T09:30:00+08:00")]
    server.lost_answers = 1
    orders.give(1, "3", Order.CALL_HELD)

    assert outcome(orders) == [Outcome(1, Order.CALL_HELD, None)]
    assert [command["ticket_id"] for command in server.asked] == ["t1", "t1"]
    server.held = []
    orders.give(1, "3", Order.CALL_HELD)
    assert outcome(orders) == [Outcome(1, Order.CALL_HELD, "nobody_held")]


def test_closing_gives_up_what_is_under_way(server):
    server.failures = 1000
    orders = Orders(ServerLink(server.url))
    orders.give(1, "3", Order.CALL_NEXT)
    until(lambda: server.asked)

    orders.close()

    assert server.done == {}
