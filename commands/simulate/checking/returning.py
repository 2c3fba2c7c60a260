"""Missed visitors who come back: whom each call counts for, and that no counter calls past them for ever.

They are back when so many others have been called of their queue, or at a counter that could have called them. So a
counter that may call them, and makes calls by the order, calls them within these many calls and those of the bound in
`order`, once for them and once for each who was missed and is back before them.
"""

from collections.abc import Iterator

from commands.simulate.checking.book import Book, Counter, Ticket
from commands.simulate.checking.order import BEST_FIRST, may_take
from hall import messages as m
from hall.priority import Ground
from queue_server.domain.record import Record


def returning(book: Book, record: Record) -> Iterator[str]:
    """Check whom a first call says that it passed; counts it for everybody whom it brings nearer. After `order`."""
    event = record.event
    if not isinstance(event, m.TicketCalled) or event.why is None:
        return
    called, counter = book.tickets.get(event.ticket_id), book.counters[event.counter_no]
    if called is None:
        return
    others = [t for t in book.waiting() if t.lets_pass is not None and t is not called]
    near = others if called.state == "waiting" else []
    passed = [t.ticket_id for t in near if t.lets_pass and t.prefix != called.prefix and may_take(book, counter, t)]
    if sorted(event.passed_missed) != sorted(passed):
        yield f"the call of {called.shown} counts for {sorted(event.passed_missed)}, not {sorted(passed)}"
    for ticket in others:
        if event.why.ground is not Ground.CHOSEN:
            yield from _starves(book, counter, called, ticket, book.time(record.at))
    for ticket in near:
        if ticket.prefix == called.prefix or may_take(book, counter, ticket):
            ticket.lets_pass = max((ticket.lets_pass or 0) - 1, 0)


def _starves(book: Book, counter: Counter, called: Ticket, ticket: Ticket, now: int) -> Iterator[str]:
    """Count the calls in a row in which a counter could have called somebody who was missed, and called others."""
    is_there = ticket.previewed_by is None and ticket.not_before <= now and may_take(book, counter, ticket)
    if not is_there or book.longest_row is None:
        ticket.passes.pop(counter.number, None)
        return
    calls, before = ticket.passes.get(counter.number, (0, 0))
    calls, before = calls + 1, before + (called.lets_pass is not None)
    ticket.passes[counter.number] = calls, before
    most = ticket.returns + (before + 1) * (book.longest_row + len(BEST_FIRST) - 1)
    if calls >= most:
        yield f"counter {counter.number} called {calls} others, and not {ticket.shown}, who was missed"
