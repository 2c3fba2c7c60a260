"""Who is next, and how long a wait will be. Pure functions of the hall's day."""

from statistics import fmean

from hall.catalogue import TimeClass
from queue_server.domain.hall_day import HallDay

USUAL_SERVICE_S = {  # assumed means, until the day has its own figures
    TimeClass.SHORT: 4.5 * 60,
    TimeClass.MEDIUM: 10.5 * 60,
    TimeClass.LONG: 21.6 * 60,
    TimeClass.CONSULT: 3.6 * 60,
    TimeClass.COLLECT: 2.7 * 60,
    TimeClass.PROBLEM: 19.2 * 60,
}
FEWEST_SERVICES = 5  # below this many the assumed figure is used
HIGH_FACTOR = 1.6  # the upper end of the range over the plain estimate; a design value


def next_ticket(hall: HallDay, counter_no: str) -> str | None:
    """The id of the ticket that a counter would call: the earliest arrival over all of its queues.

    Returns:
        None when nobody waits.
    """
    heads = [
        hall.tickets[next(iter(hall.waiting[prefix]))]
        for prefix in hall.plan.counters[counter_no].queues
        if hall.waiting[prefix]
    ]
    if not heads:
        return None
    return min(heads, key=lambda ticket: (ticket.issued_at, ticket.display_number)).ticket_id


def wait_range_s(hall: HallDay, prefix: str, ahead_count: int) -> tuple[float, float] | None:
    """How long somebody with `ahead_count` people ahead will wait, as (low, high) seconds.

    The low end is people ahead x mean service time / open counters.

    Returns:
        None when no counter is open for the queue.
    """
    open_counters = hall.open_counters(prefix)
    if open_counters == 0:
        return None
    low_s = ahead_count * _mean_service_s(hall, prefix) / open_counters
    high_s = (ahead_count + 1) * _mean_service_s(hall, prefix) / open_counters * HIGH_FACTOR
    return low_s, high_s


def _mean_service_s(hall: HallDay, prefix: str) -> float:
    recent = hall.service_s[prefix]
    if len(recent) >= FEWEST_SERVICES:
        return fmean(recent)
    usual = [USUAL_SERVICE_S[item.time_class] for item in hall.plan.items_of(prefix)]
    return fmean(usual) if usual else USUAL_SERVICE_S[TimeClass.MEDIUM]
