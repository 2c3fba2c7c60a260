"""Pads on a line whose clock stands still until somebody waits, and a line on a pseudo-terminal."""

from collections.abc import Iterator

import pytest

from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.call_pads.sim_line import PadLineSim
from devices.call_pads.sim_pads import SimEvaluator, SimPad, unwrap


class Line:
    """A `Wire` with two pads and an evaluator behind it, and a clock that moves only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.echo = False
        self.byte_s = 0.0  # how long a byte takes
        self.deaf = 0  # so many of the host's frames are hit
        self.written: list[bytes] = []
        self._arrived = bytearray()
        self._unread = b""
        self.pads = {address: SimPad(address, self.arrive) for address in (1, 2)}
        self.evaluators = {1: SimEvaluator(1, self.arrive), 3: SimEvaluator(3, self.arrive)}

    def monotonic(self) -> float:
        return self.now

    def pass_time(self, seconds: float) -> None:
        ends = self.now + seconds
        while self.now < ends:
            self.now += 0.05
            for speaker in (*self.pads.values(), *self.evaluators.values()):
                speaker.tick(self.now)

    def read(self, size: int, /) -> bytes:
        if not self._arrived:
            self.pass_time(WIRE_TIMEOUT_S)
        data = bytes(self._arrived[:size])
        self.now += len(data) * self.byte_s
        del self._arrived[:size]
        return data

    def write(self, data: bytes, /) -> None:
        self.written.append(data)
        if self.deaf:
            self.deaf -= 1
            data = data[:-2] + b"\x00\x00"
        if self.echo:
            self._arrived += data
        counted, self._unread = unwrap(self._unread + data)
        for listener in (*self.pads.values(), *self.evaluators.values()):
            if counted is not None:
                listener.hear(counted, self.now)

    def reset_input_buffer(self) -> None:
        self._arrived.clear()

    def close(self) -> None:
        pass

    def arrive(self, data: bytes) -> None:
        self._arrived += data


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def master(line: Line) -> PadLine:
    return PadLine(line, "L01", monotonic=line.monotonic)


@pytest.fixture
def sim() -> Iterator[PadLineSim]:
    with PadLineSim(pads=(1, 2), evaluators=(1, 3)) as sim:
        yield sim
