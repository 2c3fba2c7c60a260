"""What happens to a ticket away from counters: cancelled, marked, another priority, back in line, its paper."""

from datetime import datetime

from hall import messages as m
from hall.clock import seconds_between
from hall.counter import CounterStatus
from hall.priority import PriorityClass
from hall.ticket import TicketState, TicketStep
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId, check_step, item_of, ticket_of
from queue_server.domain.decisions.issuing import priority_of
from queue_server.domain.decisions.rights import check_one_ticket
from queue_server.domain.decisions.serving import check_target, target_of
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.slots import came_in_time


def cancel(hall: HallDay, command: m.CancelTicket, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The visitor gives the ticket back."""
    ticket = ticket_of(hall, command.ticket_id)
    check_step(ticket, TicketStep.CANCEL)
    return [m.TicketCancelled(ticket_id=ticket.ticket_id, by=command.by, reason=command.reason)]


def change_priority(hall: HallDay, command: m.ChangePriority, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Into the green channel or out of it, while the ticket waits in line."""
    ticket = _in_line(hall, command.ticket_id)
    priority, group, _by_age = priority_of(hall, command.green_group, None)
    if group is None and _is_booked_in_time(hall, ticket):
        priority = PriorityClass.BOOKED
    return [m.PriorityChanged(ticket_id=ticket.ticket_id, priority=priority, green_group=group, by=command.by)]


def mark(hall: HallDay, command: m.MarkTicket, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Write something for the next clerk."""
    ticket = ticket_of(hall, command.ticket_id)
    most = hall.rules.persons.largest_party
    if command.party_size is not None and not 1 <= command.party_size <= most:
        raise no.PartyTooLarge(f"a ticket stands for 1 to {most} people", prefix=ticket.prefix)
    return [
        m.TicketMarked(
            ticket_id=ticket.ticket_id,
            by=command.by,
            note=command.note,
            special_need=command.special_need,
            party_size=command.party_size,
        )
    ]


def redirect(hall: HallDay, command: m.RedirectTicket, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Somebody waits in the wrong place: the desk sends them elsewhere, with their arrival."""
    ticket = _in_line(hall, command.ticket_id)
    item = item_of(hall, command.item_key or ticket.item_key)
    target = target_of(hall, command, None)
    if target is None and item.key == ticket.item_key and _only_counter(hall, ticket) is None:
        raise no.WrongTarget(f"{ticket.display_number} waits for {item.key} already")
    check_target(hall, target, item)
    return [
        m.TicketRedirected(
            ticket_id=ticket.ticket_id,
            display_number=ticket.display_number,
            by=command.by,
            reason=command.reason,
            prefix=item.queue,
            item_key=item.key,
            to_counter=command.to_counter,
            to_staff=command.to_staff,
        )
    ]


def requeue(hall: HallDay, command: m.RequeueTicket, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """A missed visitor is at the desk: to the end of the line."""
    ticket = ticket_of(hall, command.ticket_id)
    rules = hall.rules.missed
    if not rules.may_requeue:
        raise no.NotAllowed("in this hall a missed visitor takes a new ticket", prefix=ticket.prefix)
    if ticket.state is not TicketState.MISSED:
        raise no.WrongState(f"ticket {ticket.display_number} is {ticket.state}, not missed")
    if rules.void_is_final and ticket.missed_count > rules.most_returns:
        times = f"ticket {ticket.display_number} was missed {ticket.missed_count} times"
        raise no.TicketVoid(f"{times}: the visitor takes a new one", prefix=ticket.prefix)
    check_one_ticket(hall, ticket)
    return [m.TicketRequeued(ticket_id=ticket.ticket_id, cause="desk", keeps_arrival=False, by=command.by)]


def return_held(hall: HallDay, command: m.ReturnHeld, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The time of a held ticket has come."""
    ticket = ticket_of(hall, command.ticket_id)
    if ticket.state is not TicketState.ON_HOLD or not _time_is_over(ticket, now):
        raise no.WrongState(f"ticket {ticket.display_number} is {ticket.state}: it does not return now")
    return [m.TicketRequeued(ticket_id=ticket.ticket_id, cause="hold_over", keeps_arrival=True)]


def _time_is_over(ticket: Ticket, now: datetime) -> bool:
    return ticket.returns_at is not None and seconds_between(ticket.returns_at, now) >= 0


def release(hall: HallDay, command: m.ReleaseTicket, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The counter or clerk that a ticket waits for has been paused for long enough."""
    ticket = ticket_of(hall, command.ticket_id)
    if ticket.ticket_id not in hall.aside or not waits_in_vain(hall, ticket, now):
        raise no.WrongState(f"ticket {ticket.display_number} does not wait in vain for a counter that is paused")
    return [m.TicketRequeued(ticket_id=ticket.ticket_id, cause="counter_paused", keeps_arrival=True)]


def waits_in_vain(hall: HallDay, ticket: Ticket, now: datetime) -> bool:
    """Whether a ticket has waited as long as the rules say for one counter or clerk alone, all of it in a pause."""
    counter = _only_counter(hall, ticket)
    if counter is None or counter.status is not CounterStatus.PAUSED:
        return False
    longest_s = hall.rules.transfers.paused_wait_min * 60
    began = (instant for instant in (ticket.alone_since, counter.paused_at) if instant is not None)
    return all(seconds_between(instant, now) >= longest_s for instant in began)


def _only_counter(hall: HallDay, ticket: Ticket) -> CounterDay | None:
    """The one counter that a waiting ticket may be called to, if there is only one."""
    if ticket.for_counter is not None:
        return hall.counters[ticket.for_counter]
    if ticket.for_staff is None:
        return None
    return next((counter for counter in hall.counters.values() if counter.staff_no == ticket.for_staff), None)


def report_print(hall: HallDay, command: m.ReportPrint, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """What became of the paper."""
    ticket_of(hall, command.ticket_id)
    if command.printed:
        return [m.TicketPrinted(ticket_id=command.ticket_id)]
    return [m.TicketNotPrinted(ticket_id=command.ticket_id, cause=command.cause or "unknown")]


def _is_booked_in_time(hall: HallDay, ticket: Ticket) -> bool:
    appointment = hall.appointments.get(ticket.appointment_no or "")
    rules = hall.rules.appointments
    return appointment is not None and came_in_time(appointment.starts_at, ticket.issued_at, rules)


def _in_line(hall: HallDay, ticket_id: str) -> Ticket:
    ticket = ticket_of(hall, ticket_id)
    if ticket.state is not TicketState.WAITING:
        raise no.WrongState(f"ticket {ticket.display_number} is {ticket.state}, not waiting")
    if ticket.previewed_by is not None:
        raise no.TicketReserved(f"counter {ticket.previewed_by} is about to call {ticket.display_number}")
    return ticket
