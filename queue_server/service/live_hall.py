"""The hall as everybody but the writer sees it: only what is kept, in the event loop's thread.

The writer hands over each batch; readers here never meet a half-made decision and need no lock.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from hall.catalogue import HallPlan
from hall.messages import DeviceHealth, DeviceTried
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.service.engine import day_in
from queue_server.service.hand_over import LoopInbox
from queue_server.service.ports import Kept

RECORDS_KEPT = 5_000  # for streams that reconnect; about an hour of a large hall
TELL_EVERY_S = 0.05  # at most so often listeners and watchers hear of news: twenty times a second, however many batches

logger = logging.getLogger(__name__)

Listener = Callable[[HallDay, Sequence[Record]], None]


class LiveHall:
    """A `Follower` that keeps the day's state and wakes whoever watches it."""

    def __init__(self, plan: HallPlan, loop: asyncio.AbstractEventLoop) -> None:
        self.hall = HallDay(plan)
        self.devices: dict[str, DeviceHealth] = {}
        self.tried: dict[str, DeviceTried] = {}  # the last trial of each device
        self.is_ending = False
        self.inbox = LoopInbox(loop)
        self._recent: deque[Record] = deque(maxlen=RECORDS_KEPT)
        self._listeners: list[Listener] = []
        self._loop = loop
        self._untold: list[Record] = []  # kept, and in `hall`, but not heard by listeners yet
        self._told_at_s = 0.0  # by the loop's clock
        self._telling: asyncio.Handle | None = None
        self._watchers: set[asyncio.Event] = set()

    def listen(self, listener: Listener) -> None:
        """Call `listener` in the loop's thread with what is new, some batches at a time; before the writer starts."""
        self._listeners.append(listener)

    def begin(self, kept: Kept) -> None:
        """Take over the state at the start, in the loop's thread; listeners hear of what comes afterwards."""
        self.hall = day_in(kept, self.hall.plan)
        self._recent.extend(kept.records)

    def follow(self, records: Iterable[Record]) -> None:
        """Take a batch over from the writer's thread."""
        self.inbox.put(self._apply, list(records))

    def hear_device(self, health: DeviceHealth) -> None:
        """Take a device's health over from the broker's thread."""
        self.inbox.put(self._note_device, health)
        self.inbox.wake()

    def hear_trial(self, tried: DeviceTried) -> None:
        """Take over what came of trying a device, from the broker's thread."""
        self.inbox.put(self._note_trial, tried)
        self.inbox.wake()

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

    def tell(self) -> None:
        """Let listeners and watchers hear at once what they have not heard yet; in the loop's thread."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._told_at_s = self._loop.time()
        records, self._untold = self._untold, []
        if not records:
            return
        for listener in self._listeners:
            try:
                listener(self.hall, records)
            except Exception:  # one must not keep the news from the others
                logger.exception("a listener failed")
        self._wake()

    def _apply(self, records: Sequence[Record]) -> None:
        """Take a batch in at once; its answers come next. The first news after a pause is told right after them."""
        for record in records:
            evolve(self.hall, record)
        self._recent += records
        self._untold += records
        if self._telling is None:
            wait_s = self._told_at_s + TELL_EVERY_S - self._loop.time()
            self._telling = self._loop.call_later(max(wait_s, 0.0), self.tell)

    def _note_device(self, health: DeviceHealth) -> None:
        self.devices[health.device_id] = health
        self._wake()

    def _note_trial(self, tried: DeviceTried) -> None:
        self.tried[tried.device_id] = tried
        self._wake()

    def _wake(self) -> None:
        for event in self._watchers:
            event.set()
