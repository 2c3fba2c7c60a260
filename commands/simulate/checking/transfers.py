"""Visitors who are sent on: who has them back, and in which order."""

from collections.abc import Iterator

from commands.simulate.checking.book import Book, Ticket
from commands.simulate.checking.order import MINUTE_US, handles
from hall import messages as m
from queue_server.domain.record import Record


def transfers(book: Book, record: Record) -> Iterator[str]:
    """Whoever wants a visitor back has them back, the last one first, and only for what they handle."""
    event = record.event
    ticket = book.tickets.get(getattr(event, "ticket_id", ""))
    if ticket is None:
        return
    if isinstance(event, m.TicketRedirected):
        yield from _redirected(book, ticket, event)
    elif isinstance(event, m.TicketTransferred | m.TicketSentBack):
        yield from _sent(book, ticket, event)
    elif isinstance(event, m.TicketRequeued) and event.cause == "counter_paused":
        yield from _released(book, ticket, record)
    elif isinstance(event, m.ServiceCompleted):
        waits = [back for back in ticket.way_back if back != (event.counter_no, ticket.item_key)]
        if waits:
            yield f"{ticket.shown} ended at counter {event.counter_no} and was to come back to counter {waits[-1][0]}"


def _sent(book: Book, ticket: Ticket, event: m.TicketTransferred | m.TicketSentBack) -> Iterator[str]:
    way_back = tuple(tuple(back) for back in event.way_back or ())
    if isinstance(event, m.TicketTransferred) and not event.is_return:
        sender = ((event.from_counter, ticket.item_key),) if event.comes_back else ()
        if way_back != ticket.way_back + sender:
            yield f"{ticket.shown} was sent on and comes back to {way_back}, not to {ticket.way_back + sender}"
        return
    here = event.from_counter, ticket.item_key
    due = [back for back in (ticket.sent_by, _last_but(here, ticket.way_back)) if back is not None]
    to = [book.counters[number] for number, item_key in due if item_key == event.item_key]
    if not to:
        yield f"{ticket.shown} went back with {event.item_key}, which none of {due} sent"
        return
    if way_back not in (ticket.way_back, *(ticket.way_back[:n] for n in range(len(ticket.way_back)))):
        yield f"{ticket.shown} went back and is to come back to {way_back}, of {ticket.way_back}"
    able = [c.number for c in to if c.staff is not None and handles(book, c, book.plan.items[event.item_key])]
    if isinstance(event, m.TicketSentBack) and event.to_counter not in able:
        yield f"{ticket.shown} went back to counter {event.to_counter} with {event.item_key}, not to {able}"
    if isinstance(event, m.TicketTransferred) and len(able) == len(to):
        yield f"{ticket.shown} went to queue {event.prefix}, though counters {able} could have had them back"


def _redirected(book: Book, ticket: Ticket, event: m.TicketRedirected) -> Iterator[str]:
    """The desk sends somebody to a place that handles the matter, and not to where a counter has them already."""
    if ticket.previewed_by is not None:
        yield f"the desk redirected {ticket.shown} while counter {ticket.previewed_by} looked at it"
    if book.plan.items[event.item_key].queue != event.prefix:
        yield f"{ticket.shown} waits for {event.item_key} in queue {event.prefix}"
    for counter in book.counters.values():
        is_meant = counter.number == event.to_counter or (
            event.to_staff is not None and counter.staff == event.to_staff
        )
        if is_meant and not (counter.staff and handles(book, counter, book.plan.items[event.item_key])):
            yield f"{ticket.shown} waits for counter {counter.number} alone, which cannot take it"


def _released(book: Book, ticket: Ticket, record: Record) -> Iterator[str]:
    """Only a pause that lasts lets somebody go to others who was sent to one counter or clerk."""
    at = [
        counter
        for counter in book.counters.values()
        if counter.number == ticket.for_counter or (ticket.for_staff is not None and counter.staff == ticket.for_staff)
    ]
    if not at or not at[0].is_paused:
        yield f"{ticket.shown} waits for all counters; it did not wait for one that is paused"
        return
    waited_us = book.time(record.at) - max(at[0].paused_at, ticket.sent_at)
    if waited_us < book.rules.transfers.paused_wait_min * MINUTE_US:
        yield f"{ticket.shown} waits for all counters after {waited_us / 1e6:.0f} s of a pause"


def _last_but(here: tuple[str, str], way_back: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    """The last one that is not where the visitor is, with the matter that was just handled."""
    return next((back for back in reversed(way_back) if back != here), None)
