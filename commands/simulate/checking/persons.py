"""What one person may draw, for themselves or for somebody else."""

from collections.abc import Iterator

from commands.simulate.checking.book import OVER, Book, Ticket
from hall import messages as m
from hall.catalogue import IdentityPolicy
from hall.rules import OneTicket
from queue_server.domain.record import Record


def persons(book: Book, record: Record) -> Iterator[str]:
    """What one person may hold. Tickets of kiosks that were alone exist on paper and are taken as they are."""
    event, rules = record.event, book.rules.persons
    if isinstance(event, m.TicketRequeued | m.TicketCalled):
        yield from _second(book, book.tickets.get(event.ticket_id))
    if not isinstance(event, m.TicketIssued) or event.lease_id is not None:
        return
    if not 1 <= event.party_size <= rules.largest_party or 1 + len(event.further_items) > rules.most_items:
        yield f"{event.display_number} stands for {event.party_size} people and {len(event.further_items)} more items"
    if event.is_representative and not rules.may_represent:
        yield f"{event.display_number} was drawn on behalf of another, which the hall's rules do not allow"
    for somebody in (event.person, event.principal):
        until = book.bans.get(somebody or "")
        if until is not None and book.reached is not None and until >= book.reached:
            yield f"{event.display_number} was given to or for somebody who is banned"
    if event.appointment_no is not None:
        return  # the booking gave a right to it
    if event.person is not None and rules.most_a_day is not None and book.drawn_by[event.person] >= rules.most_a_day:
        yield f"{event.display_number} is ticket {book.drawn_by[event.person] + 1} of one person today"
    whose = _whose(event.person, event.principal, is_for_another=event.is_representative)
    for held in _held(book, whose, set(book.queues_of(event.item_key, *event.further_items))):
        yield f"{event.display_number} was given to somebody who holds {held.shown}"


def identity(book: Book, record: Record) -> Iterator[str]:
    """A document was shown where a queue wants one, and nothing of it is kept where none of a ticket's queues asks."""
    event = record.event
    if not isinstance(event, m.TicketIssued):
        return
    if not is_named(book, event) and (event.person or event.masked_number or event.identity_kind):
        yield f"{event.display_number} says who drew it, which none of its queues asks"
    if event.lease_id is not None or event.identity_kind is not None:
        return
    for prefix in book.queues_of(event.item_key, *event.further_items):
        if book.plan.queues[prefix].identity is IdentityPolicy.REQUIRED:
            yield f"{event.display_number} was drawn for queue {prefix} without a document"


def is_named(book: Book, event: m.TicketIssued) -> bool:
    """Whether some queue of a ticket's matters wants to know who draws."""
    prefixes = book.queues_of(event.item_key, *event.further_items)
    return any(book.plan.queues[prefix].identity is not IdentityPolicy.NONE for prefix in prefixes)


def _second(book: Book, back: Ticket | None) -> Iterator[str]:
    """A missed ticket comes back, though whoever it is for holds another one since."""
    if back is not None and back.state == "missed":
        whose = _whose(back.person, back.principal, is_for_another=back.is_for_another)
        for held in _held(book, whose, {back.prefix, *book.queues_of(*back.further)}):
            yield f"{back.shown} came back to somebody who holds {held.shown}"


def _whose(person: str | None, principal: str | None, *, is_for_another: bool) -> str | None:
    """Whom a ticket is for, as far as anybody knows."""
    if principal is not None:
        return principal
    return f"somebody of {person}" if person is not None and is_for_another else person


def _held(book: Book, whose: str | None, prefixes: set[str]) -> list[Ticket]:
    """The open tickets of somebody that stand in the way of another one."""
    rule = book.rules.persons.one_ticket
    if whose is None or rule is OneTicket.OFF:
        return []
    held = [
        t
        for t in book.tickets.values()
        if t.state not in OVER and _whose(t.person, t.principal, is_for_another=t.is_for_another) == whose
    ]
    if rule is OneTicket.A_HALL:
        return held
    return [t for t in held if {t.prefix, *book.queues_of(*t.further)} & prefixes]
