"""Counters: who sits there, pauses, and what a counter can do today."""

from datetime import datetime

from hall import messages as m
from hall.counter import CounterStatus
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId, counter_of, free_counter, item_of, staffed_counter
from queue_server.domain.decisions.ratings import end_rating
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.order import can_serve


def open_counter(hall: HallDay, command: m.OpenCounter, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """A clerk sits down; one clerk a counter and one counter a clerk, unless a take-over is asked for."""
    counter = counter_of(hall, command.counter_no)
    if hall.is_closed:
        raise no.DayIsClosed(f"the day {hall.day} is over")
    elsewhere = _leave_elsewhere(hall, command, now)
    if counter.staff_no in (None, command.staff_no):
        if counter.status is CounterStatus.PAUSED:
            return [*elsewhere, m.CounterResumed(counter_no=counter.counter_no)]
        return [*elsewhere, m.CounterOpened(counter_no=counter.counter_no, staff_no=command.staff_no)]
    if not command.take_over:
        raise no.CounterTaken(f"clerk {counter.staff_no} is at counter {counter.counter_no}", staff_no=counter.staff_no)
    opened = m.CounterOpened(counter_no=counter.counter_no, staff_no=command.staff_no, took_over_from=counter.staff_no)
    return [*elsewhere, *put_back(counter, "taken_over"), *_release(_for_clerk(hall, counter)), opened]


def close_counter(hall: HallDay, command: m.CloseCounter, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The clerk leaves; whoever waited for this counter or clerk alone waits for all of the queue's counters."""
    counter = free_counter(hall, command.counter_no)
    return _leave(hall, counter, _for_clerk(hall, counter) + _for_place(hall, counter), now)


def pause_counter(hall: HallDay, command: m.PauseCounter, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Serve nobody for a while."""
    counter = free_counter(hall, command.counter_no)
    paused = m.CounterPaused(counter_no=counter.counter_no, reason=command.reason)
    return [*end_rating(hall, counter, "counter_paused", now), *put_back(counter, "counter_paused"), paused]


def resume_counter(hall: HallDay, command: m.ResumeCounter, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Serve again."""
    counter = staffed_counter(hall, command.counter_no)
    if counter.status is not CounterStatus.PAUSED:
        raise no.CounterBusy(f"counter {counter.counter_no} is not paused")
    return [m.CounterResumed(counter_no=counter.counter_no)]


def grant_ability(hall: HallDay, command: m.GrantAbility, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """One more matter for today."""
    counter, item = counter_of(hall, command.counter_no), item_of(hall, command.item_key)
    if item.department_key != command.department:
        raise no.UnknownItem(f"department {command.department!r} has no item {command.item_key!r}")
    return [
        m.AbilityGranted(counter_no=counter.counter_no, department=command.department, item_key=item.key, by=command.by)
    ]


def revoke_ability(hall: HallDay, command: m.RevokeAbility, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """End what was granted for today; what the plan gives stays. A ticket that it only looked at for that goes back."""
    counter = counter_of(hall, command.counter_no)
    if (command.department, command.item_key) not in counter.granted:
        raise no.UnknownItem(f"counter {counter.counter_no} was not granted item {command.item_key!r} today")
    revoked = m.AbilityRevoked(
        counter_no=counter.counter_no, department=command.department, item_key=command.item_key, by=command.by
    )
    looked_at = hall.tickets.get(counter.preview_id or "")
    if looked_at is None or looked_at.item_key != command.item_key or _keeps(hall, counter, looked_at):
        return [revoked]
    return [*put_back(counter, "ability_revoked"), revoked]


def _keeps(hall: HallDay, counter: CounterDay, ticket: Ticket) -> bool:
    """Whether a ticket may be called here also without what was granted for today."""
    if ticket.for_counter == counter.counter_no or ticket.for_staff is not None:
        return True
    return hall.plan.can_serve(counter.counter_no, hall.plan.items[ticket.item_key])


def put_back(counter: CounterDay, reason: str) -> list[m.AnyEvent]:
    """Return the ticket that a counter looks at, if any."""
    if counter.preview_id is None:
        return []
    return [m.TicketPutBack(ticket_id=counter.preview_id, counter_no=counter.counter_no, reason=reason)]


def _leave(hall: HallDay, counter: CounterDay, released: list[Ticket], now: datetime) -> list[m.AnyEvent]:
    return [
        *end_rating(hall, counter, "counter_closed", now),
        *put_back(counter, "counter_closed"),
        *_release(released),
        m.CounterClosed(counter_no=counter.counter_no),
    ]


def _leave_elsewhere(hall: HallDay, command: m.OpenCounter, now: datetime) -> list[m.AnyEvent]:
    """The clerk moves: whoever was sent to the clerk waits for them at the new counter, if it handles their matter."""
    others = (c for c in hall.counters.values() if c.staff_no == command.staff_no)
    other = next((c for c in others if c.counter_no != command.counter_no), None)
    if other is None:
        return []
    if not command.take_over:
        raise no.ClerkElsewhere(
            f"clerk {command.staff_no} is at counter {other.counter_no}", counter_no=other.counter_no
        )
    counter, next_one = free_counter(hall, other.counter_no), hall.counters[command.counter_no]
    left = [t for t in _for_clerk(hall, counter) if not can_serve(hall, next_one, hall.plan.items[t.item_key])]
    return _leave(hall, counter, [*_for_place(hall, counter), *left], now)


def _for_clerk(hall: HallDay, counter: CounterDay) -> list[Ticket]:
    """Everybody who waits for this counter's clerk, wherever the clerk sits."""
    waiting = (hall.tickets[i] for i in hall.aside)
    return [t for t in waiting if t.for_staff is not None and t.for_staff == counter.staff_no]


def _for_place(hall: HallDay, counter: CounterDay) -> list[Ticket]:
    """Everybody who waits for this counter, or stepped aside here until they are called."""
    waiting = (hall.tickets[i] for i in hall.aside)
    held = (hall.tickets[i] for i in hall.held)
    return [
        *(t for t in waiting if t.for_counter == counter.counter_no),
        *(t for t in held if t.counter_no == counter.counter_no and (t.is_open_ended or t.returns_at is None)),
    ]


def _release(tickets: list[Ticket]) -> list[m.AnyEvent]:
    """Let tickets wait for all of their queue's counters."""
    return [
        m.TicketRequeued(ticket_id=t.ticket_id, cause="counter_closed", keeps_arrival=True)
        for t in sorted(tickets, key=lambda ticket: ticket.place)
    ]
