"""What a site is made of, and what is other than before."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hall.calendar import Closure
from hall.catalogue import IdentityPolicy
from hall.counter import CounterKind
from hall.site_parts import changes, digest_of, parts_of
from settings.load import hall_plan, read_site
from tests.queue_server.halls import CALENDAR, QUOTAS, small_plan

PLAN = small_plan()
A, ONE, A1 = PLAN.queues["A"], PLAN.counters["1"], PLAN.items["a1"]
CLOSURE = Closure(date(2026, 5, 5), date(2026, 5, 6), "moving")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": "other"}, ("hall changed",)),
        ({"queues": {**PLAN.queues, "A": replace(A, name="other")}}, ("queue A changed",)),
        (
            {"queues": {**PLAN.queues, "A": replace(A, identity=IdentityPolicy.REQUIRED)}},
            ("identity policy of queue A changed",),
        ),
        (
            {"queues": {**PLAN.queues, "Q": replace(PLAN.queues["Q"], hours=replace(QUOTAS, quota_a_day=5))}},
            ("quotas of queue Q changed",),
        ),
        ({"counters": {**PLAN.counters, "1": replace(ONE, kind=CounterKind.OUTLET)}}, ("counter 1 changed",)),
        (
            {"counters": {**PLAN.counters, "1": replace(ONE, abilities=frozenset({("d1", "a1")}))}},
            ("abilities of counter 1 changed",),
        ),
        ({"counters": {**PLAN.counters, "1": replace(ONE, opens_at_noon=True)}}, ("noon roster changed",)),
        ({"items": {**PLAN.items, "a1": replace(A1, name="other")}}, ("item a1 changed",)),
        ({"items": {k: i for k, i in PLAN.items.items() if k != "a1"}}, ("item a1 removed",)),
        ({"calendar": replace(CALENDAR, week=frozenset(range(6)))}, ("week changed",)),
        ({"calendar": replace(CALENDAR, holidays=frozenset())}, ("holidays changed",)),
        ({"calendar": replace(CALENDAR, closures=(CLOSURE,))}, ("closures changed",)),
        ({"calendar": replace(CALENDAR, extra_days=frozenset({date(2026, 5, 9)}))}, ("extra working days changed",)),
    ],
)
def test_each_part_that_changes_is_named_by_its_key(other, said: tuple[str, ...]):
    before, after = parts_of(PLAN), parts_of(replace(PLAN, **other))

    assert changes(before, after) == said
    assert digest_of(before) != digest_of(after)


def test_the_same_site_has_the_same_digests_in_every_process():
    assert changes(parts_of(PLAN), parts_of(small_plan())) == ()
    assert parts_of(PLAN)["abilities of counter 3"] == "1e9f07ae5ae199c9"
    assert parts_of(PLAN)["hours of queue H"] == "31a2dc0408cceda3"


def test_a_whole_site_file_is_named_in_parts():
    plan = hall_plan(read_site(Path("config/halls/sample_city.toml")))

    parts = parts_of(plan)

    assert {f"counter {number}" for number in plan.counters} <= parts.keys()
    assert {f"item {key}" for key in plan.items} <= parts.keys()
