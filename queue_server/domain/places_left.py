"""The slots that a hall offers for a matter, and how many places each has left beside everybody who is booked."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from hall.catalogue import HallPlan, ServiceItem
from hall.hours import PeriodKind
from queue_server.domain.hall_day import Appointment, HallDay
from queue_server.domain.pace import usual_service_s
from queue_server.domain.slot_room import Visit, room
from queue_server.domain.slots import Slot, bookable_parts, parts_of, slots_on


def offered(hall: HallDay, item: ServiceItem, day: date, zone: tzinfo) -> tuple[Slot, ...]:
    """A matter's slots on a day, whether or not they have places left."""
    return slots_on(
        day,
        hall.plan.hours_of(item.key),
        hall.plan.calendar,
        hall.rules.appointments,
        {kind: len(_serving(hall.plan, item, kind)) for kind in PeriodKind},
        usual_service_s(hall.plan, item.queue),
        zone=zone,
    )


def places_left(hall: HallDay, item: ServiceItem, slots: Sequence[Slot], zone: tzinfo) -> list[int]:
    """How many more visitors of a matter each of its slots of one day takes, each slot by itself."""
    if not slots:
        return []
    crews = _Crews(hall)
    asked = [crews.visit(item, slot.starts_at, slot.ends_at, slot.kind) for slot in slots]
    return room(asked, _booked(hall, slots[0].starts_at.astimezone(zone).date(), crews, zone))


def _booked(hall: HallDay, day: date, crews: "_Crews", zone: tzinfo) -> Counter[Visit]:
    """Who has a place on a day; slots of different days never overlap."""
    begins, ends = (datetime.combine(at, time(), zone).timestamp() for at in (day, day + timedelta(days=1)))
    booked = Counter[Visit]()
    for each in hall.appointments.values():
        if begins <= each.starts_at.timestamp() < ends and holds_place(each):
            item = hall.plan.items.get(each.item_key)
            if item is not None:  # what the catalogue has lost, nobody serves any more
                kind = _kind_at(hall.plan, item, each.starts_at.astimezone(zone))
                booked[crews.visit(item, each.starts_at, each.ends_at, kind)] += 1
    return booked


def holds_place(appointment: Appointment) -> bool:
    """Whether an appointment takes a place: booked, or used."""
    return appointment.state in ("booked", "checked_in")


class _Crews:
    """Finds who can serve a matter in a kind of period, and remembers it for the next visit of the same."""

    def __init__(self, hall: HallDay) -> None:
        self._hall = hall
        self._known: dict[tuple[str, PeriodKind], tuple[frozenset[str], int, int]] = {}

    def visit(self, item: ServiceItem, starts_at: datetime, ends_at: datetime, kind: PeriodKind) -> Visit:
        known = self._known.get((item.key, kind))
        if known is None:
            known = self._known[item.key, kind] = self._crew(item, kind)
        return Visit(
            begin_s=round(starts_at.timestamp()),
            end_s=round(ends_at.timestamp()),
            queue=item.queue,
            counters=known[0],
            most_counters=known[1],
            parts=bookable_parts(kind, self._hall.rules.appointments),
            takes=known[2],
        )

    def _crew(self, item: ServiceItem, kind: PeriodKind) -> tuple[frozenset[str], int, int]:
        """The counters, how many of the queue's work then, and what a visit takes."""
        plan = self._hall.plan
        hours = plan.queues[item.queue].hours
        on_duty = sum(_is_on_duty(plan, item.queue, number, kind) for number in plan.counters_of(item.queue))
        most = on_duty if hours is None else hours.counters_in(kind, on_duty)
        return _serving(plan, item, kind), most, parts_of(usual_service_s(plan, item.queue))


def _serving(plan: HallPlan, item: ServiceItem, kind: PeriodKind) -> frozenset[str]:
    """The counters that can serve a matter in periods of a kind; in flexible hours, any of them may be there."""
    return frozenset(number for number in plan.able(item) if _is_on_duty(plan, item.queue, number, kind))


def _is_on_duty(plan: HallPlan, prefix: str, counter_no: str, kind: PeriodKind) -> bool:
    """Whether a counter works then: at noon those on the roster, where the queue's hours count them."""
    hours = plan.queues[prefix].hours
    has_roster = kind is PeriodKind.NOON_OPEN and hours is not None and hours.noon_counters is not None
    return not has_roster or plan.counters[counter_no].opens_at_noon


def _kind_at(plan: HallPlan, item: ServiceItem, at: datetime) -> PeriodKind:
    """What an instant, given in the hall's zone, is for; core hours where the queue's hours have changed since."""
    hours = plan.queues[item.queue].hours
    periods = () if hours is None else hours.periods_on(plan.calendar.day_kind(at.date()))
    return next((kind for kind, period in periods if period.holds(at)), PeriodKind.CORE)
