"""The master of a line, on a clock that stands still."""

import random

import pytest

from devices.call_pads.frames import Frame, encode
from devices.call_pads.line import SAME_PRESS_S
from devices.call_pads.messages import EvaluatorPressed, PadKey, PadPressed
from devices.call_pads.sim_pads import KEYS

CALL = PadPressed(1, PadKey.CALL)


@pytest.mark.parametrize("echo", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_told_once_and_acknowledged(master, line, key, echo):
    line.echo = echo
    line.pads[2].press(key, line.now)

    assert master.poll() == [PadPressed(2, PadKey(key))]
    line.pass_time(3)
    assert master.poll() == []
    assert (line.pads[2].acknowledged, line.pads[2].given_up) == (1, 0)
    assert len(line.written) == 1


@pytest.mark.parametrize("echo", [False, True])
def test_an_evaluators_key_is_answered_with_command_01(master, line, echo):
    line.echo = echo
    line.evaluators[3].press(2, line.now)

    assert master.poll() == [EvaluatorPressed(3, 2)]
    assert line.written == [bytes.fromhex("FF 68 03 03 68 03 01 02 06 16")]
    assert line.evaluators[3].acknowledged == 1
    assert master.poll() == []


def test_several_addresses_share_the_line(master, line):
    line.pads[1].press("call", line.now)
    line.pads[2].press("recall", line.now)
    line.evaluators[1].press(0, line.now)

    said = [said for _turn in range(3) for said in master.poll()]

    assert said == [CALL, PadPressed(2, PadKey.RECALL), EvaluatorPressed(1, 0)]


def test_a_press_whose_acknowledgement_was_lost_is_acknowledged_again_and_counts_once(master, line):
    line.deaf = 2
    line.pads[1].press("call", line.now)

    said = [said for _turn in range(20) for said in master.poll()]

    assert said == [CALL]
    assert line.pads[1].acknowledged == 1
    assert master.repeats == 2


def test_a_double_press_is_one_and_a_later_one_another(master, line):
    line.pads[1].press("call", line.now)
    assert master.poll() == [CALL]
    line.pass_time(SAME_PRESS_S / 2)
    line.pads[1].press("call", line.now)
    assert master.poll() == []
    line.pads[1].press("recall", line.now)
    assert master.poll() == [PadPressed(1, PadKey.RECALL)]

    line.pass_time(SAME_PRESS_S + 0.1)
    line.pads[1].press("call", line.now)

    assert master.poll() == [CALL]


def test_a_stuck_key_is_one_press_however_long_it_sticks(master, line):
    line.pads[1].jam("call")
    line.pass_time(0.1)

    said = [said for _turn in range(500) for said in master.poll()]

    assert line.now > 20
    assert said == [CALL]
    assert master.repeats > 50


def test_a_silent_address_keeps_nobody_waiting(master, line):
    line.pads[1].is_silent = True
    began = line.now
    master.show(1, 5, 23)
    master.show(2, 5, 24)
    assert line.now == began
    line.pads[2].press("call", line.now)

    assert master.poll() == [PadPressed(2, PadKey.CALL)]
    assert set(master.last_heard) == {2}


def test_what_is_shown_reaches_its_address_alone(master, line):
    master.show(1, 12, 23)
    master.beep(2)
    master.start_rating(3)
    master.show_stars(1, 4)

    assert (line.pads[1].waiting, line.pads[1].ticket, line.pads[1].beeps) == ("012", "023", 0)
    assert (line.pads[2].waiting, line.pads[2].ticket, line.pads[2].beeps) == ("   ", "   ", 1)
    assert (line.evaluators[3].ratings, line.evaluators[1].ratings, line.evaluators[1].stars) == (1, 0, 4)


def test_where_the_adapter_echoes_a_frame_that_was_hit_is_sent_again(master, line):
    line.echo = True
    master.show(1, 1, 1)
    master.poll()  # which teaches that there is an echo
    line.deaf = 2

    master.show(1, 2, 2)

    assert (line.pads[1].waiting, line.pads[1].ticket) == ("002", "002")
    assert master.collisions == 2
    assert master.poll() == []


def test_without_an_echo_a_frame_is_sent_once(master, line):
    for number in range(5):
        master.show(1, number, number)

    assert len(line.written) == 5


def test_a_pads_quick_repetition_is_not_taken_for_an_echo_of_the_adapter(master, line):
    line.deaf = 1
    line.pads[1].press("call", line.now)
    assert master.poll() == [CALL]
    line.arrive(encode(Frame(1, 0x01, b"\x0c")))  # sooner than an echo could not be
    master.poll()
    written = len(line.written)

    master.show(2, 1, 1)

    assert len(line.written) == written + 1  # it would be sent three times to an adapter that echoes


def test_an_echo_that_waited_in_the_port_while_the_host_was_busy_is_no_press(master, line):
    line.echo = True
    line.pads[1].press("call", line.now)
    assert master.poll() == [CALL]

    line.pass_time(60)

    assert master.poll() == []
    assert len(line.written) == 1


def test_an_unclear_frame_has_no_effect_and_is_not_acknowledged(master, line, caplog):
    line.arrive(encode(Frame(1, 0x01, b"\x00\x02\x03\x0c")))

    assert master.poll() == []
    assert line.written == []
    assert "unclear frame of address 1" in caplog.text


def test_a_pad_that_answers_what_it_is_shown_is_heard_and_warned_of_once(master, line, caplog):
    """No source says that pads do; one that does must not fill the log."""
    for number in range(5):
        master.show(1, number, number)
        line.pass_time(1)
        master.poll()
        line.arrive(line.written[-1])
        assert master.poll() == []

    assert len(line.written) == 5
    assert set(master.last_heard) == {1}
    assert caplog.text.count("unclear frame") == 1


def test_much_noise_and_nothing_understood_is_a_warning_until_something_is(master, line):
    line.arrive(random.Random(1).randbytes(400))
    master.poll()
    assert master.check() == "protocol_error"
    line.arrive(random.Random(2).randbytes(400))
    line.pads[1].press("call", line.now)
    assert master.poll() == [CALL]

    assert master.check() is None
    assert master.check() is None


def test_somebody_who_babbles_does_not_keep_poll(master, line):
    line.byte_s = 0.001
    line.arrive(b"\x55" * 100_000)

    assert master.poll() == []

    assert line.now < 0.2
