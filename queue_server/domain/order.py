"""Whom a counter calls next, and why: a pure function of who waits, the counter, the rules and the time.

A counter chooses among the first of each priority class, over all of its queues and matters. *Strict*: class by class
(returning, green channel, booked, ordinary), inside a class by arrival. *Balanced*: priority counts as an arrival so
many minutes earlier, so that a wait makes up for any priority. In both, a class that this counter has passed over
`most_in_a_row` times is next (the N:1 rule). Classes are counted and not queues, so that the rule never lets somebody
go before an earlier arrival of the same class.

Example, strict with three in a row: greens G1 to G5 and the ordinary A1 wait. The counter calls G1, G2, G3, A1, G4, G5.

The bound in calls. Let N >= 1 be `most_in_a_row` and C the number of classes, at most 4. While somebody of a class
waits whom a counter may call, one of that class is among any N + C - 1 calls in a row that the counter makes by this
order, and so a visitor with k others before them in their class is called within (k + 1)(N + C - 1).
Proof: let class X wait and not be called. Each call that passes X over adds 1 to the count of X and starts the count of
the class it calls anew, so of the C - 1 other classes those called since X began to wait count less than X. After N
calls X is due, at least one other class has been called, and at most C - 2 classes count as much as X or more. They may
be called first, once each, for they then count less. So X is called at the latest as call N + (C - 2) + 1.
Without the N:1 rule the strict order has no bound: greens can come for ever.
Whoever waits for this counter or its clerk alone is of their class like everybody else whom the counter may call. A
look at a ticket keeps it from the other counters for `preview_s` at most.

The bound in calls of whoever was missed. Let R be the `back_after` of the miss. They are back when R others have been
called of their queue, or at a counter that could have called them, and the grace is over; then they are of the class
"returning". So they are called within R + (k + 1)(N + C - 1) calls in a row that one such counter makes by this order
after the grace, k being the returning visitors before them.
Proof: each of the counter's calls is of their queue, or is not and notes them as passed (`passed_missed`): both bring
them nearer by one, so that R calls do. From then on their class waits, and the bound above holds for it.

The bound in time, balanced. A call that the N:1 rule did not decide never passes over somebody who arrived more than H
before the one called, where H = the largest head start of a class less their own + `preference_step_min` x (the
counter's queues - 1): each key is an arrival moved by no more than that. Missed visitors who are back come first.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from hall.catalogue import ServiceItem
from hall.clock import seconds_between
from hall.priority import RANK, Ground, PriorityClass, Why
from hall.rules import OrderPolicy
from hall.ticket import TicketState
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.lines import Place

MINUTE_US = 60_000_000


class Choice(NamedTuple):
    """The ticket that a counter calls next."""

    ticket_id: str
    why: Why
    passed: tuple[str, ...]  # the other classes of which somebody waits whom the counter could have called


class Candidate(NamedTuple):
    """The first of a class, as one counter sees it."""

    counted_us: int  # the arrival as this counter counts it: a queue further down its list counts as later
    place: Place
    priority: PriorityClass


def can_serve(hall: HallDay, counter: CounterDay, item: ServiceItem) -> bool:
    """Whether a counter may handle a matter today."""
    return item.ability in counter.granted or hall.plan.can_serve(counter.counter_no, item)


def queues_of(hall: HallDay, counter: CounterDay) -> list[str]:
    """The queues that a counter calls from today, most preferred first."""
    queues = list(hall.plan.counters[counter.counter_no].queues)
    for _department, item_key in sorted(counter.granted):
        item = hall.plan.items.get(item_key)
        if item is not None and item.queue not in queues:
            queues.append(item.queue)
    return queues


def next_ticket(hall: HallDay, counter: CounterDay, now: datetime) -> Choice | None:
    """Choose.

    Args:
        hall: only read.
        counter: one of the hall's.
        now: aware.

    Returns:
        None when nobody waits whom this counter could call.
    """
    candidates = _candidates(hall, counter, now)
    if not candidates:
        later = _soonest_returning(hall, counter, now)
        if later is None:
            return None
        return Choice(later.ticket_id, Why(Ground.NOBODY_ELSE), ())
    due = _due(hall, counter, candidates)
    chosen = due or min(candidates.values(), key=lambda candidate: _key(hall, candidate))
    others = tuple(sorted(priority.value for priority in candidates if priority is not chosen.priority))
    why = _why(hall, chosen, candidates, is_due=due is not None, counter=counter)
    return Choice(chosen.place.ticket_id, why, others)


def _candidates(hall: HallDay, counter: CounterDay, now: datetime) -> dict[PriorityClass, Candidate]:
    """The first of each class whom this counter could call."""
    best: dict[PriorityClass, Candidate] = {}
    queues = queues_of(hall, counter)
    serves_all = hall.plan.counters[counter.counter_no].abilities is None
    planned = hall.plan.counters[counter.counter_no].queues
    step_us = round(hall.rules.order.preference_step_min * MINUTE_US)
    for step, prefix in enumerate(queues):
        for key, line in hall.lines.of(prefix).items():
            if (serves_all and prefix in planned) or can_serve(hall, counter, hall.plan.items[key.item_key]):
                _keep_first(best, key.priority, line.first, step * step_us)
    for ticket, priority in _from_aside(hall, counter, queues, now):
        step = queues.index(ticket.prefix) if ticket.prefix in queues else 0
        _keep_first(best, priority, ticket.place, step * step_us)
    return best


def _keep_first(best: dict[PriorityClass, Candidate], priority: PriorityClass, place: Place, later_us: int) -> None:
    candidate = Candidate(place.arrival_us + later_us, place, priority)
    known = best.get(priority)
    if known is None or candidate < known:
        best[priority] = candidate


def _from_aside(
    hall: HallDay, counter: CounterDay, queues: list[str], now: datetime
) -> Iterator[tuple[Ticket, PriorityClass]]:
    """Waiting tickets that stand in no line and may be called here now, with what they count as."""
    for ticket_id in hall.aside:
        ticket = hall.tickets[ticket_id]
        if ticket.previewed_by is not None:
            continue
        if ticket.back_at_call is not None:
            if _is_back(hall, ticket, now) and _may_take(hall, counter, queues, ticket):
                yield ticket, PriorityClass.RETURNING
        elif _is_for(ticket, counter):
            yield ticket, ticket.priority


def _is_for(ticket: Ticket, counter: CounterDay) -> bool:
    if ticket.for_counter is not None:
        return ticket.for_counter == counter.counter_no
    return ticket.for_staff is not None and ticket.for_staff == counter.staff_no


def _may_take(hall: HallDay, counter: CounterDay, queues: list[str], ticket: Ticket) -> bool:
    return ticket.prefix in queues and can_serve(hall, counter, hall.plan.items[ticket.item_key])


def _is_back(hall: HallDay, ticket: Ticket, now: datetime) -> bool:
    """Whether a missed visitor has let enough others pass, and time enough has passed."""
    return hall.left_to_pass(ticket) == 0 and _may_come(ticket, now)


def _may_come(ticket: Ticket, now: datetime) -> bool:
    return ticket.not_before is None or seconds_between(ticket.not_before, now) >= 0


def _soonest_returning(hall: HallDay, counter: CounterDay, now: datetime) -> Ticket | None:
    """A missed visitor who would still let others pass, but there are none."""
    queues = queues_of(hall, counter)
    back = [
        ticket
        for ticket in (hall.tickets[ticket_id] for ticket_id in hall.aside)
        if ticket.back_at_call is not None
        and ticket.previewed_by is None
        and _may_come(ticket, now)
        and _may_take(hall, counter, queues, ticket)
    ]
    return min(back, key=lambda ticket: (hall.left_to_pass(ticket), ticket.place), default=None)


def passed_missed(hall: HallDay, counter: CounterDay, called: Ticket) -> tuple[str, ...]:
    """The missed visitors who let this call pass although it is of another queue: the counter could have called them.

    Args:
        called: who is called first at the counter; only somebody who waits passes others.
    """
    if called.state is not TicketState.WAITING or not hall.aside:
        return ()
    queues = queues_of(hall, counter)
    passed = (
        ticket
        for ticket in (hall.tickets[ticket_id] for ticket_id in hall.aside)
        if ticket.back_at_call is not None
        and ticket.prefix != called.prefix
        and hall.left_to_pass(ticket) > 0
        and _may_take(hall, counter, queues, ticket)
    )
    return tuple(ticket.ticket_id for ticket in sorted(passed, key=lambda ticket: ticket.seq))


def _due(hall: HallDay, counter: CounterDay, candidates: dict[PriorityClass, Candidate]) -> Candidate | None:
    """The first of the class that this counter has passed over most, if it has been often enough."""
    most = hall.rules.order.most_in_a_row
    if most is None:
        return None
    over = [c for priority, c in candidates.items() if counter.passed_over.get(priority.value, 0) >= max(most, 1)]
    return min(over, key=lambda c: (-counter.passed_over[c.priority.value], RANK[c.priority]), default=None)


def _key(hall: HallDay, candidate: Candidate) -> tuple[int, int, Place]:
    """What candidates are compared by: rank, then arrival as the rules count it, then the place itself."""
    order = hall.rules.order
    if order.policy is OrderPolicy.STRICT:
        return RANK[candidate.priority], candidate.counted_us, candidate.place
    counted_us = candidate.counted_us - round(order.head_start_min(candidate.priority) * MINUTE_US)
    rank = 0 if candidate.priority is PriorityClass.RETURNING else 1
    return rank, counted_us, candidate.place


def _why(
    hall: HallDay, chosen: Candidate, candidates: dict[PriorityClass, Candidate], *, is_due: bool, counter: CounterDay
) -> Why:
    """The reason in code and facts; `reasons` writes the sentence."""
    ticket = hall.tickets[chosen.place.ticket_id]
    arrived = {"arrived": f"{ticket.arrived_at:%H:%M}"}
    if is_due:
        return Why(Ground.TURN_OF_OTHERS, {"calls": str(counter.passed_over[chosen.priority.value]), **arrived})
    if chosen.priority is PriorityClass.RETURNING:
        return Why(Ground.RETURNING, {"others": str(hall.rules.missed.back_after or 0)})
    if chosen.priority is not PriorityClass.ORDINARY:
        return _why_of_class(hall, ticket, chosen, candidates)
    if ticket.is_sent_back:
        return Why(Ground.SENT_BACK, {"counter": ticket.transferred_from or "", **arrived})
    if ticket.transferred_from is not None:
        return Why(Ground.TRANSFERRED, {"counter": ticket.transferred_from, **arrived})
    if ticket.was_held:
        return Why(Ground.HELD, arrived)
    return _why_of_class(hall, ticket, chosen, candidates)


def _why_of_class(hall: HallDay, ticket: Ticket, chosen: Candidate, candidates: dict[PriorityClass, Candidate]) -> Why:
    arrived = {"arrived": f"{ticket.arrived_at:%H:%M}"}
    if chosen.priority is PriorityClass.ORDINARY:
        return Why(Ground.ARRIVAL, arrived)
    if hall.rules.order.policy is OrderPolicy.BALANCED:
        minutes = hall.rules.order.head_start_min(chosen.priority)
        if any(other.place < chosen.place for other in candidates.values()):
            return Why(Ground.HEAD_START, {"minutes": f"{minutes:g}", "class": chosen.priority.value, **arrived})
    if chosen.priority is PriorityClass.BOOKED:
        appointment = hall.appointments.get(ticket.appointment_no or "")
        slot = f"{appointment.starts_at:%H:%M}" if appointment else ""
        return Why(Ground.BOOKED, {"slot": slot, **arrived})
    group = next((g for g in hall.rules.order.green_groups if g.key == ticket.green_group), None)
    if ticket.green_by_age and group is not None and group.from_age is not None:
        return Why(Ground.AGE, {"age": str(group.from_age), **arrived})
    return Why(Ground.GREEN, {"group": ticket.green_group or "", **arrived})
