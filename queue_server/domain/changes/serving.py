"""Calls and the visitor at a counter."""

from hall import messages as m
from hall.counter import CounterStatus
from hall.priority import Ground
from hall.ticket import Sender, TicketState, TicketStep
from queue_server.domain.changes.learning import expect, note_service, note_wait
from queue_server.domain.changes.standing import counter_changed, free, leave, look_away, stand, step
from queue_server.domain.hall_day import (
    RECENT_CALLS,
    Call,
    CounterDay,
    HallDay,
    Rating,
    Ticket,
)
from queue_server.domain.record import Record

OUT_OF_ORDER = (Ground.CHOSEN, Ground.NOBODY_ELSE)
"""Calls that the order of classes did not decide, and that the N:1 rule therefore does not count."""


def previewed(hall: HallDay, event: m.TicketPreviewed, record: Record) -> None:
    """One clerk looks at it; nobody else can have it."""
    ticket, counter = hall.tickets[event.ticket_id], counter_changed(hall, event.counter_no, record)
    leave(hall, ticket)
    ticket.previewed_by = counter.counter_no
    stand(hall, ticket)
    counter.preview_id, counter.preview_why, counter.preview_passed = ticket.ticket_id, event.why, event.passed
    counter.preview_at = record.at


def put_back(hall: HallDay, event: m.TicketPutBack, record: Record) -> None:
    """It returns to its place."""
    ticket, counter = hall.tickets[event.ticket_id], counter_changed(hall, event.counter_no, record)
    leave(hall, ticket)
    ticket.previewed_by = None
    stand(hall, ticket)
    look_away(counter)


def called(hall: HallDay, event: m.TicketCalled, record: Record) -> None:
    """Called, for the first time or again."""
    ticket, counter = hall.tickets[event.ticket_id], counter_changed(hall, event.counter_no, record)
    if event.call_count == 1:
        _first_call(hall, ticket, counter, event, record)
    else:
        step(ticket, TicketStep.RECALL)
    ticket.call_id, ticket.call_count, ticket.last_call_at = event.call_id, event.call_count, record.at
    zone_id = hall.plan.counters[event.counter_no].zone_id
    calls = hall.calls.setdefault(zone_id, [])
    calls.append(
        Call(event.call_id, event.display_number, event.counter_no, zone_id, event.call_count, record.seq, record.at)
    )
    del calls[:-RECENT_CALLS]


def _first_call(hall: HallDay, ticket: Ticket, counter: CounterDay, event: m.TicketCalled, record: Record) -> None:
    if event.why and event.why.ground not in OUT_OF_ORDER:
        _note_passed(counter, event.passed)
    was_waiting = ticket.state is TicketState.WAITING
    leave(hall, ticket)
    step(ticket, TicketStep.CALL)
    free(ticket)
    ticket.why = event.why
    if was_waiting:
        hall.calls_made[ticket.prefix] = hall.calls_made.get(ticket.prefix, 0) + 1
    for ticket_id in event.passed_missed:
        other = hall.tickets[ticket_id]
        other.back_at_call = (other.back_at_call or 0) - 1
    if ticket.called_at is None:
        ticket.called_at = record.at
        note_wait(hall, ticket, event.waited_s, record.at)
    ticket.counter_no, ticket.started_at, ticket.ended_at = counter.counter_no, None, None
    counter.ticket_id, counter.status = ticket.ticket_id, CounterStatus.CALLING
    look_away(counter)


def service_started(hall: HallDay, event: m.ServiceStarted, record: Record) -> None:
    """The visitor came."""
    ticket = hall.tickets[event.ticket_id]
    step(ticket, TicketStep.START)
    ticket.started_at = record.at
    counter_changed(hall, event.counter_no, record).status = CounterStatus.SERVING


def missed(hall: HallDay, event: m.TicketMissed, record: Record) -> None:
    """The visitor did not come: lets others pass, or is out."""
    ticket = hall.tickets[event.ticket_id]
    counter_changed(hall, event.counter_no, record).vacate()
    ticket.missed_count += 1
    if event.returns_after is None:
        step(ticket, TicketStep.MARK_MISSED)
        ticket.ended_at = record.at
        hall.missed[ticket.ticket_id] = None
        return
    step(ticket, TicketStep.COME_BACK_LATER)
    ticket.back_at_call = hall.calls_made.get(ticket.prefix, 0) + event.returns_after
    ticket.not_before = event.not_before
    stand(hall, ticket)


