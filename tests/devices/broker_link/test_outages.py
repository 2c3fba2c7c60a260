"""The link to the broker, on a real mosquitto that is killed and started again."""

import subprocess
import sys
import time

from devices.broker_link import BrokerAddress, BrokerLink
from hall.messages import LevelPressed, QueueState
from tests.devices.broker_link.mute_broker import Mute
from tests.devices.broker_link.said import CLOCK, HALL, health, press, queue_state, statuses
from tests.waiting import until


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
