"""Appointments: booked, moved, given back, and checked in."""

from datetime import datetime

from hall.identity import DocumentKind
from hall.messages.fields import Age, Id, Instant, MaskedName, MaskedNumber, PersonHash
from hall.messages.message import Command, Event

# ---- commands -------------------------------------------------------------------------------------------------------


class BookAppointment(Command, frozen=True, kw_only=True):
    """Book a slot. The name stays with who asked; only its mask is kept."""

    item_key: Id
    starts_at: Instant  # the slot's, aware
    person: PersonHash | None = None  # keyed hash; or else `ticket_id`
    masked_name: MaskedName
    channel: Id  # "kiosk", "online", "phone", "desk"
    ticket_id: Id | None = None  # one of today's, drawn with a document by who books: for the desk, which has no hash


class CancelAppointment(Command, frozen=True, kw_only=True):
    """Give a booked slot back."""

    appointment_no: Id
    person: PersonHash | None = None  # either the person, or who did it for the person
    by: Id | None = None


class RebookAppointment(Command, frozen=True, kw_only=True):
    """Move an appointment to another slot; it keeps its number."""

    appointment_no: Id
    starts_at: Instant
    person: PersonHash | None = None
    by: Id | None = None


class CheckIn(Command, frozen=True, kw_only=True):
    """A booked visitor has come: by the appointment's number, or by the person alone."""

    kiosk_id: Id
    appointment_no: Id | None = None
    person: PersonHash | None = None
    masked_number: MaskedNumber | None = None
    identity_kind: DocumentKind | None = None
    age_years: Age | None = None


# ---- events ---------------------------------------------------------------------------------------------------------


class AppointmentBooked(Event, frozen=True, kw_only=True):
    """A slot was taken."""

    appointment_no: str
    item_key: str
    prefix: str
    starts_at: datetime
    ends_at: datetime
    person: str
    masked_name: str
    channel: str


class AppointmentMoved(Event, frozen=True, kw_only=True):
    """An appointment has another slot."""

    appointment_no: str
    starts_at: datetime
    ends_at: datetime
    by: str | None = None


class AppointmentCancelled(Event, frozen=True, kw_only=True):
    """A slot was given back."""

    appointment_no: str
    by: str | None = None
