"""When a queue takes tickets, and what a visitor who comes at another time is told.

All times of day are wall-clock times of the hall's zone, and `now` must be given in that zone. A period runs from the
first instant at which the clock shows its begin, or has skipped it, to the same for its end: a clock that is set makes
a period longer or shorter and never opens it twice. Instants are compared in UTC, because Python compares two instants
of one zone by their wall clocks, which repeat when a clock is set back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from hall.calendar import DayKind, WorkCalendar

SEARCH_DAYS = 31  # how far ahead the next opening is looked for
ONE_MINUTE = timedelta(minutes=1)  # clocks are set at whole minutes


class PeriodKind(StrEnum):
    """What a stretch of the hall's time is for."""

    CORE = "core"
    NOON_OPEN = "noon_open"
    FLEX_HOURS = "flex_hours"  # before opening and after closing, for booked people only
    REST_DAY_BOOKING = "rest_day_booking"  # weekends and holidays, for booked people only


class HoursCause(StrEnum):
    """Why a visitor is admitted now, or is not."""

    OPEN = "open"
    BEFORE_OPENING = "before_opening"
    NOON_BREAK = "noon_break"  # between two periods of the same day
    AFTER_CLOSING = "after_closing"
    BOOKED_ONLY = "booked_only"
    REST_DAY = "rest_day"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of one day: `begin` belongs to it, `end` does not."""

    begin: time
    end: time

    def __post_init__(self) -> None:
        if self.begin.tzinfo or self.end.tzinfo:
            raise ValueError("a period has plain times of day; the zone is the hall's")
        if self.end <= self.begin:
            raise ValueError(f"a period ends later on the same day than it begins, not {self}")

    def span_on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """The instants of its begin and end on one day, in UTC; both are the same where the clock skips the period."""
        return _reached(day, self.begin, zone), _reached(day, self.end, zone)

    def holds(self, now: datetime) -> bool:
        """Whether an instant, given in the hall's zone, lies in the period on its day."""
        begin, end = self.span_on(now.date(), _zone_of(now))
        return begin <= now.astimezone(UTC) < end

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Interval(Period):
    """A stretch of the day in which at most `quota` walk-in tickets are issued."""

    quota: int

    @property
    def name(self) -> str:
        """What its tickets are counted by: its begin, e.g. "09:00"."""
        return f"{self.begin:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHours:
    """The hours of one queue; periods stand in the order of the day.

    A queue with `intervals` issues walk-in tickets only within them, while booked visitors keep the whole of its hours:
    with core hours until 17:00 and a last interval until 16:30, the last half-hour is for those who already wait.
    """

    core: tuple[Period, ...]
    noon: Period | None = None  # None unless a counter serves the queue at noon
    flex: tuple[Period, ...] = ()
    rest_day_booking: tuple[Period, ...] = ()
    weekend_self_service: bool = False  # whether devices serve matters of this queue on rest days; which, the item says
    takes_appointments: bool = True
    intervals: tuple[Interval, ...] = ()
    quota_a_day: int | None = None  # walk-in tickets; None: no limit
    noon_counters: int | None = None  # how many counters are planned then; None: all that serve the queue
    flex_counters: int | None = None
    rest_day_counters: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError, with a sentence, when the periods contradict each other."""
        if not self.core:
            raise ValueError("a queue needs at least one core period")
        _in_order(sorted(self.core + self._noon() + self.flex, key=lambda period: period.begin))
        for periods in (self.core, self.flex, self.rest_day_booking, self.intervals):
            _in_order(periods)
        for interval in self.intervals:
            if not any(span.begin <= interval.begin and interval.end <= span.end for span in self._walk_in_spans()):
                raise ValueError(f"the interval {interval} reaches outside of the hours in which walk-ins are served")

    def periods_on(self, kind: DayKind) -> tuple[tuple[PeriodKind, Period], ...]:
        """When counters serve this queue on a day of this kind, in the order of the day."""
        if kind is DayKind.CLOSED:
            return ()
        if kind is not DayKind.WORKING:
            return tuple((PeriodKind.REST_DAY_BOOKING, period) for period in self.rest_day_booking)
        periods = [(PeriodKind.CORE, period) for period in self.core]
        periods += [(PeriodKind.NOON_OPEN, period) for period in self._noon()]
        periods += [(PeriodKind.FLEX_HOURS, period) for period in self.flex]
        return tuple(sorted(periods, key=lambda found: found[1].begin))

    def walk_in_periods(self) -> tuple[Period, ...]:
        """When a visitor without an appointment may draw a ticket on a working day, in the order of the day."""
        return self.intervals or tuple(sorted(self.core + self._noon(), key=lambda period: period.begin))

    def for_matter(self, *, noon_counters: int, weekend_self_service: bool) -> "QueueHours":
        """These hours as one matter of the queue has them.

        Args:
            noon_counters: how many of the counters on the noon roster handle it; without one it rests at noon.
            weekend_self_service: whether devices serve it on rest days.

        Raises:
            ValueError: numbers are drawn only at noon, and nobody handles the matter then.
        """
        own = replace(self, weekend_self_service=weekend_self_service)
        if self.noon is None or self.noon_counters is None:
            return own
        if noon_counters:
            return replace(own, noon_counters=noon_counters)
        intervals = _without(self.noon, self.intervals)
        if self.intervals and not intervals:
            raise ValueError("numbers are drawn only at noon, and no counter on the noon roster handles this matter")
        return replace(own, noon=None, noon_counters=0, intervals=intervals)

    def counters_in(self, kind: PeriodKind, counters: int) -> int:
        """How many of a queue's `counters` are planned in a period of this kind."""
        planned = {
            PeriodKind.CORE: None,
            PeriodKind.NOON_OPEN: self.noon_counters,
            PeriodKind.FLEX_HOURS: self.flex_counters,
            PeriodKind.REST_DAY_BOOKING: self.rest_day_counters,
        }[kind]
        return counters if planned is None else min(planned, counters)

    def _noon(self) -> tuple[Period, ...]:
        return () if self.noon is None or self.noon_counters == 0 else (self.noon,)

    def _walk_in_spans(self) -> list[Period]:
        """Core and noon periods, joined where one begins as another ends."""
        spans: list[Period] = []
        for period in sorted(self.core + self._noon(), key=lambda period: period.begin):
            if spans and spans[-1].end == period.begin:
                period = Period(spans.pop().begin, period.end)
            spans.append(period)
        return spans


