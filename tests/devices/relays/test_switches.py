"""Relay boards: what is switched is switched, off first and last, and what a board does not say is not believed."""

import contextlib

import pytest

from devices.errors import DeviceError, DeviceRefused, DeviceUnavailable, ProtocolError
from devices.relays.lcus import LcusSwitches
from devices.relays.modbus import ANSWER_S, ATTEMPTS, WIRE_TIMEOUT_S, ModbusSwitches
from devices.relays.sim_relays import SimLcus, SimModbusRelay
from devices.sim_line import PtyLine
from devices.wire import SerialWire
from tests.devices.wires import SimWire
from tests.waiting import until

ALL_OFF = [False] * 4


def lcus_wire():
    return SimWire(lambda _clock: SimLcus())


def modbus_wire():
    return SimWire(lambda _clock: SimModbusRelay(), timeout_s=WIRE_TIMEOUT_S)


def modbus_on(wire, **more):
    return ModbusSwitches(wire, "K01.switches", 4, inputs=4, monotonic=wire.monotonic, **more)


BOARDS = {
    "lcus": (lcus_wire, lambda wire: LcusSwitches(wire, "K01.switches", 4)),
    "modbus": (modbus_wire, modbus_on),
}


@pytest.fixture(params=sorted(BOARDS))
def board(request):
    """A wire with a board, and what opens it."""
    make_wire, open_board = BOARDS[request.param]
    return make_wire(), open_board


def test_what_a_crash_left_on_is_off_as_soon_as_the_board_is_opened(board):
    wire, open_board = board
    wire.device.relays = [True] * 4

    open_board(wire)

    assert wire.device.relays == ALL_OFF


def test_one_relay_is_switched_and_its_neighbours_are_not(board):
    wire, open_board = board
    switches = open_board(wire)

    switches.set(2, on=True)
    assert wire.device.relays == [False, True, False, False]
    switches.set(2, on=False)

    assert wire.device.relays == ALL_OFF


def test_closing_switches_everything_off(board):
    wire, open_board = board
    switches = open_board(wire)
    switches.set(1, on=True)
    switches.set(4, on=True)

    switches.close()

    assert wire.device.relays == ALL_OFF
    assert wire.is_closed


def test_a_channel_that_is_not_there_is_refused_before_anything_is_sent(board):
    wire, open_board = board
    switches = open_board(wire)
    before = wire.written

    for channel in (0, 5):
        with pytest.raises(ValueError, match="channels 1 to 4"):
            switches.set(channel, on=True)

    assert wire.written == before


def test_a_board_that_restarted_is_put_right_by_the_next_check(board):
    wire, open_board = board
    switches = open_board(wire)
    switches.set(3, on=True)
    wire.device.relays = list(ALL_OFF)

    assert switches.check() is None

    assert wire.device.relays == [False, False, True, False]


def test_inputs_are_read_and_an_lcus_board_has_none(board):
    wire, open_board = board
    switches = open_board(wire)
    if isinstance(wire.device, SimLcus):
        assert switches.inputs() == ()
        return
    wire.device.inputs = [True, False, False, True]

    assert switches.inputs() == (True, False, False, True)


def test_a_silent_modbus_board_is_unavailable_in_bounded_time():
    wire = modbus_wire()
    switches = modbus_on(wire)
    wire.trouble.silent, began = True, wire.now

    with pytest.raises(DeviceUnavailable, match="no answer"):
        switches.inputs()

    assert wire.now - began <= ATTEMPTS * (ANSWER_S + WIRE_TIMEOUT_S)


@pytest.mark.parametrize("knob", ["wrong_crc", "strangers"])
def test_a_wrong_checksum_and_another_address_are_got_over_and_then_not(knob):
    wire = modbus_wire()
    switches = modbus_on(wire)

    setattr(wire.device, knob, ATTEMPTS - 1)
    switches.set(1, on=True)
    setattr(wire.device, knob, ATTEMPTS)

    with pytest.raises(ProtocolError, match="not an answer"):
        switches.inputs()


def test_an_exception_is_a_refusal_in_words():
    wire = modbus_wire()
    switches = modbus_on(wire)
    wire.device.exception = 4

    with pytest.raises(DeviceRefused, match="it failed"):
        switches.set(1, on=True)


def test_a_board_with_fewer_relays_than_configured_is_refused_when_it_is_opened():
    wire = SimWire(lambda _clock: SimModbusRelay(channels=2), timeout_s=WIRE_TIMEOUT_S)

    with pytest.raises(DeviceRefused, match="no such channel"):
        modbus_on(wire)

    assert wire.is_closed


def test_a_board_is_asked_by_its_own_address_too():
    wire = SimWire(lambda _clock: SimModbusRelay(address=7), timeout_s=WIRE_TIMEOUT_S)

    modbus_on(wire, address=7).set(1, on=True)

    assert wire.device.relays[0]
    with pytest.raises(DeviceUnavailable):
        modbus_on(SimWire(lambda _clock: SimModbusRelay(address=7), timeout_s=WIRE_TIMEOUT_S), address=8)


def test_closing_a_board_that_is_gone_is_quiet():
    wire = modbus_wire()
    switches = modbus_on(wire)
    wire.trouble.silent = True

    switches.close()

    assert wire.is_closed


@pytest.mark.parametrize("kind", sorted(BOARDS))
def test_over_a_real_line_it_is_absent_there_slow_pulled_out_and_back(kind, tmp_path):
    sim = SimLcus() if kind == "lcus" else SimModbusRelay()
    line = PtyLine(sim, tmp_path / "relays")

    def opened():
        wire = SerialWire(line.port, baud=9600, timeout_s=WIRE_TIMEOUT_S, name="K01.switches")
        if kind == "lcus":
            return LcusSwitches(wire, "K01.switches", 4)
        return ModbusSwitches(wire, "K01.switches", 4, inputs=4)

    with contextlib.closing(line):
        line.unplug()
        with pytest.raises(DeviceUnavailable):
            opened()
        line.plug()
        switches = opened()
        line.trouble.slow_s = 0.1
        switches.set(1, on=True)
        until(lambda: sim.relays[0])
        line.trouble.slow_s, line.trouble.halves, line.trouble.nonsense = 0.0, 1, 1
        switches.set(2, on=True)
        until(lambda: sim.relays[1])

        line.unplug()
        with pytest.raises(DeviceError):
            until(lambda: switches.set(2, on=False))
        switches.close()
        assert sim.relays[:2] == [True, True]  # nobody could tell it
        line.plug()

        switches = opened()
        until(lambda: sim.relays == ALL_OFF)
        switches.close()
