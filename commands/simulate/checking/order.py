"""Order: who may be called when. Every waiting ticket is looked at for every call.

What a call claims by its reason (unless the clerk chose the ticket, or nobody else was there):

- *first*: nobody of the same class came earlier whom this counter could have called, over all of its queues and
  matters. Where the rules say that a queue further down a counter's list counts as later, arrivals count so.
- *class*: in the strict order, nobody of a better class could have been called; in the balanced order, nobody whose
  arrival, less the head start of the class, was earlier. Unless it was the turn of others.
- *turn*: a class whose first this counter passed over `most_in_a_row` times in a row is next, and only then is the
  turn of others the reason. Calls count, looks that came to nothing do not; a call that passes nobody over begins anew.
- *bound*: no class is passed over more than `most_in_a_row` + classes - 2 times in a row.
  Those who were missed and are back are a class of their own; `returning` says when they are back.
- *nobody else*: a missed visitor who should still let others pass is called only when nobody else could be.
"""

from collections.abc import Iterator

from commands.simulate.checking.book import Book, Counter, Ticket
from hall import messages as m
from hall.catalogue import ServiceItem
from hall.priority import Ground, PriorityClass, Why
from hall.rules import OrderPolicy
from queue_server.domain.record import Record

BEST_FIRST = (PriorityClass.RETURNING, PriorityClass.GREEN, PriorityClass.BOOKED, PriorityClass.ORDINARY)
MINUTE_US = 60_000_000

Heads = dict[PriorityClass, Ticket]
"""The first of each class whom a counter could call."""


def order(book: Book, record: Record) -> Iterator[str]:
    """Check one call or look; keeps the count of lines that were passed over."""
    event = record.event
    if isinstance(event, m.TicketPreviewed):
        yield from _claimed(book, record, event.counter_no, event.ticket_id, event.why, event.passed)
    if isinstance(event, m.TicketCalled) and event.why is not None and event.why.ground is not Ground.CHOSEN:
        counter = book.counters[event.counter_no]
        if counter.preview_id != event.ticket_id:
            yield from _claimed(book, record, event.counter_no, event.ticket_id, event.why, event.passed)
        elif event.passed != counter.preview_passed:
            yield f"{event.display_number} passes over {event.passed}; when it was looked at, {counter.preview_passed}"
        if event.why.ground is not Ground.NOBODY_ELSE:
            counter.passed = {group: counter.passed.get(group, 0) + 1 for group in event.passed}
            yield from _bound(book, counter)


def _claimed(
    book: Book, record: Record, counter_no: str, ticket_id: str, why: Why, passed: tuple[str, ...]
) -> Iterator[str]:
    called = book.tickets.get(ticket_id)
    if called is None:
        return
    counter, now = book.counters[counter_no], book.time(record.at)
    could = list(_could_call(book, counter, now))
    if why.ground is Ground.NOBODY_ELSE:
        if could:
            yield f"{called.shown} was called for want of others, though {could[0][0].shown} waits"
        return
    group = next((group for ticket, group in could if ticket is called), None)
    if group is None:
        yield f"{called.shown} was not among those whom counter {counter_no} could call"
        return
    heads = _heads(book, counter, could)
    if heads[group] is not called:
        yield f"{called.shown} was called before {heads[group].shown}, who came earlier and is {group} too"
        return
    if set(passed) != heads.keys() - {group}:
        yield f"the call of {called.shown} says it passed over {sorted(passed)}, not {sorted(heads.keys() - {group})}"
    yield from _turn_and_class(book, counter, called, group, heads, why)


def _turn_and_class(
    book: Book, counter: Counter, called: Ticket, group: PriorityClass, heads: Heads, why: Why
) -> Iterator[str]:
    most = book.rules.order.most_in_a_row
    due = [name for name in heads if most is not None and counter.passed.get(name, 0) >= most]
    if due:
        longest = max(counter.passed[name] for name in due)
        if group not in due or counter.passed[group] < longest:
            yield f"{called.shown} ({group}) was called though it was the turn of {due}"
    elif why.ground is Ground.TURN_OF_OTHERS:
        yield f"{called.shown} was called as the turn of others, passed over {counter.passed.get(group, 0)} times"
    else:
        best = min(heads, key=lambda name: _key(book, counter, heads[name], name))
        if best is not group:
            yield f"{called.shown} ({group}) was called before {heads[best].shown} ({best})"
    yield from _ground(book, called, group, why)


