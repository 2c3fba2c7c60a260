"""How many people would be called before somebody who comes now."""

from datetime import datetime

from msgspec import structs

from hall.priority import RANK, PriorityClass
from hall.rules import OrderPolicy
from queue_server.domain.hall_day import HallDay, Ticket
from queue_server.domain.lines import Place, arrival_us

STRICT = OrderPolicy.STRICT  # looked up once: every ticket asks
MINUTE_US = 60_000_000
LAST_SEQ = 2**62  # behind everybody who arrived at the same instant


def ahead_count(hall: HallDay, prefix: str, priority: PriorityClass, arrived_at: datetime) -> int:
    """People ahead of a new arrival in a queue, by the order policy; the N:1 rule, which evens out, is left aside."""
    arrived_us, people = arrival_us(arrived_at), hall.backlog[prefix].people
    if hall.rules.order.policy is STRICT and hall.lines.count_before_latest(prefix, arrived_us) == people[-1]:
        return people[RANK[priority]]  # nearly always: nobody is aside, and the count is known
    return _ahead(hall, prefix, priority, Place(arrived_us, LAST_SEQ, ""))


def ahead_of(hall: HallDay, ticket: Ticket) -> int:
    """People ahead of a waiting ticket in its queue; 0 for one that waits for nobody else's turn."""
    if ticket.previewed_by is not None:
        return 0
    if ticket.back_at_call is not None:
        return _ahead_of_missed(hall, ticket)
    return _ahead(hall, ticket.prefix, ticket.priority, ticket.place)


def _ahead_of_missed(hall: HallDay, ticket: Ticket) -> int:
    """How many are called before a missed visitor is, at most; fewer where nobody else comes.

    Those that they still let pass, or the missed ones who arrived earlier, one call each from when they are back.
    """
    left, called = hall.left_to_pass(ticket), 0
    missed = (hall.tickets[ticket_id] for ticket_id in hall.aside)
    for others_left in sorted(hall.left_to_pass(o) for o in missed if _is_missed_before(o, ticket)):
        if others_left > max(left, called):
            break
        called = max(called, others_left) + 1
    return max(left, called)


def _is_missed_before(other: Ticket, ticket: Ticket) -> bool:
    return other.back_at_call is not None and other.prefix == ticket.prefix and other.place < ticket.place


def _ahead(hall: HallDay, prefix: str, priority: PriorityClass, place: Place) -> int:
    aside = sum(_goes_before(hall, hall.tickets[i], prefix, priority, place) for i in hall.aside)
    if hall.rules.order.policy is STRICT:
        return aside + _ahead_by_class(hall, prefix, priority, place)
    return aside + _ahead_with_head_starts(hall, prefix, priority, place)


def _ahead_by_class(hall: HallDay, prefix: str, priority: PriorityClass, place: Place) -> int:
    """Everybody of a higher class, and who came earlier in the own one."""
    count, rank = 0, RANK[priority]
    for key, line in hall.lines.of(prefix).items():
        if key.priority is priority:
            count += line.count_before(place)
        elif RANK[key.priority] < rank:
            count += len(line)
    return count


def _ahead_with_head_starts(hall: HallDay, prefix: str, priority: PriorityClass, place: Place) -> int:
    """Who would have come earlier, each class with its head start."""
    order = hall.rules.order
    count, own_min = 0, order.head_start_min(priority)
    for key, line in hall.lines.of(prefix).items():
        earlier_us = (order.head_start_min(key.priority) - own_min) * MINUTE_US
        count += line.count_before(_earlier(place, -earlier_us))
    return count


def _goes_before(hall: HallDay, aside: Ticket, prefix: str, priority: PriorityClass, place: Place) -> bool:
    """Whether a ticket that stands in no line goes before a place: looked at already, soon back, or by the rules."""
    if aside.prefix != prefix:
        return False
    if aside.previewed_by is not None or aside.back_at_call is not None:
        return True
    return _counted(hall, aside.priority, aside.place) < _counted(hall, priority, place)


def _counted(hall: HallDay, priority: PriorityClass, place: Place) -> tuple[int, Place]:
    order = hall.rules.order
    if order.policy is STRICT:
        return RANK[priority], place
    return 0, _earlier(place, order.head_start_min(priority) * MINUTE_US)


def _earlier(place: Place, by_us: float) -> Place:
    return structs.replace(place, arrival_us=place.arrival_us - round(by_us))
