"""How the hall's day changes with each event. It never refuses: what the journal holds has happened."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from hall import messages as m
from hall.counter import CounterStatus
from hall.ticket import LIFE, TicketState, TicketStep
from queue_server.domain.hall_day import Call, CounterDay, HallDay, Rating, Ticket


class Record(Struct, frozen=True, kw_only=True):
    """An event as the journal holds it."""

    seq: int  # 1, 2, 3, … without a gap
    at: datetime
    command_id: str
    event: m.AnyEvent


def evolve(hall: HallDay, record: Record) -> None:
    """Change the hall's day by one recorded event."""
    hall.seq = record.seq
    CHANGES[type(record.event)](hall, record.event, record)


def _day_started(hall: HallDay, event: m.DayStarted, _record: Record) -> None:
    hall.day = event.day
    hall.clear()


def _issued(hall: HallDay, event: m.TicketIssued, record: Record) -> None:
    hall.tickets[event.ticket_id] = Ticket(
        event.ticket_id, event.display_number, event.prefix, event.item_key, record.at, event.masked_number
    )
    hall.waiting[event.prefix][event.ticket_id] = None
    hall.last_number[event.prefix] = event.number


def _printed(hall: HallDay, event: m.TicketPrinted | m.TicketNotPrinted, _record: Record) -> None:
    hall.tickets[event.ticket_id].is_printed = isinstance(event, m.TicketPrinted)


def _counter_opened(hall: HallDay, event: m.CounterOpened, record: Record) -> None:
    counter = _counter(hall, event.counter_no, record)
    counter.staff_no = event.staff_no
    if counter.status is CounterStatus.CLOSED:
        counter.status = CounterStatus.IDLE


def _counter_closed(hall: HallDay, event: m.CounterClosed, record: Record) -> None:
    counter = _counter(hall, event.counter_no, record)
    counter.status, counter.staff_no, counter.pause_reason = CounterStatus.CLOSED, None, None


def _counter_paused(hall: HallDay, event: m.CounterPaused, record: Record) -> None:
    counter = _counter(hall, event.counter_no, record)
    counter.status, counter.pause_reason = CounterStatus.PAUSED, event.reason


def _counter_resumed(hall: HallDay, event: m.CounterResumed, record: Record) -> None:
    counter = _counter(hall, event.counter_no, record)
    counter.status, counter.pause_reason = CounterStatus.IDLE, None


def _called(hall: HallDay, event: m.TicketCalled, record: Record) -> None:
    ticket, counter = hall.tickets[event.ticket_id], _counter(hall, event.counter_no, record)
    is_first = ticket.state is TicketState.WAITING
    _step(ticket, TicketStep.CALL if is_first else TicketStep.RECALL)
    hall.waiting[ticket.prefix].pop(ticket.ticket_id, None)
    ticket.called_at = ticket.called_at or record.at
    ticket.call_id, ticket.call_count, ticket.counter_no = event.call_id, event.call_count, event.counter_no
    counter.ticket_id = ticket.ticket_id
    if ticket.state is TicketState.CALLED:
        counter.status = CounterStatus.CALLING
    zone_id = hall.plan.counters[event.counter_no].zone_id
    hall.calls[zone_id].append(
        Call(event.call_id, event.display_number, event.counter_no, zone_id, event.call_count, record.seq, record.at)
    )


def _service_started(hall: HallDay, event: m.ServiceStarted, record: Record) -> None:
    ticket = hall.tickets[event.ticket_id]
    _step(ticket, TicketStep.START)
    ticket.started_at = record.at
    _counter(hall, event.counter_no, record).status = CounterStatus.SERVING


def _missed(hall: HallDay, event: m.TicketMissed, record: Record) -> None:
    ticket, counter = hall.tickets[event.ticket_id], _counter(hall, event.counter_no, record)
    _step(ticket, TicketStep.MARK_MISSED)
    ticket.ended_at = record.at
    counter.status, counter.ticket_id = CounterStatus.IDLE, None


def _completed(hall: HallDay, event: m.ServiceCompleted, record: Record) -> None:
    ticket, counter = hall.tickets[event.ticket_id], _counter(hall, event.counter_no, record)
    _step(ticket, TicketStep.COMPLETE)
    ticket.ended_at = record.at
    hall.service_s[ticket.prefix].append(event.served_s)
    counter.status, counter.ticket_id, counter.rating_id = CounterStatus.RATING, None, event.rating_id
    hall.ratings[event.rating_id] = Rating(
        event.rating_id, event.ticket_id, event.counter_no, event.staff_no, record.at
    )
    hall.open_ratings[event.rating_id] = None


def _rated(hall: HallDay, event: m.ServiceRated, record: Record) -> None:
    hall.ratings[event.rating_id].level = event.level
    _end_rating(hall, event.rating_id, record)


def _rating_closed(hall: HallDay, event: m.RatingClosed, record: Record) -> None:
    _end_rating(hall, event.rating_id, record)


def _end_rating(hall: HallDay, rating_id: str, record: Record) -> None:
    rating = hall.ratings[rating_id]
    rating.is_open = False
    hall.open_ratings.pop(rating_id, None)
    counter = _counter(hall, rating.counter_no, record)
    if counter.rating_id == rating_id:
        counter.status, counter.rating_id = CounterStatus.IDLE, None


def _step(ticket: Ticket, step: TicketStep) -> None:
    ticket.state = LIFE[ticket.state][step]


def _counter(hall: HallDay, counter_no: str, record: Record) -> CounterDay:
    counter = hall.counters[counter_no]
    counter.revision = record.seq
    return counter


CHANGES: dict[type[Struct], Callable[[HallDay, Any, Record], None]] = {
    m.DayStarted: _day_started,
    m.TicketIssued: _issued,
    m.TicketPrinted: _printed,
    m.TicketNotPrinted: _printed,
    m.CounterOpened: _counter_opened,
    m.CounterClosed: _counter_closed,
    m.CounterPaused: _counter_paused,
    m.CounterResumed: _counter_resumed,
    m.TicketCalled: _called,
    m.ServiceStarted: _service_started,
    m.TicketMissed: _missed,
    m.ServiceCompleted: _completed,
    m.ServiceRated: _rated,
    m.RatingClosed: _rating_closed,
}
