"""People who get no tickets for a while, known by their keyed hash, and named by a ticket where nobody has the hash."""

from datetime import datetime

from hall import messages as m
from hall.clock import business_day
from queue_server.domain import refusals as no
from queue_server.domain.bans import ban_id_of
from queue_server.domain.decisions.asking import NewId, ticket_of
from queue_server.domain.hall_day import HallDay


def ban(hall: HallDay, command: m.BanPerson, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """No tickets until a day has passed; a second ban replaces the first."""
    person = person_of(hall, command.person, command.ticket_id)
    if command.until < (hall.reached or business_day(now)):
        raise no.PastDay(f"a ban lasts until today at least, not until {command.until}")
    return [m.PersonBanned(person=person, until=command.until, reason=command.reason, by=command.by)]


def lift_ban(hall: HallDay, command: m.LiftBan, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Tickets again."""
    person = _banned(hall, command)
    if person not in hall.bans:
        raise no.NotBanned("this person is not banned")
    return [m.BanLifted(person=person, reason=command.reason, by=command.by)]


def person_of(hall: HallDay, person: str | None, ticket_id: str | None) -> str:
    """Who is meant, by the hash or by a ticket of today; raises `UnclearPerson`, `UnknownTicket`, `NoPerson`."""
    if (person is None) == (ticket_id is None):
        raise no.UnclearPerson("name the person, or else a ticket of today")
    if ticket_id is None:
        assert person is not None  # noqa: S101 (just seen)
        return person
    ticket = ticket_of(hall, ticket_id)
    if ticket.person is None:
        raise no.NoPerson(f"{ticket.display_number} was drawn without a document that tells whose it is")
    return ticket.person


def _banned(hall: HallDay, command: m.LiftBan) -> str:
    if command.ban_id is None:
        return person_of(hall, command.person, command.ticket_id)
    if command.person is not None or command.ticket_id is not None:
        raise no.UnclearPerson("name the ban alone, or else the person")
    found = next((person for person in hall.bans if ban_id_of(person) == command.ban_id), None)
    if found is None:
        raise no.NotBanned(f"there is no ban {command.ban_id!r}")
    return found
