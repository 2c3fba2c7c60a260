"""Simulated time: true seconds that only the world moves, and the server's clock, which may be wrong."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


class Timeline:
    """True time, and what is still to happen. Equal instants keep the order in which they were planned."""

    def __init__(self, first_day: date) -> None:
        self.now_s = 0.0
        self._epoch = datetime(first_day.year, first_day.month, first_day.day, tzinfo=ZONE)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    @property
    def now(self) -> datetime:
        """The true instant, in the hall's zone."""
        return self._epoch + timedelta(seconds=self.now_s)

    def seconds_until(self, instant: datetime) -> float:
        """From now; negative when it has passed."""
        return (instant - self._epoch).total_seconds() - self.now_s

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Plan something, at the earliest now."""
        heapq.heappush(self._due, (self.now_s + max(delay_s, 0.0), next(self._numbers), act))

    def run_until(self, end_s: float) -> None:
        """Let everything happen that is due before an instant."""
        while self._due and self._due[0][0] < end_s:
            self.now_s, _, act = heapq.heappop(self._due)
            act()
        self.now_s = end_s


class ServerClock:
    """A `Clock` that is `error_s` ahead of the truth."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self.error_s = 0.0

    def now(self) -> datetime:
        return self._timeline.now + timedelta(seconds=self.error_s)
