"""What the rules say about one person: who may draw a ticket, for whom, and who may not."""

from collections.abc import Iterable, Sequence

from hall.catalogue import IdentityPolicy
from hall.rules import OneTicket
from hall.ticket import OPEN_STATES
from queue_server.domain import refusals as no
from queue_server.domain.hall_day import HallDay, Ticket

REQUIRED = IdentityPolicy.REQUIRED  # looked up once: every ticket asks


def check_person(hall: HallDay, person: str, prefixes: Sequence[str]) -> None:
    """See what the rules say about one person who comes for matters of their own; raises a `RuleRefusal`.

    Args:
        prefixes: the queues of a ticket's matters, the first one's first.
    """
    if person in hall.bans:
        check_ban(hall, person)
    todays = _drawn_by(hall, person, prefixes[0])
    if todays or person in hall.tickets_for:
        own = [ticket for ticket in todays if not ticket.is_representative]
        _check_second(hall, own + _drawn_for(hall, person), prefixes)


def check_representative(
    hall: HallDay, person: str | None, principal: str | None, prefixes: Sequence[str], *, has_document: bool
) -> None:
    """See what the rules say about an agent, and about whom the ticket is for; raises a `RuleRefusal`.

    The day's cap is the agent's, who draws. The one ticket is the principal's; one who is not known is one person.
    """
    if not hall.rules.persons.may_represent:
        raise no.NotAllowed("in this hall nobody takes a ticket on behalf of somebody else", prefix=prefixes[0])
    if not has_document:
        check_document(hall, prefixes)
    for somebody in (person, principal):
        if somebody is not None:
            check_ban(hall, somebody)
    if person is not None:
        _drawn_by(hall, person, prefixes[0])
    _check_second(hall, _represented(hall, person, principal), prefixes)


def check_one_ticket(hall: HallDay, ticket: Ticket) -> None:
    """See that whoever a missed ticket is for holds no other one that is open; raises `HasTicket`."""
    if ticket.is_representative:
        others = _represented(hall, ticket.person, ticket.principal)
    elif ticket.person is not None:
        others = _own(hall, ticket.person) + _drawn_for(hall, ticket.person)
    else:
        return
    further = (hall.plan.items[key].queue for key in ticket.further_items)
    _check_second(hall, others, tuple(dict.fromkeys((ticket.prefix, *further))))


def check_document(hall: HallDay, prefixes: Iterable[str]) -> None:
    """See that no queue wants a document, where none was shown; raises `IdentityRequired`."""
    for prefix in prefixes:
        if hall.plan.queues[prefix].identity is REQUIRED:
            raise no.IdentityRequired(f"tickets of queue {prefix} are drawn with a document", prefix=prefix)


def check_ban(hall: HallDay, person: str) -> None:
    """See that a person is not banned today; raises `PersonIsBanned`."""
    ban = hall.bans.get(person)
    if ban is not None and (hall.reached is None or ban.until >= hall.reached):
        raise no.PersonIsBanned(f"no tickets until {ban.until}: {ban.reason}", until=ban.until.isoformat())


def _drawn_by(hall: HallDay, person: str, prefix: str) -> list[Ticket]:
    """What a person has drawn today, for themselves or for others; raises `DailyCap`."""
    todays = _tickets(hall, hall.tickets_of.get(person, ()))
    most = hall.rules.persons.most_a_day
    if most is not None and len(todays) >= most:
        raise no.DailyCap(f"one person draws up to {most} tickets a day", prefix=prefix)
    return todays


def _own(hall: HallDay, person: str) -> list[Ticket]:
    return [ticket for ticket in _tickets(hall, hall.tickets_of.get(person, ())) if not ticket.is_representative]


def _drawn_for(hall: HallDay, person: str) -> list[Ticket]:
    return _tickets(hall, hall.tickets_for.get(person, ()))


def _represented(hall: HallDay, person: str | None, principal: str | None) -> list[Ticket]:
    """The tickets of whom an agent comes for: a known principal's, or those drawn for nobody in particular."""
    if principal is not None:
        return _own(hall, principal) + _drawn_for(hall, principal)
    todays = _tickets(hall, hall.tickets_of.get(person or "", ()))
    return [ticket for ticket in todays if ticket.is_representative and ticket.principal is None]


def _tickets(hall: HallDay, ticket_ids: Iterable[str]) -> list[Ticket]:
    return [hall.tickets[ticket_id] for ticket_id in ticket_ids]


def _check_second(hall: HallDay, tickets: Iterable[Ticket], prefixes: Sequence[str]) -> None:
    """See that none of one person's tickets stands against another one; raises `HasTicket`."""
    for held in tickets:
        second = _second_in(hall, held, prefixes)
        if second is not None:
            raise no.HasTicket(
                f"the person holds {held.display_number} already",
                prefix=second,
                ticket_id=held.ticket_id,
                display_number=held.display_number,
            )


def _second_in(hall: HallDay, held: Ticket, prefixes: Sequence[str]) -> str | None:
    """The first of these queues in which another ticket of the same person would be one too many."""
    rule = hall.rules.persons.one_ticket
    if rule is OneTicket.OFF or held.state not in OPEN_STATES:
        return None
    if rule is OneTicket.A_HALL:
        return prefixes[0]
    waits_in = {held.prefix, *(hall.plan.items[key].queue for key in held.further_items)}
    return next((prefix for prefix in prefixes if prefix in waits_in), None)
