"""The link to the broker, on a real mosquitto that is killed and started again."""

import contextlib
import json
import logging
import random
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.broker_link import BrokerAddress, BrokerLink
from hall import topics
from hall.clock import HallClock
from hall.counter import CounterStatus
from hall.messages import BarShown, CounterState, DeviceHealth, LevelPressed, QueueState
from hall.rating import RatingLevel
from tests.mosquitto import running_broker
from tests.waiting import until

HALL = "test-hall"
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
CLOCK = HallClock(ZoneInfo("Asia/Shanghai"), time.time)


def queue_state(waiting: int, prefix: str = "A") -> QueueState:
    return QueueState(prefix=prefix, revision=waiting, waiting=waiting)


def press(number: int) -> LevelPressed:
    return LevelPressed(
        counter_no="3", press_id=f"press-{number}", rating_id="rating", level=RatingLevel.VERY_SATISFIED
    )


def health(status: str, device_id: str = "K01") -> DeviceHealth:
    return DeviceHealth(device_id=device_id, kind="kiosk", status=status)


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


def test_what_is_told_is_heard_as_the_same_message(connect):
    heard = []
    listener = connect("listener", hears={QueueState: heard.append, LevelPressed: heard.append})
    assert listener.wait_connected(5)

    teller = connect("teller")
    teller.tell(queue_state(3))
    teller.tell(press(1))

    until(lambda: len(heard) == 2)
    assert heard == [queue_state(3), press(1)]


def test_on_the_wire_a_message_is_a_cloud_event_on_its_own_topic_and_names_its_sender(connect, wire):
    connect("K01").tell(health("ok"))

    until(lambda: wire.seen)
    packet = wire.seen[0]
    body = json.loads(packet.payload)
    assert (packet.topic, packet.qos) == ("hq/v1/test-hall/device/K01/state", 1)
    assert (body["source"], body["type"]) == ("/halls/test-hall/K01", "hallq.DeviceHealth")
    assert body["data"] == {"type": "DeviceHealth", "device_id": "K01", "kind": "kiosk", "status": "ok", "cause": None,
                            "mend": None, "detail": None, "key_fingerprint": None}  # fmt: skip


def test_a_state_reaches_those_who_come_later_and_an_event_does_not(connect):
    teller, heard = connect("teller"), []
    teller.tell(press(1))
    teller.tell(queue_state(4))
    echo = []
    assert connect("first", hears={QueueState: echo.append}).wait_connected(5)
    until(lambda: echo)

    connect("later", hears={QueueState: heard.append, LevelPressed: heard.append})

    until(lambda: heard)
    assert heard == [queue_state(4)]


def test_of_states_told_while_the_broker_is_away_the_newest_comes_through_and_of_events_all(broker, connect, links):
    broker.kill()
    teller = BrokerLink(HALL, "teller", broker.address, CLOCK)
    links(teller)
    for number in range(1, 6):
        teller.tell(queue_state(number))
        teller.tell(press(number))
    heard = []
    broker.start()
    listener = connect("listener", hears={QueueState: heard.append, LevelPressed: heard.append})
    assert listener.wait_connected(5)

    teller.start()  # after the listener: the broker keeps no event for who is not there

    until(lambda: len({m.press_id for m in heard if isinstance(m, LevelPressed)}) == 5, within_s=8)
    until(lambda: queue_state(5) in heard, within_s=8)
    presses = [m for m in heard if isinstance(m, LevelPressed)]
    assert presses == [press(number) for number in range(1, 6)]
    assert {m for m in heard if isinstance(m, QueueState)} == {queue_state(5)}


def test_states_told_before_are_told_again_to_a_broker_that_forgot_them(broker, connect):
    teller = connect("teller")
    teller.tell(queue_state(7))
    teller.tell(queue_state(2, prefix="B"))
    teller.tell(queue_state(8))
    echo = []
    assert connect("echo", hears={QueueState: echo.append}).wait_connected(5)
    until(lambda: len(echo) >= 2)

    broker.kill()
    until(lambda: not teller.is_connected)
    broker.start()
    assert teller.wait_connected(8)
    heard = []
    connect("newcomer", hears={QueueState: heard.append})

    until(lambda: {(m.prefix, m.waiting) for m in heard} == {("A", 8), ("B", 2)}, within_s=8)


def test_a_device_that_is_well_is_told_again_after_its_will_was_told(broker, connect, wire):
    kiosk = connect("K01", will=health("offline"))
    kiosk.tell(health("ok"))
    until(lambda: [s for s in statuses(wire) if s == "ok"])

    thief = connect("K01")  # the same client id takes the connection over, and the broker tells the will
    until(lambda: "offline" in statuses(wire))
    thief.close()

    until(lambda: statuses(wire)[-1] == "ok", within_s=8)


