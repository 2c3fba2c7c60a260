"""A simulated board on a line whose clock stands still until somebody waits, and one on a pseudo-terminal."""

from collections.abc import Iterator

import pytest

from devices.boards.link import WIRE_TIMEOUT_S
from devices.boards.sim_board import BoardSim
from devices.boards.sim_firmware import SimFirmware


class Line:
    """A `Wire` with a simulated board's program behind it and a clock that moves only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.unheard = 0  # so many of the board's frames get lost
        self.is_cut = False
        self.written: list[bytes] = []
        self._arrived = bytearray()
        self.firmware = SimFirmware(self._from_board)

    def monotonic(self) -> float:
        return self.now

    def read(self, size: int, /) -> bytes:
        if not self._arrived:
            self.now += WIRE_TIMEOUT_S
            self.firmware.tick(self.now)
            return b""
        data = bytes(self._arrived[:size])
        del self._arrived[:size]
        return data

    def write(self, data: bytes, /) -> None:
        self.written.append(data)
        if not self.is_cut:
            self.firmware.receive(data, self.now)

    def reset_input_buffer(self) -> None:
        self._arrived.clear()

    def close(self) -> None:
        self.is_cut = True

    def arrive(self, data: bytes) -> None:
        self._arrived += data

    def _from_board(self, frame: bytes) -> None:
        if self.unheard:
            self.unheard -= 1
        elif not self.is_cut:
            self._arrived += frame


@pytest.fixture
def line() -> Line:
    line = Line()
    line.firmware.boot(0.0)
    return line


@pytest.fixture
def sim() -> Iterator[BoardSim]:
    with BoardSim() as board:
        yield board
