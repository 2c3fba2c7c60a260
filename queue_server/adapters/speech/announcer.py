"""Calls spoken in turn: one queue and one thread a zone, so that a zone never hears two voices at once.

Nothing that fails here stops a call: it is on the displays already, and the next one is spoken none the later.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from queue_server.adapters.speech.module import ModuleFailed
from queue_server.adapters.speech.output import Output, OutputFailed
from queue_server.adapters.speech.pinyin import UnknownCharacter, call_sentence
from queue_server.adapters.speech.sound import chime, length_s, silence, wav_of
from queue_server.adapters.speech.voice import Voice, VoiceFailed

logger = logging.getLogger(__name__)

AFTER_CHIME_S = 0.25
BETWEEN_S = 0.9  # a sentence and its repetition
MOST_WAITING = 100  # calls in one zone; beyond that the oldest are stale


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call to be spoken in one zone."""

    zone_id: str
    call_id: str
    display_number: str
    counter_no: str
    is_recall: bool = False


OnSpoken = Callable[[Announcement, str, float], None]
"""Hears of each announcement that was made: the sentence ("" for the chime alone) and its length in seconds."""


Module = Callable[[str, int, float], None]
"""Says a sentence so many times with so many seconds between, by itself; raises `ModuleFailed`."""


class Announcer:
    """Speaks announcements, each zone's in turn, recalls first."""

    def __init__(
        self,
        zones: Iterable[str],
        *,
        voice: Voice,
        output: Output,
        repeat: int = 2,
        pause_s: float = BETWEEN_S,
        on_spoken: OnSpoken | None = None,
        module: Module | None = None,
    ) -> None:
        """Prepare; `start()` begins to speak.

        Args:
            voice, output: how a call is spoken without a module, and where its module fails.
            repeat: how often the sentence is spoken, 1 to 3.
            pause_s: between the repetitions.
            on_spoken: called on the zone's thread.
            module: speaks by itself; all zones hear the same one.
        """
        self._voice, self._output = voice, output
        self._repeat, self._pause_s, self._on_spoken = repeat, pause_s, on_spoken
        self._module = module
        self._chime = chime()
        self._zones = {zone_id: _ZoneQueue() for zone_id in zones}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start one thread a zone."""
        for zone_id, queue in self._zones.items():
            thread = threading.Thread(target=self._run, args=(queue,), name=f"speech-{zone_id}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def announce(self, announcement: Announcement) -> None:
        """Put a call in its zone's queue; never waits. The same call_id is not queued twice.

        Raises:
            KeyError: there is no such zone.
        """
        self._zones[announcement.zone_id].put(announcement)

    def close(self, *, limit_s: float = 2.0) -> None:
        """Drop what waits and stop; what is being spoken ends by itself. Closing twice is harmless."""
        for queue in self._zones.values():
            queue.close()
        for thread in self._threads:
            thread.join(timeout=limit_s)

    def _run(self, queue: "_ZoneQueue") -> None:
        while (announcement := queue.take()) is not None:
            try:
                if not self._said_by_module(announcement):
                    self._speak(announcement)
            except Exception:  # a zone never falls silent for good
                logger.exception("zone %s: an announcement failed", announcement.zone_id)

    def _said_by_module(self, announcement: Announcement) -> bool:
        if self._module is None:
            return False
        text, began = call_sentence(announcement.display_number, announcement.counter_no), time.monotonic()
        try:
            self._module(text, self._repeat, self._pause_s)
        except ModuleFailed as exc:
            logger.warning("zone %s: spoken without the module: %s", announcement.zone_id, exc)
            return False
        if self._on_spoken is not None:
            self._on_spoken(announcement, text, time.monotonic() - began)
        return True

    def _speak(self, announcement: Announcement) -> None:
        text = call_sentence(announcement.display_number, announcement.counter_no)
        pieces = [self._chime]
        try:
            speech = self._voice(text)
        except (VoiceFailed, UnknownCharacter) as exc:
            logger.warning("zone %s: chime only: %s", announcement.zone_id, exc)
            text = ""
        else:
            pieces += [silence(AFTER_CHIME_S), speech]
            pieces += [silence(self._pause_s), speech] * (self._repeat - 1)
        try:
            self._output(announcement.zone_id, announcement.call_id, wav_of(pieces))
        except OutputFailed as exc:
            logger.error("zone %s: %s was not heard: %s", announcement.zone_id, announcement.display_number, exc)
            return
        if self._on_spoken is not None:
            self._on_spoken(announcement, text, sum(map(length_s, pieces)))


class _ZoneQueue:
    """What waits to be spoken in one zone: recalls first, each kind in order."""

    def __init__(self) -> None:
        self._recalls: deque[Announcement] = deque(maxlen=MOST_WAITING)
        self._calls: deque[Announcement] = deque(maxlen=MOST_WAITING)
        self._changed = threading.Condition()
        self._closed = False

    def put(self, announcement: Announcement) -> None:
        with self._changed:
            if any(a.call_id == announcement.call_id for a in (*self._recalls, *self._calls)):
                return
            (self._recalls if announcement.is_recall else self._calls).append(announcement)
            self._changed.notify()

    def take(self) -> Announcement | None:
        """The next one, waiting for it; None once closed."""
        with self._changed:
            while not (self._closed or self._recalls or self._calls):
                self._changed.wait()
            if self._closed:
                return None
            return (self._recalls or self._calls).popleft()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