class Admission(Struct, frozen=True, kw_only=True):
    """Whether a queue gives a ticket now, and what to offer when it does not."""

    is_open: bool
    cause: HoursCause
    opens_at: datetime | None = None  # while shut: the next instant at which a walk-in is admitted, if one is near
    may_book: bool = False  # an appointment can be offered instead
    is_self_service: bool = False  # devices serve it today, or some of a queue's matters, without a ticket


ALWAYS_OPEN = Admission(is_open=True, cause=HoursCause.OPEN)


def admission(hours: QueueHours | None, calendar: WorkCalendar, now: datetime, *, is_booked: bool) -> Admission:
    """Whether a visitor is admitted to a queue now. Quotas and an appointment's own check-in window come on top.

    Args:
        hours: the queue's; None is a queue that is always open.
        now: aware, in the hall's zone.
        is_booked: the visitor has an appointment in this queue about now.

    Returns:
        `opens_at` is searched up to `SEARCH_DAYS` days ahead.

    Raises:
        ValueError: `now` has no zone.
    """
    zone = _zone_of(now)
    if hours is None:
        return ALWAYS_OPEN
    kind = calendar.day_kind(now.date())
    cause = _cause(hours, kind, now, is_booked=is_booked)
    is_open = cause is HoursCause.OPEN
    return Admission(
        is_open=is_open,
        cause=cause,
        opens_at=None if is_open else _opens_at(hours, calendar, now, zone),
        may_book=hours.takes_appointments and not is_booked,
        is_self_service=hours.weekend_self_service and kind in (DayKind.REST, DayKind.HOLIDAY),
    )


