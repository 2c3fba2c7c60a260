"""The site's calendar, hours and appointments: what may be said, and what is wrong with the rest, in a sentence."""

import tomllib
from datetime import date, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from hall.appointment import AppointmentRules
from hall.calendar import DayKind
from hall.hours import Interval, Period
from settings.hours import (
    AppointmentsTable,
    CalendarFileError,
    CalendarTable,
    HoursTable,
    QueueHoursTable,
    appointment_rules,
    hall_calendar,
    queue_hours,
    read_calendar,
)

CHINA = Path(__file__).resolve().parents[2] / "config" / "calendar" / "china.toml"
HOURS = """\
core = ["09:00-12:00", "13:00-17:00"]
noon = "12:00-13:00"
flex = ["08:00-09:00", "17:00-18:00"]
flex_counters = 2
"""
CALENDAR = """\
yearly_holidays = ["01-01"]

[[years]]
year = 2026
notice = "test"
holidays = [{ first_day = 2026-02-15, last_day = 2026-02-17 }]
working_days = [2026-02-14]
"""


def hours(text: str = HOURS) -> HoursTable:
    return HoursTable(**tomllib.loads(text))


def own(text: str) -> QueueHoursTable:
    return QueueHoursTable(**tomllib.loads(text))


def calendar(text: str) -> CalendarTable:
    return CalendarTable(**tomllib.loads(text))


def period(text: str) -> Period:
    return Period(*map(time.fromisoformat, text.split("-")))


@pytest.fixture
def write(tmp_path):
    def new(text: str) -> Path:
        path = tmp_path / "calendar.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return new


# ---- hours ------------------------------------------------------------------------------------------------------


def test_a_queue_has_the_halls_hours_unless_it_says_otherwise():
    found = queue_hours(hours(), None, noon_counters=2)

    assert found is not None
    assert found.core == (period("09:00-12:00"), period("13:00-17:00"))
    assert found.flex == (period("08:00-09:00"), period("17:00-18:00"))
    assert (found.noon, found.noon_counters, found.flex_counters) == (period("12:00-13:00"), 2, 2)
    assert (found.intervals, found.quota_a_day, found.takes_appointments) == ((), None, True)


def test_a_queue_without_a_noon_counter_is_shut_at_noon():
    found = queue_hours(hours(), own('noon = "12:00-13:00"'), noon_counters=0)

    assert found is not None
    assert found.noon is None


def test_what_a_queue_says_goes_before_the_hall_and_the_rest_stays():
    text = """\
core = ["10:00-16:00"]
flex = []
takes_appointments = false
intervals = [{ period = "10:00-12:00", quota = 20 }, { period = "12:00-15:30", quota = 30 }]
quota_a_day = 45
"""

    found = queue_hours(hours(HOURS.replace('noon = "12:00-13:00"', "")), own(text), noon_counters=0)

    assert found is not None
    assert (found.core, found.flex, found.flex_counters) == ((period("10:00-16:00"),), (), 2)
    assert found.intervals == (Interval(time(10), time(12), 20), Interval(time(12), time(15, 30), 30))
    assert (found.takes_appointments, found.quota_a_day) == (False, 45)


def test_whether_devices_serve_a_queue_on_rest_days_is_the_catalogues_to_say():
    for said in (False, True):
        found = queue_hours(hours(), None, noon_counters=0, weekend_self_service=said)

        assert found is not None
        assert found.weekend_self_service is said


def test_without_any_hours_a_queue_is_always_open():
    assert queue_hours(None, None, noon_counters=0) is None


def test_a_queue_may_have_hours_in_a_hall_that_has_none_but_needs_core_periods_then():
    found = queue_hours(None, own('core = ["09:00-17:00"]'), noon_counters=0)
    assert found is not None
    assert found.core == (period("09:00-17:00"),)

    with pytest.raises(ValueError, match="need core periods"):
        queue_hours(None, own("quota_a_day = 5"), noon_counters=0)


def test_a_queues_own_hours_that_do_not_fit_the_halls_are_refused():
    with pytest.raises(ValueError, match="13:00-17:00 and 16:00-18:00 overlap"):
        queue_hours(hours(), own('flex = ["16:00-18:00"]'), noon_counters=0)
    with pytest.raises(ValueError, match="12:00-12:30 reaches outside"):
        queue_hours(hours(), own('intervals = [{ period = "12:00-12:30", quota = 1 }]'), noon_counters=0)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("09:00-12:00", "9-12", 'written like "09:00-12:00"'),
        ("09:00-12:00", "09:00–12:00", 'written like "09:00-12:00"'),  # a dash is not a hyphen
        ("09:00-12:00", "٠٩:٠٠-١٢:٠٠", 'written like "09:00-12:00"'),
        ("09:00-12:00", "09:00-24:00", "a time that does not exist"),
        ("09:00-12:00", "12:00-09:00", "ends later on the same day"),
        ("12:00-13:00", "11:30-13:00", "09:00-12:00 and 11:30-13:00 overlap"),
        ("flex_counters = 2", "flex_counters = 0", "greater than or equal to 1"),
        ('core = ["09:00-12:00", "13:00-17:00"]', "core = []", "at least 1 item"),
        ("flex =", "flexible =", "Extra inputs"),
    ],
)
def test_impossible_hours_are_refused(old: str, new: str, sentence: str):
    assert old in HOURS

    with pytest.raises(ValidationError, match=sentence):
        hours(HOURS.replace(old, new))


