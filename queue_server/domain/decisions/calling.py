"""Calls: the next visitor, a chosen one, a look before the call, and calling again."""

from datetime import datetime

from hall import messages as m
from hall.clock import seconds_between
from hall.priority import Ground, Why
from hall.ticket import TicketState, TicketStep
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import (
    NewId,
    check_step,
    ready_counter,
    staffed_counter,
    ticket_of,
    visitor_at,
)
from queue_server.domain.decisions.counters import put_back
from queue_server.domain.decisions.ratings import end_rating
from queue_server.domain.decisions.rights import check_one_ticket
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.order import Choice, can_serve, next_ticket, passed_missed


def preview_next(hall: HallDay, command: m.PreviewNext, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Show the next visitor to the clerk alone."""
    if not hall.rules.calls.may_preview:
        raise no.NotAllowed("this hall calls without a preview")
    counter = ready_counter(hall, command.counter_no)
    if counter.preview_id is not None:
        raise no.CounterBusy(f"counter {counter.counter_no} already looks at a ticket")
    choice = _next(hall, counter, now)
    previewed = m.TicketPreviewed(
        ticket_id=choice.ticket_id, counter_no=counter.counter_no, why=choice.why, passed=choice.passed
    )
    return [*end_rating(hall, counter, "next_call", now), previewed]


def put_back_previewed(hall: HallDay, command: m.PutBack, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Do not call the previewed visitor."""
    counter = staffed_counter(hall, command.counter_no)
    if counter.preview_id is None:
        raise no.NoPreview(f"counter {counter.counter_no} looks at no ticket")
    if command.if_over and not preview_is_over(hall, counter, now):
        raise no.NoPreview(f"counter {counter.counter_no} looks at no ticket whose time is over")
    return put_back(counter, command.reason)


def preview_is_over(hall: HallDay, counter: CounterDay, now: datetime) -> bool:
    """Whether a counter looks at a ticket for as long as it may."""
    longest_s = hall.rules.calls.preview_s
    if longest_s is None or counter.preview_at is None:
        return False
    return seconds_between(counter.preview_at, now) >= longest_s


def call_next(hall: HallDay, command: m.CallNext, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Call the previewed visitor, or else whom the order says."""
    counter = ready_counter(hall, command.counter_no)
    if counter.preview_id is not None:
        choice = Choice(counter.preview_id, counter.preview_why or Why(Ground.ARRIVAL), counter.preview_passed)
    else:
        choice = _next(hall, counter, now)
    called = _called(hall, hall.tickets[choice.ticket_id], counter, command, now, choice)
    return [*end_rating(hall, counter, "next_call", now), called]


def call_ticket(hall: HallDay, command: m.CallTicket, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Call a ticket that the clerk chose; the reason is kept."""
    if not hall.rules.calls.may_choose:
        raise no.NotAllowed("this hall calls in the order of its rules only")
    counter, ticket = ready_counter(hall, command.counter_no), ticket_of(hall, command.ticket_id)
    check_step(ticket, TicketStep.CALL)
    if ticket.state is TicketState.MISSED:
        _check_missed(hall, ticket)
    if ticket.previewed_by not in (None, counter.counter_no):
        raise no.TicketReserved(f"counter {ticket.previewed_by} is about to call {ticket.display_number}")
    if not can_serve(hall, counter, hall.plan.items[ticket.item_key]) and not _was_meant_for(counter, ticket):
        raise no.CannotServe(f"counter {counter.counter_no} does not handle {ticket.item_key}")
    back = put_back(counter, "another ticket was chosen") if counter.preview_id != ticket.ticket_id else []
    choice = Choice(ticket.ticket_id, Why(Ground.CHOSEN, {"reason": command.reason}), ())
    return [*end_rating(hall, counter, "next_call", now), *back, _called(hall, ticket, counter, command, now, choice)]


def _check_missed(hall: HallDay, ticket: Ticket) -> None:
    """See that a missed ticket may be called; raises `NotAllowed`, `HasTicket`."""
    if not hall.rules.missed.may_call:
        raise no.NotAllowed("this hall does not call missed tickets again")
    check_one_ticket(hall, ticket)


def recall(hall: HallDay, command: m.Recall, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Repeat the call, not too soon and not too often."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.RECALL)
    rules = hall.rules.calls
    if ticket.call_count >= rules.most_calls:
        raise no.RecallLimit(f"{ticket.display_number} was called {ticket.call_count} times: mark it missed")
    left_s = rules.spacing_s - seconds_between(ticket.last_call_at or now, now)
    if left_s > 0:
        raise no.RecallTooSoon(f"{ticket.display_number} was just called: wait {left_s:.0f} s", wait_s=round(left_s))
    return [_called(hall, ticket, counter, command, now, None)]


def _was_meant_for(counter: CounterDay, ticket: Ticket) -> bool:
    """Whether a ticket was sent to this counter or its clerk, or was here and stepped aside or was missed."""
    if ticket.for_counter == counter.counter_no or (
        ticket.for_staff is not None and ticket.for_staff == counter.staff_no
    ):
        return True
    return ticket.state is not TicketState.WAITING and ticket.counter_no == counter.counter_no


def _next(hall: HallDay, counter: CounterDay, now: datetime) -> Choice:
    choice = next_ticket(hall, counter, now)
    if choice is None:
        raise no.QueueEmpty(f"nobody is waiting for counter {counter.counter_no}")
    return choice


def _called(
    hall: HallDay,
    ticket: Ticket,
    counter: CounterDay,
    command: m.CallNext | m.CallTicket | m.Recall,
    now: datetime,
    choice: Choice | None,
) -> m.TicketCalled:
    return m.TicketCalled(
        call_id=command.command_id,
        ticket_id=ticket.ticket_id,
        display_number=ticket.display_number,
        counter_no=counter.counter_no,
        staff_no=counter.staff_no or "",
        call_count=1 if choice else ticket.call_count + 1,
        waited_s=max(seconds_between(ticket.arrived_at, now), 0.0),
        why=choice and choice.why,
        passed=choice.passed if choice else (),
        passed_missed=passed_missed(hall, counter, ticket) if choice else (),
    )