def interval_at(hours: QueueHours | None, now: datetime) -> Interval | None:
    """The issue interval whose quota counts now; None where only the day's quota counts, or no ticket is issued.

    Args:
        now: aware, in the hall's zone.
    """
    intervals = () if hours is None else hours.intervals
    return next((interval for interval in intervals if interval.holds(now)), None)


def _cause(hours: QueueHours, kind: DayKind, now: datetime, *, is_booked: bool) -> HoursCause:
    """Why a visitor is admitted now, on a day of this kind, or is not."""
    now_on = next((name for name, period in hours.periods_on(kind) if period.holds(now)), None)
    if kind is DayKind.WORKING and any(period.holds(now) for period in hours.walk_in_periods()):
        return HoursCause.OPEN
    if now_on is not None and is_booked:
        return HoursCause.OPEN
    if now_on in (PeriodKind.FLEX_HOURS, PeriodKind.REST_DAY_BOOKING):
        return HoursCause.BOOKED_ONLY
    if kind is DayKind.WORKING:
        return _cause_between(hours.walk_in_periods(), now)
    return {
        DayKind.REST: HoursCause.REST_DAY,
        DayKind.HOLIDAY: HoursCause.HOLIDAY,
        DayKind.CLOSED: HoursCause.CLOSURE,
    }[kind]


def _cause_between(periods: Sequence[Period], now: datetime) -> HoursCause:
    spans = [period.span_on(now.date(), _zone_of(now)) for period in periods]
    if now.astimezone(UTC) < spans[0][0]:
        return HoursCause.BEFORE_OPENING
    return HoursCause.AFTER_CLOSING if now.astimezone(UTC) >= spans[-1][1] else HoursCause.NOON_BREAK


def _opens_at(hours: QueueHours, calendar: WorkCalendar, now: datetime, zone: tzinfo) -> datetime | None:
    """The next instant at which a walk-in is admitted; None if there is none within `SEARCH_DAYS`."""
    days = (now.date() + timedelta(days=ahead) for ahead in range(SEARCH_DAYS + 1))
    for day in filter(calendar.is_working, days):
        for begin, end in (period.span_on(day, zone) for period in hours.walk_in_periods()):
            if now.astimezone(UTC) < begin < end:
                return begin.astimezone(zone)
    return None


def _without(noon: Period, intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """What noon leaves of some intervals; each keeps its quota, which is counted by the queue's own intervals."""
    pieces = [
        (interval.quota, begin, end)
        for interval in intervals
        for begin, end in (
            (interval.begin, min(interval.end, noon.begin)),
            (max(interval.begin, noon.end), interval.end),
        )
    ]
    return tuple(Interval(begin, end, quota) for quota, begin, end in pieces if begin < end)


def _reached(day: date, at: time, zone: tzinfo) -> datetime:
    """The first instant of a day, in UTC, at which the wall clock shows a time or has skipped it.

    For example, in Berlin on 2026-03-29 the clock goes from 02:00 to 03:00, so 02:30 is reached at 03:00.
    """
    wanted = datetime.combine(day, at)
    instant = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _wall(instant, zone) == wanted:
        return instant
    instant = instant.replace(second=0, microsecond=0)
    while _wall(instant - ONE_MINUTE, zone) >= wanted:
        instant -= ONE_MINUTE
    return instant


def _wall(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _zone_of(now: datetime) -> tzinfo:
    if now.tzinfo is None:
        raise ValueError("the hours of a queue are asked with an aware instant")
    return now.tzinfo


def _in_order(periods: Sequence[Period]) -> None:
    for earlier, later in pairwise(periods):
        if later.begin < earlier.end:
            raise ValueError(f"the periods {earlier} and {later} overlap or stand in the wrong order")
