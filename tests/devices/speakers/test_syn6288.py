"""The speech module's driver: a sentence is said to its end, once, and a module that hangs is let go."""

import contextlib

import pytest

from devices.errors import DeviceError, DeviceUnavailable, ProtocolError
from devices.sim_line import PtyLine
from devices.speakers.sim_syn6288 import SimSyn6288
from devices.speakers.syn6288 import ATTEMPTS, FREE_S, WIRE_TIMEOUT_S, Syn6288
from devices.wire import SerialWire
from tests.devices.wires import SimWire

CALL = "请A023号到3号窗口办理"


@pytest.fixture
def wire():
    return SimWire(lambda clock: SimSyn6288(monotonic=clock), timeout_s=WIRE_TIMEOUT_S)


@pytest.fixture
def module(wire):
    wire.now = 1.0
    wire.device.s_per_character = 0.2
    return Syn6288(wire, "server.speaker", volume=12, speed=3, monotonic=wire.monotonic)


def test_a_sentence_is_said_to_its_end_with_its_volume_and_speed(module, wire):
    began = wire.now

    module.speak(CALL)

    assert wire.device.said == [CALL]
    assert wire.device.tags == {"v": 12, "t": 3}
    assert wire.now - began >= len(CALL) * 0.2
    assert not wire.device.is_speaking


def test_two_sentences_never_overlap(module, wire):
    module.speak(CALL)
    module.speak("请A024号到4号窗口办理")

    assert len(wire.device.said) == 2
    assert wire.device.overlaps == 0


def test_a_module_that_is_slow_to_begin_is_not_cut_off_by_the_next_piece(module, wire):
    wire.device.starts_late_s = 0.15

    module.speak(CALL)
    module.speak("请携带身份证原件，到三号窗口办理；" * 12)

    assert len(wire.device.said) > 2
    assert wire.device.overlaps == 0


def test_it_waits_for_what_is_being_said_and_stops_what_does_not_end(module, wire):
    wire.device.receive(bytes.fromhex("FD00180101C7EB41303233BAC5B5BD33BAC5B4B0BFDAB0ECC0ED92"), lambda _answer: None)
    module.speak("第二句")
    assert wire.device.overlaps == 0

    wire.device.receive(bytes.fromhex("FD00180101C7EB41303233BAC5B5BD33BAC5B4B0BFDAB0ECC0ED92"), lambda _answer: None)
    wire.device.never_ends, began = True, wire.now
    module.speak("第三句")

    assert wire.device.said[-1] == "第三句"
    assert wire.device.overlaps == 0
    assert wire.now - began < FREE_S + 5


def test_a_module_that_hangs_while_it_speaks_is_stopped_and_unavailable(module, wire):
    wire.device.never_ends = True

    with pytest.raises(DeviceUnavailable, match="still speaking"):
        module.speak(CALL)

    assert not wire.device.is_speaking


def test_a_long_text_is_said_piece_after_piece(module, wire):
    sentence = "请携带身份证原件，到三号窗口办理；" * 12

    module.speak(sentence)

    assert "".join(wire.device.said) == sentence
    assert wire.device.overlaps == 0


def test_a_frame_that_was_not_understood_is_sent_again(module, wire):
    wire.device.misunderstands = ATTEMPTS - 1

    module.speak(CALL)

    assert wire.device.said == [CALL]


def test_a_lost_answer_does_not_make_it_say_the_sentence_twice(module, wire):
    wire.trouble.silent = False
    module.check()
    lost = wire.device.receive

    def lose_the_answer_to_a_text(data, answer):
        lost(data, (lambda _reply: None) if data[3] == 0x01 else answer)

    wire.device.receive = lose_the_answer_to_a_text
    module.speak(CALL)

    assert wire.device.said == [CALL]


def test_a_silent_module_is_unavailable_and_noise_is_a_protocol_error(module, wire):
    wire.trouble.silent = True
    with pytest.raises(DeviceUnavailable, match="no answer"):
        module.check()

    wire.trouble.silent, wire.trouble.nonsense = False, 99
    with pytest.raises((ProtocolError, DeviceUnavailable)):
        module.speak(CALL)


def test_over_a_real_line_it_is_absent_there_slow_pulled_out_and_back(tmp_path):
    chip = SimSyn6288()
    line = PtyLine(chip, tmp_path / "speech")

    def opened():
        wire = SerialWire(line.port, baud=9600, timeout_s=WIRE_TIMEOUT_S, name="server.speaker")
        return Syn6288(wire, "server.speaker")

    with contextlib.closing(line):
        line.unplug()
        with pytest.raises(DeviceUnavailable):
            opened()
        line.plug()
        module = opened()
        line.trouble.slow_s = 0.1
        module.speak(CALL)
        line.trouble.slow_s, line.trouble.halves = 0.0, 1
        module.speak("第二句")
        assert chip.said == [CALL, "第二句"]

        line.unplug()
        with pytest.raises(DeviceError):
            module.speak(CALL)
        module.close()
        line.plug()

        with contextlib.closing(opened()) as again:
            again.speak("第三句")
        assert chip.said[-1] == "第三句"
