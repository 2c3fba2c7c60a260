"""Who is admitted when: the hours of the sample city's hall, and those of a hall where clocks are set."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.calendar import Closure, DayKind, WorkCalendar
from hall.hours import SEARCH_DAYS, HoursCause, Interval, Period, PeriodKind, QueueHours, admission, interval_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = WorkCalendar(
    holidays=frozenset({date(2026, 10, day) for day in range(1, 8)}),
    swapped_days=frozenset({date(2026, 10, 10)}),
    closures=(Closure(date(2026, 11, 25), date(2026, 11, 27), "inventory"),),
)


def period(text: str) -> Period:
    return Period(*map(time.fromisoformat, text.split("-")))


def interval(text: str, quota: int) -> Interval:
    return Interval(*map(time.fromisoformat, text.split("-")), quota)


MORNING, AFTERNOON, NOON = period("09:00-12:00"), period("13:00-17:00"), period("12:00-13:00")
SPECIAL = QueueHours(  # queue D: no noon counter
    core=(MORNING, AFTERNOON),
    flex=(period("08:00-09:00"), period("17:00-18:00")),
)
COMPREHENSIVE = replace(SPECIAL, noon=NOON)  # queue B


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """ "2026-11-20 09:00", a Friday."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def asked(text: str, hours: QueueHours | None = SPECIAL, *, is_booked: bool = False):
    return admission(hours, CALENDAR, at(text), is_booked=is_booked)


@pytest.mark.parametrize(
    ("clock", "cause", "cause_when_booked"),
    [
        ("00:00", HoursCause.BEFORE_OPENING, HoursCause.BEFORE_OPENING),
        ("07:59:59", HoursCause.BEFORE_OPENING, HoursCause.BEFORE_OPENING),
        ("08:00", HoursCause.BOOKED_ONLY, HoursCause.OPEN),
        ("08:59:59.999999", HoursCause.BOOKED_ONLY, HoursCause.OPEN),
        ("09:00", HoursCause.OPEN, HoursCause.OPEN),
        ("11:59:59.999999", HoursCause.OPEN, HoursCause.OPEN),
        ("12:00", HoursCause.NOON_BREAK, HoursCause.NOON_BREAK),
        ("13:00", HoursCause.OPEN, HoursCause.OPEN),
        ("17:00", HoursCause.BOOKED_ONLY, HoursCause.OPEN),
        ("18:00", HoursCause.AFTER_CLOSING, HoursCause.AFTER_CLOSING),
        ("23:59:59", HoursCause.AFTER_CLOSING, HoursCause.AFTER_CLOSING),
    ],
)
def test_a_working_day_has_its_hours(clock: str, cause: HoursCause, cause_when_booked: HoursCause):
    walk_in, booked = (asked(f"2026-11-20 {clock}", is_booked=is_booked) for is_booked in (False, True))

    assert (walk_in.cause, booked.cause) == (cause, cause_when_booked)
    assert walk_in.is_open == (cause is HoursCause.OPEN)
    assert booked.is_open == (cause_when_booked is HoursCause.OPEN)


def test_a_walk_in_in_the_early_hour_is_offered_to_book_or_to_wait_until_nine():
    refused = asked("2026-11-20 08:30")

    assert refused.cause is HoursCause.BOOKED_ONLY
    assert refused.may_book
    assert refused.opens_at == at("2026-11-20 09:00")


def test_at_noon_a_queue_with_a_noon_counter_goes_on_and_a_special_one_opens_at_one():
    assert asked("2026-11-20 12:20", COMPREHENSIVE).is_open

    shut = asked("2026-11-20 12:20", SPECIAL)
    assert (shut.is_open, shut.cause, shut.opens_at) == (False, HoursCause.NOON_BREAK, at("2026-11-20 13:00"))


def test_a_noon_period_without_a_noon_counter_is_a_break():
    hours = replace(COMPREHENSIVE, noon_counters=0)

    assert asked("2026-11-20 12:20", hours).cause is HoursCause.NOON_BREAK


