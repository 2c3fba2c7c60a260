"""What a site may say about its calendar, hours and appointments, and the file that holds a country's holidays.

This module knows neither the site file nor how its errors are told: `site.py` and `load.py` import it.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from hall.appointment import AppointmentRules
from hall.calendar import Closure, WorkCalendar
from hall.hours import Interval, Period, QueueHours
from settings.table import Table

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
LONGEST_HOLIDAY_DAYS = 15  # the longest ever announced had 9; more is a slip of the pen
PERIOD = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)


class CalendarFileError(ValueError):
    """A calendar file that cannot be used; the message is for the person who edits it."""


def _period(text: str) -> Period:
    """Read a period such as "09:00-12:00"; ValueError says what is wrong."""
    found = PERIOD.fullmatch(text)
    if found is None:
        raise ValueError('a period is written like "09:00-12:00"')
    try:
        begin, end = (time.fromisoformat(part) for part in found.groups())
    except ValueError as exc:
        raise ValueError(f'"{text}" has a time that does not exist; a day goes from 00:00 to 23:59') from exc
    return Period(begin, end)


def _checked_period(text: str) -> str:
    _period(text)
    return text


def _month_and_day(text: str) -> str:
    try:
        date.fromisoformat(f"2000-{text}")
    except ValueError as exc:
        raise ValueError('a yearly holiday is written like "01-31", month and day') from exc
    return text


PeriodText = Annotated[str, AfterValidator(_checked_period)]  # kept as text, so that --print-config shows it as it was
MonthAndDay = Annotated[str, AfterValidator(_month_and_day)]
Counters = Annotated[int, Field(ge=1, le=999)]


# ---- hours ------------------------------------------------------------------------------------------------------


class HoursTable(Table):
    """[hours]: when the hall's queues take tickets, unless a queue says otherwise."""

    core: Annotated[tuple[PeriodText, ...], Field(min_length=1)]
    noon: PeriodText | None = None  # for queues that a noon counter serves
    flex: tuple[PeriodText, ...] = ()  # for booked people only
    flex_counters: Counters | None = None  # of one queue; left out: all
    rest_day_booking: tuple[PeriodText, ...] = ()  # on weekends and holidays, for booked people only
    rest_day_counters: Counters | None = None
    takes_appointments: bool = True

    @model_validator(mode="after")
    def _periods_fit(self) -> "HoursTable":
        queue_hours(self, None, noon_counters=1)
        return self


class IntervalTable(Table):
    """One issue interval of a queue."""

    period: PeriodText
    quota: Annotated[int, Field(ge=1, le=9999)]


class QueueHoursTable(Table):
    """`hours` of one queue: what is said here goes before [hours]."""

    core: Annotated[tuple[PeriodText, ...], Field(min_length=1)] | None = None
    noon: PeriodText | None = None
    flex: tuple[PeriodText, ...] | None = None
    flex_counters: Counters | None = None
    rest_day_booking: tuple[PeriodText, ...] | None = None
    rest_day_counters: Counters | None = None
    takes_appointments: bool | None = None
    intervals: tuple[IntervalTable, ...] = ()  # walk-in tickets are issued only within them
    quota_a_day: Annotated[int, Field(ge=1, le=9999)] | None = None  # walk-in tickets


def queue_hours(
    default: HoursTable | None,
    own: QueueHoursTable | None,
    *,
    noon_counters: int,
    weekend_self_service: bool = False,
) -> QueueHours | None:
    """The hours of one queue: its own where given, else the hall's.

    Args:
        default: the site's [hours], if it has that table.
        own: the queue's own table, if it has one.
        noon_counters: how many counters serve the queue at noon; 0 shuts it then.
        weekend_self_service: the catalogue marks matters of the queue that devices serve on rest days.

    Returns:
        None, always open, when neither is given.

    Raises:
        ValueError: the two do not fit together.
    """
    if default is None and own is None:
        return None
    values = default.model_dump() if default is not None else {}
    if own is not None:
        values |= own.model_dump(exclude_none=True)
    if "core" not in values:
        raise ValueError("a queue's own hours need core periods where the site has no [hours]")
    said = HoursTable.model_construct(**{key: values[key] for key in HoursTable.model_fields if key in values})
    return QueueHours(
        core=_periods(said.core),
        noon=_period(said.noon) if said.noon and noon_counters else None,
        flex=_periods(said.flex),
        rest_day_booking=_periods(said.rest_day_booking),
        weekend_self_service=weekend_self_service,
        takes_appointments=said.takes_appointments,
        intervals=_intervals(own.intervals if own is not None else ()),
        quota_a_day=own.quota_a_day if own is not None else None,
        noon_counters=noon_counters,
        flex_counters=said.flex_counters,
        rest_day_counters=said.rest_day_counters,
    )


def _periods(texts: Sequence[str]) -> tuple[Period, ...]:
    return tuple(map(_period, texts))


def _intervals(tables: Sequence[IntervalTable]) -> tuple[Interval, ...]:
    periods = [(_period(table.period), table.quota) for table in tables]
    return tuple(Interval(period.begin, period.end, quota) for period, quota in periods)


# ---- calendar ---------------------------------------------------------------------------------------------------


class ClosureTable(Table):
    """[[calendar.closures]]: days on which the hall is shut."""

    first_day: date
    last_day: date | None = None  # left out: the first is the only one
    reason: Annotated[str, Field(min_length=1, max_length=60)]  # shown to visitors

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "ClosureTable":
        _closure(self)
        return self


