"""Appointments: one calendar for every channel, and a check-in that is the only queue a booked visitor meets."""

from datetime import UTC, date, datetime, tzinfo

from msgspec import structs

from hall import messages as m
from hall.appointment import APPOINTMENT_LIFE, AppointmentState, AppointmentStep, restricted_until
from hall.catalogue import ServiceItem
from hall.clock import business_day, seconds_between
from hall.priority import PriorityClass
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId, check_place, item_of
from queue_server.domain.decisions.issuing import (
    Admitted,
    check_day,
    check_hours,
    next_number,
    priority_of,
    ticket_issued,
)
from queue_server.domain.decisions.people import person_of
from queue_server.domain.decisions.rights import check_ban, check_document
from queue_server.domain.hall_day import Appointment, HallDay
from queue_server.domain.places_left import holds_place, offered, places_left
from queue_server.domain.slots import BookingCause, Slot, bookable, cancel_until, check_in_window


def slots_of(hall: HallDay, item: ServiceItem, day: date, now: datetime) -> list[tuple[Slot, int]]:
    """A matter's slots on a day, each with how many places are left."""
    slots = offered(hall, item, day, _zone(now))
    return list(zip(slots, places_left(hall, item, slots, _zone(now)), strict=True))


def book(hall: HallDay, command: m.BookAppointment, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Take a place in a slot."""
    item = item_of(hall, command.item_key)
    person = person_of(hall, command.person, command.ticket_id)
    slot = _free_slot(hall, item, command.starts_at, now)
    _check_booker(hall, person, business_day(now))
    _check_day_of(hall, person, slot.starts_at.date())
    return [
        m.AppointmentBooked(
            appointment_no=_next_no(hall, slot.starts_at.date()),
            item_key=item.key,
            prefix=item.queue,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            person=person,
            masked_name=command.masked_name,
            channel=command.channel,
        )
    ]


def cancel(hall: HallDay, command: m.CancelAppointment, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Give the place back, in time."""
    appointment = _booked(hall, command.appointment_no, command.person, command.by, AppointmentStep.CANCEL)
    _check_in_time(hall, appointment, command.by, now)
    return [m.AppointmentCancelled(appointment_no=appointment.appointment_no, by=command.by)]


def rebook(hall: HallDay, command: m.RebookAppointment, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Move to another slot; the old place is given back only when the new one is had."""
    appointment = _booked(hall, command.appointment_no, command.person, command.by, AppointmentStep.CANCEL)
    _check_in_time(hall, appointment, command.by, now)
    slot = _free_slot(hall, item_of(hall, appointment.item_key), command.starts_at, now)
    _check_booker(hall, appointment.person, business_day(now))
    if slot.starts_at.date() != appointment.starts_at.date():
        _check_day_of(hall, appointment.person, slot.starts_at.date())
    return [
        m.AppointmentMoved(
            appointment_no=appointment.appointment_no, starts_at=slot.starts_at, ends_at=slot.ends_at, by=command.by
        )
    ]


def check_in(hall: HallDay, command: m.CheckIn, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    """The visitor has come: in the window with the right of the booked, later as a walk-in from now on.

    How many tickets one person may draw was asked when the place was booked: the booking gave a right to this one.
    """
    check_place(hall, command.kiosk_id)
    check_day(hall)
    appointment = _for_check_in(hall, command, now)
    item = item_of(hall, appointment.item_key)
    begins, ends = check_in_window(appointment.starts_at, hall.rules.appointments)
    if seconds_between(now, begins) > 0:
        raise no.TooEarly(f"check-in begins at {begins:%H:%M}", prefix=item.queue, opens_at=begins.isoformat())
    if command.identity_kind is None:
        check_document(hall, (item.queue,))
    check_ban(hall, appointment.person)
    is_in_time = seconds_between(now, ends) >= 0
    interval = None if is_in_time else check_hours(hall, item, now)
    admitted = priority_of(hall, None, command.age_years)
    if is_in_time and admitted.priority is PriorityClass.ORDINARY:
        admitted = Admitted(PriorityClass.BOOKED)
    issued = ticket_issued(
        hall,
        item,
        now,
        admitted,
        ticket_id=new_id(),
        number=next_number(hall, item.queue),
        kiosk_id=command.kiosk_id,
        quota_interval=interval,
    )
    issued = structs.replace(issued, appointment_no=appointment.appointment_no)
    return [_named(issued, command, appointment) if hall.plan.keeps_identity(item.queue) else issued]


def _named(issued: m.TicketIssued, command: m.CheckIn, appointment: Appointment) -> m.TicketIssued:
    """The ticket with whose it is."""
    return structs.replace(
        issued,
        identity_kind=command.identity_kind,
        masked_number=command.masked_number,
        person=appointment.person,
    )


def _free_slot(hall: HallDay, item: ServiceItem, starts_at: datetime, now: datetime) -> Slot:
    """The slot with a place left; raises `NotBookable`, `SlotNotOffered`, `SlotFull`."""
    starts_at = _in_zone(starts_at, now)
    hours = hall.plan.queues[item.queue].hours
    day = starts_at.date()
    may = bookable(
        day,
        business_day(now),
        hall.plan.calendar,
        hall.rules.appointments,
        has_rest_day_booking=bool(hours and hours.rest_day_booking),
    )
    if not may:
        raise no.NotBookable(f"{day} cannot be booked: {may.cause.replace('_', ' ')}", cause=may.cause.value)
    for slot in offered(hall, item, day, _zone(now)):
        if slot.starts_at.timestamp() == starts_at.timestamp():  # wall clocks repeat when they are set back
            if seconds_between(starts_at, now) >= 0:
                raise no.NotBookable(f"the slot at {starts_at:%H:%M} has begun", cause="begun")
            if places_left(hall, item, [slot], _zone(now)) == [0]:
                raise no.SlotFull(f"the slot at {starts_at:%Y-%m-%d %H:%M} is taken")
            return slot
    raise no.SlotNotOffered(f"queue {item.queue} has no slot at {starts_at:%Y-%m-%d %H:%M}")


def _zone(now: datetime) -> tzinfo:
    return now.tzinfo or UTC  # aware, as `decide` asks for


def _in_zone(starts_at: datetime, now: datetime) -> datetime:
    try:
        return starts_at.astimezone(now.tzinfo)
    except OverflowError as exc:  # the first and the last day that a datetime knows
        raise no.NotBookable("there is no such day", cause=BookingCause.TOO_FAR.value) from exc


def _check_booker(hall: HallDay, person: str, today: date) -> None:
    """See what the rules say about who books or moves; raises `PersonIsBanned`, `BookingRestricted`."""
    ban = hall.bans.get(person)
    if ban is not None and ban.until >= today:
        raise no.PersonIsBanned(f"no appointments until {ban.until}: {ban.reason}", until=ban.until.isoformat())
    until = restricted_until(hall.no_shows.get(person, ()), hall.rules.appointments)
    if until is not None and until >= today:
        raise no.BookingRestricted(f"no appointments until {until} after too many no-shows", until=until.isoformat())


def _check_day_of(hall: HallDay, person: str, day: date) -> None:
    """See that a person may have one more ticket on a day; raises `HasAppointment`, `DailyCap`."""
    held = [a for a in hall.appointments.values() if (a.person, a.starts_at.date()) == (person, day) and holds_place(a)]
    if held and hall.rules.appointments.one_per_person_and_day:
        number = held[0].appointment_no
        raise no.HasAppointment(f"the person has {number} that day", appointment_no=number)
    drawn = hall.tickets_of.get(person, ()) if day == hall.day else ()
    booked = [a for a in held if a.state is AppointmentState.BOOKED]  # the others are tickets by now
    most = hall.rules.persons.most_a_day
    if most is not None and len(drawn) + len(booked) >= most:
        raise no.DailyCap(f"one person draws up to {most} tickets a day")


def _next_no(hall: HallDay, day: date) -> str:
    """E.g. Y2503030001: the slot's day, then a count."""
    count = hall.last_appointment.get(f"{day:%y%m%d}", 0) + 1
    return f"Y{day:%y%m%d}{count:04d}"


def _booked(
    hall: HallDay, appointment_no: str, person: str | None, by: str | None, step: AppointmentStep
) -> Appointment:
    """An appointment that its person, or a clerk for them, may change."""
    appointment = hall.appointments.get(appointment_no)
    if appointment is None:
        raise no.UnknownAppointment(f"there is no appointment {appointment_no!r}")
    if by is None and person != appointment.person:
        raise no.NotYours(f"appointment {appointment_no} is another person's")
    if step not in APPOINTMENT_LIFE[appointment.state]:
        raise no.AppointmentOver(f"appointment {appointment_no} is {appointment.state.replace('_', ' ')}")
    return appointment


def _check_in_time(hall: HallDay, appointment: Appointment, by: str | None, now: datetime) -> None:
    """Visitors change an appointment in time; a clerk may do it at any time."""
    latest = cancel_until(appointment.starts_at, hall.rules.appointments)
    if by is None and seconds_between(latest, now) > 0:
        raise no.TooLateToCancel(f"appointments are changed until {latest:%H:%M}", prefix=appointment.prefix)


def _for_check_in(hall: HallDay, command: m.CheckIn, now: datetime) -> Appointment:
    """By number, or by person: today's that can be checked in now, else the earliest."""
    if command.appointment_no is not None:
        by = None if command.person else command.kiosk_id
        found = _booked(hall, command.appointment_no, command.person, by, AppointmentStep.CHECK_IN)
        if business_day(found.starts_at.astimezone(now.tzinfo)) != business_day(now):
            raise no.TooEarly(
                f"appointment {found.appointment_no} is on {found.starts_at:%Y-%m-%d}", prefix=found.prefix
            )
        return found
    todays = [
        a
        for a in hall.appointments.values()
        if a.person == command.person
        and AppointmentStep.CHECK_IN in APPOINTMENT_LIFE[a.state]
        and business_day(a.starts_at.astimezone(now.tzinfo)) == business_day(now)
    ]
    if command.person is None or not todays:
        raise no.UnknownAppointment("there is no appointment for this person today")
    return min(todays, key=lambda a: (not _is_due(hall, a, now), a.starts_at.timestamp(), a.appointment_no))


def _is_due(hall: HallDay, appointment: Appointment, now: datetime) -> bool:
    begins, ends = check_in_window(appointment.starts_at, hall.rules.appointments)
    return seconds_between(begins, now) >= 0 and seconds_between(now, ends) >= 0
