"""A real broker, links to it, and somebody who sees every byte."""

import contextlib
import threading

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.broker_link import BrokerLink
from tests.devices.broker_link.said import CLOCK, HALL
from tests.mosquitto import running_broker


@pytest.fixture
def broker(tmp_path):
    with running_broker(tmp_path) as broker:
        yield broker


@pytest.fixture
def links():
    with contextlib.ExitStack() as stack:
        yield lambda link: stack.callback(link.close)


@pytest.fixture
def connect(broker, links):
    def new(name="server", *, hears=None, will=None, address=None):
        link = BrokerLink(HALL, name, address or broker.address, CLOCK, will=will)
        for message_type, handler in (hears or {}).items():
            link.hear(message_type, handler)
        links(link)
        link.start()
        return link

    return new


@pytest.fixture
def wire(broker):
    """Somebody who is not HallQ: sees every byte, and publishes whatever it likes."""
    seen = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    subscribed = threading.Event()
    client.on_message = lambda _client, _data, packet: seen.append(packet)
    client.on_connect = lambda c, *_rest: c.subscribe("#", qos=1)
    client.on_subscribe = lambda *_all: subscribed.set()
    client.seen = seen
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert subscribed.wait(5)
    yield client
    client.disconnect()
    client.loop_stop()