@pytest.mark.parametrize("is_booked", [False, True])
def test_on_saturday_nobody_is_admitted_but_devices_serve_what_they_can(is_booked: bool):
    shut = asked("2026-11-21 10:00", replace(SPECIAL, weekend_self_service=True), is_booked=is_booked)

    assert (shut.is_open, shut.cause) == (False, HoursCause.REST_DAY)
    assert shut.opens_at == at("2026-11-23 09:00")
    assert shut.is_self_service
    assert shut.may_book == (not is_booked)


def test_a_queue_without_self_service_matters_offers_none_on_saturday():
    assert not asked("2026-11-21 10:00").is_self_service


def test_devices_are_no_reason_on_a_working_day_nor_when_the_hall_is_shut():
    hours = replace(SPECIAL, weekend_self_service=True)

    assert not asked("2026-11-20 10:00", hours).is_self_service
    assert not asked("2026-11-26 10:00", hours).is_self_service


@pytest.mark.parametrize(("day", "cause"), [("2026-11-21", HoursCause.REST_DAY), ("2026-10-05", HoursCause.HOLIDAY)])
def test_rest_day_service_is_for_booked_people_only_and_in_its_own_hours(day: str, cause: HoursCause):
    hours = replace(SPECIAL, rest_day_booking=(period("09:00-11:00"),))

    assert asked(f"{day} 10:00", hours, is_booked=True).is_open
    assert asked(f"{day} 10:00", hours).cause is HoursCause.BOOKED_ONLY
    assert asked(f"{day} 11:00", hours, is_booked=True).cause is cause
    assert asked(f"{day} 08:30", hours, is_booked=True).cause is cause  # the early hour is a working day's


def test_a_holiday_is_told_from_a_weekend_and_the_next_opening_is_the_swapped_saturday():
    assert asked("2026-10-02 10:00").cause is HoursCause.HOLIDAY
    assert asked("2026-10-09 18:30").opens_at == at("2026-10-10 09:00")
    assert asked("2026-10-10 08:30").cause is HoursCause.BOOKED_ONLY
    assert asked("2026-10-10 09:30").is_open


def test_a_closure_admits_nobody_and_ends():
    hours = replace(SPECIAL, rest_day_booking=(period("09:00-17:00"),))

    shut = asked("2026-11-26 10:00", hours, is_booked=True)

    assert (shut.is_open, shut.cause) == (False, HoursCause.CLOSURE)
    assert shut.opens_at == at("2026-11-30 09:00")


def test_the_next_opening_is_looked_for_a_month_ahead_and_no_further():
    friday = at("2026-11-20 18:00")
    for days, opens_at in ((SEARCH_DAYS - 1, at("2026-12-21 09:00")), (SEARCH_DAYS, None)):
        closure = Closure(friday.date() + timedelta(days=1), friday.date() + timedelta(days=days), "works")

        shut = admission(SPECIAL, WorkCalendar(closures=(closure,)), friday, is_booked=False)

        assert shut.opens_at == opens_at


def test_a_queue_without_appointments_offers_none():
    assert not asked("2026-11-20 08:30", replace(SPECIAL, takes_appointments=False)).may_book


@pytest.mark.parametrize("text", ["2026-11-20 03:00", "2026-11-21 12:00", "2026-10-01 09:00", "2026-11-26 10:00"])
def test_a_queue_without_hours_is_always_open(text: str):
    assert asked(text, None).is_open
    assert asked(text, None).cause is HoursCause.OPEN
    assert interval_at(None, at(text)) is None


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        admission(SPECIAL, CALENDAR, datetime(2026, 11, 20, 9), is_booked=False)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        admission(None, CALENDAR, datetime(2026, 11, 20, 9), is_booked=False)  # noqa: DTZ001


# ---- issue intervals --------------------------------------------------------------------------------------------

WITH_INTERVALS = replace(
    COMPREHENSIVE,
    intervals=(interval("09:00-10:30", 40), interval("10:30-12:30", 30), interval("13:00-16:30", 90)),
    quota_a_day=150,
)


