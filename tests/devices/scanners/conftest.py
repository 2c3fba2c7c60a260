"""A clock that moves when told to, and a wire that is fed by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import DeviceUnavailable
from devices.scanners.sim_keyboard import KeyboardSim
from devices.scanners.sim_scanner import ScannerSim

RECORDINGS = Path(__file__).parent / "recordings"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A `Wire` that brings what the test put on it, and nothing when there is nothing."""

    def __init__(self) -> None:
        self.arriving = bytearray()
        self.is_cut = self.is_closed = False

    def read(self, size: int, /) -> bytes:
        if self.is_cut:
            raise DeviceUnavailable("K01.scanner", "read failed")
        data = bytes(self.arriving[:size])
        del self.arriving[:size]
        return data

    def write(self, data: bytes, /) -> None:
        raise AssertionError("nothing is said to a scanner")

    def reset_input_buffer(self) -> None:
        self.arriving.clear()

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def keyboard() -> KeyboardSim:
    return KeyboardSim("K01.scanner")


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[ScannerSim]:
    with ScannerSim(link=tmp_path / "scanner") as scanner:
        yield scanner
