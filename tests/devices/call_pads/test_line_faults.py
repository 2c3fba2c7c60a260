"""The master on a real pseudo-terminal, where writes merge and split: what goes wrong on a line, and what does not."""

import pytest

from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.call_pads.messages import EvaluatorPressed, PadKey, PadPressed
from devices.call_pads.sim_line import PadLineSim
from devices.errors import DeviceUnavailable
from devices.wire import SerialWire
from tests.waiting import until

CALL = PadPressed(1, PadKey.CALL)


def open_line(port: str) -> PadLine:
    return PadLine(SerialWire(port, baud=9600, timeout_s=WIRE_TIMEOUT_S, name="L01"), "L01")


@pytest.fixture
def master(sim):
    master = open_line(sim.port)
    yield master
    master.close()


def hear(master, count, within_s=5.0):
    heard = []
    until(lambda: heard.extend(master.poll()) or len(heard) >= count, within_s)
    return heard


def settle(sim, master):
    """Wait until nobody waits for an answer; what was said meanwhile."""
    heard = []
    speakers = (*sim.pads.values(), *sim.evaluators.values())
    until(lambda: heard.extend(master.poll()) or not any(speaker.is_waiting for speaker in speakers))
    return heard


@pytest.mark.parametrize("echo", [False, True])
def test_keys_are_heard_and_numbers_are_shown(sim, master, echo):
    sim.echo = echo
    master.show(1, 12, 23)
    until(lambda: master.poll() == [] and sim.shows(1) == ("012", "023"))

    sim.press(1, "call")
    sim.rate(3, 2)

    assert sorted(hear(master, 2), key=str) == [EvaluatorPressed(3, 2), CALL]
    assert settle(sim, master) == []


@pytest.mark.parametrize("echo", [False, True])
@pytest.mark.parametrize("knob", ["collisions", "half_frames", "noise"])
def test_a_press_that_was_hit_broke_off_or_came_with_noise_is_heard_once(sim, master, knob, echo):
    sim.echo = echo
    setattr(sim, knob, 2)

    sim.press(1, "call")

    assert hear(master, 1) == [CALL]
    assert settle(sim, master) == []
    assert sim.pads[1].acknowledged == 1


def test_a_pad_that_speaks_slowly_is_heard(sim, master):
    sim.byte_s = 0.01

    sim.press(1, "call")

    assert hear(master, 1) == [CALL]


def test_two_who_speak_at_once_are_both_heard_in_the_end(sim, master):
    sim.collisions = 4
    sim.press(1, "call")
    sim.press(2, "call")

    assert sorted(hear(master, 2), key=str) == [CALL, PadPressed(2, PadKey.CALL)]


def test_a_silent_address_is_not_heard_and_the_others_are(sim, master):
    sim.pads[1].is_silent = True
    for number in range(10):
        master.show(1, number, number)
    sim.press(1, "call")
    sim.press(2, "call")

    assert hear(master, 1) == [PadPressed(2, PadKey.CALL)]
    assert sim.shows(1) == ("   ", "   ")
    assert set(master.last_heard) == {2}


def test_a_stuck_key_keeps_no_other_from_being_heard(sim, master):
    sim.pads[1].jam("call")
    assert hear(master, 1) == [CALL]

    sim.press(2, "recall")

    assert hear(master, 1) == [PadPressed(2, PadKey.RECALL)]
    until(lambda: master.poll() == [] and master.repeats > 4)


def test_a_line_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(DeviceUnavailable, match="cannot open"):
        open_line(str(tmp_path / "nowhere"))


def test_an_adapter_pulled_out_is_unavailable_and_works_again_when_it_is_back(tmp_path):
    with PadLineSim(pads=(1,), link=tmp_path / "line") as sim:
        master = open_line(sim.port)
        sim.press(1, "call")
        assert hear(master, 1) == [CALL]

        sim.unplug()
        with pytest.raises(DeviceUnavailable):
            until(lambda: master.poll() is None)
        with pytest.raises(DeviceUnavailable):
            until(lambda: master.show(1, 1, 1))
        master.close()
        master.close()
        sim.plug()

        again = open_line(sim.port)
        sim.press(1, "recall")
        assert hear(again, 1) == [PadPressed(1, PadKey.RECALL)]
        again.close()


def test_an_adapter_pulled_out_in_the_middle_of_a_press_loses_nothing_that_the_pad_repeats(tmp_path):
    with PadLineSim(pads=(1,), link=tmp_path / "line") as sim:
        master = open_line(sim.port)
        sim.half_frames = 1
        sim.press(1, "call")
        sim.unplug()
        with pytest.raises(DeviceUnavailable):
            until(lambda: master.poll() is None)
        master.close()
        sim.plug()

        again = open_line(sim.port)
        assert hear(again, 1) == [CALL]
        again.close()


def test_nonsense_for_long_is_a_warning_and_keys_work_again_afterwards(sim, master):
    for _burst in range(20):
        sim.babble()
    until(lambda: master.poll() == [] and master.check() == "protocol_error")

    sim.press(1, "call")

    assert hear(master, 1) == [CALL]
    assert master.check() is None
