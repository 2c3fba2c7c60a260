"""An input device of the kernel, held exclusively: while it is open nobody else hears its keys.

A thread reads it all the time, see docs/decisions/0018: the kernel keeps 64 events for a program that does not read,
and that is a tenth of a second of a scanner's typing.
"""

import contextlib
import os
import select
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import evdev

from devices.errors import DeviceUnavailable
from devices.scanners.keyboard import ENTERS, EV_KEY, EV_SYN, SYN_DROPPED, InputEvent

BY_ID = Path("/dev/input/by-id")
LONGEST_BACKLOG = 65_536  # events that nobody fetched; a jammed key makes thirty a second
OVERRUN = InputEvent(EV_SYN, SYN_DROPPED, 0)


class Event(Protocol):
    """One event of evdev's."""

    type: int
    code: int
    value: int


class Held(Protocol):
    """What is needed of an input device that was grabbed: of `evdev.InputDevice`, that is."""

    @property
    def fd(self) -> int:
        """Readable when there are events, or when the device is gone."""
        ...

    def read(self) -> Iterable[Event]:
        """What there is.

        Raises:
            OSError: ENODEV, unplugged; EAGAIN, nothing.
        """
        ...

    def ungrab(self) -> None:
        """Let others hear it again."""
        ...

    def close(self) -> None:
        """Close its file."""
        ...


class EvdevSource:
    """An `EventSource` on an input device that `hold` has grabbed; it closes the device."""

    def __init__(self, device: Held, name: str = "scanner") -> None:
        """Begin to read.

        Args:
            name: as the site file calls the scanner.
        """
        self._name = name
        self._device = device
        self._events: list[InputEvent] = []
        self._over: str | None = None  # why no more events will come
        self._changed = threading.Condition()
        self._wake_out, self._wake_in = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"keys of {name}", daemon=True)
        self._thread.start()

    def read(self, timeout_s: float, /) -> Sequence[InputEvent]:
        """What has arrived; waits for at most `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._over, timeout_s)
            if self._over and not self._events:
                raise DeviceUnavailable(self._name, f"read failed: {self._over}")
            given, self._events = self._events, []
            return given

    def close(self) -> None:
        """Let go of it; closing twice is harmless."""
        with self._changed:
            if self._wake_in < 0:
                return
            os.close(self._wake_in)  # the far end becomes readable
            self._wake_in = -1
        self._thread.join()
        os.close(self._wake_out)
        with contextlib.suppress(OSError):  # ENODEV: what is gone needs no ungrabbing
            self._device.ungrab()
        self._device.close()

    # ---- in the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._wake_out not in select.select([self._device.fd, self._wake_out], [], [])[0]:
                with contextlib.suppress(BlockingIOError):  # it was only woken
                    self._keep([InputEvent(event.type, event.code, event.value) for event in self._device.read()])
            cause = "it was closed"
        except (OSError, ValueError) as exc:  # ENODEV: unplugged; ValueError: more files open than select can tell
            cause = str(exc)
        with self._changed:
            self._over = cause
            self._changed.notify_all()

    def _keep(self, events: list[InputEvent]) -> None:
        with self._changed:
            self._events += events
            if len(self._events) > LONGEST_BACKLOG:
                self._events = [OVERRUN]
            self._changed.notify_all()


def hold(path: str, name: str = "scanner") -> Held:
    """Open and grab an input device.

    Args:
        path: one that stays the same for the same scanner, such as /dev/input/by-id/usb-…-event-kbd; event numbers
            change at every start.
        name: as the site file calls the scanner.

    Raises:
        DeviceUnavailable: it is not there, may not be opened, is no keyboard, or another program has grabbed it.
    """
    try:
        device = evdev.InputDevice(path)
    except OSError as exc:
        raise DeviceUnavailable(name, f"cannot open {path}: {exc}; {_keyboards_there()}") from exc
    try:
        if not ENTERS & set(device.capabilities(absinfo=False).get(EV_KEY, ())):
            raise DeviceUnavailable(name, f"{path} has no Enter key: it is no keyboard")
        device.grab()
    except (OSError, DeviceUnavailable) as exc:
        device.close()
        if isinstance(exc, DeviceUnavailable):
            raise
        raise DeviceUnavailable(name, f"cannot hold {path} alone: {exc}") from exc
    held: Held = device
    return held


def _keyboards_there() -> str:
    found = sorted(path.name for path in BY_ID.glob("*-event-kbd"))
    return f"in {BY_ID} there is: {', '.join(found) or 'no keyboard'}"
