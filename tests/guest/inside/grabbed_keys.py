"""Inside the guest: a scanner made by uinput, our driver on it, and a second program that listens at the same node.

Prints facts as lines of JSON; what they should be is for the host to say.
"""

import contextlib
import time
from pathlib import Path

import evdev

from devices.errors import DeviceUnavailable
from devices.scanners.evdev_source import hold
from devices.scanners.sim_uinput import UinputScanner
from tests.guest.inside.telling import opened, tell

CODE = "HALLQAY2603040001N1"
ADDRESS = "http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10"  # 480 events and more
NODE_S, QUIET_S, CYCLES = 10.0, 0.5, 20


def next_text(scanner):
    """What the driver reads next; None when nothing comes."""
    deadline = time.monotonic() + NODE_S
    while time.monotonic() < deadline:
        if (scan := scanner.poll()) is not None:
            return scan.text
    return None


def presses_heard(second):
    """How many key presses the second program gets within a while of quiet."""
    time.sleep(QUIET_S)
    with contextlib.suppress(BlockingIOError):
        return sum(event.type == evdev.ecodes.EV_KEY and event.value == 1 for event in second.read())
    return 0


def main():
    with UinputScanner() as sim:
        second = evdev.InputDevice(sim.device)
        sim.scan("before")
        tell(second_hears_before=presses_heard(second))

        scanner = opened(sim.device)
        began = time.monotonic()
        sim.scan(CODE)
        read = next_text(scanner)
        tell(read=read, took_ms=round((time.monotonic() - began) * 1000), second_hears_while_held=presses_heard(second))

        sim.scan(ADDRESS)  # while nobody polls
        tell(read_late=next_text(scanner))

        try:
            hold(sim.device, "K02.scanner")
        except DeviceUnavailable as exc:
            tell(held_twice=str(exc))

        scanner.close()
        sim.scan("after")
        tell(second_hears_after=presses_heard(second))

        scanner = opened(sim.device)
        sim.close()
        try:
            tell(read_after_unplug=next_text(scanner))
        except DeviceUnavailable as exc:
            tell(unplugged=str(exc))
        scanner.close()
        scanner.close()
        second.close()
    cycles()


def files_open():
    """How many files this program has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def cycles():
    """Plug in, read, unplug, again and again: every file that is opened is closed."""
    read, before = 0, files_open()
    for _cycle in range(CYCLES):
        with UinputScanner() as sim:
            scanner = opened(sim.device)
            sim.scan(CODE)
            read += next_text(scanner) == CODE
        with contextlib.suppress(DeviceUnavailable):
            next_text(scanner)
        scanner.close()
    tell(cycles=CYCLES, read_in_cycles=read, files_left_open=files_open() - before)


if __name__ == "__main__":
    main()
