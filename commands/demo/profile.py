"""How many come when, and how long they take. All of it is assumed: no hall was measured."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hall.catalogue import TimeClass

HALF_HOUR_SHARES = {  # percent of a day's tickets; the rest, in booked-only hours, is left to the appointments
    time(9, 0): 9.0,
    time(9, 30): 12.0,
    time(10, 0): 13.5,
    time(10, 30): 12.0,
    time(11, 0): 8.5,
    time(11, 30): 5.0,
    time(12, 0): 1.8,
    time(12, 30): 1.7,
    time(13, 0): 3.5,
    time(13, 30): 5.5,
    time(14, 0): 7.5,
    time(14, 30): 7.0,
    time(15, 0): 5.5,
    time(15, 30): 3.0,
    time(16, 0): 1.5,
    time(16, 30): 1.0,
}

SERVICE_MINUTES = {  # median and sigma of a log-normal distribution
    TimeClass.SHORT: (4.0, 0.50),
    TimeClass.MEDIUM: (9.0, 0.55),
    TimeClass.LONG: (18.0, 0.60),
    TimeClass.CONSULT: (3.0, 0.6),
    TimeClass.COLLECT: (2.5, 0.4),
    TimeClass.PROBLEM: (15.0, 0.7),
}

FIRST_CALL_NO_SHOW = 0.06
FINAL_NO_SHOW = 0.03
RATED_ON_DEVICE = 0.60
NEGATIVE_SHARE = 0.003
WITHOUT_CARD = 0.03
WALK_S = (8.0, 40.0)  # from the waiting area to the counter
RECALL_AFTER_S = 25.0
RATING_AFTER_S = (2.0, 9.0)


@dataclass(frozen=True)
class Preset:
    """One size of hall."""

    tickets_a_day: int
    counters: int


PRESETS = {"village": Preset(40, 3), "county": Preset(600, 40)}


def arrivals(rng: random.Random, preset: Preset, start: datetime) -> Iterator[datetime]:
    """When visitors come, from `start` to the end of that day: a Poisson stream whose rate changes each half-hour."""
    for begins, share in HALF_HOUR_SHARES.items():
        opens = datetime.combine(start.date(), begins, start.tzinfo)
        closes = opens + timedelta(minutes=30)
        rate_s = preset.tickets_a_day * share / 100 / 1800
        moment = opens
        while (moment := moment + timedelta(seconds=rng.expovariate(rate_s))) < closes:
            if moment >= start:
                yield moment


def service_s(rng: random.Random, time_class: TimeClass) -> float:
    """How long serving one matter takes, in hall seconds."""
    median_min, sigma = SERVICE_MINUTES[time_class]
    return rng.lognormvariate(math.log(median_min * 60), sigma)


def level_key(rng: random.Random) -> int | None:
    """The evaluator key that a visitor presses, 1 (best) to 5, or None for leaving without a word."""
    if rng.random() >= RATED_ON_DEVICE:
        return None
    if rng.random() < NEGATIVE_SHARE:
        return rng.choice((4, 5))
    return rng.choices((1, 2, 3), weights=(80, 17, 3))[0]
