"""A scanner that plays a keyboard, without a kernel: an `EventSource` that is fed by hand or from a recording."""

import threading
from collections.abc import Iterable, Sequence

from devices.errors import DeviceUnavailable
from devices.scanners.keyboard import SYN_DROPPED, InputEvent
from devices.scanners.sim_strokes import strokes


class KeyboardSim:
    """Set the knobs, then `scan`. Safe to use from any thread.

    Attributes (knobs):
        ending: what it types behind each code: Enter as delivered; "" is a scanner that was set up wrongly.
        most: so many events are given at a time.
        is_closed: the driver has given it back.
    """

    def __init__(self, name: str = "simulated scanner") -> None:
        self.ending, self.most, self.is_closed = "\r", 64, False
        self._name = name
        self._events: list[InputEvent] = []
        self._is_unplugged = False
        self._changed = threading.Condition()

    def scan(self, text: str) -> None:
        """Hold a code under it; only what a US keyboard can type."""
        self.play(strokes(text + self.ending))

    def play(self, events: Iterable[InputEvent]) -> None:
        """Let events happen as they are."""
        with self._changed:
            self._events += events
            self._changed.notify_all()

    def overrun(self) -> None:
        """Lose what the driver has not read yet, as the kernel does when its buffer is full."""
        with self._changed:
            self._events = [InputEvent(0, SYN_DROPPED, 0)]
            self._changed.notify_all()

    def unplug(self) -> None:
        """Pull the cable."""
        with self._changed:
            self._is_unplugged = True
            self._changed.notify_all()

    def read(self, timeout_s: float, /) -> Sequence[InputEvent]:
        """As `EventSource.read`."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._is_unplugged, timeout_s)
            if self._is_unplugged:
                raise DeviceUnavailable(self._name, "read failed: [Errno 19] No such device")
            given, self._events = self._events[: self.most], self._events[self.most :]
            return given

    def close(self) -> None:
        """As `EventSource.close`."""
        self.is_closed = True
