"""The thread that reads an input device all the time; the kernel's side of it is proved in tests/guest."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from evdev import InputEvent as KernelEvent

from devices.errors import DeviceUnavailable
from devices.scanners.evdev_source import LONGEST_BACKLOG, OVERRUN, EvdevSource
from devices.scanners.hid_scanner import HidScanner
from devices.scanners.keyboard import InputEvent
from devices.scanners.scan import Scan
from devices.scanners.sim_strokes import strokes
from tests.waiting import until

WAIT_S = 5.0


class Device:
    """What a kernel would hand out: a pipe says when there is something."""

    def __init__(self) -> None:
        self.fd, self._far = os.pipe()
        os.set_blocking(self.fd, False)
        self.pending: list[InputEvent] = []
        self.is_unplugged = False
        self.is_grabbed = self.is_open = True

    def happen(self, events: list[InputEvent]) -> None:
        self.pending = self.pending + events
        os.write(self._far, b".")

    def unplug(self) -> None:
        self.is_unplugged = True
        os.write(self._far, b".")

    def read(self) -> Iterator[KernelEvent]:
        os.read(self.fd, 1)
        if self.is_unplugged:
            raise OSError(errno.ENODEV, "No such device")
        given, self.pending = self.pending, []
        return iter([KernelEvent(0, 0, *event) for event in given])

    def ungrab(self) -> None:
        if self.is_unplugged:
            raise OSError(errno.ENODEV, "No such device")
        self.is_grabbed = False

    def close(self) -> None:
        if self.is_open:
            os.close(self.fd)
            os.close(self._far)
        self.is_open = False


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made.close()


@pytest.fixture
def source(device: Device) -> Iterator[EvdevSource]:
    opened = EvdevSource(device, "K01.scanner")
    yield opened
    opened.close()


def test_events_are_taken_from_the_kernel_while_nobody_polls(device, source):
    for event in strokes("A012\r"):
        device.happen([event])
    until(lambda: not device.pending)

    assert list(source.read(WAIT_S)) == strokes("A012\r")


def test_a_read_waits_for_events_and_no_longer_than_asked(device, source):
    assert list(source.read(0.01)) == []
    device.happen(strokes("A"))

    assert list(source.read(WAIT_S)) == strokes("A")


def test_a_code_that_was_typed_before_the_cable_was_pulled_is_given_first(device, source):
    scanner = HidScanner(source, "K01.scanner")
    device.happen(strokes("A012\r"))
    until(lambda: not device.pending)
    device.unplug()

    assert scanner.poll() == Scan("A012")
    with pytest.raises(DeviceUnavailable, match=r"K01\.scanner: read failed: .*No such device"):
        until(scanner.poll)


def test_a_read_that_only_woke_up_reads_on(device, source):
    os.write(device._far, b".")
    device.happen(strokes("A"))

    assert list(source.read(WAIT_S)) == strokes("A")


def test_what_nobody_fetches_is_dropped_in_the_kernels_own_way(device, source):
    device.happen(strokes("A") * (LONGEST_BACKLOG // 8 + 1))
    until(lambda: not device.pending)

    assert list(source.read(WAIT_S)) == [OVERRUN]


def test_closing_lets_others_hear_it_again_and_may_be_done_twice(device, source):
    source.close()
    source.close()

    assert not device.is_grabbed
    assert not device.is_open
    with pytest.raises(DeviceUnavailable, match="it was closed"):
        source.read(0)


def test_closing_after_the_cable_was_pulled_is_harmless(device, source):
    device.unplug()
    with pytest.raises(DeviceUnavailable):
        until(lambda: source.read(WAIT_S))

    source.close()

    assert not device.is_open


def test_opening_and_closing_many_times_leaves_no_file_open():
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _cycle in range(200):
        device = Device()
        source = EvdevSource(device)
        device.unplug()
        source.close()

    assert len(list(Path("/proc/self/fd").iterdir())) == before
