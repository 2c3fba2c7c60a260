"""A scanner on a serial line, or one that plays a serial line over USB. It speaks only when it has read a code.

Source: the makers' manuals agree on 9600 or 115200 baud 8N1 and a CR behind each code. Trigger commands differ from
maker to maker and are not used: set the scanner to look by itself.
"""

import time
from collections.abc import Callable

from devices.scanners.reception import Reception
from devices.scanners.scan import Scan
from devices.wire import Wire

READ_SIZE = 4096
REPEAT_S = 1.0


class SerialScanner:
    """A `CodeScanner` on any `Wire`, whose own time-out should be 0.02 to 0.1 s. One thread owns each scanner."""

    def __init__(
        self,
        wire: Wire,
        name: str = "scanner",
        *,
        repeat_s: float = REPEAT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap a wire.

        Args:
            wire: the open port; the scanner closes it.
            name: as the site file calls the scanner.
            repeat_s: the same code again within so many seconds is not given again; 0 gives every one.
            monotonic: seconds.
        """
        self.name = name
        self._wire = wire
        self._reception = Reception(name, repeat_s=repeat_s, monotonic=monotonic)

    def poll(self) -> Scan | None:
        """Wait for at most the wire's time-out; answer with the oldest code that was not given yet.

        Raises:
            DeviceUnavailable: the port failed.
        """
        return self._reception.take(self._wire.read(READ_SIZE))

    def check(self) -> str | None:
        """Whether codes come through; a scanner cannot be asked anything, and a port that fails is seen by `poll`."""
        return self._reception.warning()

    def close(self) -> None:
        """Give the port back."""
        self._wire.close()
