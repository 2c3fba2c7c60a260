"""Numbers for kiosks that may lose the server, and the tickets that they hand in afterwards."""

from datetime import date

from hall.identity import DocumentKind
from hall.messages.fields import Age, Id, Instant, MaskedNumber, PersonHash
from hall.messages.message import Command, Event

# ---- commands -------------------------------------------------------------------------------------------------------


class LeaseNumbers(Command, frozen=True, kw_only=True):
    """Give a kiosk a block of a queue's numbers for this day, to be used while the server is away."""

    kiosk_id: Id
    prefix: Id
    count: int


class MergeTicket(Command, frozen=True, kw_only=True):
    """Hand in a ticket that a kiosk gave out by itself. Its `ticket_id` names it for good: it is merged once."""

    lease_id: Id
    number: int
    ticket_id: Id
    arrived_at: Instant  # aware, by the kiosk's clock
    item_key: Id
    kiosk_id: Id
    identity_kind: DocumentKind | None = None
    masked_number: MaskedNumber | None = None
    person: PersonHash | None = None
    age_years: Age | None = None
    green_group: Id | None = None


# ---- events ---------------------------------------------------------------------------------------------------------


class NumbersLeased(Event, frozen=True, kw_only=True):
    """A block of a queue's numbers belongs to a kiosk for this day."""

    lease_id: str
    kiosk_id: str
    business_day: date
    prefix: str
    first: int
    last: int
