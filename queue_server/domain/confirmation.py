"""What somebody who has booked is told: the five fields that the regional rules ask for (A-080)."""

from msgspec import Struct

from hall.catalogue import ServiceItem, Zone
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import item_of
from queue_server.domain.hall_day import HallDay
from queue_server.domain.slots import Slot


class Place(Struct, frozen=True):
    """Where to come."""

    hall_name: str
    hall_name_en: str
    zone: Zone
    counters: tuple[str, ...]  # that handle the matter


class Confirmation(Struct, frozen=True, kw_only=True):
    """The five fields. Texts in the reader's language are the caller's to write."""

    visitor_name: str
    slot: Slot  # its capacity is 1: the visitor's own place
    place: Place
    appointment_no: str
    matter: ServiceItem


def confirmation(hall: HallDay, appointment_no: str, name: str) -> Confirmation:
    """Put a confirmation together from what was booked and the hall's plan.

    Args:
        name: the visitor's; the hall keeps only its mask, so who asks says it again.

    Raises:
        UnknownAppointment, UnknownItem: there is nothing to confirm.
    """
    appointment = hall.appointments.get(appointment_no)
    if appointment is None:
        raise no.UnknownAppointment(f"there is no appointment {appointment_no!r}")
    item, plan = item_of(hall, appointment.item_key), hall.plan
    able = tuple(number for number in plan.counters_of(item.queue) if plan.can_serve(number, item))
    zone = plan.zones[plan.queues[item.queue].zone_id]
    return Confirmation(
        visitor_name=name,
        slot=Slot(appointment.starts_at, appointment.ends_at, 1),
        place=Place(plan.name, plan.name_en, zone, able),
        appointment_no=appointment_no,
        matter=item,
    )
