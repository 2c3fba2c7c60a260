"""Who comes to a counter next, several calls ahead, and who waits for it: what its clerk sees before calling.

The order is the one that `order` would give call by call, if nobody came, no other counter called and no time passed.
It looks at the front of each line only, so it costs the same for ten people and for a thousand.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge

from msgspec import structs

from hall.priority import PriorityClass
from queue_server.domain.changes.serving import OUT_OF_ORDER
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.lines import Line, LineKey
from queue_server.domain.order import (
    MINUTE_US,
    Candidate,
    _due,
    _is_for,
    _key,
    _may_come,
    _may_take,
    can_serve,
    queues_of,
)


def upcoming(hall: HallDay, counter: CounterDay, now: datetime, most: int) -> list[Ticket]:
    """The tickets that a counter would call next, in that order, at most so many; the one it looks at comes first."""
    preview = _Preview(hall, counter, now)
    found: list[Ticket] = []
    while len(found) < most and (ticket := preview.next()) is not None:
        found.append(ticket)
    return found


def waiting_for(hall: HallDay, counter: CounterDay) -> int:
    """How many wait whom a counter could call now or later today."""
    in_lines = sum(len(line) for _step, _key, line in _lines(hall, counter, queues_of(hall, counter)))
    return in_lines + len(_aside_for(hall, counter))


def sent_to(hall: HallDay, counter: CounterDay) -> list[Ticket]:
    """Who waits for a counter or its clerk alone, by arrival."""
    sent = (ticket for ticket in _aside_for(hall, counter) if _is_for(ticket, counter))
    return sorted(sent, key=lambda ticket: ticket.place)


class _Preview:
    """Calls on paper: the classes' first, one after another, with a count of its own for the N:1 rule."""

    def __init__(self, hall: HallDay, counter: CounterDay, now: datetime) -> None:
        self._hall = hall
        self._counter = structs.replace(counter)
        self._looked_at = hall.tickets.get(counter.preview_id or "")
        self._calls = 0  # on paper; each of them passes over every missed visitor whom the counter could take
        aside = [ticket for ticket in _aside_for(hall, counter) if ticket.previewed_by is None]
        self._letting_pass = sorted(
            (t for t in aside if t.back_at_call is not None and _may_come(t, now)),
            key=lambda ticket: (hall.left_to_pass(ticket), ticket.place),
        )
        self._classes = _by_class(hall, counter, [t for t in aside if t.back_at_call is None])
        self._first = {priority: next(waiting, None) for priority, waiting in self._classes.items()}

    def next(self) -> Ticket | None:
        """The ticket of the next call; None when there is nobody left."""
        if self._looked_at is not None:
            ticket, self._looked_at = self._looked_at, None
            why = self._counter.preview_why
            if why is None or why.ground not in OUT_OF_ORDER:
                self._pass_over(self._counter.preview_passed)
            return self._called(ticket)
        candidates = {priority: first for priority, first in self._first.items() if first is not None}
        if self._letting_pass:
            candidates |= self._returning()
        if not candidates:
            return self._called(self._letting_pass.pop(0)) if self._letting_pass else None
        chosen = self._choose(candidates)
        self._pass_over([priority for priority in candidates if priority is not chosen.priority])
        ticket = self._hall.tickets[chosen.place.ticket_id]
        if chosen.priority is PriorityClass.RETURNING:
            self._letting_pass.remove(ticket)
        else:
            self._first[chosen.priority] = next(self._classes[chosen.priority], None)
        return self._called(ticket)

    def _choose(self, candidates: dict[PriorityClass, Candidate]) -> Candidate:
        if len(candidates) == 1:
            return next(iter(candidates.values()))
        due = _due(self._hall, self._counter, candidates)
        return due or min(candidates.values(), key=lambda candidate: _key(self._hall, candidate))

    def _returning(self) -> dict[PriorityClass, Candidate]:
        """The first of the missed visitors who are back by then."""
        back = [_counted(self._hall, self._counter, t) for t in self._letting_pass if self._has_let_pass(t)]
        return {PriorityClass.RETURNING: min(back)} if back else {}

    def _has_let_pass(self, ticket: Ticket) -> bool:
        return self._hall.left_to_pass(ticket) <= self._calls

    def _pass_over(self, passed: Sequence[str]) -> None:
        counts = self._counter.passed_over
        self._counter.passed_over = {name: counts.get(name, 0) + 1 for name in passed}

    def _called(self, ticket: Ticket) -> Ticket:
        self._calls += 1
        return ticket


def _by_class(hall: HallDay, counter: CounterDay, sent: list[Ticket]) -> dict[PriorityClass, Iterator[Candidate]]:
    """Each class as this counter calls it, those among it who are sent here alone."""
    streams: dict[PriorityClass, list[Iterator[Candidate]]] = defaultdict(list)
    for step, key, line in _lines(hall, counter, queues_of(hall, counter)):
        streams[key.priority].append(_candidates(line, key.priority, step * _step_us(hall)))
    by_arrival = sorted(_counted(hall, counter, ticket) for ticket in sent)
    for candidate in by_arrival:
        streams[candidate.priority].append(iter((candidate,)))
    return {priority: merge(*waiting) for priority, waiting in streams.items()}


def _candidates(line: Line, priority: PriorityClass, later_us: int) -> Iterator[Candidate]:
    return (Candidate(place.arrival_us + later_us, place, priority) for place in line)


def _counted(hall: HallDay, counter: CounterDay, ticket: Ticket) -> Candidate:
    """A ticket that stands aside, as its counter counts it."""
    queues = queues_of(hall, counter)
    step = queues.index(ticket.prefix) if ticket.prefix in queues else 0
    priority = ticket.priority if ticket.back_at_call is None else PriorityClass.RETURNING
    return Candidate(ticket.place.arrival_us + step * _step_us(hall), ticket.place, priority)


def _step_us(hall: HallDay) -> int:
    return round(hall.rules.order.preference_step_min * MINUTE_US)


def _lines(hall: HallDay, counter: CounterDay, queues: list[str]) -> Iterator[tuple[int, LineKey, Line]]:
    """The lines that a counter calls from, each with how far down the counter's list its queue is."""
    for step, prefix in enumerate(queues):
        for key, line in hall.lines.of(prefix).items():
            if can_serve(hall, counter, hall.plan.items[key.item_key]):
                yield step, key, line


def _aside_for(hall: HallDay, counter: CounterDay) -> list[Ticket]:
    """Who stands aside and will be called here or could be: looked at, sent here, or letting others pass."""
    queues = queues_of(hall, counter)
    aside = (hall.tickets[ticket_id] for ticket_id in hall.aside)
    return [ticket for ticket in aside if _is_ours(hall, counter, queues, ticket)]


def _is_ours(hall: HallDay, counter: CounterDay, queues: list[str], ticket: Ticket) -> bool:
    if ticket.previewed_by is not None:
        return ticket.previewed_by == counter.counter_no
    if ticket.back_at_call is not None:
        return _may_take(hall, counter, queues, ticket)
    return _is_for(ticket, counter)
