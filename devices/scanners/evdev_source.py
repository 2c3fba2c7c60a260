"""An input device of the kernel, held exclusively: while it is open nobody else hears its keys.

A thread reads it all the time, see docs/decisions/0018: the kernel keeps 64 events for a program that does not read,
and that is a tenth of a second of a scanner's typing.
"""

import contextlib
import os
import select
import threading
from collections.abc import Sequence
from pathlib import Path

import evdev

from devices.errors import DeviceUnavailable
from devices.scanners.keyboard import ENTERS, EV_KEY, EV_SYN, SYN_DROPPED, InputEvent

BY_ID = Path("/dev/input/by-id")
LONGEST_BACKLOG = 65_536  # events that nobody fetched; a jammed key makes thirty a second
OVERRUN = InputEvent(EV_SYN, SYN_DROPPED, 0)


class EvdevSource:
    """An `EventSource` on a device file such as /dev/input/by-id/usb-…-event-kbd."""

    def __init__(self, device: str, name: str = "scanner") -> None:
        """Open and grab it.

        Args:
            device: a path that stays the same for the same scanner; event numbers change at every start.
            name: as the site file calls the scanner.

        Raises:
            DeviceUnavailable: it is not there, may not be opened, is no keyboard, or another program has grabbed it.
        """
        self._name = name
        self._device = _grabbed(device, name)
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
                self._keep([InputEvent(event.type, event.code, event.value) for event in self._device.read()])
            cause = "it was closed"
        except OSError as exc:  # ENODEV: unplugged
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


def _grabbed(device: str, name: str) -> evdev.InputDevice:
    try:
        opened = evdev.InputDevice(device)
    except OSError as exc:
        raise DeviceUnavailable(name, f"cannot open {device}: {exc}; {_keyboards_there()}") from exc
    try:
        if not ENTERS & set(opened.capabilities(absinfo=False).get(EV_KEY, ())):
            raise DeviceUnavailable(name, f"{device} has no Enter key: it is no keyboard")
        opened.grab()
    except (OSError, DeviceUnavailable) as exc:
        opened.close()
        if isinstance(exc, DeviceUnavailable):
            raise
        raise DeviceUnavailable(name, f"cannot hold {device} alone: {exc}") from exc
    return opened


def _keyboards_there() -> str:
    found = sorted(path.name for path in BY_ID.glob("*-event-kbd"))
    return f"in {BY_ID} there is: {', '.join(found) or 'no keyboard'}"