def test_the_interval_that_counts_is_the_one_that_has_begun():
    clocks = ("08:59", "09:00", "10:29", "10:30", "12:30", "16:29", "16:30")

    quotas = [found and found.quota for c in clocks if [found := interval_at(WITH_INTERVALS, at(f"2026-11-20 {c}"))]]

    assert quotas == [None, 40, 40, 30, None, 90, None]


def test_outside_of_its_intervals_a_queue_issues_no_walk_in_tickets_but_booked_people_come_in():
    late = asked("2026-11-20 16:40", WITH_INTERVALS)

    assert (late.cause, late.opens_at) == (HoursCause.AFTER_CLOSING, at("2026-11-23 09:00"))
    assert asked("2026-11-20 12:45", WITH_INTERVALS).cause is HoursCause.NOON_BREAK
    assert asked("2026-11-20 16:40", WITH_INTERVALS, is_booked=True).is_open


def test_an_interval_may_reach_over_noon_only_where_noon_is_open():
    with pytest.raises(ValueError, match="10:30-12:30 reaches outside"):
        replace(WITH_INTERVALS, noon=None)


# ---- contradictions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["12:00-12:00", "13:00-12:00"])
def test_a_period_ends_after_it_begins(text: str):
    with pytest.raises(ValueError, match=f"not {text}"):
        period(text)


