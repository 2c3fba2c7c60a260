"""The visitor at a counter: comes or is missed, steps aside, is sent on, has another matter, is done."""

import math
from datetime import datetime

from hall import messages as m
from hall.catalogue import ServiceItem
from hall.clock import later, seconds_between
from hall.counter import CounterStatus
from hall.ticket import Sender, TicketStep
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId, check_step, counter_of, item_of, visitor_at
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.order import can_serve


def start_service(hall: HallDay, command: m.StartService, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The visitor has come."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.START)
    return [m.ServiceStarted(ticket_id=ticket.ticket_id, counter_no=counter.counter_no)]


def mark_missed(hall: HallDay, command: m.MarkMissed, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The visitor has not come: back after some others, or void."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.MARK_MISSED)
    _check_patience(hall, ticket, now)
    rules = hall.rules.missed
    comes_back = rules.back_after is not None and ticket.missed_count < rules.most_returns
    return [
        m.TicketMissed(
            ticket_id=ticket.ticket_id,
            display_number=ticket.display_number,
            counter_no=counter.counter_no,
            returns_after=rules.back_after if comes_back else None,
            not_before=later(now, rules.grace_s) if comes_back else None,
        )
    ]


def _check_patience(hall: HallDay, ticket: Ticket, now: datetime) -> None:
    """See that a visitor had time to come; raises `TooFewCalls`, `MissedTooSoon`."""
    rules = hall.rules.missed
    calls_left = min(rules.least_calls, hall.rules.calls.most_calls) - ticket.call_count
    if calls_left > 0:
        raise no.TooFewCalls(
            f"{ticket.display_number} was called {ticket.call_count} times: call again", calls_left=calls_left
        )
    left_s = rules.least_wait_s - seconds_between(ticket.last_call_at or now, now)
    if left_s > 0:
        raise no.MissedTooSoon(
            f"{ticket.display_number} may be on the way: wait {left_s:.0f} s", wait_s=math.ceil(left_s)
        )


def hold(hall: HallDay, command: m.HoldTicket, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """The visitor steps aside, for the longest time that the rules allow where none is named."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.HOLD)
    rules = hall.rules.hold
    minutes = rules.longest_min if command.minutes is None else command.minutes
    if not 0 < minutes <= rules.longest_min:
        raise no.HoldTooLong(f"visitors are held for up to {rules.longest_min:g} minutes, not {minutes:g}")
    if sum(hall.tickets[i].counter_no == counter.counter_no for i in hall.held) >= rules.most_a_counter:
        raise no.TooManyHeld(f"counter {counter.counter_no} already holds {rules.most_a_counter} visitors")
    return [
        m.TicketHeld(
            ticket_id=ticket.ticket_id,
            counter_no=counter.counter_no,
            staff_no=counter.staff_no or "",
            reason=command.reason,
            returns_at=later(now, minutes * 60),
            is_open_ended=command.minutes is None,
        )
    ]


def transfer(hall: HallDay, command: m.TransferTicket, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Send the visitor on, with the old arrival."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.TRANSFER)
    item = item_of(hall, command.item_key or ticket.item_key)
    target = target_of(hall, command, counter)
    if target is None and item.queue == ticket.prefix and item.key == ticket.item_key:
        raise no.WrongTarget(f"{ticket.display_number} is here for {item.key}: name a counter, a clerk or another item")
    check_target(hall, target, item)
    here = (Sender(counter.counter_no, ticket.item_key),)
    return [
        m.TicketTransferred(
            ticket_id=ticket.ticket_id,
            display_number=ticket.display_number,
            from_counter=counter.counter_no,
            staff_no=counter.staff_no or "",
            prefix=item.queue,
            item_key=item.key,
            reason=command.reason,
            to_counter=command.to_counter,
            to_staff=command.to_staff,
            comes_back=command.comes_back,
            way_back=(*ticket.way_back, *here) if command.comes_back else ticket.way_back,
        )
    ]


def check_target(hall: HallDay, target: CounterDay | None, item: ServiceItem) -> None:
    """See that a counter, if one is named, handles the matter; raises `CannotServe`."""
    if target is not None and not can_serve(hall, target, item):
        raise no.CannotServe(f"counter {target.counter_no} does not handle {item.key}")


def target_of(
    hall: HallDay, command: m.TransferTicket | m.RedirectTicket, sender: CounterDay | None
) -> CounterDay | None:
    """The counter that a command names, by itself or by its clerk; None for a queue. Raises for none or several."""
    named = [name for name in (command.to_counter, command.to_staff) if name is not None]
    if len(named) > 1 or (not named and command.item_key is None):
        raise no.WrongTarget("name another matter, a counter or a clerk, and of counter and clerk one at most")
    if not named:
        return None
    if command.to_counter is not None:
        target = counter_of(hall, command.to_counter)
    else:
        at = next((c for c in hall.counters.values() if c.staff_no == command.to_staff), None)
        if at is None:
            raise no.UnknownClerk(f"clerk {command.to_staff} is at no counter")
        target = at
    if sender is not None and target.counter_no == sender.counter_no:
        raise no.WrongTarget(f"the visitor is at counter {sender.counter_no} already")
    if target.status is CounterStatus.CLOSED:
        raise no.CounterNotOpen(f"counter {target.counter_no} is not open")
    return target


def send_back(hall: HallDay, command: m.SendBack, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Return the visitor to the counter that sent them. A matter that only follows another was sent by nobody."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.TRANSFER)
    if ticket.transferred_from is None or ticket.sent_with is None:
        raise no.NoSender(f"nobody sent {ticket.display_number} to counter {counter.counter_no}")
    to = Sender(ticket.transferred_from, ticket.sent_with)
    way_back = ticket.way_back[:-1] if ticket.way_back[-1:] == (to,) else ticket.way_back
    return [_sent_back(hall, ticket, counter, to, way_back, command.reason)]


def _sent_back(
    hall: HallDay, ticket: Ticket, counter: CounterDay, to: Sender, way_back: tuple[Sender, ...], reason: str
) -> m.AnyEvent:
    """To the counter itself while it is open and handles the matter that was left there, else to that one's queue."""
    item = hall.plan.items.get(to.item_key) or item_of(hall, ticket.item_key)
    sender = hall.counters.get(to.counter_no)  # neither need be in a site file that changed since
    if sender is None or sender.status is CounterStatus.CLOSED or not can_serve(hall, sender, item):
        return m.TicketTransferred(
            ticket_id=ticket.ticket_id,
            display_number=ticket.display_number,
            from_counter=counter.counter_no,
            staff_no=counter.staff_no or "",
            prefix=item.queue,
            item_key=item.key,
            reason=reason,
            way_back=way_back,
            is_return=True,
        )
    return m.TicketSentBack(
        ticket_id=ticket.ticket_id,
        display_number=ticket.display_number,
        from_counter=counter.counter_no,
        prefix=item.queue,
        item_key=item.key,
        to_counter=to.counter_no,
        reason=reason,
        way_back=way_back,
    )


def add_matter(hall: HallDay, command: m.AddMatter, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """One more matter on the same ticket; its queue's hours, quotas and document are the clerk's to judge."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.NEXT_MATTER)
    item = item_of(hall, command.item_key)
    most = hall.rules.persons.most_items
    if len(ticket.done_items) + 1 + len(ticket.further_items) >= most:
        raise no.TooManyItems(f"a ticket carries up to {most} matters, with those that were handled", prefix=item.queue)
    return [m.MatterAdded(ticket_id=ticket.ticket_id, counter_no=counter.counter_no, item_key=item.key)]


def complete(hall: HallDay, command: m.CompleteService, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    """The matter is handled: the next one follows, or the visitor returns to who sent them, or a rating opens."""
    counter, ticket = visitor_at(hall, command.counter_no)
    check_step(ticket, TicketStep.COMPLETE)
    began_at = ticket.started_at or ticket.last_call_at or now
    served_s = max(seconds_between(began_at, now), 0.0)
    if ticket.further_items:
        return [_next_matter(hall, ticket, counter, served_s)]
    way_back = _further_back(ticket, counter)
    if way_back:
        return [_sent_back(hall, ticket, counter, way_back[-1], way_back[:-1], "done")]
    return [
        m.ServiceCompleted(
            ticket_id=ticket.ticket_id,
            counter_no=counter.counter_no,
            staff_no=counter.staff_no or "",
            served_s=served_s,
            rating_id=new_id(),
        )
    ]


def _further_back(ticket: Ticket, counter: CounterDay) -> tuple[Sender, ...]:
    """Who has the visitor back, without a counter that has just done what the visitor would come back to it for."""
    way_back, here = ticket.way_back, Sender(counter.counter_no, ticket.item_key)
    while way_back[-1:] == (here,):
        way_back = way_back[:-1]
    return way_back


def _next_matter(hall: HallDay, ticket: Ticket, counter: CounterDay, served_s: float) -> m.MatterCompleted:
    following = item_of(hall, ticket.further_items[0])
    return m.MatterCompleted(
        ticket_id=ticket.ticket_id,
        counter_no=counter.counter_no,
        staff_no=counter.staff_no or "",
        item_key=ticket.item_key,
        served_s=served_s,
        next_item=following.key,
        next_prefix=following.queue,
        stays=can_serve(hall, counter, following),
    )
