"""What a command leads to: `decide(hall, command, now, new_id)` gives events or raises a `Refusal`. It changes nothing.

The last event of a decision is the command's answer.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hall import messages as m
from hall.clock import business_day
from hall.counter import CounterStatus
from hall.ticket import LAST_NUMBER, LIFE, TicketState, TicketStep, display_number
from queue_server.domain import refusals as no
from queue_server.domain.hall_day import CounterDay, HallDay, Rating, Ticket
from queue_server.domain.waiting import next_ticket, wait_range_s

NewId = Callable[[], str]


def decide(hall: HallDay, command: m.AnyCommand, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    """Decide one command.

    Args:
        hall: the state; it is only read.
        command: what is asked for.
        now: aware, in the hall's zone.
        new_id: makes a fresh UUID for a ticket or a rating.

    Returns:
        At least one event; the last one is the answer.

    Raises:
        Refusal: the rules do not allow it.
    """
    return DECISIONS[type(command)](hall, command, now, new_id)


def day_has_changed(hall: HallDay, now: datetime) -> bool:
    """Whether `now` lies in a later business day than the hall's; a clock set back never reopens a day."""
    return hall.day is None or business_day(now) > hall.day


def _start_day(hall: HallDay, _command: m.StartDay, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    if not day_has_changed(hall, now):
        raise no.DayNotOver(f"the business day {hall.day} is not over")
    open_states = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING)
    expired = tuple(t.ticket_id for t in hall.tickets.values() if t.state in open_states)
    return [m.DayStarted(day=business_day(now), expired=expired)]


