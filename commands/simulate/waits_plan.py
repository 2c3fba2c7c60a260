"""The halls whose waits are simulated: the sample city's queues and matters, with as many counters as a load asks for.

The load model gives arrivals and service times; how visitors and counters spread over the queues is invented here.
"""

import math
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path

from commands.demo.profile import HALF_HOUR_SHARES, SERVICE_MINUTES
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass
from hall.counter import CounterKind
from hall.hours import Period, QueueHours
from settings.load import hall_plan, read_site

SITE = Path(__file__).resolve().parents[2] / "config" / "halls" / "sample_city.toml"
PEAK_SHARE = max(HALF_HOUR_SHARES.values()) / 100 / 1800  # of a day's visitors, in a second of the busiest half-hour
AT_COUNTER_S = 45.0  # a visitor's way to the counter and the clerk's breath after it
FURTHER_MATTERS = 0.19  # mean number of further matters of a visit
OUT_OF_THE_ROOM = 0.07  # of a counter's day: pauses of 5 to 15 minutes, 2 to 4 times

QUEUE_SHARES = {  # percent of a day's visitors
    "A": 6.0,
    "B": 36.0,
    "C": 2.0,
    "D": 7.0,
    "E": 17.0,
    "F": 8.0,
    "G": 5.0,
    "H": 1.0,
    "T": 1.0,
    "L": 10.0,
    "P": 0.5,
    "N": 0.5,
    "Z": 6.0,
}
ASKED_FOR = {TimeClass.SHORT: 4.0, TimeClass.MEDIUM: 2.0}  # how often, beside the longer matters of a queue


@dataclass(frozen=True)
class WaitPreset:
    """One size of hall. The queues of a group share their counters, the first being preferred where order is equal."""

    tickets_a_day: int
    groups: tuple[str, ...]
    peak_load: float  # of a middling day's busiest half-hour: work that comes in over work that counters can do
    noon_groups: str  # queues of which one counter in six stays open at noon


PRESETS = {
    "county": WaitPreset(600, ("AH", "BTPN", "C", "D", "E", "F", "G", "L", "Z"), 1.05, "AB"),
    "city": WaitPreset(2500, tuple(QUEUE_SHARES), 1.05, "ABEH"),
}

CORE = (Period(time(9), time(12)), Period(time(13), time(17)))
NOON = Period(time(12), time(13))
FLEX = (Period(time(8), time(9)), Period(time(17), time(18)))


def wait_plan(preset: WaitPreset) -> HallPlan:
    """The hall of a preset: hours, noon roster, and counters so that the busiest half-hour has the preset's load."""
    sample = hall_plan(read_site(SITE))
    counters: list[Counter] = []
    queues: dict[str, Queue] = {}
    for group in preset.groups:
        count = counters_for(sample, preset, group)
        at_noon = math.ceil(count / 6) if group[0] in preset.noon_groups else 0
        for index in range(count):
            number = str(len(counters) + 1)
            zone_id = sample.queues[group[0]].zone_id
            counters.append(
                Counter(number, CounterKind.COMPREHENSIVE, zone_id, tuple(group), opens_at_noon=index < at_noon)
            )
        hours = QueueHours(core=CORE, noon=NOON if at_noon else None, flex=FLEX, noon_counters=at_noon, flex_counters=1)
        queues |= {prefix: replace(sample.queues[prefix], hours=hours) for prefix in group}
    return HallPlan.of(
        "waits",
        sample.name,
        sample.name_en,
        zones=sample.zones.values(),
        queues=queues.values(),
        counters=counters,
        items=sample.items.values(),
        rules=sample.rules,
        calendar=sample.calendar,
        kiosks=sample.kiosks,
    )


def item_weights(plan: HallPlan, prefix: str) -> tuple[tuple[ServiceItem, ...], list[float]]:
    """A queue's matters and how often each is asked for: the short ones more."""
    items = plan.items_of(prefix)
    return items, [ASKED_FOR.get(item.time_class, 1.0) for item in items]


def mean_visit_s(plan: HallPlan, prefix: str) -> float:
    """How long a visitor of a queue keeps a counter busy on average, in seconds."""
    items, weights = item_weights(plan, prefix)
    means = [math.exp(math.log(m * 60) + s * s / 2) for m, s in (SERVICE_MINUTES[item.time_class] for item in items)]
    mean_s = sum(w * mean for w, mean in zip(weights, means, strict=True)) / sum(weights)
    return mean_s * (1 + FURTHER_MATTERS) + AT_COUNTER_S


def counters_for(plan: HallPlan, preset: WaitPreset, group: str) -> int:
    """How many counters a group of queues needs, at least one."""
    busy = sum(
        preset.tickets_a_day * QUEUE_SHARES[prefix] / 100 * PEAK_SHARE * mean_visit_s(plan, prefix) for prefix in group
    )
    return max(1, round(busy / preset.peak_load / (1 - OUT_OF_THE_ROOM)))
