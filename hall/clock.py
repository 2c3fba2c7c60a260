"""The hall's time: one clock for all of its processes, which a simulation may run faster."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the hall's time."""

    def now(self) -> datetime:
        """The instant, aware, in the hall's own zone."""
        ...


class HallClock:
    """The hall's time, read from a source of seconds.

    With `speed` 1 and no epoch this is the real time. A simulation gives every process the same epoch, so that
    all of them agree: hall time = `hall_epoch` + (source() - `real_epoch_s`) x `speed`.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        source: Callable[[], float],
        *,
        speed: float = 1.0,
        real_epoch_s: float = 0.0,
        hall_epoch: datetime | None = None,
    ) -> None:
        """Set the clock.

        Args:
            zone: the hall's.
            source: real seconds since 1970, such as `time.time`.
            speed: hall seconds that pass in one real second, > 0.
            real_epoch_s: what the source said at `hall_epoch`.
            hall_epoch: aware.
        """
        self._zone = zone
        self._source = source
        self._speed = speed
        self._real_epoch_s = real_epoch_s
        self._hall_epoch = hall_epoch or datetime.fromtimestamp(real_epoch_s, zone)

    def now(self) -> datetime:
        """The instant, aware, in the hall's own zone."""
        passed_s = (self._source() - self._real_epoch_s) * self._speed
        return (self._hall_epoch + timedelta(seconds=passed_s)).astimezone(self._zone)


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Seconds from one instant to another. Plain subtraction compares wall clocks, which repeat when a clock is set."""
    return later.timestamp() - earlier.timestamp()


def later(instant: datetime, seconds: float) -> datetime:
    """An instant so many real seconds later, in the same zone. Plain addition moves the wall clock instead."""
    return (instant.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(instant.tzinfo)


def business_day(now: datetime) -> date:
    """The day that numbers count in: the calendar day of the hall's zone, in which `now` must be given."""
    return now.date()
