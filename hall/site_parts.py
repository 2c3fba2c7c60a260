"""What a site is made of, part by part, each named by a digest: to see what changed when the site file did.

Names are of keys only. A part's digest leaves out whatever has its default, so that a release that knows one more
setting does not make every part look changed.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec

from hall.catalogue import Counter, HallPlan, Queue

DIGITS = 16  # of a SHA-256, in hex: enough to tell a change


def parts_of(plan: HallPlan) -> dict[str, str]:
    """Every part of a site by its name, e.g. "hours of queue A", with its digest. The rules are not among them."""
    return {name: _digest(_said(value)) for name, value in _parts(plan)}


def digest_of(parts: Mapping[str, str]) -> str:
    """Names the whole site."""
    return _digest(dict(parts))


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """What is other than before, in words, e.g. "counter 7 added", "hours of queue A changed"."""
    return (
        *(f"{name} removed" for name in before if name not in after),
        *(f"{name} added" for name in after if name not in before),
        *(f"{name} changed" for name in after if before.get(name, after[name]) != after[name]),
    )


def _parts(plan: HallPlan) -> Iterator[tuple[str, Any]]:
    yield "hall", (plan.name, plan.name_en)
    for zone in plan.zones.values():
        yield f"zone {zone.zone_id}", zone
    for queue in plan.queues.values():
        yield from _of_queue(queue)
    for counter in plan.counters.values():
        yield from _of_counter(counter)
    yield "noon roster", tuple(counter.counter_no for counter in plan.counters.values() if counter.opens_at_noon)
    for item in plan.items.values():
        yield f"item {item.key}", item
    calendar = plan.calendar
    yield "week", calendar.week
    yield "holidays", (calendar.holidays, calendar.swapped_days, calendar.yearly_holidays, calendar.known_years)
    yield "closures", calendar.closures
    yield "extra working days", calendar.extra_days


def _of_queue(queue: Queue) -> Iterator[tuple[str, Any]]:
    yield f"queue {queue.prefix}", (queue.name, queue.name_en, queue.zone_id)
    yield f"identity policy of queue {queue.prefix}", queue.identity
    said = _said(queue.hours) or {}
    quotas = {name: said.pop(name) for name in ("quota_a_day", "intervals") if name in said}
    yield f"hours of queue {queue.prefix}", said
    yield f"quotas of queue {queue.prefix}", quotas


def _of_counter(counter: Counter) -> Iterator[tuple[str, Any]]:
    yield f"counter {counter.counter_no}", (counter.kind, counter.zone_id, counter.queues)
    yield f"abilities of counter {counter.counter_no}", counter.abilities


def _said(value: Any) -> Any:
    """A value as plain data in an order of its own, without what has its default."""
    if is_dataclass(value):
        return {f.name: _said(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default}
    if isinstance(value, frozenset):
        return sorted(map(_said, value))
    if isinstance(value, tuple):
        return list(map(_said, value))
    return value


def _digest(said: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:DIGITS]
