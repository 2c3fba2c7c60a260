"""People who get no tickets for a while, known by a keyed hash."""

from datetime import date

from hall.messages.fields import Id, PersonHash, Text
from hall.messages.message import Command, Event

# ---- commands -------------------------------------------------------------------------------------------------------


class BanPerson(Command, frozen=True, kw_only=True):
    """Give a person no more tickets until a day has passed: by the hash, or by a ticket of today."""

    person: PersonHash | None = None
    until: date  # the last day, not before today
    reason: Text
    by: Id
    ticket_id: Id | None = None


class LiftBan(Command, frozen=True, kw_only=True):
    """End a ban: by the hash, by a ticket of today, or by the id that the list of bans gives."""

    person: PersonHash | None = None
    reason: Text
    by: Id
    ticket_id: Id | None = None
    ban_id: Id | None = None


# ---- events ---------------------------------------------------------------------------------------------------------


class PersonBanned(Event, frozen=True, kw_only=True):
    """A person gets no more tickets until a day has passed."""

    person: str
    until: date
    reason: str
    by: str


class BanLifted(Event, frozen=True, kw_only=True):
    """A ban ended."""

    person: str
    reason: str
    by: str
