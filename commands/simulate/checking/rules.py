"""Days, times, people, ratings and appointments."""

from collections.abc import Iterator
from datetime import date, timedelta

from commands.simulate.checking.book import Book, Ticket
from commands.simulate.checking.persons import is_named
from hall import messages as m
from hall.catalogue import ServiceItem
from hall.priority import Ground, PriorityClass
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
        yield from _booker(book, event.person, event.starts_at.date())
        return
    if known is None or known.state != "booked":
        yield f"{type(event).__name__} for appointment {number}, which was {known.state if known else 'never booked'}"
    elif isinstance(event, m.TicketIssued) and (event.item_key, event.person) != (
        known.item_key,
        known.person if is_named(book, event) else None,
    ):
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
