"""The halls that are simulated: small enough for hundreds of days, with every kind of rule somewhere in them."""

import random
from datetime import time
from typing import NamedTuple

from hall.appointment import AppointmentRules
from hall.calendar import WorkCalendar
from hall.catalogue import Ability, Counter, HallPlan, IdentityPolicy, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.hours import Interval, Period, QueueHours
from hall.rules import (
    CallRules,
    ClockRules,
    HallRules,
    HoldRules,
    LeaseRules,
    MissedRules,
    OneTicket,
    OrderPolicy,
    OrderRules,
    PersonRules,
    RatingRules,
    TransferRules,
)

MONDAY_TO_SATURDAY = frozenset(range(6))
MORNING, NOON, AFTERNOON = Period(time(9), time(12)), Period(time(12), time(13)), Period(time(13), time(17))
EARLY, LATE = Period(time(8), time(9)), Period(time(17), time(18))


class Preset(NamedTuple):
    """A size of hall."""

    tickets: int  # a working day, about
    kiosks: int
    bookings: int  # made a day, about
    queues: tuple[str, ...]
    counters: int


PRESETS = {
    "village": Preset(tickets=140, kiosks=2, bookings=24, queues=("B", "L", "Z"), counters=3),
    "county": Preset(tickets=420, kiosks=4, bookings=50, queues=("A", "B", "C", "L", "R", "Z"), counters=11),
}

HOURS = {
    "A": QueueHours(core=(MORNING, AFTERNOON), flex=(EARLY, LATE), quota_a_day=120, flex_counters=1),
    "B": QueueHours(core=(MORNING, AFTERNOON), noon=NOON, rest_day_booking=(MORNING,), noon_counters=1),
    "C": QueueHours(
        core=(MORNING, AFTERNOON),
        intervals=(Interval(time(9), time(11), 25), Interval(time(13), time(16, 30), 40)),
    ),
    "R": QueueHours(core=(MORNING, AFTERNOON), takes_appointments=False),
}
"""By queue; a queue that is not here is always open."""


def make_plan(preset: Preset, rules: HallRules) -> HallPlan:
    """Lay the hall out.

    Its last counter handles pairs of every department, but not each matter of any queue, and it alone stays at noon.
    """
    items = [_item(prefix, n) for prefix in preset.queues for n in range(1, 4)]
    return HallPlan.of(
        "simulated",
        "模拟大厅",
        "Simulated hall",
        zones=[Zone("A", "一区", "Zone A", 1), Zone("B", "二区", "Zone B", 2)],
        queues=[_queue(prefix) for prefix in preset.queues],
        counters=[_counter(n, preset, items) for n in range(1, preset.counters + 1)],
        items=items,
        rules=rules,
        calendar=WorkCalendar(week=MONDAY_TO_SATURDAY),
        kiosks=[f"K{n}" for n in range(1, preset.kiosks + 1)],
    )


def some_rules(rng: random.Random) -> HallRules:
    """Rules that a hall might choose."""
    return HallRules(
        order=OrderRules(
            policy=rng.choice((OrderPolicy.STRICT, OrderPolicy.STRICT, OrderPolicy.BALANCED)),
            most_in_a_row=rng.choice((1, 2, 3, 3, 5, None)),
            green_head_start_min=rng.choice((10.0, 30.0)),
            preference_step_min=rng.choice((0.0, 0.0, 5.0)),
        ),
        calls=CallRules(
            most_calls=rng.choice((2, 3)),
            may_choose=rng.random() < 0.9,
            may_preview=rng.random() < 0.9,
            preview_s=rng.choice((20.0, 60.0)),
        ),
        missed=MissedRules(
            back_after=rng.choice((None, 1, 3, 3)),
            most_returns=rng.choice((1, 1, 2)),
            grace_s=rng.choice((0.0, 90.0)),
            may_requeue=rng.random() < 0.9,
            may_call=rng.random() < 0.8,
            least_calls=rng.choice((1, 2, 3)),
            least_wait_s=rng.choice((0.0, 15.0, 90.0)),
            void_is_final=rng.random() < 0.7,
        ),
        hold=HoldRules(longest_min=rng.choice((20.0, 120.0)), most_a_counter=rng.choice((1, 2, 5))),
        persons=PersonRules(
            one_ticket=rng.choice(tuple(OneTicket)),
            most_a_day=rng.choice((None, 2, 5)),
            most_items=rng.choice((2, 5)),
            may_represent=rng.random() < 0.8,
        ),
        leases=LeaseRules(largest_block=rng.choice((8, 50)), most_open=rng.choice((1, 4))),
        clock=ClockRules(step_back_s=rng.choice((0.0, 120.0))),
        ratings=RatingRules(least_s=rng.choice((0.0, 5.0))),
        appointments=AppointmentRules(
            slot_min=rng.choice((15, 30)),
            share=rng.choice((0.2, 0.5)),
            book_days_ahead_min=rng.choice((0, 1)),
            no_shows_before_restriction=2,
            restriction_days=3,
        ),
        transfers=TransferRules(paused_wait_min=rng.choice((0.0, 3.0, 10.0))),
    )


def _queue(prefix: str) -> Queue:
    identity = {"R": IdentityPolicy.REQUIRED, "Z": IdentityPolicy.NONE}.get(prefix, IdentityPolicy.OPTIONAL)
    return Queue(prefix, f"{prefix}队", f"Queue {prefix}", "A" if prefix < "L" else "B", HOURS.get(prefix), identity)


def _item(prefix: str, n: int) -> ServiceItem:
    time_class = {"L": TimeClass.COLLECT, "Z": TimeClass.CONSULT}.get(prefix, list(TimeClass)[n - 1])
    department = f"d{n % 2 + 1}"
    name = f"{prefix}{n}"
    return ServiceItem(f"{prefix}-{n}", name, name, department, name, prefix, time_class, department_key=department)


def _counter(n: int, preset: Preset, items: list[ServiceItem]) -> Counter:
    queues = preset.queues
    is_last = n == preset.counters
    first = (n - 1) % len(queues)
    served = queues if is_last else (queues[first], *((queues[(first + 1) % len(queues)],) if n % 2 else ()))
    abilities: frozenset[Ability] | None = None
    if is_last:
        abilities = frozenset(item.ability for item in items if item.key[-1] in "12")
    kind = CounterKind.SPECIAL if is_last else CounterKind.COMPREHENSIVE
    return Counter(str(n), kind, "A" if n % 2 else "B", served, abilities, opens_at_noon=is_last)
