"""How long a key of a call pad takes from the press to the bridge, over a pseudo-terminal, and what decoding costs."""

import statistics
import time

from commands.bench.rows import Row, at_least, at_most
from commands.bench.scale import Scale
from devices.call_pads.frames import Frame, FrameDecoder, encode
from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.call_pads.sim_line import PadLineSim
from devices.call_pads.sim_pads import KEYS
from devices.wire import SerialWire

GOAL_US = 20_000.0
LINE_FRAMES_S = 96.0  # calls in a second that 9600 baud can carry at most: ten bytes of ten bits each
SPARE = 100.0  # a full line should cost less than a hundredth of a core


def bench(scale: Scale) -> list[Row]:
    """The middle of many presses, of two keys in turn on sixteen pads; and frames read in a second on one core."""
    return [_told(scale), _decoded(scale)]


def _told(scale: Scale) -> Row:
    took_us: list[float] = []
    pads, keys = range(1, 17), list(KEYS)
    with PadLineSim(pads=pads) as sim:
        wire = SerialWire(sim.port, baud=9600, timeout_s=WIRE_TIMEOUT_S)
        line = PadLine(wire, "L01", monotonic=lambda: 100 * time.monotonic())  # else a key could come once a second
        ends, number = time.perf_counter() + scale.seconds, 0
        while time.perf_counter() < ends:
            began = time.perf_counter()
            sim.press(pads[number % len(pads)], keys[number // len(pads) % len(keys)])
            while not line.poll():
                pass
            took_us.append((time.perf_counter() - began) * 1e6)
            number += 1
        line.close()
    return at_most("call pad, key pressed to key told, median", statistics.median(took_us), "µs", GOAL_US)


def _decoded(scale: Scale) -> Row:
    stream = b"".join(encode(Frame(address, 0x01, b"\x0c")) for address in range(100))
    frames, began = 0, time.perf_counter()
    while time.perf_counter() - began < scale.seconds:
        decoder = FrameDecoder()
        frames += sum(len(list(decoder.feed(stream[at : at + 1]))) for at in range(len(stream)))
    rate = frames / (time.perf_counter() - began)
    return at_least("call pads, frames read byte by byte", rate, "frames/s", LINE_FRAMES_S, goal=SPARE)