def _ground(book: Book, called: Ticket, group: PriorityClass, why: Why) -> Iterator[str]:
    """Whether the reason given is true of the ticket."""
    needs = {
        Ground.GREEN: PriorityClass.GREEN,
        Ground.AGE: PriorityClass.GREEN,
        Ground.BOOKED: PriorityClass.BOOKED,
        Ground.RETURNING: PriorityClass.RETURNING,
        Ground.ARRIVAL: PriorityClass.ORDINARY,
    }
    if why.ground in needs and needs[why.ground] is not group:
        yield f"{called.shown} was called as {why.ground}, and is {group}"
    if why.ground is Ground.BOOKED and called.appointment_no not in book.appointments:
        yield f"{called.shown} was called as booked, without an appointment"


def _bound(book: Book, counter: Counter) -> Iterator[str]:
    for group, count in counter.passed.items():
        if book.longest_row is not None and count > book.longest_row + len(BEST_FIRST) - 2:
            yield f"counter {counter.number} passed {group} over {count} times in a row"


def _could_call(book: Book, counter: Counter, now: int) -> Iterator[tuple[Ticket, PriorityClass]]:
    """Everybody whom a counter could call now, with the class that they count as."""
    for ticket in book.waiting():
        if ticket.previewed_by is not None:
            continue
        if ticket.lets_pass is not None:
            is_back = ticket.lets_pass == 0 and ticket.not_before <= now
            if is_back and may_take(book, counter, ticket):
                yield ticket, PriorityClass.RETURNING
        elif ticket.for_counter is not None:
            if ticket.for_counter == counter.number:
                yield ticket, ticket.group
        elif ticket.for_staff is not None:
            if ticket.for_staff == counter.staff:
                yield ticket, ticket.group
        elif may_take(book, counter, ticket):
            yield ticket, ticket.group


def may_take(book: Book, counter: Counter, ticket: Ticket) -> bool:
    """Whether a counter handles the matter that a ticket waits for, by the plan or for today."""
    return handles(book, counter, book.plan.items[ticket.item_key])


def handles(book: Book, counter: Counter, item: ServiceItem) -> bool:
    """Whether a counter handles a matter, by the plan or for today."""
    planned = book.plan.counters[counter.number]
    if item.ability in counter.granted:
        return True
    if item.queue not in planned.queues:
        return False
    return planned.abilities is None or item.ability in planned.abilities


def _heads(book: Book, counter: Counter, could: list[tuple[Ticket, PriorityClass]]) -> Heads:
    heads: Heads = {}
    for ticket, group in could:
        if group not in heads or _counted(book, counter, ticket) < _counted(book, counter, heads[group]):
            heads[group] = ticket
    return heads


def _counted(book: Book, counter: Counter, ticket: Ticket) -> tuple[float, tuple[int, int]]:
    """A ticket's arrival as the rules let this counter count it, then its place."""
    preferred = list(book.plan.counters[counter.number].queues)
    for _department, item_key in sorted(counter.granted):
        if book.plan.items[item_key].queue not in preferred:
            preferred.append(book.plan.items[item_key].queue)
    step = preferred.index(ticket.prefix) if ticket.prefix in preferred else 0
    return ticket.arrival + book.rules.order.preference_step_min * MINUTE_US * step, ticket.place


def _key(book: Book, counter: Counter, ticket: Ticket, group: PriorityClass) -> tuple[int, float, tuple[int, int]]:
    rules = book.rules.order
    counted, place = _counted(book, counter, ticket)
    if rules.policy is OrderPolicy.STRICT:
        return BEST_FIRST.index(group), counted, place
    starts = {PriorityClass.GREEN: rules.green_head_start_min, PriorityClass.BOOKED: rules.booked_head_start_min}
    return int(group is not PriorityClass.RETURNING), counted - starts.get(group, 0.0) * MINUTE_US, place
