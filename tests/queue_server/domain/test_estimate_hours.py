"""The estimated wait follows the hours: breaks, noon, and the opening."""

import random
from datetime import timedelta

import pytest

from hall import messages as m
from hall.hours import QueueHours
from queue_server.domain.breaks import Break, breaks_of, clock_s, worked_s
from tests.queue_server.domain.estimating import MINUTE, busy, told
from tests.queue_server.halls import HOURS, MORNING, NOON, Hall, period, small_plan

SPLIT = QueueHours(core=(period("09:00-12:00"), period("13:00-17:00")))


def test_who_would_not_be_called_before_the_break_is_told_to_wait_it_out():
    hall = Hall(small_plan({"A": SPLIT}))
    hall.clock.set("11:50")
    busy(hall, "1")
    for _ in range(4):
        hall.issue("a1")

    estimate = told(hall, "a1")

    assert estimate is not None
    assert estimate.p50_s > 70 * MINUTE


def test_a_break_that_is_far_away_changes_nothing():
    waits = []
    for hours in (None, SPLIT):
        hall = Hall(small_plan({"A": hours} if hours else {}))
        busy(hall, "1")
        hall.issue("a1")
        waits.append(told(hall, "a1"))

    assert waits[0] == waits[1]


def test_before_opening_a_hall_that_knows_its_counters_tells_how_long_it_is_until_then():
    hall = Hall(small_plan({"B": SPLIT}))
    hall.clock.set("10:00")
    hall.open("4", "T4")
    hall.clock.time = MORNING + timedelta(days=1)
    hall.clock.set("08:30")
    hall.ask(m.StartDay)

    estimate = told(hall, "b1")

    assert estimate is not None
    assert 30 * MINUTE <= estimate.p50_s < 32 * MINUTE
    assert estimate.p10_s < estimate.p50_s < estimate.p90_s


def test_before_opening_on_the_first_day_nothing_is_told():
    hall = Hall(small_plan({"B": SPLIT}))
    hall.clock.set("08:30")

    assert told(hall, "b1") is None


def test_breaks_are_what_the_hours_leave_between():
    assert breaks_of(None) == ()
    assert breaks_of(NOON) == (Break(0, 9 * 3600, 0, is_early=True), Break(12 * 3600, 13 * 3600, 1))
    assert breaks_of(HOURS) == (
        Break(0, 8 * 3600, 0, is_early=True),
        Break(8 * 3600, 9 * 3600, None, is_early=True),
        Break(12 * 3600, 13 * 3600, 0),
    )


@pytest.mark.parametrize(
    ("at", "work_min", "takes_min"),
    [
        ("10:00", 30, 30),
        ("11:50", 9, 9),
        ("11:50", 11, 10 + 4 * 1),  # one of four stays at noon
        ("11:50", 10 + 15 + 5, 10 + 60 + 5),
        ("16:00", 90, 90),  # clerks stay until all have been called
    ],
)
def test_work_takes_longer_by_the_clock_where_fewer_counters_stay(at: str, work_min: float, takes_min: float):
    hour, minute = map(int, at.split(":"))

    passed_s = clock_s(
        breaks_of(NOON), (hour * 60 + minute) * MINUTE, work_min * MINUTE, 0.0, staffed=4, full=4, unit=4
    )

    assert passed_s == pytest.approx(takes_min * MINUTE)


@pytest.mark.parametrize("seed", range(20))
def test_what_the_clock_stretches_is_found_again(seed: int):
    rng = random.Random(seed)
    begin = MORNING + timedelta(minutes=rng.randrange(0, 179))
    at_s, work_s = (begin - MORNING).total_seconds() + 9 * 3600, rng.uniform(1, 4 * 3600)

    passed_s = clock_s(breaks_of(NOON), at_s, work_s, 0.0, staffed=4, full=4, unit=4)

    again_s = worked_s(breaks_of(NOON), begin, begin + timedelta(seconds=passed_s), 4)
    assert again_s == pytest.approx(work_s, abs=0.001)


def test_nothing_is_learned_from_who_came_in_a_break_and_was_called_after_it():
    noon = MORNING.replace(hour=12, minute=30)

    assert worked_s(breaks_of(NOON), noon, noon + timedelta(minutes=40), 4) is None
    assert worked_s(breaks_of(NOON), noon, noon + timedelta(minutes=20), 4) == 20 * MINUTE
