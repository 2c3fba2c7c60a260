"""How long somebody who comes now will wait, as a range.

The mean is counted out: the work that those before still bring, by what their matters lately took, over the counters
that serve them, after what remains until the first of these falls free. Breaks and the noon roster stretch it. What the
queue has learned from its earlier estimates then corrects it and says how wide the range must be (`calibration`).

For example, 2 counters are busy, one for another 4 minutes and one for 8, and 3 people with 10 minutes each come first.
The first counter falls free after about 4 minutes (1 / (1/4 + 1/8) = 2.7, times 1.5), the 3 take 30 minutes at 2
counters, and of later arrivals one in five goes before an ordinary visitor: 4 + 30 / 2 / 0.8 = about 23 minutes.

Nothing here looks at each waiting ticket: the cost does not grow with their number.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from math import sqrt

from msgspec import Struct
from msgspec.structs import astuple

from hall.catalogue import ServiceItem
from hall.priority import RANK, PriorityClass
from hall.rules import OrderPolicy
from hall.wait import Basis
from queue_server.domain.breaks import Break, clock_s, next_break, seconds_of_day
from queue_server.domain.calibration import Band, Calibration, band, beginner
from queue_server.domain.hall_day import CounterDay, HallDay
from queue_server.domain.outlook import Outlook
from queue_server.domain.pace import usual_service_s

__all__ = ["EstimateError", "WaitEstimate", "estimate_error", "usual_service_s", "wait_estimate"]

COUNTERS_LOOKED_AT = 6  # of so many, each visitor's remaining time is estimated; of more, their number is enough
PAUSE_LEFT_S = 300.0  # assumed: how long a paused counter still stays away
CALL_LEFT_S = 10.0  # assumed: until a free counter's clerk calls
RESIDUAL = 0.9  # of a mean visit, what is left of one that is met at a random moment
RESIDUALS = (1.0, 0.81, 0.68, 0.62, 0.6, 0.6, 0.61, 0.64, 0.67)  # log-normal: by quarters of the mean that have passed
MOST_OVERTAKING = 0.9  # of later visitors; assumed where the rules set no bound
MOST_QUARTERS = len(RESIDUALS) - 1
FIRST_OF_MANY = 1.5  # what several busy counters leave is spread less than exponentially: the first takes longer
VARIABILITY, STEADINESS = 1.25, 0.5  # of one call after another: variance over squared mean; less of few counters
UNFORESEEN = 0.06  # the same of what makes whole lines slower or faster: pauses, added matters, the means themselves
BACK_LATE_S = (-40.0, 10.0, 90.0)  # assumed: when clerks are back after a break, by the three quantiles
LAST_RANK = len(RANK) - 1
AT_ONCE = Basis(0.0, 0.0, 0.0)


class WaitEstimate(Struct, frozen=True):
    """A wait in seconds: one in ten is shorter than `p10_s`, half are than `p50_s`, one in ten exceeds `p90_s`."""

    p10_s: float
    p50_s: float
    p90_s: float
    basis: Basis  # to learn from when the wait has come true


def wait_estimate(
    hall: HallDay, item: ServiceItem, priority: PriorityClass, ahead: int, now: datetime
) -> WaitEstimate | None:
    """Estimate the wait of a new arrival.

    Args:
        hall: only read; what it looks like at this instant is noted in it (`Outlook`).
        item: what the visitor comes for.
        priority: what the visitor counts as.
        ahead: how many of the item's queue come before, as `ahead_count` says.
        now: aware, in the hall's zone.

    Returns:
        None when no counter is open or paused for the matter, unless the queue's hours say that it is having a break
        and it is known how many counters it usually has.
    """
    known = hall.calibration.get(item.queue) or beginner(usual_service_s(hall.plan, item.queue))
    outlook = _outlook(hall, item, known, now)
    unit = outlook.unit
    if not unit:
        return None
    rank = RANK[priority]
    people, work_s = _before(hall, outlook, item.queue, rank, ahead)
    if people < outlook.free:
        basis = AT_ONCE
    else:
        line_s = work_s / unit / (1 - min(known.overtaking(rank), outlook.most_overtaking))
        variance = (VARIABILITY - STEADINESS / unit) / (work_s / known.visit_s + 1) + UNFORESEEN
        basis = Basis(outlook.first_s or FIRST_OF_MANY * RESIDUAL * known.visit_s / unit, line_s, sqrt(variance))
    found = band(known, basis)
    rest = outlook.rest
    if rest is not None and found.p90_s >= rest.begins_s - outlook.at_s:
        breaks = hall.roster.breaks[item.queue]
        by_clock = partial(clock_s, breaks, outlook.at_s, staffed=outlook.staffed, full=outlook.full, unit=unit)
        found = Band(*map(by_clock, astuple(found), BACK_LATE_S))
    return WaitEstimate(round(found.p10_s * 10) / 10, round(found.p50_s * 10) / 10, round(found.p90_s * 10) / 10, basis)


def _outlook(hall: HallDay, item: ServiceItem, known: Calibration, now: datetime) -> Outlook:
    """As it is now, seen once for all who come at this instant."""
    duty = hall.duty[item.queue]
    key = (item.queue, item.key if item.key in duty.able else "")
    seen = hall.outlooks.get(key)
    if seen is not None and seen.at is now:
        return seen
    able, paused = duty.of(item.key)
    at_s, staffed = seconds_of_day(now), len(able) + paused
    rest = next_break(hall.roster.breaks[item.queue], at_s)
    full = _full(rest, known, at_s, staffed)
    unit = staffed or full
    hall.outlooks[key] = seen = Outlook(
        at=now,
        at_s=at_s,
        able=able,
        staffed=staffed,
        full=full,
        unit=unit,
        free=sum(hall.counters[number].ticket_id is None for number in able),
        rivals=duty.rivals,
        first_s=_first_s(hall, able, paused, unit, now) if unit else None,
        rest=rest,
        most_overtaking=_most_overtaking(hall),
        is_strict=hall.rules.order.policy is OrderPolicy.STRICT,
    )
    return seen


def _full(rest: Break | None, known: Calibration, at_s: float, staffed: int) -> int:
    """How many counters serve when no break is on; 0 when nobody knows. `rest` is the break that is on, or the next."""
    if rest is None or at_s < rest.begins_s:
        return max(staffed, known.most_counters) if staffed else 0
    return max(staffed, known.most_counters, known.usual_counters if rest.is_early else 0)


def _before(hall: HallDay, outlook: Outlook, prefix: str, rank: int, ahead: int) -> tuple[float, float]:
    """How many people come before, and how long they will keep counters busy, in seconds.

    Of queues that share counters, those people count by the share of their counters that serve this queue too.
    """
    up_to = rank if outlook.is_strict else LAST_RANK
    backlog = hall.backlog[prefix]
    count, people, work_s = backlog.people[up_to], float(ahead), float(backlog.work_s[up_to])
    if ahead < count:
        work_s *= ahead / count
    for rival, share in outlook.rivals:
        other = hall.backlog[rival]
        people += share * other.people[up_to]
        work_s += share * other.work_s[up_to]
    return people, work_s


def _most_overtaking(hall: HallDay) -> float:
    """The share of calls that priority can have, < 1: by the N:1 rule, N of N + 1."""
    most = hall.rules.order.most_in_a_row
    return MOST_OVERTAKING if most is None else min(most / (most + 1), MOST_OVERTAKING)


def _first_s(hall: HallDay, able: Sequence[str], paused: int, unit: int, now: datetime) -> float | None:
    """How long until the first counter falls free, > 0, by each one's visitor; None where there are many."""
    if not able and not paused:
        return CALL_LEFT_S / unit
    if len(able) > COUNTERS_LOOKED_AT:
        return None
    rate = paused / PAUSE_LEFT_S
    for number in able:
        rate += 1 / _left_s(hall, hall.counters[number], now)
    return (FIRST_OF_MANY if unit > 1 else 1.0) / rate


