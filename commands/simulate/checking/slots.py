"""Who is booked for a slot can be served by the hall's counters: stated as Hall's condition, over every set of visits.

A set of visits that all lie within a slot never needs more time than those counters have in it, for booked visitors,
that can serve any of them. Whoever was booked under other rules is left out: a hall may promise less than it did.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from statistics import fmean

from msgspec import Struct

from commands.simulate.checking.book import Appointment, Book
from hall import messages as m
from hall.catalogue import ServiceItem, TimeClass
from hall.hours import PeriodKind
from queue_server.domain.record import Record

MINUTES = {
    TimeClass.SHORT: 4.5,
    TimeClass.MEDIUM: 10.5,
    TimeClass.LONG: 21.6,
    TimeClass.CONSULT: 3.6,
    TimeClass.COLLECT: 2.7,
    TimeClass.PROBLEM: 19.2,
}
SLACK = 1e-6  # minutes


class Visit(Struct, frozen=True):
    """A booked visitor."""

    prefix: str
    counters: frozenset[str]  # that can serve the matter then
    share: float  # of their time, for the booked
    planned: int  # counters that the queue has then
    length_min: float  # of the slot
    needs_min: float


def slots(book: Book, record: Record) -> Iterator[str]:
    """Nobody is booked whom the counters have no time for, beside those who were booked before."""
    event = record.event
    if not isinstance(event, m.AppointmentBooked | m.AppointmentMoved):
        return
    known = book.appointments.get(event.appointment_no)
    item_key = known.item_key if known else getattr(event, "item_key", "")
    new = Appointment(item_key, "", event.starts_at, event.ends_at, "")
    others = [
        other
        for other in book.appointments.values()
        if other is not known
        and other.state in ("booked", "checked_in")
        and other.rules_seq == book.rules_seq
        and new.starts_at <= other.starts_at
        and other.ends_at <= new.ends_at
    ]
    visits = [_visit(book, each) for each in (new, *others)]
    wrong = next((some for some in _sets(visits) if not _fit(some)), None)
    if wrong is not None:
        text = f"{len(wrong)} visits at {event.starts_at:%d %H:%M} have no time with the counters {_named(wrong)}"
        yield f"{text}, now that {event.appointment_no} is booked"


def _visit(book: Book, booked: Appointment) -> Visit:
    plan, item = book.plan, book.plan.items[booked.item_key]
    hours, kind = plan.queues[item.queue].hours, PeriodKind.CORE
    for each, period in hours.periods_on(plan.calendar.day_kind(booked.starts_at.date())) if hours else ():
        if period.begin <= booked.starts_at.time() < period.end:
            kind = each
    at_noon = kind is PeriodKind.NOON_OPEN and hours is not None and hours.noon_counters is not None
    of_queue = [c for c in plan.counters.values() if item.queue in c.queues and (c.opens_at_noon or not at_noon)]
    able = frozenset(c.counter_no for c in of_queue if c.abilities is None or item.ability in c.abilities)
    planned = hours.counters_in(kind, len(of_queue)) if hours else len(of_queue)
    is_for_all = kind in (PeriodKind.CORE, PeriodKind.NOON_OPEN)
    share = book.rules.appointments.share if is_for_all else 1.0
    length_min = (booked.ends_at.timestamp() - booked.starts_at.timestamp()) / 60
    usual_min = fmean(MINUTES[each.time_class] for each in _items_of(book, item))
    needs_min = min(usual_min, min(planned, len(able)) * share * length_min)
    return Visit(item.queue, able, share, planned, length_min, needs_min)


def _items_of(book: Book, item: ServiceItem) -> list[ServiceItem]:
    return [each for each in book.plan.items.values() if each.queue == item.queue]


def _sets(visits: list[Visit]) -> Iterator[list[Visit]]:
    """Every set of visits that takes all who are alike, and the newest, `visits[0]`, with it."""
    others = list(dict.fromkeys(visit for visit in visits if visit != visits[0]))
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            yield [visit for visit in visits if visit == visits[0] or visit in some]


def _fit(some: list[Visit]) -> bool:
    length_min = some[0].length_min  # the newest's: the others lie within it
    counters = frozenset[str]().union(*(visit.counters for visit in some))
    shares = (max(v.share for v in some if number in v.counters) for number in counters)
    if sum(visit.needs_min for visit in some) > length_min * sum(shares) + SLACK:
        return False
    of_queue = [visit for visit in some if visit.prefix == some[0].prefix]
    return sum(v.needs_min for v in of_queue) <= some[0].planned * some[0].share * length_min + SLACK


def _named(some: Iterable[Visit]) -> str:
    return ", ".join(sorted(frozenset[str]().union(*(visit.counters for visit in some))))