def test_a_period_has_no_zone_of_its_own():
    with pytest.raises(ValueError, match="plain times"):
        Period(time(9, tzinfo=UTC), time(10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"core": ()}, "at least one core period"),
        ({"core": (AFTERNOON, MORNING)}, "wrong order"),
        ({"noon": period("11:30-13:00")}, "09:00-12:00 and 11:30-13:00 overlap"),
        ({"flex": (period("16:30-18:00"),)}, "13:00-17:00 and 16:30-18:00 overlap"),
        ({"flex": (period("17:00-18:00"), period("08:00-09:00"))}, "wrong order"),
        ({"rest_day_booking": (period("09:00-11:00"), period("10:00-12:00"))}, "overlap"),
        ({"intervals": (interval("09:00-11:00", 5), interval("10:00-12:00", 5))}, "overlap"),
        ({"intervals": (interval("08:30-10:00", 5),)}, "08:30-10:00 reaches outside"),
    ],
)
def test_periods_that_contradict_each_other_are_refused(changes, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        replace(SPECIAL, **changes)


def test_counters_of_a_period_are_never_more_than_the_queue_has():
    hours = replace(COMPREHENSIVE, noon_counters=4, flex_counters=2)

    planned = {kind: hours.counters_in(kind, 3) for kind in PeriodKind}

    assert planned == {
        PeriodKind.CORE: 3,
        PeriodKind.NOON_OPEN: 3,
        PeriodKind.FLEX_HOURS: 2,
        PeriodKind.REST_DAY_BOOKING: 3,
    }


# ---- days on which clocks are set -------------------------------------------------------------------------------

ALL_WEEK = WorkCalendar(week=frozenset(range(7)))
SPRING, AUTUMN = "2026-03-29", "2026-10-25"  # in Berlin 02:00 becomes 03:00, and 03:00 becomes 02:00


def open_minutes(hours: QueueHours, day: str, *, step_min: int = 1) -> list[datetime]:
    """Every minute (or every `step_min`) of a Berlin day, in UTC, at which a walk-in is admitted."""
    start = at(f"{day} 00:00", BERLIN).astimezone(UTC)
    minutes = [start + timedelta(minutes=n) for n in range(0, 26 * 60, step_min)]
    here = [minute for minute in minutes if minute.astimezone(BERLIN).date() == date.fromisoformat(day)]
    return [m for m in here if admission(hours, ALL_WEEK, m.astimezone(BERLIN), is_booked=False).is_open]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_day_with_a_clock_change_has_its_usual_hours(day: str):
    opened = open_minutes(SPECIAL, day)

    assert len(opened) == 7 * 60
    assert opened[0].astimezone(BERLIN).isoformat()[11:16] == "09:00"


@pytest.mark.parametrize(
    ("day", "text", "first", "minutes"),
    [
        (SPRING, "01:30-04:00", "00:30", 90),  # an hour is skipped
        (SPRING, "02:30-04:00", "01:00", 60),  # its begin is skipped: it opens when the clock is set
        (SPRING, "01:00-02:30", "00:00", 60),  # its end is skipped
        (SPRING, "02:15-02:45", None, 0),  # all of it is skipped
        (AUTUMN, "01:30-04:00", "23:30", 210),  # an hour is repeated
        (AUTUMN, "01:00-02:30", "23:00", 90),  # it ends once and does not open again
        (AUTUMN, "02:30-04:00", "00:30", 150),  # it begins once and stays open
    ],
)
def test_a_period_across_a_clock_change_is_open_once(day: str, text: str, first: str | None, minutes: int):
    opened = open_minutes(QueueHours(core=(period(text),)), day)

    assert len(opened) == minutes
    assert [f"{minute:%H:%M}" for minute in opened[:1]] == ([first] if first else [])
    assert opened == [opened[0] + timedelta(minutes=n) for n in range(minutes)] if opened else True


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        (f"{SPRING} 01:00+01:00", "2026-03-30T02:15:00+02:00"),  # 02:15 to 02:45 is skipped today
        (f"{AUTUMN} 02:10+02:00", "2026-10-25T02:15:00+02:00"),
        (f"{AUTUMN} 02:10+01:00", "2026-10-26T02:15:00+01:00"),  # an hour later: today's period is over
    ],
)
def test_an_opening_that_was_skipped_or_is_over_is_not_promised(now: str, opens_at: str):
    hours = QueueHours(core=(period("02:15-02:45"),))

    answer = admission(hours, ALL_WEEK, datetime.fromisoformat(now).astimezone(BERLIN), is_booked=False)

    assert answer.opens_at is not None
    assert answer.opens_at.isoformat() == opens_at


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    day=st.sampled_from([SPRING, AUTUMN]),
    bounds=st.lists(st.integers(0, 5 * 4), min_size=4, max_size=4, unique=True).map(sorted),
    asked_at=st.integers(0, 8 * 4),  # all in quarters of an hour
)
def test_the_next_opening_is_the_first_instant_that_admits(day: str, bounds: list[int], asked_at: int):
    early, late = (
        Period(time(bounds[n] // 4, bounds[n] % 4 * 15), time(bounds[n + 1] // 4, bounds[n + 1] % 4 * 15))
        for n in (0, 2)
    )
    hours = QueueHours(core=(early, late))
    now = (at(f"{day} 00:00", BERLIN).astimezone(UTC) + timedelta(minutes=15 * asked_at)).astimezone(BERLIN)
    tomorrow = date.fromisoformat(day) + timedelta(days=1)

    answer = admission(hours, ALL_WEEK, now, is_booked=False)

    opened = open_minutes(hours, day, step_min=15) + open_minutes(hours, tomorrow.isoformat(), step_min=15)
    assert answer.is_open == (now.astimezone(UTC) in opened)
    if not answer.is_open:
        assert answer.opens_at is not None
        assert answer.opens_at.astimezone(UTC) == min(m for m in opened if m > now.astimezone(UTC))
        assert answer.opens_at.tzinfo is BERLIN


def test_a_zone_that_skips_midnight_opens_when_its_day_begins():
    sao_paulo = ZoneInfo("America/Sao_Paulo")  # on 2018-11-04 the clock went from 00:00 to 01:00

    begin, _ = period("00:00-04:00").span_on(date(2018, 11, 4), sao_paulo)

    assert begin.astimezone(sao_paulo).isoformat() == "2018-11-04T01:00:00-02:00"


def test_periods_of_every_kind_of_day_stand_in_its_order():
    hours = replace(COMPREHENSIVE, rest_day_booking=(MORNING,))

    kinds = [kind for kind, _ in hours.periods_on(DayKind.WORKING)]

    assert kinds == [
        PeriodKind.FLEX_HOURS,
        PeriodKind.CORE,
        PeriodKind.NOON_OPEN,
        PeriodKind.CORE,
        PeriodKind.FLEX_HOURS,
    ]
    assert hours.periods_on(DayKind.REST) == hours.periods_on(DayKind.HOLIDAY)
    assert hours.periods_on(DayKind.CLOSED) == ()
