"""Days, times, people, ratings and appointments."""

from collections.abc import Iterator

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
    """Calls again: not too often, not too soon; visitors come back, and are held, as the rules say."""
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
    if (
        isinstance(event, m.TicketMissed)
        and event.returns_after is not None
        and ticket.misses >= (rules.missed.most_returns)
    ):
        yield f"{ticket.shown} was missed {ticket.misses + 1} times and comes back again"
    if isinstance(event, m.TicketHeld):
        held = sum(t.state == "on_hold" and t.held_by == event.counter_no for t in book.tickets.values())
        if held >= rules.hold.most_a_counter:
            yield f"counter {event.counter_no} holds {held + 1} visitors"
    if isinstance(event, m.TicketRequeued) and event.cause == "desk" and not rules.missed.may_requeue:
        yield f"{ticket.shown} was put back into the line, which the hall's rules do not allow"


def persons(book: Book, record: Record) -> Iterator[str]:
    """What one person may hold. Tickets of kiosks that were alone exist on paper and are taken as they are."""
    event, rules = record.event, book.rules.persons
    if not isinstance(event, m.TicketIssued) or event.lease_id is not None:
        return
    has_document = event.identity_kind is not None or event.appointment_no is not None
    if book.plan.queues[event.prefix].identity is IdentityPolicy.REQUIRED and not has_document:
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
    if rules.most_a_day is not None and book.drawn_by[event.person] >= rules.most_a_day:
        yield f"{event.display_number} is ticket {book.drawn_by[event.person] + 1} of one person today"


def _one_ticket(book: Book, event: m.TicketIssued) -> Iterator[str]:
    rule = book.rules.persons.one_ticket
    held = [t for t in book.tickets.values() if t.state not in OVER and _is_the_same(event, t)]
    if rule is OneTicket.A_QUEUE:
        held = [t for t in held if t.prefix == event.prefix]
    if held and rule is not OneTicket.OFF:
        yield f"{event.display_number} was given to somebody who holds {held[0].shown}"


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
        return
    if known is None or known.state != "booked":
        yield f"{type(event).__name__} for appointment {number}, which was {known.state if known else 'never booked'}"
    elif isinstance(event, m.TicketIssued) and (event.item_key, event.person) != (known.item_key, known.person):
        yield f"{event.display_number} was given for appointment {number} of somebody else"
