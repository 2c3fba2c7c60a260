"""The hall's time: aware, in the hall's zone, and as fast as a simulation wants it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hall.clock import HallClock, business_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


def test_without_an_epoch_the_halls_time_is_the_real_one_in_its_own_zone():
    now = HallClock(SHANGHAI, lambda: 1_772_413_200.0).now()

    assert now == datetime.fromtimestamp(1_772_413_200, UTC)
    assert now.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0])
def test_a_faster_hall_starts_at_its_epoch_and_runs_ahead(speed):
    real = [1000.0]
    clock = HallClock(SHANGHAI, lambda: real[0], speed=speed, real_epoch_s=1000.0, hall_epoch=NINE)
    assert clock.now() == NINE

    real[0] += 90

    assert clock.now() == NINE + timedelta(seconds=90 * speed)


def test_an_epoch_given_in_another_zone_is_the_same_instant_in_the_halls():
    clock = HallClock(SHANGHAI, lambda: 0.0, hall_epoch=datetime(2026, 3, 2, 17, tzinfo=UTC))

    assert clock.now().isoformat() == "2026-03-03T01:00:00+08:00"
    assert business_day(clock.now()) == date(2026, 3, 3)
