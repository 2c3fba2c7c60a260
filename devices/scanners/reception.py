"""What every scanner's driver does with the bytes it gets: one `Scan` a code, and a warning when none comes through."""

import logging
from collections import deque
from collections.abc import Callable

from devices.scanners.lines import LineDecoder
from devices.scanners.scan import Dropped, Scan

logger = logging.getLogger(__name__)

GAP_S = 0.2  # a code's bytes follow each other; a line that stands still for so long has lost its end
TOO_MANY_DROPPED = 3  # in a row: this is no accident, the scanner or the line is set up wrongly
SCANS_UNREADABLE = "scans_unreadable"


class Reception:
    """Give it all that arrives, and call it when nothing does: silence ends a half line.

    A scanner that looks by itself sends the code that lies under it again and again. The same code, heard again within
    `repeat_s` of the last time it was heard, is the same visit to the scanner and given once.
    """

    def __init__(self, name: str, *, repeat_s: float, monotonic: Callable[[], float]) -> None:
        self._name = name
        self._repeat_s = repeat_s
        self._monotonic = monotonic
        self._decoder = LineDecoder()
        self._scans: deque[Scan] = deque()
        self._last: tuple[Scan, float] | None = None
        self._heard_at = 0.0
        self._dropped_in_a_row = 0

    def take(self, data: bytes) -> Scan | None:
        """Take what arrived since the last call, or b""; answer with the oldest code that was not given yet."""
        now = self._monotonic()
        if self._last is not None and now - self._last[1] > self._repeat_s:
            self._last = None  # it may be a token: not kept for longer than it is needed
        if data:
            self._heard_at = now
            for found in self._decoder.feed(data):
                self._sort(found, now)
        elif self._decoder.pending and now - self._heard_at >= GAP_S and (lost := self._decoder.give_up()):
            self._sort(lost, now)
        return self._scans.popleft() if self._scans else None

    def warning(self) -> str | None:
        """SCANS_UNREADABLE when several lines in a row were no codes, until one is."""
        return SCANS_UNREADABLE if self._dropped_in_a_row >= TOO_MANY_DROPPED else None

    def _sort(self, found: Scan | Dropped, now: float) -> None:
        if isinstance(found, Dropped):
            self._dropped_in_a_row += 1
            logger.warning("%s: dropped a line of %d bytes: %s", self._name, found.size, found.why)
            return
        self._dropped_in_a_row = 0
        is_repeat = self._repeat_s > 0 and self._last is not None and self._last[0] == found
        self._last = found, now
        if not is_repeat:
            logger.debug("%s: %r", self._name, found)
            self._scans.append(found)
