"""People who get no tickets for a while, known by a keyed hash."""

from datetime import date

from hall.messages.message import Event


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
