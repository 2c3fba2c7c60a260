"""The load model: when visitors come, how long they take, what they press."""

import random
import statistics
from collections import Counter
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from commands.demo import profile
from hall.catalogue import TimeClass

DAY = datetime(2026, 1, 5, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BOOKED_ONLY = 1.5 + 0.5  # percent of a day's tickets: before 09:00 and after 17:00, when appointments alone are served


def test_the_half_hours_share_the_whole_day_but_for_the_booked_hours():
    assert sum(profile.HALF_HOUR_SHARES.values()) == pytest.approx(100 - BOOKED_ONLY)
    assert list(profile.HALF_HOUR_SHARES) == sorted(profile.HALF_HOUR_SHARES)
    assert all(begins.minute in (0, 30) for begins in profile.HALF_HOUR_SHARES)


@pytest.mark.parametrize("seed", range(10))
def test_arrivals_come_in_order_inside_the_hours_and_not_before_the_start(seed: int):
    start = DAY.replace(hour=10, minute=10)

    moments = list(profile.arrivals(random.Random(seed), profile.PRESETS["county"], start))

    assert all(one <= other for one, other in pairwise(moments))
    assert moments[0] >= start
    assert moments[-1] < DAY.replace(hour=17)
    assert {moment.tzinfo for moment in moments} == {DAY.tzinfo}


def test_the_same_seed_gives_the_same_day():
    days = [list(profile.arrivals(random.Random(7), profile.PRESETS["village"], DAY)) for _ in range(2)]

    assert days[0] == days[1]
    assert days[0] != list(profile.arrivals(random.Random(8), profile.PRESETS["village"], DAY))


def test_over_many_days_each_half_hour_gets_its_share():
    days = 200
    preset = profile.PRESETS["county"]
    rng = random.Random(1)
    counts = Counter(
        time(moment.hour, moment.minute // 30 * 30)
        for _ in range(days)
        for moment in profile.arrivals(rng, preset, DAY)
    )

    assert set(counts) == set(profile.HALF_HOUR_SHARES)
    for begins, share in profile.HALF_HOUR_SHARES.items():
        expected = preset.tickets_a_day * share / 100 * days
        assert counts[begins] == pytest.approx(expected, abs=5 * expected**0.5)  # 5 sigma of a Poisson count


@pytest.mark.parametrize("time_class", TimeClass)
def test_services_take_their_median_and_are_never_negative(time_class: TimeClass):
    rng = random.Random(3)
    median_min, sigma = profile.SERVICE_MINUTES[time_class]

    spans = [profile.service_s(rng, time_class) for _ in range(4000)]

    assert min(spans) > 0
    assert statistics.median(spans) == pytest.approx(median_min * 60, rel=5 * 1.2533 * sigma / 4000**0.5)
    assert statistics.mean(spans) > statistics.median(spans)  # a few take very long


def test_keys_are_pressed_as_often_as_the_model_says():
    rng = random.Random(4)

    keys = Counter(profile.level_key(rng) for _ in range(20_000))

    assert 1 - keys[None] / 20_000 == pytest.approx(profile.RATED_ON_DEVICE, abs=0.02)
    assert set(keys) == {None, 1, 2, 3, 4, 5}
    pressed = 20_000 - keys[None]
    assert (keys[4] + keys[5]) / pressed == pytest.approx(profile.NEGATIVE_SHARE, abs=0.003)
    assert keys[1] > keys[2] > keys[3] > keys[4] + keys[5]


def test_every_preset_has_visitors_and_nobody_comes_after_hours():
    for preset in profile.PRESETS.values():
        assert preset.counters > 0
        assert any(True for _ in profile.arrivals(random.Random(1), preset, DAY))
        assert not list(profile.arrivals(random.Random(1), preset, DAY + timedelta(hours=9)))
