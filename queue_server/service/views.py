"""What the public sees on boards, displays, kiosks and phones, as plain structs. Nothing here names a visitor."""

from datetime import date, datetime

from msgspec import Struct

from hall.catalogue import Queue, ServiceItem
from hall.clock import business_day, seconds_between
from hall.hours import Admission, HoursCause, admission
from hall.priority import PriorityClass
from hall.texts import Texts
from hall.ticket import TicketState
from queue_server.domain.ahead import ahead_count, ahead_of
from queue_server.domain.decisions.appointments import slots_of
from queue_server.domain.estimate import WaitEstimate, wait_estimate
from queue_server.domain.hall_day import Call, HallDay, Ticket
from queue_server.domain.signs import call_text, name_of
from queue_server.domain.slots import BookingCause, bookable


class QueueView(Struct, frozen=True):
    """A queue as the kiosk's choice and the boards show it."""

    prefix: str
    name: str
    waiting: int
    open_counters: int
    wait_p50_s: float | None
    wait_p90_s: float | None
    admission: Admission  # whether it gives numbers now, and when it will


class SlotView(Struct, frozen=True):
    """A time that can be booked."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    left: int


class CallView(Struct, frozen=True):
    """One call on a display."""

    call_id: str
    seq: int
    display_number: str
    counter_no: str
    zone_id: str
    call_count: int
    text: str


class DisplayView(Struct, frozen=True):
    """A call display: the newest calls first, and who waits."""

    revision: int
    calls: list[CallView]
    queues: list[QueueView]


class PlaceView(Struct, frozen=True):
    """One ticket's place, for the page behind its QR code. It names no visitor."""

    display_number: str
    state: TicketState
    matter: str
    ahead_count: int
    counter_no: str | None
    text: str | None  # the sentence of its call


def _wait_of(hall: HallDay, prefix: str, now: datetime) -> WaitEstimate | None:
    """The wait of an ordinary visitor who came now, for the queue's first matter."""
    items = hall.plan.items_of(prefix)
    if not items:
        return None
    ahead = ahead_count(hall, prefix, PriorityClass.ORDINARY, now)
    return wait_estimate(hall, items[0], PriorityClass.ORDINARY, ahead, now)


def queue_views(hall: HallDay, texts: Texts, now: datetime) -> list[QueueView]:
    """Every queue, in the site file's order."""
    views = []
    for queue in hall.plan.queues.values():
        wait = _wait_of(hall, queue.prefix, now)
        views.append(
            QueueView(
                queue.prefix,
                name_of(queue, texts),
                hall.waiting_count(queue.prefix),
                hall.open_counters(queue.prefix),
                wait.p50_s if wait else None,
                wait.p90_s if wait else None,
                _admission(hall, queue, now),
            )
        )
    return views


def _admission(hall: HallDay, queue: Queue, now: datetime) -> Admission:
    if hall.is_closed:
        return Admission(is_open=False, cause=HoursCause.AFTER_CLOSING)
    return admission(queue.hours, hall.plan.calendar, now, is_booked=False)


def slot_views(hall: HallDay, item: ServiceItem, day: date, now: datetime) -> list[SlotView]:
    """A matter's times on a day that have not begun; those of one day are alike for every channel."""
    slots = ((slot, left) for slot, left in slots_of(hall, item, day, now) if seconds_between(now, slot.starts_at) > 0)
    return [SlotView(slot.starts_at, slot.ends_at, slot.capacity, max(left, 0)) for slot, left in slots]


def booking_cause(hall: HallDay, item: ServiceItem, day: date, now: datetime) -> BookingCause:
    """Whether a day can be booked for a matter now, or why it cannot."""
    hours = hall.plan.queues[item.queue].hours
    has_rest_days = bool(hours and hours.rest_day_booking)
    today, rules = business_day(now), hall.rules.appointments
    return bookable(day, today, hall.plan.calendar, rules, has_rest_day_booking=has_rest_days).cause


def call_view(call: Call, texts: Texts) -> CallView:
    """One call."""
    return CallView(
        call.call_id,
        call.seq,
        call.display_number,
        call.counter_no,
        call.zone_id,
        call.call_count,
        call_text(texts, call.display_number, call.counter_no),
    )


def display_view(hall: HallDay, texts: Texts, zone_id: str | None, most: int, now: datetime) -> DisplayView:
    """A display of one zone, or of all for `zone_id` None, with at most `most` calls."""
    zones = hall.calls if zone_id is None else {zone_id: hall.calls.get(zone_id, [])}
    calls = sorted((call for zone in zones.values() for call in zone), key=lambda call: -call.seq)
    queues = [
        view for view in queue_views(hall, texts, now) if zone_id in (None, hall.plan.queues[view.prefix].zone_id)
    ]
    return DisplayView(hall.seq, [call_view(call, texts) for call in calls[:most]], queues)


def place_view(hall: HallDay, ticket: Ticket, texts: Texts) -> PlaceView:
    """One ticket's place; who waits in front is counted in its own queue."""
    return PlaceView(
        ticket.display_number,
        ticket.state,
        matter(hall, ticket, texts),
        ahead_of(hall, ticket) if ticket.state is TicketState.WAITING else 0,
        ticket.counter_no,
        call_text(texts, ticket.display_number, ticket.counter_no) if ticket.counter_no else None,
    )


def matter(hall: HallDay, ticket: Ticket, texts: Texts) -> str:
    """The name of the matter that a ticket is for; its key, once the day is closed and the catalogue has lost it."""
    item = hall.plan.items.get(ticket.item_key)
    return name_of(item, texts) if item else ticket.item_key
