"""What outlasts a visit: ratings, leases, appointments, bans."""

from hall import messages as m
from hall.appointment import AppointmentState
from hall.counter import CounterStatus
from queue_server.domain.changes.standing import counter_changed
from queue_server.domain.hall_day import Appointment, Ban, HallDay, Lease
from queue_server.domain.record import Record


def rated(hall: HallDay, event: m.ServiceRated, record: Record) -> None:
    """A level was given."""
    hall.ratings[event.rating_id].level = event.level
    _end_rating(hall, event.rating_id, record)


def rating_closed(hall: HallDay, event: m.RatingClosed, record: Record) -> None:
    """No level was given."""
    _end_rating(hall, event.rating_id, record)


def _end_rating(hall: HallDay, rating_id: str, record: Record) -> None:
    rating = hall.ratings[rating_id]
    rating.is_open = False
    hall.open_ratings.pop(rating_id, None)
    counter = counter_changed(hall, rating.counter_no, record)
    if counter.rating_id == rating_id:
        counter.rating_id = None
        if counter.status is CounterStatus.RATING:
            counter.status = CounterStatus.IDLE


def numbers_leased(hall: HallDay, event: m.NumbersLeased, _record: Record) -> None:
    """A block is a kiosk's; the server's own numbers go on behind it."""
    hall.leases[event.lease_id] = Lease(
        lease_id=event.lease_id,
        kiosk_id=event.kiosk_id,
        prefix=event.prefix,
        first=event.first,
        last=event.last,
        used=set(),
    )
    hall.last_number[event.prefix] = max(event.last, hall.last_number.get(event.prefix, 0))


def appointment_booked(hall: HallDay, event: m.AppointmentBooked, _record: Record) -> None:
    """A place in a slot is taken."""
    hall.appointments[event.appointment_no] = Appointment(
        appointment_no=event.appointment_no,
        item_key=event.item_key,
        prefix=event.prefix,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        person=event.person,
        masked_name=event.masked_name,
        channel=event.channel,
    )
    day, count = event.appointment_no[1:7], int(event.appointment_no[7:])
    hall.last_appointment[day] = max(count, hall.last_appointment.get(day, 0))


def appointment_moved(hall: HallDay, event: m.AppointmentMoved, _record: Record) -> None:
    """Another slot."""
    appointment = hall.appointments[event.appointment_no]
    appointment.starts_at, appointment.ends_at = event.starts_at, event.ends_at


def appointment_cancelled(hall: HallDay, event: m.AppointmentCancelled, _record: Record) -> None:
    """The place is free."""
    hall.appointments[event.appointment_no].state = AppointmentState.CANCELLED


def checked_in(hall: HallDay, appointment_no: str, ticket_id: str) -> None:
    """The booked visitor has a ticket."""
    appointment = hall.appointments[appointment_no]
    appointment.state, appointment.ticket_id = AppointmentState.CHECKED_IN, ticket_id


def banned(hall: HallDay, event: m.PersonBanned, _record: Record) -> None:
    """No tickets for a while."""
    hall.bans[event.person] = Ban(event.until, event.reason)


def ban_lifted(hall: HallDay, event: m.BanLifted, _record: Record) -> None:
    """Tickets again."""
    hall.bans.pop(event.person, None)
