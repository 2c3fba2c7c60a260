"""How long visitors keep counters busy: from recent services of each matter, and from what is usual until there are."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from hall.catalogue import HallPlan, ServiceItem, TimeClass

USUAL_SERVICE_S = {  # assumed means, until the hall has its own figures
    TimeClass.SHORT: 4.5 * 60,
    TimeClass.MEDIUM: 10.5 * 60,
    TimeClass.LONG: 21.6 * 60,
    TimeClass.CONSULT: 3.6 * 60,
    TimeClass.COLLECT: 2.7 * 60,
    TimeClass.PROBLEM: 19.2 * 60,
}
USUAL_WEIGHS = 5  # the assumed mean counts as so many services
AT_COUNTER_S = 40.0  # assumed: the way to the counter, and the clerk's breath before the next call


def mean_service_s(item: ServiceItem, recent: Sequence[float]) -> float:
    """Mean service time of a matter lately, in seconds; `recent` are its last service times."""
    return (USUAL_SERVICE_S[item.time_class] * USUAL_WEIGHS + sum(recent)) / (USUAL_WEIGHS + len(recent))


def usual_service_s(plan: HallPlan, prefix: str) -> float:
    """Mean service time of a queue's matters as the load model assumes it, in seconds."""
    usual = [USUAL_SERVICE_S[item.time_class] for item in plan.items_of(prefix)]
    return fmean(usual) if usual else USUAL_SERVICE_S[TimeClass.MEDIUM]


def visit_s(mean_s: Mapping[str, float], plan: HallPlan, item_key: str, further_items: Iterable[str]) -> int:
    """How long a visitor will keep a counter of one queue busy, in whole seconds; matters of other queues go elsewhere.

    Whole seconds, so that sums over a line do not depend on the order in which people came and went.
    """
    span_s = AT_COUNTER_S + mean_s[item_key]
    for key in further_items:
        if plan.items[key].queue == plan.items[item_key].queue:
            span_s += mean_s[key]
    return round(span_s)
