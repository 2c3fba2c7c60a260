"""Tickets away from counters."""

from datetime import datetime

from hall import messages as m
from hall.ticket import TicketState, TicketStep
from queue_server.domain.changes.learning import expect, note_visit
from queue_server.domain.changes.register import checked_in
from queue_server.domain.changes.standing import counter_changed, free, leave, look_away, stand, step
from queue_server.domain.hall_day import HallDay, Ticket
from queue_server.domain.record import Record
from queue_server.domain.slots import came_in_time


def issued(hall: HallDay, event: m.TicketIssued, record: Record) -> None:
    """A new ticket waits; one that came after the closing is over, teaches nothing, and needs no queue of the plan."""
    ticket = _ticket(event, record)
    hall.tickets[ticket.ticket_id] = ticket
    if event.after_closing:
        step(ticket, TicketStep.EXPIRE)
        ticket.ended_at = record.at
    else:
        expect(hall, ticket)
        note_visit(hall, ticket)
        stand(hall, ticket)
    if event.number > hall.last_number.get(event.prefix, 0):
        hall.last_number[event.prefix] = event.number
    if is_walk_in(hall, event.appointment_no, record.at):
        _count(hall, event.prefix, event.quota_interval)
    if event.further_quotas or event.person or event.principal or event.lease_id or event.appointment_no:
        _count_elsewhere(hall, event)


def printed(hall: HallDay, event: m.TicketPrinted | m.TicketNotPrinted, _record: Record) -> None:
    """The kiosk has said what became of the paper."""
    hall.tickets[event.ticket_id].is_printed = isinstance(event, m.TicketPrinted)


def cancelled(hall: HallDay, event: m.TicketCancelled, record: Record) -> None:
    """The visitor gave it back; a counter that had it is free."""
    ticket = hall.tickets[event.ticket_id]
    _leave_counter(hall, ticket, record)
    leave(hall, ticket)
    step(ticket, TicketStep.CANCEL)
    ticket.ended_at = record.at


def priority_changed(hall: HallDay, event: m.PriorityChanged, _record: Record) -> None:
    """It stands in another line."""
    ticket = hall.tickets[event.ticket_id]
    leave(hall, ticket)
    ticket.priority, ticket.green_group, ticket.green_by_age = event.priority, event.green_group, False
    stand(hall, ticket)


def marked(hall: HallDay, event: m.TicketMarked, _record: Record) -> None:
    """Something was written on it."""
    ticket = hall.tickets[event.ticket_id]
    ticket.note = ticket.note if event.note is None else event.note
    ticket.special_need = ticket.special_need if event.special_need is None else event.special_need
    ticket.party_size = event.party_size or ticket.party_size


def redirected(hall: HallDay, event: m.TicketRedirected, record: Record) -> None:
    """It waits elsewhere. No counter has sent it there, and what it was told of its wait was about another line."""
    ticket = hall.tickets[event.ticket_id]
    leave(hall, ticket)
    step(ticket, TicketStep.REDIRECT)
    if event.to_counter is not None or event.to_staff is not None:
        free(ticket)
        ticket.alone_since = record.at
    elif ticket.back_at_call is not None:  # lets as many others pass there as it still had to here
        ticket.back_at_call = hall.calls_made.get(event.prefix, 0) + hall.left_to_pass(ticket)
    else:
        free(ticket)
    ticket.for_counter, ticket.for_staff = event.to_counter, event.to_staff
    ticket.prefix, ticket.item_key = event.prefix, event.item_key
    ticket.sent_with = ticket.transferred_from = None
    ticket.is_sent_back = False
    ticket.wait_p10_s = ticket.wait_p50_s = ticket.wait_p90_s = ticket.wait_basis = None
    expect(hall, ticket)
    stand(hall, ticket)


def requeued(hall: HallDay, event: m.TicketRequeued, record: Record) -> None:
    """It waits in its line again."""
    ticket = hall.tickets[event.ticket_id]
    if ticket.state in (TicketState.CALLED, TicketState.SERVING):
        _leave_counter(hall, ticket, record)
        step(ticket, TicketStep.TRANSFER)
    elif ticket.state is TicketState.WAITING:
        leave(hall, ticket)
    else:
        ticket.was_held = ticket.state is TicketState.ON_HOLD
        leave(hall, ticket)
        step(ticket, TicketStep.REQUEUE)
    free(ticket)
    ticket.ended_at = None
    if not event.keeps_arrival:
        ticket.arrived_at = record.at
        ticket.transferred_from, ticket.is_sent_back, ticket.was_held = None, False, False
    stand(hall, ticket)


def is_walk_in(hall: HallDay, appointment_no: str | None, came_at: datetime) -> bool:
    """Whether a ticket is one of those that the quotas are for: without an appointment, or too late for it."""
    if appointment_no is None:
        return True
    return not came_in_time(hall.appointments[appointment_no].starts_at, came_at, hall.rules.appointments)


def _ticket(event: m.TicketIssued, record: Record) -> Ticket:
    """A new ticket, by position: keywords would take three times as long, as often as a number is drawn or replayed."""
    return Ticket(
        event.ticket_id,
        event.display_number,
        event.number,
        record.seq,
        event.prefix,
        event.item_key,
        record.at,
        event.arrived_at or record.at,
        event.kiosk_id,
        event.priority,
        event.wait_p10_s,
        event.wait_p50_s,
        event.wait_p90_s,
        event.wait_basis,
        event.green_group,
        event.green_by_age,
        event.masked_number,
        event.person,
        event.principal,
        event.is_representative,
        event.further_items,
        event.party_size,
        event.note,
        event.special_need,
        event.appointment_no,
    )


def _count_elsewhere(hall: HallDay, event: m.TicketIssued) -> None:
    """Count a new ticket where not every ticket counts."""
    for counted in event.further_quotas:
        hall.issued_in[counted] = hall.issued_in.get(counted, 0) + 1
    if event.person is not None:
        hall.tickets_of.setdefault(event.person, []).append(event.ticket_id)
    if event.principal is not None:
        hall.tickets_for.setdefault(event.principal, []).append(event.ticket_id)
    if event.lease_id is not None:
        hall.leases[event.lease_id].used.add(event.number)
    if event.appointment_no is not None:
        checked_in(hall, event.appointment_no, event.ticket_id)


def _count(hall: HallDay, prefix: str, interval: str | None) -> None:
    hall.issued_in[prefix] = hall.issued_in.get(prefix, 0) + 1
    if interval:
        key = f"{prefix} {interval}"
        hall.issued_in[key] = hall.issued_in.get(key, 0) + 1


def _leave_counter(hall: HallDay, ticket: Ticket, record: Record) -> None:
    """Free the counter that has or looks at a ticket."""
    for number in {ticket.counter_no, ticket.previewed_by} - {None}:
        counter = hall.counters[number]  # type: ignore[index]
        if counter.ticket_id == ticket.ticket_id:
            counter_changed(hall, counter.counter_no, record).vacate()
        if counter.preview_id == ticket.ticket_id:
            look_away(counter_changed(hall, counter.counter_no, record))
