"""Things on the wire: a simulated SAM_V reader; pcscd is shared with the contract's tests, one folder up."""

import os
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from devices.identity.samv_reader import SamvReader
from devices.identity.samv_sim import SamvSim
from devices.wire import SerialWire

TODAY = date(2026, 3, 2)
OpenReader = Callable[..., SamvReader]


@pytest.fixture
def sim() -> Iterator[SamvSim]:
    with SamvSim() as sim:
        yield sim


@pytest.fixture
def open_reader(sim: SamvSim) -> Iterator[OpenReader]:
    """Opens the simulator's port with the real serial adapter; short deadlines keep the tests quick."""
    opened: list[SamvReader] = []

    def open_it(answer_s: float = 0.3, read_s: float = 0.6) -> SamvReader:
        wire = SerialWire(sim.port, timeout_s=0.05, name="card reader")
        opened.append(SamvReader(wire, today=lambda: TODAY, answer_s=answer_s, read_s=read_s))
        return opened[-1]

    yield open_it
    for reader in opened:
        reader.close()


@pytest.fixture
def reader(open_reader: OpenReader) -> SamvReader:
    return open_reader()


@pytest.fixture
def open_files() -> Callable[[], int]:
    return lambda: len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder is not a real one
