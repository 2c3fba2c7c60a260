"""The hall as everybody but the writer sees it: only what is kept, in the event loop's thread.

The writer hands over each batch; readers here never meet a half-made decision and need no lock.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from hall.catalogue import HallPlan
from hall.messages import DeviceHealth
from queue_server.domain.evolve import Record, evolve
from queue_server.domain.hall_day import HallDay

RECORDS_KEPT = 5_000  # for streams that reconnect; about an hour of a large hall

Listener = Callable[[HallDay, Sequence[Record]], None]


class LiveHall:
    """A `Follower` that keeps the day's state and wakes whoever watches it."""

    def __init__(self, plan: HallPlan, loop: asyncio.AbstractEventLoop) -> None:
        self.hall = HallDay(plan)
        self.devices: dict[str, DeviceHealth] = {}
        self.is_ending = False
        self._loop = loop
        self._recent: deque[Record] = deque(maxlen=RECORDS_KEPT)
        self._listeners: list[Listener] = []
        self._watchers: set[asyncio.Event] = set()

    def listen(self, listener: Listener) -> None:
        """Call `listener` in the loop's thread after each batch; before the writer starts."""
        self._listeners.append(listener)

    def follow(self, records: Sequence[Record]) -> None:
        """Take a batch over from the writer's thread."""
        self._loop.call_soon_threadsafe(self._apply, records)

    def hear_device(self, health: DeviceHealth) -> None:
        """Take a device's health over from the broker's thread."""
        self._loop.call_soon_threadsafe(self._note_device, health)

    def watch(self) -> asyncio.Event:
        """An event that is set whenever something changes; the watcher clears it."""
        event = asyncio.Event()
        self._watchers.add(event)
        return event

    def unwatch(self, event: asyncio.Event) -> None:
        """Stop watching."""
        self._watchers.discard(event)

    def end(self) -> None:
        """Tell whoever watches that the server stops."""
        self.is_ending = True
        self._wake()

    def since(self, seq: int) -> list[Record] | None:
        """The records after `seq`, or None when some of them are no longer held (or `seq` is not ours)."""
        if seq == self.hall.seq:
            return []
        if seq > self.hall.seq or not self._recent or self._recent[0].seq > seq + 1:
            return None
        return [record for record in self._recent if record.seq > seq]

    def _apply(self, records: Sequence[Record]) -> None:
        for record in records:
            evolve(self.hall, record)
            self._recent.append(record)
        for listener in self._listeners:
            listener(self.hall, records)
        self._wake()

    def _note_device(self, health: DeviceHealth) -> None:
        self.devices[health.device_id] = health
        self._wake()

    def _wake(self) -> None:
        for event in self._watchers:
            event.set()
