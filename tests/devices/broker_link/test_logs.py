"""What the link logs and goes on after: nonsense, a handler's bug, a wrong password; and what it never shows."""

import logging
import random

import pytest

from devices.broker_link import BrokerAddress
from hall import topics
from hall.messages import BarShown, QueueState
from tests.devices.broker_link.said import HALL, NOON, queue_state
from tests.mosquitto import running_broker
from tests.waiting import until


@pytest.mark.parametrize("seed", range(5))
def test_nonsense_on_a_topic_is_logged_and_the_next_message_is_heard(connect, wire, caplog, seed):
    heard, rng = [], random.Random(seed)
    link = connect(hears={QueueState: heard.append})
    assert link.wait_connected(5)
    topic = topics.topic_of(HALL, queue_state(1))
    nonsense = [
        b"",
        b"{}",
        b"[1,2",
        b"\xff\xfe",
        b'{"id": "\xff"}',
        b'{"data": {"type": "QueueState"}}',
        rng.randbytes(300),
    ]

    for payload in nonsense:
        wire.publish(topic, payload, qos=1)
    wire.publish(topic, topics.encode(queue_state(9), message_id="1", source="/x", time=NOON), qos=1)

    until(lambda: heard)
    assert heard == [queue_state(9)]
    assert sum("malformed" in record.getMessage() for record in caplog.records) == len(nonsense)


def test_a_malformed_message_is_logged_without_its_contents(connect, wire, caplog):
    caplog.set_level(logging.DEBUG)
    heard = []
    link = connect(hears={QueueState: heard.append})
    assert link.wait_connected(5)
    topic = topics.topic_of(HALL, queue_state(1))

    wire.publish(topic, b'{"id": "1", "name": "11010519491231002X", "data": "\xe5\xbc\xa0\xe4\xb8\x89"}', qos=1)

    until(lambda: any("malformed" in record.getMessage() for record in caplog.records))
    assert "11010519491231002X" not in caplog.text
    assert "张三" not in caplog.text
    assert "Traceback" not in caplog.text


def test_a_handler_that_raises_is_logged_and_the_link_goes_on(connect, caplog):
    heard = []

    def fail_first(message):
        heard.append(message)
        if len(heard) == 1:
            raise RuntimeError("a bug in a handler")

    assert connect("listener", hears={BarShown: fail_first}).wait_connected(5)
    teller = connect("teller")

    for revision in (1, 2):
        teller.tell(BarShown(counter_no="3", revision=revision, text=""))

    until(lambda: len(heard) == 2)
    assert "a bug in a handler" in caplog.text


def test_a_wrong_password_is_logged_without_being_shown(tmp_path, connect, caplog):
    caplog.set_level(logging.DEBUG)
    with running_broker(tmp_path, password_of={"hallq": "right"}) as broker:
        link = connect("K01", address=BrokerAddress("127.0.0.1", broker.port, "hallq", "wrong-secret"))
        until(lambda: "refused the connection" in caplog.text)

        assert not link.is_connected
        assert "wrong-secret" not in caplog.text

        assert connect("K02", address=BrokerAddress("127.0.0.1", broker.port, "hallq", "right")).wait_connected(5)


def test_an_address_does_not_show_its_password():
    assert "opensesame" not in repr(BrokerAddress("127.0.0.1", 1883, "hallq", "opensesame"))
