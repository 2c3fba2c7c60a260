"""Bookable slots: what the hours, the calendar and the counters allow to be promised."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.appointment import APPOINTMENT_LIFE, AppointmentRules, AppointmentState, AppointmentStep, restricted_until
from hall.calendar import Closure, WorkCalendar
from hall.hours import Period, PeriodKind, QueueHours, admission
from queue_server.domain.slots import BookingCause, bookable, cancel_until, check_in_window, slots_on

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
SWAPPED_SATURDAY, SWAPPED_FRIDAY = date(2026, 2, 14), date(2026, 2, 20)
CALENDAR = WorkCalendar(
    holidays=frozenset(date(2026, 2, day) for day in range(15, 24)),
    swapped_days=frozenset({SWAPPED_SATURDAY, date(2026, 2, 28)}),
    closures=(Closure(date(2026, 11, 25), date(2026, 11, 27), "inventory"),),
)
RULES = AppointmentRules()
SHARE_70 = AppointmentRules(share=0.7)


def period(text: str) -> Period:
    return Period(*map(time.fromisoformat, text.split("-")))


HOURS = QueueHours(
    core=(period("09:00-12:00"), period("13:00-17:00")),
    noon=period("12:00-13:00"),
    flex=(period("08:00-09:00"), period("17:00-18:00")),
    noon_counters=2,
)


def in_any_period(counters: int) -> dict[PeriodKind, int]:
    return dict.fromkeys(PeriodKind, counters)


def slots(day=FRIDAY, hours=HOURS, rules=RULES, *, counters=4, mean_service_s=540.0, zone=SHANGHAI, calendar=CALENDAR):
    return slots_on(day, hours, calendar, rules, in_any_period(counters), mean_service_s, zone=zone)


def clocks(found) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in found]


def test_a_working_day_is_cut_into_slots_from_the_early_hour_to_the_late_one():
    found = slots(rules=AppointmentRules(slot_min=60))

    assert clocks(found) == [f"{hour:02}:00" for hour in range(8, 18)]
    assert found[0].starts_at == datetime(2026, 11, 20, 8, tzinfo=SHANGHAI)
    assert found[-1].ends_at == datetime(2026, 11, 20, 18, tzinfo=SHANGHAI)


def test_walk_ins_keep_their_share_in_core_hours_and_at_noon_and_have_none_in_flex_hours():
    capacity = {f"{slot.starts_at:%H:%M}": slot.capacity for slot in slots(rules=AppointmentRules(share=0.3))}

    assert capacity["09:00"] == 4  # 4 counters x 1800 s x 0.3 / 540 s
    assert capacity["12:30"] == 2  # 2 noon counters
    assert capacity["08:30"] == capacity["17:00"] == 13  # 4 x 1800 / 540, all of it


def test_a_capacity_that_comes_out_even_is_not_rounded_down():
    assert {slot.capacity for slot in slots(hours=replace(HOURS, flex=(), noon=None), rules=SHARE_70, counters=3)} == {
        7
    }


def test_fewer_counters_may_be_planned_in_flex_hours_and_on_rest_days():
    hours = replace(HOURS, flex_counters=1, rest_day_counters=2, rest_day_booking=(period("09:00-11:00"),))

    assert slots(hours=hours)[0].capacity == 3
    assert slots(SATURDAY, hours)[0].capacity == 6


def test_one_visitor_can_be_booked_even_where_serving_takes_longer_than_a_slot():
    assert {slot.capacity for slot in slots(counters=1, mean_service_s=7200, rules=AppointmentRules(share=0.1))} == {1}


def test_a_share_of_nothing_leaves_the_slots_that_are_for_booked_people_only():
    assert clocks(slots(rules=AppointmentRules(share=0))) == ["08:00", "08:30", "17:00", "17:30"]


def test_without_counters_there_are_no_slots():
    assert slots(counters=0) == ()
    assert "12:00" not in clocks(slots(hours=replace(HOURS, noon_counters=0)))


def test_the_rest_of_a_period_is_left_when_no_whole_slot_fits():
    hours = QueueHours(core=(period("09:00-10:40"),))

    found = slots(hours=hours, rules=AppointmentRules(slot_min=45))

    assert clocks(found) == ["09:00", "09:45"]


def test_a_queue_without_appointments_or_without_hours_has_no_slots():
    assert slots(hours=replace(HOURS, takes_appointments=False)) == ()
    assert slots(hours=None) == ()


def test_rest_days_have_slots_only_where_the_queue_offers_rest_day_booking():
    hours = replace(HOURS, rest_day_booking=(period("09:00-10:00"),))

    assert slots(SATURDAY) == ()
    assert clocks(slots(SATURDAY, hours)) == ["09:00", "09:30"]
    assert clocks(slots(SWAPPED_FRIDAY, hours)) == ["09:00", "09:30"]


def test_a_swapped_saturday_has_slots_and_the_friday_it_was_swapped_for_has_none():
    assert clocks(slots(SWAPPED_SATURDAY)) == clocks(slots(FRIDAY))
    assert slots(SWAPPED_FRIDAY) == ()


@pytest.mark.parametrize("mean_service_s", [0.0, -1.0])
def test_a_service_that_takes_no_time_is_refused(mean_service_s: float):
    with pytest.raises(ValueError, match="longer than"):
        slots(mean_service_s=mean_service_s)


@pytest.mark.parametrize("wrong", [{"slot_min": 0}, {"share": -0.1}, {"share": 1.1}])
def test_impossible_rules_are_refused(wrong):
    with pytest.raises(ValueError, match=r"not -?[01]"):
        AppointmentRules(**wrong)


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 10), (date(2026, 10, 25), 14), (date(2026, 6, 7), 12)])
def test_slots_keep_their_length_on_days_on_which_clocks_are_set(day: date, count: int):
    hours = QueueHours(core=(period("00:00-06:00"),))

    found = slots(day, hours, zone=BERLIN, calendar=WorkCalendar(week=frozenset(range(7))))

    assert len(found) == count
    lengths = {slot.ends_at.astimezone(UTC) - slot.starts_at.astimezone(UTC) for slot in found}
    assert lengths == {timedelta(minutes=30)}


# ---- what holds for every queue -------------------------------------------------------------------------------------


@st.composite
def queue_hours(draw: st.DrawFn) -> QueueHours:
    """Hours that do not contradict each other, in multiples of five minutes, some of which are left out."""
    cuts = sorted(draw(st.lists(st.integers(1, 285), min_size=10, max_size=10, unique=True)))
    times = [time(cut // 12, cut % 12 * 5) for cut in cuts]
    early, first, noon, second, late = (Period(times[n], times[n + 1]) for n in range(0, 10, 2))
    return QueueHours(
        core=(first, second),
        noon=noon if draw(st.booleans()) else None,
        flex=(early, late) if draw(st.booleans()) else (),
        rest_day_booking=(first,) if draw(st.booleans()) else (),
        noon_counters=draw(st.integers(0, 3)),
        flex_counters=draw(st.none() | st.integers(1, 3)),
    )


ANY_DAY = st.dates(date(2026, 2, 9), date(2026, 3, 1)) | st.dates(date(2026, 11, 20), date(2026, 11, 30))
ANY_RULES = st.builds(AppointmentRules, slot_min=st.integers(5, 240), share=st.floats(0, 1))
COUNTERS, MEAN_S = st.integers(0, 50), st.floats(30, 7200)
ZONES = st.sampled_from([SHANGHAI, BERLIN])


@settings(derandomize=True, deadline=None)
@given(ANY_DAY, queue_hours(), ANY_RULES, COUNTERS, MEAN_S, ZONES)
def test_slots_follow_each_other_lie_within_the_hours_and_keep_to_their_share(
    day: date, hours: QueueHours, rules: AppointmentRules, counters: int, mean_s: float, zone: ZoneInfo
):
    found = slots_on(day, hours, CALENDAR, rules, in_any_period(counters), mean_s, zone=zone)

    for earlier, later in pairwise(found):
        assert earlier.ends_at <= later.starts_at
    for slot in found:
        first, last = slot.starts_at, slot.ends_at - timedelta(microseconds=1)
        assert all(admission(hours, CALENDAR, now, is_booked=True).is_open for now in (first, last))
        assert slot.ends_at - slot.starts_at == timedelta(minutes=rules.slot_min)
        assert first.tzinfo is zone
        is_shared = admission(hours, CALENDAR, first, is_booked=False).is_open
        most_s = counters * rules.slot_min * 60 * (rules.share if is_shared else 1)
        assert slot.capacity >= 1
        assert slot.capacity == 1 or slot.capacity * mean_s <= most_s * (1 + 1e-6)
        assert counters > 0
        assert not is_shared or rules.share > 0


@settings(derandomize=True, deadline=None)
@given(queue_hours(), ANY_RULES, COUNTERS, MEAN_S)
def test_a_closure_has_no_slots(hours: QueueHours, rules: AppointmentRules, counters: int, mean_s: float):
    assert slots_on(date(2026, 11, 26), hours, CALENDAR, rules, in_any_period(counters), mean_s, zone=SHANGHAI) == ()


# ---- when a promise can be made and kept ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "cause"),
    [
        ("2026-11-18", BookingCause.TOO_SOON),  # the past
        ("2026-11-19", BookingCause.TOO_SOON),  # today, a Thursday
        ("2026-11-20", BookingCause.BOOKABLE),
        ("2026-11-21", BookingCause.REST_DAY),
        ("2026-11-24", BookingCause.BOOKABLE),
        ("2026-11-25", BookingCause.CLOSURE),
        ("2026-11-30", BookingCause.BOOKABLE),
        ("2026-12-01", BookingCause.BOOKABLE),  # the fifth working day
        ("2026-12-02", BookingCause.TOO_FAR),
        ("9999-12-30", BookingCause.TOO_FAR),
    ],
)
def test_days_can_be_booked_from_tomorrow_to_the_fifth_working_day(day: str, cause: BookingCause):
    answer = bookable(date.fromisoformat(day), date(2026, 11, 19), CALENDAR, RULES)

    assert answer.cause is cause
    assert bool(answer) == (cause is BookingCause.BOOKABLE)


def test_a_holiday_can_be_booked_only_where_rest_days_are_served():
    today, holiday = date(2026, 2, 13), date(2026, 2, 16)

    assert bookable(holiday, today, CALENDAR, RULES).cause is BookingCause.HOLIDAY
    assert bookable(holiday, today, CALENDAR, RULES, has_rest_day_booking=True)
    assert bookable(SWAPPED_SATURDAY, today, CALENDAR, RULES)


def test_a_closure_cannot_be_booked_even_where_rest_days_are_served():
    answer = bookable(date(2026, 11, 26), FRIDAY, CALENDAR, RULES, has_rest_day_booking=True)

    assert answer.cause is BookingCause.CLOSURE


def test_a_hall_may_let_people_book_for_the_same_day():
    assert bookable(FRIDAY, FRIDAY, CALENDAR, AppointmentRules(book_days_ahead_min=0))


def test_before_a_closure_without_an_end_rest_days_are_too_far():
    calendar = WorkCalendar(closures=(Closure(date(2026, 11, 23), date.max, "moving"),))

    answer = bookable(SATURDAY, FRIDAY, calendar, RULES, has_rest_day_booking=True)

    assert answer.cause is BookingCause.TOO_FAR


def test_check_in_is_open_from_half_an_hour_before_to_a_quarter_after_the_slot_begins():
    start = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)

    first, last = check_in_window(start, RULES)

    assert (first.isoformat(), last.isoformat()) == ("2026-11-20T09:30:00+08:00", "2026-11-20T10:15:00+08:00")
    assert first <= datetime(2026, 11, 20, 9, 35, tzinfo=SHANGHAI) <= last
    assert cancel_until(start, RULES).isoformat() == "2026-11-20T08:00:00+08:00"


def test_a_check_in_window_is_as_long_as_it_says_when_clocks_are_set():
    start = datetime(2026, 3, 29, 3, 10, tzinfo=BERLIN)  # ten minutes after 02:00 became 03:00

    first, _ = check_in_window(start, RULES)

    assert first.isoformat() == "2026-03-29T01:40:00+01:00"


def test_an_appointment_that_is_over_stays_as_it_is():
    over = set(AppointmentState) - {AppointmentState.BOOKED}

    assert set(APPOINTMENT_LIFE) == set(AppointmentState)
    assert set(APPOINTMENT_LIFE[AppointmentState.BOOKED]) == set(AppointmentStep)
    assert set(APPOINTMENT_LIFE[AppointmentState.BOOKED].values()) == over
    assert all(APPOINTMENT_LIFE[state] == {} for state in over)


def november(*days: int) -> list[date]:
    return [date(2026, 11, day) for day in days]


@pytest.mark.parametrize(
    ("no_shows", "last_day"),
    [
        ([], None),
        (november(2, 3), None),
        (november(4, 2, 3), date(2026, 12, 4)),  # 30 days after the third
        (november(2, 3, 4, 20, 21, 25), date(2026, 12, 4)),  # booked before the restriction: they do not make it longer
        ([*november(2, 3, 4), date(2026, 12, 5), date(2026, 12, 6)], date(2026, 12, 4)),
        ([*november(2, 3, 4), *(date(2026, 12, day) for day in (5, 6, 7))], date(2027, 1, 6)),
    ],
)
def test_the_third_no_show_bars_from_booking_for_thirty_days(no_shows: list[date], last_day: date | None):
    assert restricted_until(no_shows, RULES) == last_day
