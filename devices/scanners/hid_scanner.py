"""A scanner that plays a keyboard, read past everybody else: what it types reaches this driver and no other program."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from devices.scanners.keyboard import InputEvent, Keyboard
from devices.scanners.reception import Reception
from devices.scanners.scan import Scan
from devices.scanners.serial_scanner import REPEAT_S

READ_S = 0.05


class EventSource(Protocol):
    """What the driver needs of an input device."""

    def read(self, timeout_s: float, /) -> Sequence[InputEvent]:
        """What has arrived, in order; waits for at most `timeout_s` and is empty then.

        Raises:
            DeviceUnavailable: the device is gone.
        """
        ...

    def close(self) -> None:
        """Give the device back to everybody; closing twice is harmless."""
        ...


class HidScanner:
    """A `CodeScanner` on any `EventSource`. One thread owns each scanner."""

    def __init__(
        self,
        source: EventSource,
        name: str = "scanner",
        *,
        repeat_s: float = REPEAT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap a source of events.

        Args:
            source: the open input device; the scanner closes it.
            name: as the site file calls the scanner.
            repeat_s: the same code again within so many seconds is not given again; 0 gives every one.
            monotonic: seconds.
        """
        self.name = name
        self._source = source
        self._keyboard = Keyboard()
        self._reception = Reception(name, repeat_s=repeat_s, monotonic=monotonic)

    def poll(self) -> Scan | None:
        """Wait for at most 0.05 s; answer with the oldest code that was not given yet.

        Raises:
            DeviceUnavailable: the scanner was unplugged.
        """
        return self._reception.take(self._keyboard.typed(self._source.read(READ_S)))

    def check(self) -> str | None:
        """Whether codes come through; a scanner cannot be asked anything, and an unplugged one is seen by `poll`."""
        return self._reception.warning()

    def close(self) -> None:
        """Give the keyboard back to everybody."""
        self._source.close()
