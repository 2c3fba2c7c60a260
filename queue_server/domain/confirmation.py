"""What somebody who has booked is told: the five fields that the regional rules ask for (A-080), and one sentence."""

from msgspec import Struct

from hall.appointment import AppointmentState
from hall.catalogue import HallPlan, ServiceItem, Zone
from hall.texts import Texts
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import item_of
from queue_server.domain.hall_day import HallDay
from queue_server.domain.signs import name_of
from queue_server.domain.slots import Slot


class Place(Struct, frozen=True):
    """Where to come."""

    hall: HallPlan
    zone: Zone
    counters: tuple[str, ...]  # that handle the matter


class Confirmation(Struct, frozen=True, kw_only=True):
    """The five fields."""

    masked_name: str  # the whole name stays with who booked
    slot: Slot  # its capacity is 1: the visitor's own place
    place: Place
    appointment_no: str
    matter: ServiceItem


def confirmation(hall: HallDay, appointment_no: str) -> Confirmation:
    """Put a confirmation together from what was booked and the hall's plan.

    Raises:
        UnknownAppointment, AppointmentOver, UnknownItem: there is nothing to confirm.
    """
    appointment = hall.appointments.get(appointment_no)
    if appointment is None:
        raise no.UnknownAppointment(f"there is no appointment {appointment_no!r}")
    if appointment.state is not AppointmentState.BOOKED:
        raise no.AppointmentOver(f"the appointment {appointment_no} is {appointment.state}")
    item, plan = item_of(hall, appointment.item_key), hall.plan
    able = tuple(number for number in plan.counters_of(item.queue) if plan.can_serve(number, item))
    zone = plan.zones[plan.queues[item.queue].zone_id]
    return Confirmation(
        masked_name=appointment.masked_name,
        slot=Slot(appointment.starts_at, appointment.ends_at, 1),
        place=Place(plan, zone, able),
        appointment_no=appointment_no,
        matter=item,
    )


def message_text(texts: Texts, told: Confirmation) -> str:
    """The sentence of a text message. It names no window: who comes is called to one of them."""
    return texts(
        "{name}, your appointment {number}: {matter}, on {day} from {begin} to {end}, {hall}, floor {floor}, {zone}.",
        name=told.masked_name,
        number=told.appointment_no,
        matter=name_of(told.matter, texts),
        day=told.slot.starts_at.date().isoformat(),
        begin=f"{told.slot.starts_at:%H:%M}",
        end=f"{told.slot.ends_at:%H:%M}",
        hall=name_of(told.place.hall, texts),
        floor=told.place.zone.floor,
        zone=name_of(told.place.zone, texts),
    )
