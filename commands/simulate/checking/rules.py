"""Days, times, people, ratings and appointments."""

from collections.abc import Iterator

from commands.simulate.checking.book import OVER, Book
from hall import messages as m
from hall.catalogue import IdentityPolicy, ServiceItem
from hall.priority import Ground, PriorityClass
from hall.rules import OneTicket
from queue_server.domain.record import Record

SECOND_US = 1_000_000


def sequence(book: Book, record: Record) -> Iterator[str]:
    """Records follow each other without a gap, and time runs forwards unless somebody confirmed the clock."""
    if record.seq != book.seq + 1:
        yield f"the record {record.seq} follows {book.seq}"
    if book.at is not None and record.at < book.at and not isinstance(record.event, m.ClockConfirmed):
        yield f"the record {record.seq} is of {record.at}, before {book.at}"
    if isinstance(record.event, m.ClockConfirmed) and book.at is not None and record.event.was_at != book.at:
        yield f"the clock was confirmed with {record.event.was_at} as the last instant before; it was {book.at}"


def days(book: Book, record: Record) -> Iterator[str]:
    """A day's end takes away exactly what was open; only what has passed counts as a no-show."""
    event = record.event
    if isinstance(event, m.DayStarted):
        today = record.at.date()
        if event.day != today:
            yield f"the day {event.day} began on {today}"
        if book.reached is not None and today <= book.reached:
            yield f"the day {event.day} began on {today}, when the calendar had come to {book.reached}"
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


def identity(book: Book, record: Record) -> Iterator[str]:
    """A document was shown where a queue wants one, and nothing of it is kept where none of a ticket's queues asks."""
    event = record.event
    if not isinstance(event, m.TicketIssued):
        return
    if not is_named(book, event) and (event.person or event.masked_number or event.identity_kind):
        yield f"{event.display_number} says who drew it, which none of its queues asks"
    if event.lease_id is not None or event.identity_kind is not None or event.appointment_no is not None:
        return
    for prefix in book.queues_of(event.item_key, *event.further_items):
        if book.plan.queues[prefix].identity is IdentityPolicy.REQUIRED:
            yield f"{event.display_number} was drawn for queue {prefix} without a document"


def persons(book: Book, record: Record) -> Iterator[str]:
    """What one person may hold. Tickets of kiosks that were alone exist on paper and are taken as they are."""
    event, rules = record.event, book.rules.persons
    if not isinstance(event, m.TicketIssued) or event.lease_id is not None:
        return
    prefixes = book.queues_of(event.item_key, *event.further_items)
    if not 1 <= event.party_size <= rules.largest_party or 1 + len(event.further_items) > rules.most_items:
        yield f"{event.display_number} stands for {event.party_size} people and {len(event.further_items)} more items"
    if event.person is None:
        return
    if book.reached is not None and event.person in book.bans and book.bans[event.person] >= book.reached:
        yield f"{event.display_number} was given to somebody who is banned"
    if rules.most_a_day is not None and book.drawn_by[event.person] >= rules.most_a_day:
        yield f"{event.display_number} is ticket {book.drawn_by[event.person] + 1} of one person today"
    held = [t for t in book.tickets.values() if t.person == event.person and t.state not in OVER]
    if rules.one_ticket is OneTicket.A_QUEUE:
        held = [t for t in held if {t.prefix, *book.queues_of(*t.further)}.intersection(prefixes)]
    if held and rules.one_ticket is not OneTicket.OFF:
        yield f"{event.display_number} was given to somebody who holds {held[0].shown}"


def is_named(book: Book, event: m.TicketIssued) -> bool:
    """Whether some queue of a ticket's matters wants to know who draws."""
    prefixes = book.queues_of(event.item_key, *event.further_items)
    return any(book.plan.queues[prefix].identity is not IdentityPolicy.NONE for prefix in prefixes)


def matters(book: Book, record: Record) -> Iterator[str]:
    """A ticket carries only so many matters, with those that were handled."""
    event, most = record.event, book.rules.persons.most_items
    if isinstance(event, m.MatterAdded) and (ticket := book.tickets.get(event.ticket_id)):
        carried = ticket.handled + 1 + len(ticket.further) + 1
        if carried > most:
            yield f"{ticket.shown} carries {carried} matters"


def green_channel(book: Book, record: Record) -> Iterator[str]:
    """Whoever is called for being old was admitted for it, by the card and to a group that has an age."""
    event = record.event
    if isinstance(event, m.TicketIssued) and event.green_by_age:
        ages = {group.key: group.from_age for group in book.rules.order.green_groups}
        if event.priority is not PriorityClass.GREEN or ages.get(event.green_group or "") is None:
            yield f"{event.display_number} is called green by age, in the group {event.green_group}"
    if isinstance(event, m.TicketCalled | m.TicketPreviewed) and event.why and event.why.ground is Ground.AGE:
        ticket = book.tickets[event.ticket_id]
        if not ticket.is_green_by_age:
            yield f"{ticket.shown} was called for its age, which nobody has seen"


def hours(book: Book, record: Record) -> Iterator[str]:
    """Walk-ins are admitted in the hours and within the quotas of each queue that one of their matters waits in."""
    event = record.event
    if not isinstance(event, m.TicketIssued):
        return
    yield from _quotas(book, event, record)
    if event.lease_id is not None or book.is_booked_in_time(event, record):
        return
    now, is_working = record.at.time(), book.plan.calendar.is_working(record.at.date())
    for key in (event.item_key, *event.further_items):
        item = book.plan.items[key]
        queue_hours = book.plan.queues[item.queue].hours
        if queue_hours is None:
            continue
        at = f"{record.at:%Y-%m-%d %H:%M}"
        is_open = any(period.begin <= now < period.end for period in queue_hours.walk_in_periods())
        if not is_working or not is_open:
            yield f"{event.display_number} was given out at {at}, outside of the hours of queue {item.queue}"
        noon = queue_hours.noon
        if noon is not None and noon.begin <= now < noon.end and not _handled_at_noon(book, item):
            yield f"{event.display_number} was given out at {at} for {key}, which nobody on the noon roster handles"


def _handled_at_noon(book: Book, item: ServiceItem) -> bool:
    for number, planned in book.plan.counters.items():
        pair = (item.department_key, item.key)
        handles = item.queue in planned.queues if planned.abilities is None else pair in planned.abilities
        if planned.opens_at_noon and (handles or pair in book.counters[number].granted):
            return True
    return False


def _quotas(book: Book, event: m.TicketIssued, record: Record) -> Iterator[str]:
    counted = list(book.counted_in(event, record))
    own = [name for prefix, name in counted if prefix == event.prefix and name]
    further = [f"{prefix} {name}".strip() for prefix, name in counted if prefix != event.prefix]
    if [event.quota_interval or ""] != (own or [""]) or sorted(event.further_quotas) != sorted(further):
        yield f"{event.display_number} says {event.quota_interval}, {event.further_quotas}: it counts in {counted}"
    if event.lease_id is not None:
        return
    for prefix, name in counted:
        hours = book.plan.queues[prefix].hours
        if hours is None:
            continue
        of_interval = {f"{interval.begin:%H:%M}": interval.quota for interval in hours.intervals}
        quota = of_interval[name] if name else hours.quota_a_day
        if quota is not None and book.quota[prefix, name] >= quota:
            yield f"{event.display_number} is over the quota of queue {prefix} {name or 'of the day'}"


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
    elif isinstance(event, m.TicketIssued) and (event.item_key, event.person) != (
        known.item_key,
        known.person if is_named(book, event) else None,
    ):
        yield f"{event.display_number} was given for appointment {number} of somebody else"