def held(hall: HallDay, event: m.TicketHeld, record: Record) -> None:
    """The visitor stepped aside."""
    ticket = hall.tickets[event.ticket_id]
    counter_changed(hall, event.counter_no, record).vacate()
    step(ticket, TicketStep.HOLD)
    ticket.held_reason, ticket.returns_at, ticket.held_at = event.reason, event.returns_at, record.at
    ticket.is_open_ended = event.is_open_ended
    hall.held[ticket.ticket_id] = None


def transferred(hall: HallDay, event: m.TicketTransferred, record: Record) -> None:
    """The visitor waits elsewhere, with the old arrival."""
    ticket = hall.tickets[event.ticket_id]
    counter_changed(hall, event.from_counter, record).vacate()
    step(ticket, TicketStep.TRANSFER)
    ticket.way_back = _way_back(ticket, event) if event.way_back is None else event.way_back
    ticket.sent_with = None if event.is_return else ticket.item_key
    ticket.prefix, ticket.item_key = event.prefix, event.item_key
    ticket.for_counter, ticket.for_staff = event.to_counter, event.to_staff
    ticket.alone_since = None if event.to_counter is None and event.to_staff is None else record.at
    ticket.transferred_from, ticket.is_sent_back = event.from_counter, event.is_return
    expect(hall, ticket)
    stand(hall, ticket)


def _way_back(ticket: Ticket, event: m.TicketTransferred) -> tuple[Sender, ...]:
    """As it was when only the last counter could have the visitor back."""
    return (Sender(event.from_counter, ticket.item_key),) if event.comes_back else ()


def sent_back(hall: HallDay, event: m.TicketSentBack, record: Record) -> None:
    """The visitor returns to who sent them."""
    ticket = hall.tickets[event.ticket_id]
    counter_changed(hall, event.from_counter, record).vacate()
    step(ticket, TicketStep.TRANSFER)
    ticket.prefix, ticket.item_key, ticket.sent_with = event.prefix, event.item_key, None
    ticket.for_counter, ticket.transferred_from, ticket.is_sent_back = event.to_counter, event.from_counter, True
    ticket.way_back, ticket.alone_since = event.way_back, record.at
    expect(hall, ticket)
    stand(hall, ticket)


def matter_added(hall: HallDay, event: m.MatterAdded, _record: Record) -> None:
    """One more matter follows."""
    ticket = hall.tickets[event.ticket_id]
    ticket.further_items = (*ticket.further_items, event.item_key)


def matter_completed(hall: HallDay, event: m.MatterCompleted, record: Record) -> None:
    """The next matter begins here, or waits elsewhere with the old arrival."""
    ticket, counter = hall.tickets[event.ticket_id], counter_changed(hall, event.counter_no, record)
    note_service(hall, event.item_key, event.served_s)
    ticket.further_items, ticket.sent_with = ticket.further_items[1:], None
    ticket.done_items = (*ticket.done_items, event.item_key)
    if event.stays:
        step(ticket, TicketStep.NEXT_MATTER)
        ticket.prefix, ticket.item_key, ticket.started_at = event.next_prefix, event.next_item, record.at
        counter.status = CounterStatus.SERVING
        expect(hall, ticket)
        return
    counter.vacate()
    step(ticket, TicketStep.TRANSFER)
    ticket.prefix, ticket.item_key = event.next_prefix, event.next_item
    ticket.transferred_from, ticket.is_sent_back = event.counter_no, False
    expect(hall, ticket)
    stand(hall, ticket)


def completed(hall: HallDay, event: m.ServiceCompleted, record: Record) -> None:
    """Done; a rating opens."""
    ticket, counter = hall.tickets[event.ticket_id], counter_changed(hall, event.counter_no, record)
    step(ticket, TicketStep.COMPLETE)
    ticket.ended_at = record.at
    note_service(hall, ticket.item_key, event.served_s)
    counter.status, counter.ticket_id, counter.rating_id = CounterStatus.RATING, None, event.rating_id
    counter.completed += 1
    hall.ratings[event.rating_id] = Rating(
        rating_id=event.rating_id,
        ticket_id=event.ticket_id,
        counter_no=event.counter_no,
        staff_no=event.staff_no,
        opened_at=record.at,
    )
    hall.open_ratings[event.rating_id] = None


def _note_passed(counter: CounterDay, passed: tuple[str, ...]) -> None:
    """Count the classes that were passed over; whichever is not among them was served or has nobody."""
    counter.passed_over = {name: counter.passed_over.get(name, 0) + 1 for name in passed}