@pytest.mark.parametrize("text", ["quota_a_day = 0", 'intervals = [{ period = "09:00-10:00", quota = 0 }]'])
def test_a_walk_in_quota_is_never_zero(text: str):
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        own(text)


def test_hours_are_shown_as_they_were_written():
    assert hours().model_dump(mode="json")["core"] == ["09:00-12:00", "13:00-17:00"]


# ---- calendar ---------------------------------------------------------------------------------------------------


def test_the_halls_own_days_and_week_are_laid_over_the_countrys_calendar():
    table = calendar("""\
week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
extra_working_days = [2026-11-22]
closures = [
    { first_day = 2026-11-23, reason = "停电检修" },
    { first_day = 2026-02-14, last_day = 2026-02-16, reason = "搬迁" },
]
""").model_copy(update={"file": CHINA})

    found = hall_calendar(table)

    assert found.is_known(2026)
    assert found.is_working(date(2026, 11, 21))  # a Saturday
    assert found.is_working(date(2026, 11, 22))  # the extra Sunday
    assert [found.day_kind(date(2026, 11, day)) for day in (23, 24)] == [DayKind.CLOSED, DayKind.WORKING]
    assert [found.day_kind(date(2026, 2, day)) for day in (16, 17)] == [DayKind.CLOSED, DayKind.HOLIDAY]
    closure = found.closure_on(date(2026, 2, 15))
    assert closure is not None
    assert closure.reason == "搬迁"


def test_without_a_file_only_the_week_counts():
    found = hall_calendar(CalendarTable())

    assert found.is_working(date(2026, 10, 1))
    assert not found.is_working(date(2026, 10, 3))
    assert not found.is_known(2026)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('closures = [{ first_day = 2026-02-02, last_day = 2026-02-01, reason = "x" }]', "before it begins"),
        ("closures = [{ first_day = 2026-02-02 }]", "Field required"),
        ('week = ["montag"]', "Input should be 'monday'"),
        ("week = []", "at least 1 item"),
        (
            'extra_working_days = [2026-02-02]\nclosures = [{ first_day = 2026-02-02, reason = "x" }]',
            "2026-02-02 is both an extra working day and within a closure",
        ),
    ],
)
def test_days_that_contradict_each_other_are_refused(text: str, sentence: str):
    with pytest.raises(ValidationError, match=sentence):
        calendar(text)


def test_a_calendar_file_is_read(write):
    found = read_calendar(write(CALENDAR))

    assert found.holidays == {date(2026, 2, day) for day in (15, 16, 17)}
    assert found.swapped_days == {date(2026, 2, 14)}
    assert (found.yearly_holidays, found.known_years) == ({(1, 1)}, {2026})


def test_new_year_may_begin_in_december(write):
    found = read_calendar(write(CALENDAR.replace("[{", "[{ first_day = 2025-12-30, last_day = 2026-01-01 }, {")))

    assert found.day_kind(date(2025, 12, 30)) is DayKind.HOLIDAY


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("notice", "notes", r"years\.0\.notes: unknown key"),
        ("year = 2026", "year = 1926", r"years\.0\.year: .* greater than or equal to 2000"),
        ("year = 2026", "year = 2025", "2026-02-14 is not of 2025"),
        ("last_day = 2026-02-17", "last_day = 2026-03-17", "a holiday lasts 1 to 15 days: 2026-02-15 to 2026-03-17"),
        ("last_day = 2026-02-17", "last_day = 2026-02-14", "a holiday lasts 1 to 15 days"),
        ("2026-02-14", "2026-02-15", "2026-02-15 is both a holiday and a working day"),
        ("2026-02-14", "2026-02-13", "2026-02-13 is a friday: only weekends are worked"),
        ("2026-02-14", "2026-02-30", "not valid TOML"),
        ('"01-01"', '"02-30"', 'yearly_holidays.0: a yearly holiday is written like "01-31"'),
        ("[[years]]", '[[years]]\nyear = 2026\nnotice = "a"\nholidays = []\n[[years]]', "the year 2026 is given twice"),
    ],
)
def test_a_calendar_file_with_a_slip_is_refused(write, old: str, new: str, sentence: str):
    assert old in CALENDAR
    path = write(CALENDAR.replace(old, new))

    with pytest.raises(CalendarFileError, match=sentence) as refused:
        read_calendar(path)

    assert str(path) in str(refused.value)


def test_a_calendar_file_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(CalendarFileError, match="there is no such file"):
        read_calendar(tmp_path / "none.toml")
    with pytest.raises(CalendarFileError, match="cannot be read"):
        read_calendar(tmp_path)

    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CalendarFileError, match="cannot be read"):
        read_calendar(tmp_path / "bytes.toml")


# ---- appointments -----------------------------------------------------------------------------------------------


def test_appointments_have_the_rules_defaults_and_every_rule_can_be_set():
    assert appointment_rules(AppointmentsTable()) == AppointmentRules()
    assert set(AppointmentsTable.model_fields) == set(AppointmentRules.__struct_fields__)
    assert appointment_rules(AppointmentsTable(slot_min=15, share=0.3)) == AppointmentRules(slot_min=15, share=0.3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot_min": 4},
        {"share": 0.95},  # walk-ins keep a quota
        {"share": -0.1},
        {"working_days_ahead": 0},
        {"cancel_until_min": -1},
        {"no_shows_before_restriction": 0},
        {"slots": 30},
    ],
)
def test_appointment_rules_out_of_range_are_refused(wrong):
    with pytest.raises(ValidationError):
        AppointmentsTable(**wrong)