def _left_s(hall: HallDay, counter: CounterDay, now: datetime) -> float:
    """How long a counter stays with its visitor, on average; >= 1."""
    if counter.ticket_id is None:
        return CALL_LEFT_S
    ticket = hall.tickets[counter.ticket_id]
    expected_s = float(ticket.work_s or 1)
    if ticket.started_at is None:
        return expected_s
    passed_s = (now - ticket.started_at).total_seconds()  # by the wall clock, which is quick, and wrong when it is set
    quarters = int(passed_s / expected_s * 4 + 0.5)
    return expected_s * RESIDUALS[0 if quarters < 0 else quarters if quarters < MOST_QUARTERS else MOST_QUARTERS]


class EstimateError(Struct, frozen=True):
    """How a queue's recent estimates compared with the waits."""

    count: int
    mean_absolute_s: float  # of the middle of the range
    bias_s: float  # mean of estimate minus wait: below 0 when people waited longer than told
    inside: float  # share of waits inside p10 to p90; 0.8 would be right


def estimate_error(hall: HallDay, prefix: str) -> EstimateError | None:
    """The error of a queue's last estimates that came true; None before the first."""
    recent = hall.estimates.get(prefix)
    if not recent:
        return None
    errors = [estimate.p50_s - estimate.waited_s for estimate in recent]
    inside = sum(estimate.p10_s <= estimate.waited_s <= estimate.p90_s for estimate in recent)
    return EstimateError(
        len(recent), sum(map(abs, errors)) / len(recent), sum(errors) / len(recent), inside / len(recent)
    )