def _issue(hall: HallDay, command: m.IssueTicket, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    item = hall.plan.items.get(command.item_key)
    if item is None:
        raise no.UnknownItem(f"the catalogue has no item {command.item_key!r}")
    number = hall.last_number.get(item.queue, 0) + 1
    if number > LAST_NUMBER:
        raise no.QueueFull(f"queue {item.queue} has given out all of today's numbers")
    ahead_count = len(hall.waiting[item.queue])
    wait_s = wait_range_s(hall, item.queue, ahead_count)
    return [
        m.TicketIssued(
            ticket_id=new_id(),
            display_number=display_number(item.queue, number),
            business_day=hall.day or business_day(now),  # a clock set back does not go back a day
            prefix=item.queue,
            number=number,
            item_key=item.key,
            kiosk_id=command.kiosk_id,
            ahead_count=ahead_count,
            wait_low_s=wait_s and wait_s[0],
            wait_high_s=wait_s and wait_s[1],
            identity_kind=command.identity_kind,
            masked_number=command.masked_number,
        )
    ]


def _report_print(hall: HallDay, command: m.ReportPrint, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    if command.ticket_id not in hall.tickets:
        raise no.UnknownTicket(f"there is no ticket {command.ticket_id!r} today")
    if command.printed:
        return [m.TicketPrinted(ticket_id=command.ticket_id)]
    return [m.TicketNotPrinted(ticket_id=command.ticket_id, cause=command.cause or "unknown")]


def _open_counter(hall: HallDay, command: m.OpenCounter, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter = _counter(hall, command.counter_no)
    if counter.staff_no not in (None, command.staff_no):
        raise no.CounterTaken(f"clerk {counter.staff_no} is at counter {counter.counter_no}")
    if counter.status is CounterStatus.PAUSED:
        return [m.CounterResumed(counter_no=counter.counter_no)]
    return [m.CounterOpened(counter_no=counter.counter_no, staff_no=command.staff_no)]


def _close_counter(hall: HallDay, command: m.CloseCounter, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter = _free_counter(hall, command.counter_no)
    return [*_end_rating(hall, counter, "counter_closed"), m.CounterClosed(counter_no=counter.counter_no)]


def _pause_counter(hall: HallDay, command: m.PauseCounter, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter = _free_counter(hall, command.counter_no)
    paused = m.CounterPaused(counter_no=counter.counter_no, reason=command.reason)
    return [*_end_rating(hall, counter, "counter_paused"), paused]


def _resume_counter(hall: HallDay, command: m.ResumeCounter, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter = _staffed_counter(hall, command.counter_no)
    if counter.status is not CounterStatus.PAUSED:
        raise no.CounterBusy(f"counter {counter.counter_no} is not paused")
    return [m.CounterResumed(counter_no=counter.counter_no)]


def _call_next(hall: HallDay, command: m.CallNext, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter = _free_counter(hall, command.counter_no)
    if counter.status is CounterStatus.PAUSED:
        raise no.CounterNotOpen(f"counter {counter.counter_no} is paused")
    ticket_id = next_ticket(hall, counter.counter_no)
    if ticket_id is None:
        raise no.QueueEmpty(f"nobody is waiting for counter {counter.counter_no}")
    called = _called(hall.tickets[ticket_id], counter, command.command_id, now, TicketStep.CALL)
    return [*_end_rating(hall, counter, "next_call"), called]


def _recall(hall: HallDay, command: m.Recall, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter, ticket = _visitor(hall, command.counter_no)
    return [_called(ticket, counter, command.command_id, now, TicketStep.RECALL)]


def _start_service(hall: HallDay, command: m.StartService, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter, ticket = _visitor(hall, command.counter_no)
    _check_step(ticket, TicketStep.START)
    return [m.ServiceStarted(ticket_id=ticket.ticket_id, counter_no=counter.counter_no)]


def _mark_missed(hall: HallDay, command: m.MarkMissed, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    counter, ticket = _visitor(hall, command.counter_no)
    _check_step(ticket, TicketStep.MARK_MISSED)
    return [
        m.TicketMissed(ticket_id=ticket.ticket_id, display_number=ticket.display_number, counter_no=counter.counter_no)
    ]


def _complete(hall: HallDay, command: m.CompleteService, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    counter, ticket = _visitor(hall, command.counter_no)
    _check_step(ticket, TicketStep.COMPLETE)
    began_at = ticket.started_at or ticket.called_at or now
    return [
        m.ServiceCompleted(
            ticket_id=ticket.ticket_id,
            counter_no=counter.counter_no,
            staff_no=counter.staff_no or "",
            served_s=max((now - began_at).total_seconds(), 0.0),
            rating_id=new_id(),
        )
    ]


def _rate(hall: HallDay, command: m.Rate, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    rating = _open_rating(hall, command.rating_id)
    return [
        m.ServiceRated(
            rating_id=rating.rating_id,
            ticket_id=rating.ticket_id,
            counter_no=rating.counter_no,
            staff_no=rating.staff_no,
            level=command.level,
            channel=command.channel,
        )
    ]


def _close_rating(hall: HallDay, command: m.CloseRating, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    return [_rating_closed(_open_rating(hall, command.rating_id), "timeout")]


# ---- what several decisions ask -----------------------------------------------------------------------------------


def _counter(hall: HallDay, counter_no: str) -> CounterDay:
    if counter_no not in hall.counters:
        raise no.UnknownCounter(f"the hall has no counter {counter_no!r}")
    return hall.counters[counter_no]


def _staffed_counter(hall: HallDay, counter_no: str) -> CounterDay:
    counter = _counter(hall, counter_no)
    if counter.status is CounterStatus.CLOSED:
        raise no.CounterNotOpen(f"counter {counter_no} is not open")
    return counter


def _free_counter(hall: HallDay, counter_no: str) -> CounterDay:
    """A staffed counter without a visitor; an open rating does not hold it."""
    counter = _staffed_counter(hall, counter_no)
    if counter.ticket_id is not None:
        raise no.CounterBusy(f"counter {counter_no} still has {hall.tickets[counter.ticket_id].display_number}")
    return counter


def _visitor(hall: HallDay, counter_no: str) -> tuple[CounterDay, Ticket]:
    counter = _staffed_counter(hall, counter_no)
    if counter.ticket_id is None:
        raise no.NoVisitor(f"counter {counter_no} has no visitor")
    return counter, hall.tickets[counter.ticket_id]


def _check_step(ticket: Ticket, step: TicketStep) -> None:
    if step not in LIFE[ticket.state]:
        raise no.NoVisitor(f"ticket {ticket.display_number} is {ticket.state}: it cannot {step.replace('_', ' ')}")


def _called(ticket: Ticket, counter: CounterDay, call_id: str, now: datetime, step: TicketStep) -> m.TicketCalled:
    _check_step(ticket, step)
    return m.TicketCalled(
        call_id=call_id,
        ticket_id=ticket.ticket_id,
        display_number=ticket.display_number,
        counter_no=counter.counter_no,
        staff_no=counter.staff_no or "",
        call_count=ticket.call_count + 1,
        waited_s=max((now - ticket.issued_at).total_seconds(), 0.0),
    )


def _open_rating(hall: HallDay, rating_id: str) -> Rating:
    rating = hall.ratings.get(rating_id)
    if rating is None:
        raise no.UnknownRating(f"there is no rating {rating_id!r} today")
    if not rating.is_open:
        raise no.RatingOver("this rating is over")
    return rating


def _end_rating(hall: HallDay, counter: CounterDay, cause: str) -> list[m.AnyEvent]:
    if counter.rating_id is None:
        return []
    return [_rating_closed(hall.ratings[counter.rating_id], cause)]


def _rating_closed(rating: Rating, cause: str) -> m.RatingClosed:
    return m.RatingClosed(
        rating_id=rating.rating_id, ticket_id=rating.ticket_id, counter_no=rating.counter_no, cause=cause
    )


DECISIONS: dict[type[m.Command], Callable[[HallDay, Any, datetime, NewId], list[m.AnyEvent]]] = {
    m.StartDay: _start_day,
    m.IssueTicket: _issue,
    m.ReportPrint: _report_print,
    m.OpenCounter: _open_counter,
    m.CloseCounter: _close_counter,
    m.PauseCounter: _pause_counter,
    m.ResumeCounter: _resume_counter,
    m.CallNext: _call_next,
    m.Recall: _recall,
    m.StartService: _start_service,
    m.MarkMissed: _mark_missed,
    m.CompleteService: _complete,
    m.Rate: _rate,
    m.CloseRating: _close_rating,
}
