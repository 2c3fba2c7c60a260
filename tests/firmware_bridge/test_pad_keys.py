import pytest
from msgspec import json

from devices.call_pads.messages import PadKey
from firmware_bridge.pad_keys import ORDERS, Order, command_of, order_of
from hall.counter import CounterStatus
from hall.messages import AnyCommand


@pytest.mark.parametrize("order", Order)
def test_every_order_is_a_command_that_the_server_can_read(order):
    command = command_of(order, "command-1", "3", "ticket-1")

    assert json.decode(json.encode(command), type=AnyCommand) == command
    assert (command.command_id, command.counter_no) == ("command-1", "3")


def test_every_order_has_a_key():
    assert {order for by_status in ORDERS.values() for order in by_status.values()} == set(Order)


@pytest.mark.parametrize("status", [CounterStatus.CALLING, CounterStatus.SERVING, CounterStatus.PAUSED])
def test_a_call_while_a_visitor_is_here_or_on_the_way_calls_nobody(status):
    """However slowly a key sticks, it calls one ticket."""
    assert order_of(PadKey.CALL, status) is None


@pytest.mark.parametrize("key", PadKey)
@pytest.mark.parametrize("status", [CounterStatus.CLOSED, None])
def test_without_a_clerk_a_pad_does_nothing(key, status):
    assert order_of(key, status) is None


@pytest.mark.parametrize("key", [PadKey.CANCEL, PadKey.NOTICE, PadKey.TRANSFER])
@pytest.mark.parametrize("status", CounterStatus)
def test_what_a_pad_cannot_say_in_full_is_left_to_the_clerks_page(key, status):
    assert order_of(key, status) is None


def test_pause_is_also_the_key_to_go_on():
    assert order_of(PadKey.PAUSE, CounterStatus.IDLE) is Order.PAUSE
    assert order_of(PadKey.PAUSE, CounterStatus.PAUSED) is Order.RESUME
