"""Days, rules and the clock."""

from datetime import date, timedelta

import msgspec

from hall import messages as m
from hall.appointment import AppointmentState
from hall.clock import business_day, later, seconds_between
from hall.rules import HallRules
from hall.ticket import LIFE, TicketStep
from queue_server.domain.changes.learning import begin_day
from queue_server.domain.changes.standing import come_back, leave, step
from queue_server.domain.hall_day import CounterDay, HallDay, Rating, Ticket
from queue_server.domain.record import Record

LIFE_IS_OVER = frozenset(state for state, steps in LIFE.items() if not steps)
TICKET_INSTANTS = (
    "arrived_at",
    "called_at",
    "last_call_at",
    "started_at",
    "not_before",
    "returns_at",
    "held_at",
    "alone_since",
    "ended_at",  # of a missed one
)
NUMBERED_DAYS = 62  # past days whose numbers are remembered: so many may begin while a clock is wrong, and be undone
REMEMBERED_DAYS = 366  # how long past appointments and no-shows are remembered


def started(hall: HallDay, event: m.DayStarted, record: Record) -> None:
    """Numbers start again; where this day had begun before, under a clock that was wrong, they go on."""
    numbers = _turn_numbers(hall, event.day)
    hall.day, hall.reached, hall.is_closed = event.day, business_day(record.at), False
    hall.was_reopened = False
    hall.began = record.seq
    _miss(hall, event.no_shows)
    begin_day(hall)
    hall.end_day()
    hall.last_number = numbers
    _forget(hall)


def _turn_numbers(hall: HallDay, day: date) -> dict[str, int]:
    """Remember which numbers the day that ends has used, and give back those that the day which begins had used."""
    if hall.day is not None:
        hall.numbers_of[hall.day.isoformat()] = hall.last_number
    begins = day.isoformat()
    used = hall.numbers_of.pop(begins, {})
    past = sorted(other for other in hall.numbers_of if other < begins)
    for other in past[:-NUMBERED_DAYS]:
        del hall.numbers_of[other]
        hall.forgotten = date.fromisoformat(other)
    return used


def closed(hall: HallDay, event: m.DayClosed, record: Record) -> None:
    """Every open ticket is over, every counter closed; the tickets can still be looked at.

    Kiosks keep their blocks: they may still hold tickets that nobody has heard of.
    """
    _miss(hall, event.no_shows)
    tickets, tickets_of, tickets_for, leases = hall.tickets, hall.tickets_of, hall.tickets_for, hall.leases
    numbers, issued_in, ratings, counters = hall.last_number, hall.issued_in, hall.ratings, hall.counters
    hall.end_day()
    hall.tickets, hall.tickets_of, hall.tickets_for, hall.leases = tickets, tickets_of, tickets_for, leases
    hall.last_number, hall.issued_in, hall.ratings = numbers, issued_in, ratings
    for ticket_id in event.expired:
        step(tickets[ticket_id], TicketStep.EXPIRE)
        tickets[ticket_id].ended_at = record.at
    for rating in ratings.values():
        rating.is_open = False
    for number, before in counters.items():
        hall.counters[number].completed, hall.counters[number].granted = before.completed, before.granted
    hall.find_duty()
    hall.is_closed = True


def reopened(hall: HallDay, _event: m.DayReopened, _record: Record) -> None:
    """Numbers are drawn again; what was open at its end stays over, and clerks open their counters again."""
    hall.is_closed, hall.was_reopened = False, True


def clock_confirmed(hall: HallDay, event: m.ClockConfirmed, record: Record) -> None:
    """Time goes on from this record's instant; after a step back the day's open instants go back with it.

    Else whoever comes now would stand before those who wait, and a call could not be repeated for as long as the step.
    """
    back_s = seconds_between(record.at, event.was_at)
    if back_s <= 0:
        return
    hall.reached = business_day(record.at)
    for ticket in hall.tickets.values():
        if ticket.state not in LIFE_IS_OVER:
            leave(hall, ticket)
            _go_back(ticket, TICKET_INSTANTS, back_s)
            come_back(hall, ticket)
    for rating in hall.ratings.values():
        _go_back(rating, ("opened_at",), back_s)
    for counter in hall.counters.values():
        _go_back(counter, ("preview_at", "paused_at"), back_s)


def _go_back(thing: Ticket | Rating | CounterDay, names: tuple[str, ...], back_s: float) -> None:
    for name in names:
        instant = getattr(thing, name)
        if instant is not None:
            setattr(thing, name, later(instant, -back_s))


def rules_adopted(hall: HallDay, event: m.RulesAdopted, _record: Record) -> None:
    """Other rules are in force, written as a journal gives them back: a site's `20` seconds are the same as `20.0`."""
    hall.rules = msgspec.convert(msgspec.to_builtins(event.rules), HallRules)


def site_adopted(hall: HallDay, event: m.SiteAdopted, _record: Record) -> None:
    """Remembered only to see the next change; the plan itself is the site file's to say."""
    hall.site = event.parts


def rule_applied(_hall: HallDay, _event: m.RuleApplied, _record: Record) -> None:
    """The audit's; nothing in the hall changes."""


def _miss(hall: HallDay, appointment_nos: tuple[str, ...]) -> None:
    for appointment_no in appointment_nos:
        appointment = hall.appointments[appointment_no]
        appointment.state = AppointmentState.NO_SHOW
        hall.no_shows.setdefault(appointment.person, []).append(appointment.starts_at.date())


def _forget(hall: HallDay) -> None:
    """Let go of what no rule asks for any more: personal data is scarce."""
    assert hall.reached is not None  # noqa: S101 (a day has just started)
    today = hall.reached
    hall.appointments = {no: a for no, a in hall.appointments.items() if a.starts_at.date() >= today}
    numbered_from = today - timedelta(days=hall.rules.clock.longest_gap_days)  # a clock that leapt may be set back
    hall.last_appointment = {day: n for day, n in hall.last_appointment.items() if day >= f"{numbered_from:%y%m%d}"}
    hall.bans = {person: ban for person, ban in hall.bans.items() if ban.until >= today}
    recent = {p: [d for d in days if (today - d).days <= REMEMBERED_DAYS] for p, days in hall.no_shows.items()}
    hall.no_shows = {person: days for person, days in recent.items() if days}
