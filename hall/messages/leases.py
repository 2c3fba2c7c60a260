"""Numbers for kiosks that may lose the server, and the tickets that they hand in afterwards."""

from datetime import date

from hall.messages.message import Event


class NumbersLeased(Event, frozen=True, kw_only=True):
    """A block of a queue's numbers belongs to a kiosk for this day."""

    lease_id: str
    kiosk_id: str
    business_day: date
    prefix: str
    first: int
    last: int
