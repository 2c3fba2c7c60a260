"""A UPS behind a daemon over TCP: what it tells, and every way in which it does not."""

import contextlib
import socket

import pytest

from devices.errors import BatteryLow, DeviceFault, DeviceUnavailable, ProtocolError, UnknownUps
from devices.mends import MENDS
from devices.power.nut import ANSWER_S, WIRE_TIMEOUT_S, NutUps
from devices.power.sim_upsd import SimUpsd
from devices.power.state import Mains, PowerState
from devices.sim_line import TcpLine
from devices.wire import TcpWire
from tests.devices.wires import SimWire


@pytest.fixture
def wire():
    return SimWire(lambda _clock: SimUpsd(), timeout_s=WIRE_TIMEOUT_S)


@pytest.fixture
def ups(wire):
    return NutUps(wire, "K01.ups", "ups", wire.monotonic)


def test_on_mains_all_is_well(ups):
    assert ups.read() == PowerState(Mains.ONLINE, 100, 1500)
    assert ups.check() is None


def test_without_mains_it_warns_then_it_is_a_fault_and_then_all_is_well_again(ups, wire):
    wire.device.mains_fail()
    assert ups.check() == "on_battery"
    assert "on_battery" in MENDS

    wire.device.battery_runs_low()
    with pytest.raises(BatteryLow, match="95 s left"):
        ups.check()

    wire.device.mains_return()
    assert ups.check() is None


def test_a_ups_that_says_nothing_of_the_mains_is_unknown_and_no_alarm(ups, wire):
    wire.device.variables = {"device.type": "ups"}

    assert ups.read() == PowerState(Mains.UNKNOWN)
    assert ups.check() is None


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("DATA-STALE", DeviceUnavailable, "has lost the UPS"),
        ("DRIVER-NOT-CONNECTED", DeviceUnavailable, "has lost the UPS"),
        ("ACCESS-DENIED", DeviceFault, "refuses: ACCESS-DENIED"),
    ],
)
def test_what_the_daemon_refuses_is_told_apart(ups, wire, code, error, words):
    wire.device.error = code

    with pytest.raises(error, match=words):
        ups.check()


def test_a_name_that_the_daemon_does_not_know_is_a_fault(wire):
    with pytest.raises(UnknownUps, match="'other'"):
        NutUps(wire, "K01.ups", "other", wire.monotonic).read()


def test_a_silent_daemon_and_one_that_stops_in_the_list_are_unavailable(ups, wire):
    wire.device.stops_in_list = True
    with pytest.raises(DeviceUnavailable, match="no answer"):
        ups.read()
    assert wire.now == pytest.approx(ANSWER_S, abs=WIRE_TIMEOUT_S)

    wire.device.stops_in_list, wire.trouble.silent = False, True
    with pytest.raises(DeviceUnavailable, match="no answer"):
        ups.read()


def test_another_service_on_the_port_is_a_protocol_error(ups, wire):
    wire.trouble.silent = True
    wire.write = lambda _data: wire.arrive(b"HTTP/1.1 400 Bad Request\r\n")

    with pytest.raises(ProtocolError, match="HTTP"):
        ups.read()


def test_the_line_is_read_only(ups, wire):
    ups.check()
    ups.read()

    assert {line.split()[0] for line in wire.written.splitlines()} == {b"LIST"}


def test_over_tcp_it_is_absent_there_slow_gone_and_back():
    daemon = SimUpsd()
    line = TcpLine(daemon)

    def opened():
        return NutUps(TcpWire(line.host, line.port, timeout_s=WIRE_TIMEOUT_S, name="K01.ups"), "K01.ups", "ups")

    with contextlib.closing(line):
        line.unplug()
        with pytest.raises(DeviceUnavailable):
            opened()
        line.plug()
        ups = opened()
        line.trouble.slow_s = 0.1
        assert ups.check() is None
        line.trouble.slow_s, line.trouble.nonsense = 0.0, 1
        with pytest.raises((ProtocolError, DeviceUnavailable)):
            ups.read()
        assert ups.check() is None

        line.unplug()
        with pytest.raises(DeviceUnavailable):
            ups.read()
        ups.close()
        line.plug()

        with contextlib.closing(opened()) as again:
            assert again.check() is None


def test_a_real_socket_that_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as server:
        ticks = iter(range(100))
        wire = TcpWire("127.0.0.1", server.getsockname()[1], timeout_s=0.05, name="K01.ups")
        ups = NutUps(wire, "K01.ups", "ups", lambda: float(next(ticks)))

        with pytest.raises(DeviceUnavailable, match="no answer"):
            ups.read()
        ups.close()
