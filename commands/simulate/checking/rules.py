"""Days, times, people, ratings and appointments."""

from collections.abc import Iterator
from datetime import date, timedelta

from commands.simulate.checking.book import OVER, Book, Ticket
from hall import messages as m
from hall.catalogue import IdentityPolicy
from hall.rules import OneTicket
from queue_server.domain.record import Record

SECOND_US = 1_000_000


def sequence(book: Book, record: Record) -> Iterator[str]:
    """Records follow without a gap; time runs forwards unless somebody confirmed the clock; a site is adopted once."""
    if record.seq != book.seq + 1:
        yield f"the record {record.seq} follows {book.seq}"
    if book.at is not None and record.at < book.at and not isinstance(record.event, m.ClockConfirmed):
        yield f"the record {record.seq} is of {record.at}, before {book.at}"
    if isinstance(record.event, m.ClockConfirmed) and book.at is not None and record.event.was_at != book.at:
        yield f"the clock was confirmed with {record.event.was_at} as the last instant before; it was {book.at}"
    if isinstance(record.event, m.SiteAdopted) and record.event.digest == book.site:
        yield "the site was adopted again, and is what it was"


def days(book: Book, record: Record) -> Iterator[str]:
    """A day's end takes away exactly what was open; only what has passed counts as a no-show."""
    event = record.event
    if isinstance(event, m.DayStarted):
        today = record.at.date()
        if event.day != today:
            yield f"the day {event.day} began on {today}"
        if book.reached is not None and today <= book.reached:
            yield f"the day {event.day} began on {today}, when the calendar had come to {book.reached}"
    if isinstance(event, m.DayReopened) and (not book.is_closed or event.day != book.day):
        yield f"the day {event.day} was reopened on {book.day}, closed={book.is_closed}"
    if isinstance(event, m.DayStarted | m.DayClosed):
        if set(event.expired) != book.open_tickets():
            wrong = sorted(set(event.expired) ^ book.open_tickets())
            yield f"the day's end is wrong about {len(wrong)} open tickets, such as {wrong[0]}"
        for number in event.no_shows:
            appointment = book.appointments.get(number)
            if appointment is None or appointment.state != "booked" or appointment.starts_at > record.at:
                yield f"the appointment {number} is called a no-show"


def calling(book: Book, record: Record) -> Iterator[str]:
    """Calls again: not too often, not too soon; visitors are missed and come back as the rules say."""
    event, rules = record.event, book.rules
    ticket = book.tickets.get(getattr(event, "ticket_id", ""))
    if ticket is None:
        return
    if isinstance(event, m.TicketCalled):
        if event.call_count != (1 if event.why is not None else ticket.calls + 1):
            yield f"call {event.call_count} of {ticket.shown} follows call {ticket.calls}"
        if event.why is None and event.call_count > rules.calls.most_calls:
            yield f"{ticket.shown} was called {event.call_count} times"
        if event.why is None and book.time(record.at) - ticket.last_call < rules.calls.spacing_s * SECOND_US:
            yield f"{ticket.shown} was called again after {(book.time(record.at) - ticket.last_call) / 1e6:.0f} s"
    if isinstance(event, m.TicketMissed):
        yield from _missed(book, ticket, record, event)
    if isinstance(event, m.TicketRequeued) and event.cause == "desk":
        yield from _put_back(book, ticket)


def _missed(book: Book, ticket: Ticket, record: Record, event: m.TicketMissed) -> Iterator[str]:
    """Called often enough, given the time to come, and back as often as the rules say."""
    missed, waited_us = book.rules.missed, book.time(record.at) - ticket.last_call
    if event.returns_after is not None and ticket.misses >= missed.most_returns:
        yield f"{ticket.shown} was missed {ticket.misses + 1} times and comes back again"
    if ticket.calls < missed.least_calls and ticket.calls < book.rules.calls.most_calls:
        yield f"{ticket.shown} was marked missed after {ticket.calls} calls"
    if waited_us < missed.least_wait_s * SECOND_US:
        yield f"{ticket.shown} was marked missed {waited_us / 1e6:.0f} s after its call"


def _put_back(book: Book, ticket: Ticket) -> Iterator[str]:
    missed = book.rules.missed
    if not missed.may_requeue:
        yield f"{ticket.shown} was put back into the line, which the hall's rules do not allow"
    if missed.void_is_final and ticket.misses > missed.most_returns:
        yield f"{ticket.shown} was put back into the line after it was missed {ticket.misses} times"


def reservations(book: Book, record: Record) -> Iterator[str]:
    """Nothing is kept from others for ever, nor taken away too soon: tickets on hold, and those that clerks look at."""
    event = record.event
    if isinstance(event, m.TicketPutBack) and event.reason == "preview_over":
        longest_s, looked_us = book.rules.calls.preview_s, book.time(record.at) - _looks_since(book, event)
        if longest_s is None or looked_us < longest_s * SECOND_US:
            yield f"{event.ticket_id} was taken from counter {event.counter_no} after a look of {looked_us / 1e6:.0f} s"
    if isinstance(event, m.TicketHeld):
        held = sum(t.state == "on_hold" and t.held_by == event.counter_no for t in book.tickets.values())
        if held >= book.rules.hold.most_a_counter:
            yield f"counter {event.counter_no} holds {held + 1} visitors"
        latest = record.at + timedelta(minutes=book.rules.hold.longest_min)
        if event.returns_at is None or event.returns_at > latest:
            yield f"{event.ticket_id} is held until {event.returns_at}, which is later than {latest}"


def _looks_since(book: Book, event: m.TicketPutBack) -> int:
    return book.counters[event.counter_no].preview_since


