"""Business days: begun by the calendar, ended by a person or by the next day; and how far the clock is believed."""

from datetime import date, datetime

from hall import messages as m
from hall.appointment import AppointmentState
from hall.clock import business_day, seconds_between
from hall.ticket import LIFE, OPEN_STATES, TicketStep
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId
from queue_server.domain.hall_day import Appointment, HallDay


def day_has_changed(hall: HallDay, now: datetime) -> bool:
    """Whether the calendar has gone on to another day. A clock set back never reopens one."""
    return hall.reached is None or business_day(now) > hall.reached


def believed_time(hall: HallDay, now: datetime) -> datetime:
    """The instant that the hall goes by when its clock says `now`; it never runs backwards by itself.

    Raises:
        ClockSteppedBack: by more than the rules tolerate.
        ClockLeapt: to a business day further away than the rules believe.
    """
    if hall.at is None:
        return now
    behind_s = seconds_between(now, hall.at)
    if behind_s > hall.rules.clock.step_back_s:
        raise no.ClockSteppedBack(
            f"the clock says {now:%Y-%m-%d %H:%M:%S}, but the last record is of {hall.at:%Y-%m-%d %H:%M:%S}: "
            f"set the clock, or confirm that it is right"
        )
    last = hall.reached
    if last is not None and (business_day(now) - last).days > hall.rules.clock.longest_gap_days:
        raise no.ClockLeapt(f"the clock says {now:%Y-%m-%d}, but the last day was {last}: set or confirm the clock")
    return now if behind_s <= 0 else hall.at.astimezone(now.tzinfo)


def confirm_clock(hall: HallDay, command: m.ConfirmClock, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """A person says that the clock is right."""
    return [m.ClockConfirmed(by=command.by, was_at=hall.at or now)]


def start_day(hall: HallDay, _command: m.StartDay, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Begin the day that the calendar has reached.

    It is the calendar's own day also where a clock that was wrong has begun later days already, or this one: which
    numbers they used is remembered. Only where that is forgotten, the day that was goes on: no number is given twice.
    """
    if not day_has_changed(hall, now):
        raise no.DayNotOver(f"the business day {hall.day} is not over")
    today = business_day(now)
    is_known = hall.forgotten is None or today > hall.forgotten
    day = today if is_known or hall.day is None else hall.day
    return [m.DayStarted(day=day, expired=_still_open(hall), no_shows=_no_shows(hall, today))]


def close_day(hall: HallDay, command: m.CloseDay, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """End the day; the asker says how many open tickets that gives up."""
    if hall.is_closed or hall.day is None:
        raise no.DayIsClosed(f"the day {hall.day} is over")
    open_count = sum(ticket.state in OPEN_STATES for ticket in hall.tickets.values())
    if command.confirmed_open != open_count:
        raise no.ClosingNeedsConfirmation(f"{open_count} tickets are open and would expire", open=open_count)
    return [
        m.DayClosed(
            day=hall.day,
            by=command.by,
            expired=_still_open(hall),
            no_shows=_no_shows(hall, hall.reached or hall.day, until=now),
        )
    ]


def reopen_day(hall: HallDay, command: m.ReopenDay, _now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Go on with a day that was ended too early, as long as the site still has what its tickets are about."""
    if not hall.is_closed or hall.day is None:
        raise no.DayGoesOn(f"the day {hall.day} was not ended")
    named = {key for ticket in hall.tickets.values() for key in (ticket.item_key, *ticket.further_items)}
    if lost := named - hall.plan.items.keys():
        raise no.UnknownItem(f"today's tickets are about {min(lost)!r}, which the site has lost since: put it back")
    return [m.DayReopened(day=hall.day, by=command.by)]


def _still_open(hall: HallDay) -> tuple[str, ...]:
    """Open tickets in the order of their issue, which does not depend on how the state was put together."""
    still_open = [t for t in hall.tickets.values() if TicketStep.EXPIRE in LIFE[t.state]]
    return tuple(t.ticket_id for t in sorted(still_open, key=lambda ticket: ticket.seq))


def _no_shows(hall: HallDay, today: date, *, until: datetime | None = None) -> tuple[str, ...]:
    """Booked appointments whose day, or at closing whose time, has passed; nobody could keep one after the closing.

    Nor could somebody who was banned on that day.
    """
    return tuple(
        sorted(
            a.appointment_no
            for a in hall.appointments.values()
            if a.state is AppointmentState.BOOKED
            and not _is_banned(hall, a)
            and (_has_passed(hall, a, today) or (until is not None and _is_over(hall, a, until)))
        )
    )


def _is_banned(hall: HallDay, appointment: Appointment) -> bool:
    ban = hall.bans.get(appointment.person)
    return ban is not None and ban.until >= business_day(appointment.starts_at)


def _has_passed(hall: HallDay, appointment: Appointment, today: date) -> bool:
    day = business_day(appointment.starts_at)
    could_be_kept = appointment.item_key in hall.plan.items and hall.plan.calendar.closure_on(day) is None
    return could_be_kept and day < today and not ((hall.is_closed or hall.was_reopened) and day == hall.reached)


def _is_over(hall: HallDay, appointment: Appointment, now: datetime) -> bool:
    """Whether an appointment's time has passed on a day that is closed now, and was not before."""
    return not hall.was_reopened and seconds_between(appointment.ends_at, now) >= 0
