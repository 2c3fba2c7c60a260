"""Number bars: four bytes a frame, no answer, several on one line."""

import random

import pytest

from devices.counter_displays.number_bar import FrameDecoder, NumberBars, Shown, digits_of, encode
from devices.counter_displays.sim_number_bar import SimNumberBars
from devices.errors import DeviceUnavailable
from devices.sim_line import PtyLine
from devices.wire import SerialWire
from tests.devices.fuzzing import Target, cut, fuzz
from tests.devices.wires import SimWire
from tests.waiting import until

VECTOR = bytes.fromhex("0503E7EF")  # 999 on bar 5


def read(pieces):
    decoder = FrameDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)


@pytest.fixture
def wire():
    return SimWire(lambda _clock: SimNumberBars())


@pytest.fixture
def bars(wire):
    return NumberBars(wire, "L01", {"3": 5, "4": 6})


def test_the_known_frame_is_written_and_read():
    assert encode(Shown(5, 999)) == VECTOR
    assert list(read([VECTOR])) == [Shown(5, 999)]


@pytest.mark.parametrize(
    ("display_number", "digits"), [("A001", 1), ("PA012", 12), ("B999", 999), ("Z1000", 0), ("", 0)]
)
def test_a_ticket_is_shown_by_its_digits(display_number, digits):
    assert digits_of(display_number) == digits


def test_every_state_has_its_number_and_every_counter_its_bar(bars, wire):
    assert bars.show_call("3", "A023", "请A023号") == "23"
    assert bars.show_call("4", "B007", "请B007号") == "7"
    assert wire.device.numbers == {5: 23, 6: 7}

    assert bars.show_message("3", "A023号办理中") == "23"  # the visitor may still be on the way
    assert bars.show_idle("4", "4号窗口") == "0"
    assert wire.device.numbers == {5: 23, 6: 0}

    bars.show_paused("3", "暂停服务")
    bars.clear("4")
    assert wire.device.numbers == {5: 0, 6: 0}


def test_a_bar_that_was_switched_off_is_right_after_the_next_check(bars, wire):
    bars.show_call("3", "A023", "")
    wire.device.restart()

    assert bars.check() is None

    assert wire.device.numbers == {5: 23}


def test_a_dead_bar_takes_nothing_from_its_neighbour(bars, wire):
    wire.device.dead = {5}

    bars.show_call("3", "A023", "")
    bars.show_call("4", "A024", "")

    assert wire.device.numbers == {6: 24}


@pytest.mark.parametrize("seed", range(20))
def test_frames_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [Shown(rng.randint(1, 255), rng.randrange(1000)) for _ in range(50)]

    assert list(read(cut(b"".join(map(encode, sent)), rng))) == sent


def test_fuzz_number_bar():
    assert fuzz(Target("number_bar", read, VECTOR, Shown(5, 999), gap=bytes(4))) > 100_000


def test_fuzz_the_simulated_bars():
    def shown(pieces):
        sim = SimNumberBars(lambda address, number: seen.append(Shown(address, number)))
        seen = []
        for piece in pieces:
            sim.receive(piece, lambda _data: None)
        yield from seen
        yield Shown(5, sim.numbers.get(5, 0))  # shown before, perhaps: then it is no news

    assert fuzz(Target("number_bar", shown, VECTOR, Shown(5, 999), gap=bytes(4))) > 100_000


def test_the_simulator_reads_noise_as_the_decoder_does():
    rng, decoder, sim = random.Random(3), FrameDecoder(), SimNumberBars()
    for _ in range(2000):
        noise = rng.randbytes(rng.randrange(12)) + bytes(4) + VECTOR
        sim.restart()
        shown = {found.address: found.number for found in decoder.feed(noise)}
        sim.receive(noise, lambda _data: None)
        assert sim.numbers == shown


def test_a_line_pulled_out_is_unavailable_and_plugged_in_again_shows_numbers(tmp_path):
    sim = SimNumberBars()
    line = PtyLine(sim, tmp_path / "bars")
    try:
        bars = NumberBars(SerialWire(line.port, name="L01"), "L01", {"3": 5})
        bars.show_call("3", "A001", "")
        until(lambda: sim.numbers == {5: 1})

        line.unplug()
        with pytest.raises(DeviceUnavailable, match="L01"):
            bars.check()
        bars.close()
        with pytest.raises(DeviceUnavailable):
            SerialWire(line.port, name="L01")
        line.plug()

        again = NumberBars(SerialWire(line.port, name="L01"), "L01", {"3": 5})
        again.show_call("3", "A002", "")
        until(lambda: sim.numbers == {5: 2})
        again.close()
    finally:
        line.close()