def persons(book: Book, record: Record) -> Iterator[str]:
    """What one person may hold. Tickets of kiosks that were alone exist on paper and are taken as they are."""
    event, rules = record.event, book.rules.persons
    if isinstance(event, m.TicketRequeued | m.TicketCalled):
        yield from _second(book, book.tickets.get(event.ticket_id))
    if not isinstance(event, m.TicketIssued) or event.lease_id is not None:
        return
    if book.plan.queues[event.prefix].identity is IdentityPolicy.REQUIRED and event.identity_kind is None:
        yield f"{event.display_number} was drawn without a document"
    if not 1 <= event.party_size <= rules.largest_party or 1 + len(event.further_items) > rules.most_items:
        yield f"{event.display_number} stands for {event.party_size} people and {len(event.further_items)} more items"
    if event.is_representative and not rules.may_represent:
        yield f"{event.display_number} was drawn on behalf of another, which the hall's rules do not allow"
    yield from _one_ticket(book, event)
    for somebody in (event.person, event.principal):
        until = book.bans.get(somebody or "")
        if until is not None and book.reached is not None and until >= book.reached:
            yield f"{event.display_number} was given to or for somebody who is banned"
    if event.person is None:
        return
    if event.appointment_no is not None:
        return  # the booking gave a right to it
    if rules.most_a_day is not None and book.drawn_by[event.person] >= rules.most_a_day:
        yield f"{event.display_number} is ticket {book.drawn_by[event.person] + 1} of one person today"


def _is_the_same(event: m.TicketIssued, ticket: Ticket) -> bool:
    """Whether a new ticket and another one are for the same person, as far as anybody knows."""
    new = event.principal or (f"somebody of {event.person}" if event.is_representative else event.person)
    old = ticket.principal or (f"somebody of {ticket.person}" if ticket.is_for_another else ticket.person)
    is_known = event.person is not None or event.principal is not None
    return is_known and new == old


def hours(book: Book, record: Record) -> Iterator[str]:
    """Walk-ins are admitted in a queue's hours and within its quotas."""
    event = record.event
    if not isinstance(event, m.TicketIssued) or event.lease_id is not None:
        return
    queue_hours = book.plan.queues[event.prefix].hours
    if queue_hours is None or event.appointment_no is not None:
        return
    now, periods = record.at.time(), queue_hours.walk_in_periods()
    is_working = book.plan.calendar.is_working(record.at.date())
    if not is_working or not any(period.begin <= now < period.end for period in periods):
        yield f"{event.display_number} was given out at {record.at:%Y-%m-%d %H:%M}, outside of the queue's hours"
    if queue_hours.quota_a_day is not None and book.quota[event.prefix, ""] >= queue_hours.quota_a_day:
        yield f"{event.display_number} is over the queue's quota of the day"
    for interval in queue_hours.intervals:
        name = f"{interval.begin:%H:%M}"
        if event.quota_interval == name and book.quota[event.prefix, name] >= interval.quota:
            yield f"{event.display_number} is over the quota of {name}"


def ratings(book: Book, record: Record) -> Iterator[str]:
    """A rating belongs to a ticket that was served, and ends once."""
    event = record.event
    if isinstance(event, m.ServiceCompleted) and event.rating_id in book.ratings:
        yield f"the rating {event.rating_id} was opened before"
    if not isinstance(event, m.ServiceRated | m.RatingClosed):
        return
    if book.ratings.get(event.rating_id) != "open":
        yield f"the rating {event.rating_id} ended, and was {book.ratings.get(event.rating_id, 'never opened')}"
    ticket = book.tickets.get(event.ticket_id)
    if ticket is None or ticket.state != "completed":
        yield f"a rating for {event.ticket_id}, which was {ticket.state if ticket else 'never issued'}"
    if isinstance(event, m.ServiceRated) and event.ticket_id in book.rated_tickets:
        yield f"the ticket {event.ticket_id} was rated twice"


def appointments(book: Book, record: Record) -> Iterator[str]:
    """An appointment's life: one ticket each, only for whom and when it was booked."""
    event = record.event
    number = getattr(event, "appointment_no", None)
    if number is None:
        return
    known = book.appointments.get(number)
    if isinstance(event, m.AppointmentBooked):
        if known is not None:
            yield f"the appointment number {number} was used before"
        yield from _booker(book, event.person, event.starts_at.date())
        return
    if known is None or known.state != "booked":
        yield f"{type(event).__name__} for appointment {number}, which was {known.state if known else 'never booked'}"
    elif isinstance(event, m.TicketIssued) and (event.item_key, event.person) != (known.item_key, known.person):
        yield f"{event.display_number} was given for appointment {number} of somebody else"
    elif isinstance(event, m.AppointmentMoved):
        is_same_day = event.starts_at.date() == known.starts_at.date()
        yield from _booker(book, known.person, None if is_same_day else event.starts_at.date())


def _booker(book: Book, person: str, day: date | None) -> Iterator[str]:
    """Nobody who is banned books or moves; nobody books more tickets on a day than one may have (None: no more)."""
    if book.reached is not None and person in book.bans and book.bans[person] >= book.reached:
        yield f"{person} has booked or moved, and is banned"
    theirs = [a for a in book.appointments.values() if (a.person, a.starts_at.date()) == (person, day)]
    has_place = [a for a in theirs if a.state in ("booked", "checked_in")]
    if has_place and book.rules.appointments.one_per_person_and_day:
        yield f"{person} has booked twice on {day}"
    tickets = sum(a.state == "booked" for a in theirs) + (book.drawn_by[person] if day == book.day else 0)
    most = book.rules.persons.most_a_day
    if day is not None and most is not None and tickets >= most:
        yield f"{person} has booked ticket {tickets + 1} of {day}"
