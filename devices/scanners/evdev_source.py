"""An input device of the kernel, held exclusively: while it is open nobody else hears its keys."""

import contextlib
import select
from collections.abc import Sequence
from pathlib import Path

import evdev

from devices.errors import DeviceUnavailable
from devices.scanners.keyboard import ENTERS, EV_KEY, InputEvent

BY_ID = Path("/dev/input/by-id")


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
        try:
            self._device = evdev.InputDevice(device)
        except OSError as exc:
            raise DeviceUnavailable(name, f"cannot open {device}: {exc}; {_keyboards_there()}") from exc
        try:
            self._require_enter_key(device)
            self._device.grab()
        except OSError as exc:
            self._device.close()
            raise DeviceUnavailable(name, f"cannot hold {device} alone: {exc}") from exc
        except DeviceUnavailable:
            self._device.close()
            raise

    def read(self, timeout_s: float, /) -> Sequence[InputEvent]:
        """What has arrived; waits for at most `timeout_s`."""
        try:
            if not select.select([self._device.fd], [], [], timeout_s)[0]:
                return ()
            return [InputEvent(event.type, event.code, event.value) for event in self._device.read()]
        except BlockingIOError:  # only part of an event's report was there
            return ()
        except (OSError, ValueError) as exc:  # ENODEV: unplugged; ValueError: closed
            raise DeviceUnavailable(self._name, f"read failed: {exc}") from exc

    def close(self) -> None:
        """Let go of it; closing twice is harmless."""
        with contextlib.suppress(OSError):  # ENODEV: what is gone needs no ungrabbing
            self._device.ungrab()
        self._device.close()

    def _require_enter_key(self, device: str) -> None:
        if not ENTERS & set(self._device.capabilities(absinfo=False).get(EV_KEY, ())):
            raise DeviceUnavailable(self._name, f"{device} has no Enter key: it is no keyboard")


def _keyboards_there() -> str:
    found = sorted(path.name for path in BY_ID.glob("*-event-kbd"))
    return f"in {BY_ID} there is: {', '.join(found) or 'no keyboard'}"
