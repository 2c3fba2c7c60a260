"""The Onbon driver against a simulated card: on a clock that stands still, and over a real line."""

import contextlib

import pytest

from devices.counter_displays.onbon import ANSWER_S, ATTEMPTS, WIRE_TIMEOUT_S, OnbonDisplay
from devices.counter_displays.onbon_frames import ACK, NACK, Area, FrameDecoder, Packet, encode
from devices.counter_displays.sim_onbon import SimOnbon
from devices.errors import DeviceError, DeviceRefused, DeviceUnavailable, ProtocolError
from devices.sim_line import PtyLine, TcpLine
from devices.wire import SerialWire, TcpWire
from tests.devices.wires import SimWire

AREA = Area(128, 16)


@pytest.fixture
def wire():
    return SimWire(lambda _clock: SimOnbon(), timeout_s=WIRE_TIMEOUT_S)


@pytest.fixture
def display(wire):
    return OnbonDisplay(wire, "L02", AREA, wire.monotonic)


def shown(wire):
    return wire.device.text, wire.device.flashing


def test_every_state_is_shown_and_only_a_call_flashes(display, wire):
    assert display.show_idle("3", "3号窗口 企业开办") == "3号窗口 企业开办"
    assert shown(wire) == ("3号窗口 企业开办", False)
    display.show_call("3", "A001", "请A001号")
    assert shown(wire) == ("请A001号", True)
    display.show_message("3", "A001号办理中")
    assert shown(wire) == ("A001号办理中", False)
    display.show_paused("3", "暂停服务")
    assert shown(wire) == ("暂停服务", False)
    display.clear("3")
    assert shown(wire) == ("", False)


def test_a_character_that_gb2312_lacks_is_told_as_it_is_shown(display, wire):
    assert display.show_idle("3", "3号 䶮") == "3号 ?"
    assert wire.device.text == "3号 ?"


def test_a_lost_acknowledgement_is_asked_for_again(display, wire):
    wire.device.lose_answers = ATTEMPTS - 1

    display.show_call("3", "A001", "请A001号")

    assert shown(wire) == ("请A001号", True)
    assert wire.device.updates == ATTEMPTS


def test_a_silent_card_is_unavailable_once_all_attempts_have_passed(display, wire):
    wire.trouble.silent = True

    with pytest.raises(DeviceUnavailable, match="no answer"):
        display.check()

    assert wire.now == pytest.approx(ATTEMPTS * ANSWER_S, abs=ATTEMPTS * WIRE_TIMEOUT_S)


def test_a_card_that_refuses_is_a_fault(display, wire):
    wire.device.refuses = True

    with pytest.raises(DeviceRefused, match="a3 06"):
        display.show_idle("3", "3号窗口")
    assert display.check() is None  # it is there


def test_half_an_answer_and_noise_are_got_over(display, wire):
    wire.trouble.halves = wire.trouble.nonsense = 1

    display.show_idle("3", "3号窗口")

    assert wire.device.text == "3号窗口"


def test_a_sound_frame_that_asks_for_something_else_is_refused_by_the_card(wire):
    answers = []

    for asked in (Packet((0xA3, 0x06), b"\x01"), Packet((0xA1, 0x00), b"\x01\x00\x00")):
        wire.device.receive(encode(asked), answers.append)

    assert [next(FrameDecoder().feed(answer)).command for answer in answers] == [NACK, NACK]


def test_nothing_but_noise_is_a_protocol_error(display, wire):
    wire.trouble.nonsense = ATTEMPTS

    with pytest.raises(ProtocolError, match="not an answer"):
        display.check()


def test_a_late_answer_to_an_older_request_does_not_count(display, wire):
    wire.arrive(encode(Packet(ACK, bytes(3), destination=0x8000, source=1)))
    wire.trouble.silent = True

    with pytest.raises(DeviceUnavailable):
        display.check()


@pytest.fixture(params=["pty", "tcp"])
def line(request, tmp_path):
    line = PtyLine(SimOnbon(), tmp_path / "card") if request.param == "pty" else TcpLine(SimOnbon())
    with contextlib.closing(line):
        yield line


def opened(line):
    if isinstance(line, PtyLine):
        wire = SerialWire(line.port, timeout_s=WIRE_TIMEOUT_S, name="L02")
    else:
        wire = TcpWire(line.host, line.port, timeout_s=WIRE_TIMEOUT_S, name="L02")
    return OnbonDisplay(wire, "L02", AREA)


def test_over_a_real_line_it_shows_and_gets_over_slowness_halves_and_noise(line):
    with contextlib.closing(opened(line)) as display:
        display.show_call("3", "A001", "请A001号")
        assert line._device.text == "请A001号"
        line.trouble.slow_s = 0.2
        display.check()
        line.trouble.slow_s, line.trouble.halves, line.trouble.nonsense = 0.0, 1, 1

        display.show_paused("3", "暂停服务")

        assert line._device.text == "暂停服务"


def test_over_a_real_line_it_is_absent_then_there_then_pulled_out_then_back(line):
    line.unplug()
    with pytest.raises(DeviceUnavailable):
        opened(line)
    line.plug()
    with contextlib.closing(opened(line)) as display:
        display.show_idle("3", "3号窗口")
        line.unplug()
        with pytest.raises(DeviceError):
            display.show_idle("3", "4号窗口")
    line.plug()

    with contextlib.closing(opened(line)) as display:
        display.show_idle("3", "5号窗口")
    assert line._device.text == "5号窗口"
