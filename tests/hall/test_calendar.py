"""Which days the hall works, with the days of two real years as the notices give them."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.calendar import Closure, DayKind, NoWorkingDay, WorkCalendar
from settings.hours import read_calendar

CHINA = read_calendar(Path(__file__).resolve().parents[2] / "config" / "calendar" / "china.toml")
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2025-01-26", DayKind.WORKING),  # a Sunday before the Spring Festival
        ("2025-01-27", DayKind.WORKING),
        ("2025-01-28", DayKind.HOLIDAY),
        ("2025-02-04", DayKind.HOLIDAY),
        ("2025-02-05", DayKind.WORKING),
        ("2025-10-08", DayKind.HOLIDAY),  # with the Mid-autumn Festival, eight days
        ("2025-10-11", DayKind.WORKING),  # a Saturday
        ("2026-01-02", DayKind.HOLIDAY),  # a Friday, swapped for the Sunday below
        ("2026-01-04", DayKind.WORKING),
        ("2026-02-14", DayKind.WORKING),  # a Saturday
        ("2026-02-15", DayKind.HOLIDAY),
        ("2026-02-23", DayKind.HOLIDAY),  # a Monday
        ("2026-02-24", DayKind.WORKING),
        ("2026-06-19", DayKind.HOLIDAY),  # a Friday
        ("2026-09-20", DayKind.WORKING),  # a Sunday
        ("2026-11-21", DayKind.REST),  # a Saturday like any other
    ],
)
def test_the_notices_of_two_years_are_followed(day: str, kind: DayKind):
    assert CHINA.day_kind(date.fromisoformat(day)) is kind


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_has_as_many_working_days_as_the_law_leaves(year: int):
    weekends = sum(day.weekday() > 4 for day in days_of(year))
    by_law = 13  # holidays a year since 2025: swaps only move days about

    assert sum(map(CHINA.is_working, days_of(year))) == len(days_of(year)) - weekends - by_law


def test_a_year_without_a_table_follows_the_week_and_the_holidays_with_a_date_fixed_by_law():
    assert not CHINA.is_known(2027)

    assert CHINA.day_kind(date(2027, 1, 1)) is DayKind.HOLIDAY  # a Friday
    assert CHINA.day_kind(date(2027, 2, 8)) is DayKind.WORKING  # in truth within the Spring Festival: not known yet
    assert CHINA.day_kind(date(2027, 1, 2)) is DayKind.REST


def test_fixed_holidays_do_not_override_the_table_of_a_known_year():
    calendar = WorkCalendar(yearly_holidays=frozenset({(5, 4)}), known_years=frozenset({2026}))

    assert calendar.is_working(date(2026, 5, 4))
    assert not calendar.is_working(date(2027, 5, 4))


def test_the_halls_own_days_go_before_the_public_ones():
    moving = Closure(date(2026, 2, 13), date(2026, 2, 14), "moving house")
    saturday, holiday = date(2026, 11, 21), date(2026, 10, 6)
    calendar = CHINA.with_own_days(week=range(5), closures=[moving], extra_days=[saturday, holiday])

    assert [calendar.day_kind(day) for day in (date(2026, 2, 13), date(2026, 2, 14))] == [DayKind.CLOSED] * 2
    assert calendar.closure_on(date(2026, 2, 14)) == moving
    assert calendar.is_working(saturday)
    assert calendar.is_working(holiday)
    assert calendar.closure_on(date(2026, 2, 15)) is None
    assert calendar.day_kind(date(2026, 2, 15)) is DayKind.HOLIDAY


def test_a_closure_shuts_the_hall_even_on_an_extra_working_day():
    day = date(2026, 11, 21)

    calendar = WorkCalendar(closures=(Closure(day, day, "power cut"),), extra_days=frozenset({day}))

    assert calendar.day_kind(day) is DayKind.CLOSED


def test_a_hall_may_work_on_other_days_of_the_week():
    calendar = WorkCalendar(week=frozenset({1, 5}))

    assert [day.day for day in days_of(2026)[:14] if calendar.is_working(day)] == [3, 6, 10, 13]


def test_a_closure_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="2026-02-01, before it begins on 2026-02-02"):
        Closure(date(2026, 2, 2), date(2026, 2, 1), "")


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-20", 1, "2026-11-23"),  # over a weekend
        ("2026-02-13", 1, "2026-02-14"),  # onto a Saturday that is worked
        ("2026-02-13", 2, "2026-02-24"),  # over the Spring Festival
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 6, "2026-02-28"),
        ("2026-02-18", 1, "2026-02-24"),  # from within a holiday
        ("2026-11-21", 0, "2026-11-21"),  # nothing to add: the Saturday stays
    ],
)
def test_working_days_are_counted_from_the_next_day_on(day: str, count: int, expected: str):
    assert CHINA.add_working_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


@settings(derandomize=True)
@given(day=DAYS, count=st.integers(0, 40))
def test_adding_and_counting_working_days_undo_each_other(day: date, count: int):
    until = CHINA.add_working_days(day, count)

    assert CHINA.working_days_between(day, until) == count
    assert count == 0 or CHINA.is_working(until)


def test_working_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="forwards, not -1"):
        CHINA.add_working_days(date(2026, 1, 5), -1)
    with pytest.raises(ValueError, match="forwards, not from 2026-01-05 to 2026-01-04"):
        CHINA.working_days_between(date(2026, 1, 5), date(2026, 1, 4))


def test_a_hall_that_never_works_again_is_an_error_and_no_endless_search():
    calendar = WorkCalendar(closures=(Closure(date(2026, 1, 1), date.max, "gone"),))

    with pytest.raises(NoWorkingDay, match="within 400 days after 2026-01-05"):
        calendar.add_working_days(date(2026, 1, 5), 1)
