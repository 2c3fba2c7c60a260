"""What the desk looks through: today's tickets, appointments, bans. Numbers and names are masked, hashes left out."""

from collections.abc import Collection
from datetime import date, datetime

from msgspec import Struct

from hall.appointment import AppointmentState
from hall.priority import PriorityClass
from hall.texts import Texts
from hall.ticket import TicketState
from queue_server.domain.bans import ban_id_of
from queue_server.domain.hall_day import Appointment, HallDay, Ticket
from queue_server.domain.signs import name_of
from queue_server.service.views import matter


class TicketLine(Struct, frozen=True, kw_only=True):
    """A ticket of today."""

    ticket_id: str
    display_number: str
    state: TicketState
    prefix: str
    item_key: str
    matter: str
    priority: PriorityClass
    counter_no: str | None  # where it is, or was last
    for_counter: str | None  # waits for this counter alone
    for_staff: str | None  # waits for this clerk alone
    since: datetime | None  # how long it has been in this state; waiting: since the arrival
    masked_number: str | None
    has_person: bool  # whether a ban or a booking can name its person by this ticket
    seq: int


class TicketList(Struct, frozen=True, kw_only=True):
    """Tickets in the order of their issue."""

    revision: int
    total: int  # that were asked for, on all pages
    tickets: list[TicketLine]
    next_after: int | None  # `after` for the next page; None at the end


class AppointmentLine(Struct, frozen=True, kw_only=True):
    """An appointment."""

    appointment_no: str
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState
    masked_name: str
    prefix: str
    item_key: str
    matter: str
    channel: str
    ticket_id: str | None  # once checked in, as long as it is today's


class AppointmentList(Struct, frozen=True, kw_only=True):
    """A day's appointments, by time."""

    revision: int
    appointments: list[AppointmentLine]


class BanLine(Struct, frozen=True, kw_only=True):
    """A person who gets no tickets."""

    ban_id: str  # for `LiftBan`
    until: date
    reason: str


class BanList(Struct, frozen=True, kw_only=True):
    """The bans in force, by their last day."""

    revision: int
    bans: list[BanLine]


def ticket_list(
    hall: HallDay,
    texts: Texts,
    states: Collection[TicketState],
    *,
    prefix: str | None = None,
    counter_no: str | None = None,
    after: int = 0,
    most: int,
) -> TicketList:
    """Today's tickets in some states, page by page.

    Args:
        states: none of them means all.
        prefix, counter_no: only those of a queue; only those that are, or were last, at a counter or wait for it.
        after: the `seq` of the last one seen.
        most: on a page, >= 1.
    """
    found = [
        ticket
        for ticket in hall.tickets.values()
        if (not states or ticket.state in states)
        and prefix in (None, ticket.prefix)
        and counter_no in (None, ticket.counter_no, ticket.for_counter)
    ]
    left = sorted((ticket for ticket in found if ticket.seq > after), key=lambda ticket: ticket.seq)
    return TicketList(
        revision=hall.seq,
        total=len(found),
        tickets=[_ticket_line(hall, ticket, texts) for ticket in left[:most]],
        next_after=left[most - 1].seq if len(left) > most else None,
    )


def since(ticket: Ticket) -> datetime | None:
    """When a ticket came to the state that it is in; a called one, when it was called last."""
    if ticket.state is TicketState.WAITING:
        return ticket.arrived_at
    came = {
        TicketState.CALLED: ticket.last_call_at,
        TicketState.SERVING: ticket.started_at,
        TicketState.ON_HOLD: ticket.held_at or ticket.last_call_at,
    }
    return came.get(ticket.state, ticket.ended_at)


def appointment_list(hall: HallDay, texts: Texts, day: date) -> AppointmentList:
    """The appointments of a day, from today on; earlier ones are forgotten."""
    found = [each for each in hall.appointments.values() if each.starts_at.date() == day]
    found.sort(key=lambda each: (each.starts_at.timestamp(), each.appointment_no))
    return AppointmentList(revision=hall.seq, appointments=[_appointment_line(hall, each, texts) for each in found])


def ban_list(hall: HallDay) -> BanList:
    """Who gets no tickets, without saying who."""
    bans = [BanLine(ban_id=ban_id_of(p), until=ban.until, reason=ban.reason) for p, ban in hall.bans.items()]
    return BanList(revision=hall.seq, bans=sorted(bans, key=lambda ban: (ban.until, ban.ban_id)))


def _ticket_line(hall: HallDay, ticket: Ticket, texts: Texts) -> TicketLine:
    return TicketLine(
        ticket_id=ticket.ticket_id,
        display_number=ticket.display_number,
        state=ticket.state,
        prefix=ticket.prefix,
        item_key=ticket.item_key,
        matter=matter(hall, ticket, texts),
        priority=ticket.priority,
        counter_no=ticket.counter_no,
        for_counter=ticket.for_counter,
        for_staff=ticket.for_staff,
        since=since(ticket),
        masked_number=ticket.masked_number,
        has_person=ticket.person is not None,
        seq=ticket.seq,
    )


def _appointment_line(hall: HallDay, booked: Appointment, texts: Texts) -> AppointmentLine:
    item = hall.plan.items.get(booked.item_key)
    return AppointmentLine(
        appointment_no=booked.appointment_no,
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        state=booked.state,
        masked_name=booked.masked_name,
        prefix=booked.prefix,
        item_key=booked.item_key,
        matter=name_of(item, texts) if item else booked.item_key,
        channel=booked.channel,
        ticket_id=booked.ticket_id,
    )
