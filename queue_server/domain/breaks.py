"""How fast a queue's counters work through a day with breaks: seconds of work into seconds of the clock, and back.

A second of work is one in which a given number of counters serve. In a noon break with one counter of eight, eight
seconds pass for it; where nobody stays, none is done until the break is over.
"""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise

from msgspec import Struct

from hall.clock import seconds_between
from hall.hours import QueueHours


class Break(Struct, frozen=True):
    """A stretch of the day with fewer counters, in seconds since midnight by the hall's wall clock."""

    begins_s: float
    ends_s: float
    counters: int | None  # how many stay; None: all
    is_early: bool = False  # before the core hours begin


def breaks_of(hours: QueueHours | None) -> tuple[Break, ...]:
    """When fewer counters serve a queue than in core hours: before these, and between them."""
    if hours is None:
        return ()
    core = sorted(hours.core, key=lambda period: period.begin)
    opens_s = _seconds(core[0].begin)
    early_s = min(_seconds(period.begin) for period in (*hours.flex, core[0]))
    breaks = [Break(0.0, early_s, 0, is_early=True)]
    if early_s < opens_s:
        breaks.append(Break(early_s, opens_s, hours.flex_counters, is_early=True))
    noon = hours.noon_counters if hours.noon else 0
    breaks += [Break(_seconds(a.end), _seconds(b.begin), noon) for a, b in pairwise(core) if a.end < b.begin]
    return tuple(breaks)


def seconds_of_day(now: datetime) -> float:
    """Seconds since midnight by the wall clock; on the two days a year when it is set, an hour off before or after."""
    return now.hour * 3600.0 + now.minute * 60 + now.second


def next_break(breaks: Sequence[Break], at_s: float) -> Break | None:
    """The break that a time of day lies in, or else the next one of the day."""
    for rest in breaks:
        if at_s < rest.ends_s:
            return rest
    return None


def clock_s(
    breaks: Sequence[Break], at_s: float, work_s: float, late_s: float, *, staffed: int, full: int, unit: int
) -> float:
    """How long it takes until so much work is done.

    Args:
        at_s: time of day.
        work_s: seconds of work for `unit` counters.
        late_s: how long after a break it is until the counters serve again; below 0: before its end.
        staffed: counters that serve now, until the next break begins or the present one ends.
        full: counters that serve after a break.
        unit: >= 1.
    """
    passed_s, pace, late, now_s = 0.0, staffed / unit, 0.0, at_s
    for rest in breaks:
        if rest.ends_s <= now_s:
            continue
        if rest.begins_s > now_s:
            span_s = rest.begins_s - at_s
            if work_s < span_s * pace:
                return max(passed_s + work_s / pace + late, 0.0)
            work_s, passed_s, at_s = work_s - span_s * pace, passed_s + span_s, rest.begins_s
            pace = (full if rest.counters is None else min(rest.counters, full)) / unit
        span_s = rest.ends_s - at_s
        if work_s < span_s * pace:
            return max(passed_s + work_s / pace + late, 0.0)
        work_s, passed_s, at_s = work_s - span_s * pace, passed_s + span_s, rest.ends_s
        pace, late = full / unit, late_s
    return max(passed_s + work_s / pace + late, 0.0)


def worked_s(breaks: Sequence[Break], begin: datetime, end: datetime, full: int) -> float | None:
    """How much work `full` counters did in a stretch of one day; None where that is not known well.

    That is so for a stretch that begins in a break and ends after it: how many served first, and when exactly the
    others came, says more about it than anybody foresaw.
    """
    begin_s, passed_s = seconds_of_day(begin), seconds_between(begin, end)
    end_s = begin_s + passed_s
    for rest in breaks:
        if rest.ends_s <= begin_s or end_s <= rest.begins_s:
            continue
        if rest.begins_s <= begin_s:
            if rest.ends_s < end_s:
                return None
            continue
        share = 1.0 if rest.counters is None else min(rest.counters / max(full, 1), 1.0)
        passed_s -= (min(end_s, rest.ends_s) - rest.begins_s) * (1 - share)
    return passed_s


def _seconds(at: time) -> float:
    return at.hour * 3600.0 + at.minute * 60 + at.second
