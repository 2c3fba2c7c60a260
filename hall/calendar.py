"""Which days the hall works: the week, public holidays, swapped working days, and the hall's own closures.

Holidays move from year to year and are known only once they are announced. A year that the table lacks is judged by
the week and by the holidays whose date the law fixes; `is_known` says which answers rest on an announcement. Falling
back was chosen over refusing because in the last weeks of a year, before a site has its new table, visitors still book
and limits still run: a rule that errs on a few days serves them better than an error on every one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

MONDAY_TO_FRIDAY = frozenset(range(5))  # as `date.weekday()` counts
LONGEST_PAUSE_DAYS = 400  # with no working day in so long, the calendar is wrong or the hall is gone
ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """What a day is to the hall."""

    WORKING = "working"
    REST = "rest"  # a weekend
    HOLIDAY = "holiday"  # a public holiday, with the days moved next to it
    CLOSED = "closed"  # the hall's own closure


class NoWorkingDay(ValueError):
    """The calendar has no working day within `LONGEST_PAUSE_DAYS`."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the hall is shut, both ends included; the reason is for visitors to read."""

    first_day: date
    last_day: date
    reason: str

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError(f"a closure ends on {self.last_day}, before it begins on {self.first_day}")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Tells working days from others. What stands first in this list decides:

    the hall's closures, the hall's extra working days, swapped working days, holidays, and then the week. For example,
    2026-02-14 is a Saturday and was swapped for a day of the Spring Festival: the hall works, unless it is closed.
    """

    week: frozenset[int] = MONDAY_TO_FRIDAY  # Monday is 0
    holidays: frozenset[date] = frozenset()
    swapped_days: frozenset[date] = frozenset()  # weekends worked in exchange for a holiday
    yearly_holidays: frozenset[tuple[int, int]] = frozenset()  # (month, day), used for years that are not known
    known_years: frozenset[int] = frozenset()
    closures: tuple[Closure, ...] = ()
    extra_days: frozenset[date] = frozenset()

    def with_own_days(
        self, *, week: Collection[int], closures: Iterable[Closure], extra_days: Iterable[date]
    ) -> "WorkCalendar":
        """The same holidays with the hall's own week, closures and extra working days."""
        return replace(self, week=frozenset(week), closures=tuple(closures), extra_days=frozenset(extra_days))

    def is_known(self, year: int) -> bool:
        """Whether the year's holidays have been announced and stand in the table."""
        return year in self.known_years

    def day_kind(self, day: date) -> DayKind:
        """What a day is; never refuses, also not for a year that is not known."""
        if self.closure_on(day) is not None:
            return DayKind.CLOSED
        if day in self.extra_days or day in self.swapped_days:
            return DayKind.WORKING
        if day in self.holidays or self._is_yearly_holiday(day):
            return DayKind.HOLIDAY
        return DayKind.WORKING if day.weekday() in self.week else DayKind.REST

    def closure_on(self, day: date) -> Closure | None:
        """The hall's own closure on a day, if there is one."""
        return next((c for c in self.closures if c.first_day <= day <= c.last_day), None)

    def is_working(self, day: date) -> bool:
        """Whether the hall works on a day."""
        return self.day_kind(day) is DayKind.WORKING

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself does not count; 0 gives `day` back as it is.

        Raises:
            NoWorkingDay: none comes for `LONGEST_PAUSE_DAYS`.
            ValueError: `count` is negative.
        """
        if count < 0:
            raise ValueError(f"working days are counted forwards, not {count}")
        for _ in range(count):
            day = self._next_working_day(day)
        return day

    def working_days_between(self, day: date, until: date) -> int:
        """How many working days come after `day`, up to and with `until`: what `add_working_days` added.

        Raises:
            ValueError: `until` is earlier than `day`.
        """
        if until < day:
            raise ValueError(f"working days are counted forwards, not from {day} to {until}")
        return sum(self.is_working(day + ONE_DAY * n) for n in range(1, (until - day).days + 1))

    def _next_working_day(self, day: date) -> date:
        for n in range(1, LONGEST_PAUSE_DAYS + 1):
            if self.is_working(day + ONE_DAY * n):
                return day + ONE_DAY * n
        raise NoWorkingDay(f"the calendar has no working day within {LONGEST_PAUSE_DAYS} days after {day}")

    def _is_yearly_holiday(self, day: date) -> bool:
        return not self.is_known(day.year) and (day.month, day.day) in self.yearly_holidays
