"""Appointments: booked, moved, given back, and checked in."""

from datetime import datetime

from hall.messages.message import Event


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
