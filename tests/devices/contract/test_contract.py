"""What every driver owes its owner, on simulators behind a bad wire and, with `--hardware KIND=PLACE`, on real ones."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import DeviceError, DeviceUnavailable, NoReply
from devices.mends import MENDS
from tests.devices.contract.bad_wire import BadWire, Place
from tests.devices.contract.rigs import KINDS, Kind

WIRED = [kind for kind in KINDS if kind.is_wired]
wired = pytest.mark.parametrize("kind", WIRED, ids=lambda kind: kind.name)
answering = pytest.mark.parametrize("kind", [kind for kind in WIRED if kind.answers], ids=lambda kind: kind.name)
LONGEST_S = 20.0  # a call that takes longer would count as hanging


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def hardware(kind: Kind, request: pytest.FixtureRequest) -> Place | None:
    """Where the real device is, if one was named for this kind."""
    named = dict(entry.partition("=")[::2] for entry in request.config.getoption("--hardware"))
    if unknown := named.keys() - {kind.name for kind in KINDS}:
        pytest.fail(f"--hardware: no kind {min(unknown)!r}; there is: {', '.join(kind.name for kind in KINDS)}")
    if named and kind.name not in named:
        pytest.skip(f"no --hardware {kind.name}=PLACE")
    return _place(named[kind.name]) if named else None


@pytest.fixture
def place(kind: Kind, hardware: Place | None, request: pytest.FixtureRequest) -> Iterator[Place]:
    """The real device, or its simulator."""
    if hardware is not None:
        yield hardware
        return
    with kind.simulate(request.getfixturevalue(kind.on)) as place:
        yield place


@pytest.fixture
def wire(place: Place, hardware: Place | None, tmp_path: Path) -> Iterator[BadWire]:
    if hardware is not None:
        pytest.skip("a real cable is pulled by hand: see the guide's page on devices")
    with BadWire(place, tmp_path) as wire:
        yield wire


def _place(text: str) -> Place:
    host, _, port = text.rpartition(":")
    return (host, int(port)) if port.isdecimal() and "/" not in text else Path(text)


# ---- on simulators and on hardware ----------------------------------------------------------------------------------


def test_it_opens_says_how_it_is_and_does_its_work(kind, place):
    device = kind.open(place)
    try:
        warning = device.check()
        if not kind.needs_hands:
            kind.use(device, 1)
    finally:
        device.close()

    assert warning is None or warning in MENDS


def test_closing_twice_is_harmless_and_it_opens_again(kind, place):
    for _time in range(2):
        device = kind.open(place)
        device.close()
        device.close()

    device = kind.open(place)
    device.check()
    device.close()


def test_opening_and_closing_leaves_no_file_and_no_thread_behind(kind, place):
    kind.open(place).close()
    files, threads = len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208

    for _time in range(kind.openings):
        device = kind.open(place)
        device.check()
        device.close()

    assert len(os.listdir("/proc/self/fd")) <= files + 1  # noqa: PTH208 (the simulator's side may close late)
    assert threading.active_count() <= threads + 1


# ---- behind a bad wire --------------------------------------------------------------------------------------------


@wired
def test_what_is_absent_at_the_start_is_unavailable(kind, wire):
    wire.cut()

    with pytest.raises(DeviceUnavailable):
        kind.open(wire.place).check()


@wired
def test_it_works_behind_the_wire_while_that_is_good(kind, wire):
    device = kind.open(wire.place)
    device.check()
    kind.use(device, 1)
    device.close()


@wired
def test_a_plug_that_is_pulled_is_told_and_put_back_it_works(kind, wire):
    device = kind.open(wire.place)
    device.check()

    wire.cut()
    failed = until_it_fails(kind, device)
    device.close()
    wire.mend()

    assert isinstance(failed, DeviceUnavailable)
    works_again(kind, wire)


@answering
def test_a_plug_that_is_pulled_in_the_middle_of_an_answer_is_told(kind, wire):
    device = kind.open(wire.place)
    device.check()

    wire.cut_after = 1
    failed = until_it_fails(kind, device)
    device.close()
    wire.mend()

    assert isinstance(failed, DeviceError)
    works_again(kind, wire)


@answering
def test_silence_is_told_in_time_and_never_taken_for_health(kind, wire):
    device = kind.open(wire.place)
    device.check()
    wire.silent = True

    began = time.monotonic()
    with pytest.raises(NoReply):
        device.check()

    assert time.monotonic() - began < LONGEST_S
    device.close()
    wire.mend()
    works_again(kind, wire)


@answering
def test_nonsense_is_told_and_afterwards_it_works(kind, wire):
    device = kind.open(wire.place)
    device.check()
    wire.babbles = True

    for _time in range(3):
        with pytest.raises(DeviceError):
            device.check()

    device.close()
    wire.mend()
    works_again(kind, wire)


@answering
def test_half_an_answer_is_asked_for_again_or_told(kind, wire):
    device = kind.open(wire.place)
    device.check()

    for halves in (1, 5):
        wire.halves = halves
        try:
            device.check()
        except DeviceError:
            device.close()
            wire.mend()
            device = kind.open(wire.place)

    wire.mend()
    device.close()
    works_again(kind, wire)


@wired
def test_a_slow_line_is_only_slow(kind, wire):
    device = kind.open(wire.place)
    wire.delay_s = 0.005

    device.check()
    kind.use(device, 1)

    device.close()


# ---- words for the above --------------------------------------------------------------------------------------------


def until_it_fails(kind: Kind, device: object) -> Exception | None:
    """Use the device until it says that something is wrong: a lost plug is noticed at the latest at the next look."""
    deadline = time.monotonic() + LONGEST_S
    number = 100
    while time.monotonic() < deadline:
        number += 1
        try:
            device.check()
            kind.use(device, number)
        except DeviceError as exc:
            return exc
        time.sleep(0.01)
    return None


def works_again(kind: Kind, wire: BadWire) -> None:
    device = kind.open(wire.place)
    device.check()
    kind.use(device, 900)
    device.close()
