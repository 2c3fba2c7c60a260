"""A ticket away from counters: drawn, printed, given back, marked, sent elsewhere by the desk, in line again."""

from datetime import date, datetime

from hall.identity import DocumentKind
from hall.messages.fields import Age, Id, MaskedNumber, PersonHash, StaffNo, Text
from hall.messages.message import Command, Event
from hall.priority import PriorityClass
from hall.wait import Basis

# ---- commands -------------------------------------------------------------------------------------------------------


class IssueTicket(Command, frozen=True, kw_only=True):
    """Draw the next number for one or more matters. Only a masked number and a keyed hash ever leave the kiosk."""

    item_key: Id
    kiosk_id: Id  # or a counter's number, such as the guide desk's
    identity_kind: DocumentKind | None = None
    masked_number: MaskedNumber | None = None
    person: PersonHash | None = None  # keyed hash of the document's number, for the rules about one person
    age_years: Age | None = None  # from the document's birth date, whole years
    green_group: Id | None = None  # the group that the visitor declared, a key of the order rules
    further_items: tuple[Id, ...] = ()  # handled one after another on the same ticket
    party_size: int = 1
    note: Text | None = None
    special_need: Text | None = None  # for the clerk before the call, e.g. "wheelchair"
    is_representative: bool = False  # takes the ticket with the own document on behalf of somebody else
    principal: PersonHash | None = None  # keyed hash of that somebody's document number, where it is known


class CancelTicket(Command, frozen=True, kw_only=True):
    """The visitor gives the ticket back."""

    ticket_id: Id
    by: Id
    reason: Text


class ChangePriority(Command, frozen=True, kw_only=True):
    """Admit a waiting ticket to the green channel, or take it out again."""

    ticket_id: Id
    green_group: Id | None  # None: an ordinary ticket
    by: Id


class MarkTicket(Command, frozen=True, kw_only=True):
    """Write what the next clerk should know; what is None stays as it is."""

    ticket_id: Id
    by: Id
    note: Text | None = None
    special_need: Text | None = None
    party_size: int | None = None


class RedirectTicket(Command, frozen=True, kw_only=True):
    """At the desk: a waiting ticket goes elsewhere with its arrival: to another matter, and to a counter or a clerk."""

    ticket_id: Id
    by: Id
    reason: Text
    item_key: Id | None = None
    to_counter: Id | None = None
    to_staff: StaffNo | None = None


class RequeueTicket(Command, frozen=True, kw_only=True):
    """At the desk: a missed visitor is back, and waits again at the end of the line."""

    ticket_id: Id
    by: Id


class ReturnHeld(Command, frozen=True, kw_only=True):
    """The time of a held ticket has come: it waits again, with its old arrival."""

    ticket_id: Id


class ReleaseTicket(Command, frozen=True, kw_only=True):
    """A pause has lasted too long for somebody who waits for that counter or clerk alone: any counter may call them."""

    ticket_id: Id


class ReportPrint(Command, frozen=True, kw_only=True):
    """Say what became of a ticket's paper."""

    ticket_id: Id
    printed: bool
    cause: Id | None = None  # a device error's code when it was not


# ---- events ---------------------------------------------------------------------------------------------------------


class TicketIssued(Event, frozen=True, kw_only=True):
    """A number was drawn."""

    ticket_id: str
    display_number: str
    business_day: date
    prefix: str
    number: int
    item_key: str
    kiosk_id: str
    ahead_count: int
    wait_p10_s: float | None = None  # None: no counter is open to serve this queue
    wait_p50_s: float | None = None
    wait_p90_s: float | None = None
    wait_basis: Basis | None = None  # what the range was made from
    identity_kind: DocumentKind | None = None
    masked_number: str | None = None
    person: str | None = None
    priority: PriorityClass = PriorityClass.ORDINARY
    green_group: str | None = None
    further_items: tuple[str, ...] = ()
    party_size: int = 1
    note: str | None = None
    special_need: str | None = None
    is_representative: bool = False
    appointment_no: str | None = None
    arrived_at: datetime | None = None  # earlier than the record when a kiosk gave the ticket out by itself
    lease_id: str | None = None
    quota_interval: str | None = None  # the issuing interval whose quota it counts in, "HH:MM"
    principal: str | None = None  # on whose behalf a representative drew it, as a keyed hash
    after_closing: bool = False  # handed in when the day had been closed: over at once, nobody will call it
    further_quotas: tuple[str, ...] = ()  # what its further matters count in: queues, and intervals as "Q 09:00"
    green_by_age: bool = False  # the document's birth date admitted it to the green channel, not a declaration


class TicketPrinted(Event, frozen=True, kw_only=True):
    """The ticket's paper came out."""

    ticket_id: str


class TicketNotPrinted(Event, frozen=True, kw_only=True):
    """The ticket has no paper; its number stays valid and was shown on the screen."""

    ticket_id: str
    cause: str


class TicketCancelled(Event, frozen=True, kw_only=True):
    """The visitor gave the ticket back."""

    ticket_id: str
    by: str
    reason: str


class PriorityChanged(Event, frozen=True, kw_only=True):
    """A ticket's priority was changed by hand."""

    ticket_id: str
    priority: PriorityClass
    green_group: str | None
    by: str


class TicketMarked(Event, frozen=True, kw_only=True):
    """Something was written on a ticket for the next clerk."""

    ticket_id: str
    by: str
    note: str | None = None
    special_need: str | None = None
    party_size: int | None = None


class TicketRedirected(Event, frozen=True, kw_only=True):
    """The desk sent a waiting ticket elsewhere; it keeps its arrival."""

    ticket_id: str
    display_number: str
    by: str
    reason: str
    prefix: str  # the queue that it now waits in
    item_key: str
    to_counter: str | None = None
    to_staff: str | None = None


class TicketRequeued(Event, frozen=True, kw_only=True):
    """A ticket waits again."""

    ticket_id: str
    cause: str  # "hold_over", "desk", "counter_closed", "counter_paused"
    keeps_arrival: bool
    by: str | None = None