def test_a_state_that_was_not_acknowledged_never_comes_after_a_newer_one(connect, links):
    """The client library resends what was not acknowledged; here the first broker takes a state and dies silently."""
    with Mute() as broker:
        link = connect("K01", address=BrokerAddress("127.0.0.1", broker.port))
        assert link.wait_connected(5)
        link.tell(health("warning"))
        until(lambda: broker.statuses == ["warning"])
        broker.hang_up()
        until(lambda: not link.is_connected)
        link.tell(health("ok"))

        until(lambda: "ok" in broker.statuses, within_s=8)
        assert link.wait_connected(5)

        assert broker.statuses[-1] == "ok"
        assert "warning" in broker.statuses[1:]  # it was resent, as the library does, but before


def test_a_link_is_back_within_two_seconds_of_the_brokers_return(broker, connect):
    link = connect()
    assert link.wait_connected(5)
    broker.kill()
    until(lambda: not link.is_connected)

    broker.start()
    began = time.monotonic()

    assert link.wait_connected(5)
    assert time.monotonic() - began <= 2.2


def test_a_missing_broker_is_said_once_with_the_mend(broker, connect, caplog):
    broker.kill()

    connect("alone")

    until(lambda: "is mosquitto running" in caplog.text)
    assert caplog.text.count("is mosquitto running") == 1


def test_a_link_starts_without_a_broker_and_finds_it_later(broker, connect):
    broker.kill()
    link = connect()
    assert not link.wait_connected(0.3)

    broker.start()

    assert link.wait_connected(5)


def test_the_will_is_told_when_a_process_is_killed(broker, connect, wire):
    program = (
        "import sys, time\nfrom zoneinfo import ZoneInfo\nfrom devices.broker_link import *\n"
        "from hall.clock import HallClock\nfrom hall.messages import DeviceHealth\n"
        "health = lambda status: DeviceHealth(device_id='K01', kind='kiosk', status=status)\n"
        f"link = BrokerLink('{HALL}', 'K01', BrokerAddress('127.0.0.1', {broker.port}), "
        "HallClock(ZoneInfo('Asia/Shanghai'), time.time), will=health('offline'))\n"
        "link.start()\nlink.wait_connected(5)\nlink.tell(health('ok'))\ntime.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    try:
        until(lambda: statuses(wire) == ["ok"], within_s=10)
        began = time.monotonic()
    finally:
        process.kill()
        process.wait()

    until(lambda: statuses(wire) == ["ok", "offline"])
    assert time.monotonic() - began < 2


def test_a_link_that_says_goodbye_sends_what_it_was_told_last_and_no_will(connect, wire):
    link = connect("K01", will=health("offline"))
    assert link.wait_connected(5)

    link.tell(health("fault"))
    link.close()

    until(lambda: statuses(wire) == ["fault"])
    wire.publish("mark", b"", qos=1)
    until(lambda: wire.seen[-1].topic == "mark")
    assert statuses(wire) == ["fault"]


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


def test_many_threads_may_tell_at_once_and_the_last_state_of_each_stands(connect):
    newest, lock = {}, threading.Lock()

    def note(state):
        with lock:
            newest[state.counter_no] = state.revision

    assert connect("listener", hears={CounterState: note}).wait_connected(5)
    teller = connect("teller")

    def tell_all(counter_no):
        for revision in range(1, 51):
            teller.tell(
                CounterState(
                    counter_no=counter_no, revision=revision, status=CounterStatus.IDLE, text="", flashing=False
                )
            )

    threads = [threading.Thread(target=tell_all, args=(str(n),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    until(lambda: newest == {str(n): 50 for n in range(6)})


def statuses(wire):
    return [json.loads(p.payload)["data"]["status"] for p in wire.seen if p.topic.endswith("/device/K01/state")]


class Mute:
    """Just enough of MQTT 5 to take a connection, subscriptions and publications, and to acknowledge no publication.

    Source: MQTT 5.0, 3.1 to 3.9: fixed header, CONNACK, PUBLISH, SUBACK.
    """

    def __init__(self) -> None:
        self.statuses: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connection = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._listener.shutdown(socket.SHUT_RDWR)
        self.hang_up()
        self._thread.join(5)
        self._listener.close()

    def hang_up(self):
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                self._connection, _ = self._listener.accept()
                with self._connection as connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
                    while head := stream.read(1):
                        self._take(head[0] >> 4, stream.read(_length(stream)), connection)

    def _take(self, kind, body, connection):
        if kind == 1:
            connection.sendall(b"\x20\x03\x00\x00\x00")
        elif kind == 8:
            count = body.count(b"hq/v1/")
            connection.sendall(bytes((0x90, 3 + count)) + body[:2] + b"\x00" + b"\x01" * count)
        elif kind == 3:
            self.statuses.append(json.loads(body[body.index(b"{") :])["data"]["status"])
        elif kind == 12:
            connection.sendall(b"\xd0\x00")


def _length(stream):
    value, shift = 0, 0
    while True:
        byte = stream.read(1)[0]
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value