class CalendarTable(Table):
    """[calendar]: which days the hall works."""

    file: Path | None = None  # public holidays; left out, only the week counts
    week: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS[:5]
    closures: tuple[ClosureTable, ...] = ()
    extra_working_days: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _days_agree(self) -> "CalendarTable":
        for day in self.extra_working_days:
            if any(closure.first_day <= day <= closure.last_day for closure in map(_closure, self.closures)):
                raise ValueError(f"{day} is both an extra working day and within a closure")
        return self


def hall_calendar(table: CalendarTable) -> WorkCalendar:
    """The hall's calendar; `table.file` must be a path that can be opened from here.

    Raises:
        CalendarFileError: the file is missing or wrong.
    """
    public = read_calendar(table.file) if table.file is not None else WorkCalendar()
    return public.with_own_days(
        week=frozenset(map(WEEKDAYS.index, table.week)),
        closures=map(_closure, table.closures),
        extra_days=table.extra_working_days,
    )


def _closure(table: ClosureTable) -> Closure:
    return Closure(table.first_day, table.last_day or table.first_day, table.reason)


# ---- the calendar file ------------------------------------------------------------------------------------------


class HolidayTable(Table):
    """One holiday with the days moved next to it, both ends included."""

    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _is_of_a_likely_length(self) -> "HolidayTable":
        if not 0 <= (self.last_day - self.first_day).days < LONGEST_HOLIDAY_DAYS:
            raise ValueError(f"a holiday lasts 1 to {LONGEST_HOLIDAY_DAYS} days: {self.first_day} to {self.last_day}?")
        return self

    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]


class YearTable(Table):
    """[[years]]: what one year's notice says."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    notice: Annotated[str, Field(min_length=1)]
    holidays: tuple[HolidayTable, ...]
    working_days: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _days_are_likely(self) -> "YearTable":
        off = {day for holiday in self.holidays for day in holiday.days()}
        for day in sorted(off | set(self.working_days)):
            if day.year != self.year and (day.year, day.month) != (self.year - 1, 12):  # New Year may begin before it
                raise ValueError(f"{day} is not of {self.year}")
        for day in self.working_days:
            if day in off:
                raise ValueError(f"{day} is both a holiday and a working day")
            if day.weekday() < 5:
                raise ValueError(f"{day} is a {WEEKDAYS[day.weekday()]}: only weekends are worked in exchange")
        return self


class CalendarFile(Table):
    """A country's public holidays."""

    yearly_holidays: tuple[MonthAndDay, ...] = ()  # for years that have no table
    years: tuple[YearTable, ...] = ()

    @field_validator("years")
    @classmethod
    def _each_year_once(cls, years: tuple[YearTable, ...]) -> tuple[YearTable, ...]:
        twice = [year for year, count in Counter(table.year for table in years).items() if count > 1]
        if twice:
            raise ValueError(f"the year {twice[0]} is given twice")
        return years


def read_calendar(path: Path) -> WorkCalendar:
    """Read a country's calendar, with a week of Monday to Friday and no days of the hall's own.

    Raises:
        CalendarFileError: missing, not TOML, an unknown key, an impossible or unlikely date.
    """
    try:
        file = CalendarFile(**tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as exc:
        raise CalendarFileError(f"{path}: there is no such file") from exc
    except tomllib.TOMLDecodeError as exc:
        raise CalendarFileError(f"{path}: not valid TOML: {exc}") from exc
    except ValidationError as exc:
        raise CalendarFileError(f"{path}: " + "; ".join(_sentences(exc))) from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise CalendarFileError(f"{path}: cannot be read: {exc}") from exc
    return WorkCalendar(
        holidays=frozenset(day for year in file.years for holiday in year.holidays for day in holiday.days()),
        swapped_days=frozenset(day for year in file.years for day in year.working_days),
        yearly_holidays=frozenset((int(text[:2]), int(text[3:])) for text in file.yearly_holidays),
        known_years=frozenset(table.year for table in file.years),
    )


def _sentences(exc: ValidationError) -> list[str]:
    """What is wrong and where, e.g. "years.0.year: ..."; tables are counted from 0."""
    found = []
    for error in exc.errors():
        where = ".".join(map(str, error["loc"])) or "the file"
        is_unknown = error["type"] == "extra_forbidden"
        found.append(f"{where}: " + ("unknown key" if is_unknown else error["msg"].removeprefix("Value error, ")))
    return found


# ---- appointments -----------------------------------------------------------------------------------------------


class AppointmentsTable(Table):
    """[appointments]: what may be booked, and when."""

    slot_min: Annotated[int, Field(ge=5, le=240)] = 30
    share: Annotated[float, Field(ge=0, le=0.9)] = 0.5  # never all of it: walk-ins keep a quota
    book_days_ahead_min: Annotated[int, Field(ge=0, le=30)] = 1
    working_days_ahead: Annotated[int, Field(ge=1, le=60)] = 5
    cancel_until_min: Annotated[int, Field(ge=0, le=2880)] = 120
    check_in_before_min: Annotated[int, Field(ge=0, le=240)] = 30
    check_in_after_min: Annotated[int, Field(ge=0, le=240)] = 15
    one_per_person_and_day: bool = True
    no_shows_before_restriction: Annotated[int, Field(ge=1, le=100)] = 3
    restriction_days: Annotated[int, Field(ge=1, le=366)] = 30


def appointment_rules(table: AppointmentsTable) -> AppointmentRules:
    """The hall's rules for booking."""
    return AppointmentRules(**table.model_dump())
