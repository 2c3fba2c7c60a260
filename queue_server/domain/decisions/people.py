"""People who get no tickets for a while, known by their keyed hash."""

from datetime import datetime

from hall import messages as m
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId
from queue_server.domain.hall_day import HallDay


def ban(_hall: HallDay, command: m.BanPerson, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """No tickets until a day has passed; a second ban replaces the first."""
    return [m.PersonBanned(person=command.person, until=command.until, reason=command.reason, by=command.by)]


def lift_ban(hall: HallDay, command: m.LiftBan, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Tickets again."""
    if command.person not in hall.bans:
        raise no.NotBanned("this person is not banned")
    return [m.BanLifted(person=command.person, reason=command.reason, by=command.by)]
