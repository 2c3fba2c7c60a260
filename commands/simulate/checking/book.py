"""The checker's own book of a hall: plain lists and states, searched from end to end."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hall import messages as m
from hall.catalogue import Ability, HallPlan
from hall.priority import PriorityClass
from hall.rules import HallRules
from queue_server.domain.record import Record

OVER = ("missed", "completed", "cancelled", "expired")
"""The states in which nobody counts on being served any more."""


@dataclass
class Ticket:
    """A ticket as the events so far make it. Times are in the book's microseconds."""

    ticket_id: str
    shown: str
    prefix: str
    item_key: str
    group: PriorityClass
    arrival: int
    seq: int
    person: str | None
    further: list[str]
    appointment_no: str | None
    is_for_another: bool = False
    principal: str | None = None
    state: str = "waiting"
    at_counter: str | None = None  # while called or serving
    last_counter: str | None = None
    held_by: str | None = None
    previewed_by: str | None = None
    for_counter: str | None = None
    for_staff: str | None = None
    lets_pass: int | None = None  # after a missed call: others until it is back
    sent_at: int = 0
    way_back: tuple[tuple[str, str], ...] = ()  # counter and matter there, the next one last
    sent_by: tuple[str, str] | None = None  # the counter that sent it here, and the matter that it had there
    not_before: int = 0
    calls: int = 0
    last_call: int = 0
    misses: int = 0
    returns: int = 0  # what those others began at
    passes: dict[str, tuple[int, int]] = field(default_factory=dict)  # counter: calls of others, of missed ones
    is_green_by_age: bool = False
    handled: int = 0  # matters before the present one

    @property
    def place(self) -> tuple[int, int]:
        """What a line is ordered by: arrival, then who was heard of first."""
        return self.arrival, self.seq


@dataclass
class Counter:
    """A counter as the events so far make it."""

    number: str
    staff: str | None = None
    is_paused: bool = False
    paused_at: int = 0  # the last pause's begin
    ticket_id: str | None = None
    preview_id: str | None = None
    granted: set[Ability] = field(default_factory=set)
    preview_passed: tuple[str, ...] = ()
    preview_since: int = 0
    passed: dict[str, int] = field(default_factory=dict)  # class: calls in a row that passed it over


@dataclass
class Appointment:
    """An appointment as the events so far make it."""

    item_key: str
    prefix: str
    starts_at: datetime
    ends_at: datetime
    person: str
    state: str = "booked"
    rules_seq: int = 0  # the rules that it was booked or moved under


class Book:
    """Everything that the checks ask for.

    Time never runs backwards here: where a person confirmed a clock that had been set back, the book goes on from
    the last instant before, so that whoever came first stays first.
    """

    def __init__(self, plan: HallPlan) -> None:
        self.plan = plan
        self.rules = HallRules()
        self.rules_seq = 0  # the record that they were adopted with
        self.longest_row: int | None = None  # the loosest N:1 rule of the day; None: there was none for a while
        self.site: str | None = None  # the digest of the one adopted last
        self.seq = 0
        self.at: datetime | None = None
        self.shift = 0  # microseconds that this book's time is ahead of the server's
        self.day: date | None = None
        self.reached: date | None = None  # where the server's calendar stands
        self.is_closed = False
        self.tickets: dict[str, Ticket] = {}
        self.counters = {number: Counter(number) for number in plan.counters}
        self.leases: dict[str, m.NumbersLeased] = {}
        self.ratings: dict[str, str] = {}  # id: "open", "given", "closed"
        self.rated_tickets: set[str] = set()
        self.appointments: dict[str, Appointment] = {}
        self.bans: dict[str, date] = {}
        self.drawn_by: dict[str, int] = defaultdict(int)  # person: tickets today
        self.quota: dict[tuple[str, str], int] = defaultdict(int)  # queue, and an interval's begin or "": walk-ins
        self.ticket_ids: set[str] = set()  # ever
        self.numbers: set[tuple[date, str, int]] = set()  # ever

    def time(self, at: datetime) -> int:
        """An instant of the server's clock in the book's microseconds."""
        return round(at.timestamp() * 1_000_000) + self.shift

    def waiting(self) -> list[Ticket]:
        """Everybody who waits, in no order."""
        return [ticket for ticket in self.tickets.values() if ticket.state == "waiting"]

    def open_tickets(self) -> set[str]:
        """Tickets that a day's end takes away."""
        return {t.ticket_id for t in self.tickets.values() if t.state not in ("completed", "cancelled", "expired")}

    def queues_of(self, *item_keys: str) -> list[str]:
        """The queues of some matters, each once."""
        return list(dict.fromkeys(self.plan.items[key].queue for key in item_keys))

    def is_booked_in_time(self, event: m.TicketIssued, record: Record) -> bool:
        """Whether a ticket is a booked visitor's who came while the appointment counted."""
        booked = self.appointments.get(event.appointment_no or "")
        latest = timedelta(minutes=self.rules.appointments.check_in_after_min)
        return booked is not None and record.at <= booked.starts_at + latest

    def counted_in(self, event: m.TicketIssued, record: Record) -> Iterator[tuple[str, str]]:
        """The quotas that a ticket uses up: of the day and of the interval, in each queue of its matters."""
        if self.is_booked_in_time(event, record):
            return
        came_at = (event.arrived_at or record.at).astimezone(record.at.tzinfo)
        for prefix in self.queues_of(event.item_key, *event.further_items):
            yield prefix, ""
            hours = self.plan.queues[prefix].hours
            for interval in () if hours is None else hours.intervals:
                if interval.begin <= came_at.time() < interval.end:
                    yield prefix, f"{interval.begin:%H:%M}"

    def take(self, record: Record) -> None:
        """Write a record down. Whatever does not fit is the checks' to say; here it is let be."""
        if isinstance(record.event, m.ClockConfirmed) and self.at is not None and record.at < self.at:
            self.shift += round((self.at.timestamp() - record.at.timestamp()) * 1_000_000)
            self.reached = record.at.date()
        self.seq, self.at = record.seq, record.at
        writer = getattr(self, f"_{type(record.event).__name__}", None)
        if writer is not None:
            writer(record.event, record)

    # ---- days ---------------------------------------------------------------------------------------------------

    def _RulesAdopted(self, event: m.RulesAdopted, record: Record) -> None:  # noqa: N802 (named after the event)
        self.rules, self.rules_seq = event.rules, record.seq
        most = event.rules.order.most_in_a_row
        self.longest_row = None if self.longest_row is None or most is None else max(self.longest_row, most)

    def _SiteAdopted(self, event: m.SiteAdopted, _record: Record) -> None:  # noqa: N802
        self.site = event.digest

    def _DayStarted(self, event: m.DayStarted, record: Record) -> None:  # noqa: N802
        self.day, self.reached, self.is_closed = event.day, record.at.date(), False
        self.longest_row = self.rules.order.most_in_a_row
        self._clear(event.no_shows)
        today = record.at.date()  # a ban ends with its last day, also if a clock that leapt began the next one
        self.bans = {person: until for person, until in self.bans.items() if until >= today}
        self.tickets, self.ratings, self.rated_tickets, self.leases = {}, {}, set(), {}
        self.drawn_by.clear()
        self.quota.clear()

    def _DayClosed(self, event: m.DayClosed, _record: Record) -> None:  # noqa: N802
        self.is_closed = True
        granted = {number: counter.granted for number, counter in self.counters.items()}
        self._clear(event.no_shows)
        for number, pairs in granted.items():  # for today, and the day may be reopened
            self.counters[number].granted = pairs
        for ticket_id in event.expired:
            if ticket := self.tickets.get(ticket_id):
                ticket.state, ticket.at_counter = "expired", None
        self.ratings = dict.fromkeys(self.ratings, "closed")

    def _DayReopened(self, _event: m.DayReopened, _record: Record) -> None:  # noqa: N802
        self.is_closed = False

    def _clear(self, no_shows: tuple[str, ...]) -> None:
        for number in no_shows:
            if number in self.appointments:
                self.appointments[number].state = "no_show"
        self.counters = {number: Counter(number) for number in self.plan.counters}

    # ---- tickets ------------------------------------------------------------------------------------------------

    def _TicketIssued(self, event: m.TicketIssued, record: Record) -> None:  # noqa: N802
        self.tickets[event.ticket_id] = Ticket(
            event.ticket_id,
            event.display_number,
            event.prefix,
            event.item_key,
            event.priority,
            self.time(event.arrived_at or record.at),
            record.seq,
            event.person,
            list(event.further_items),
            event.appointment_no,
            event.is_representative,
            event.principal,
            state="expired" if event.after_closing else "waiting",
            is_green_by_age=event.green_by_age,
        )
        self.ticket_ids.add(event.ticket_id)
        self.numbers.add((event.business_day, event.prefix, event.number))
        if event.person is not None:
            self.drawn_by[event.person] += 1
        for key in self.counted_in(event, record):
            self.quota[key] += 1
        if event.appointment_no in self.appointments:
            self.appointments[event.appointment_no].state = "checked_in"

    def _TicketCancelled(self, event: m.TicketCancelled, _record: Record) -> None:  # noqa: N802
        self._end(event.ticket_id, "cancelled")

    def _PriorityChanged(self, event: m.PriorityChanged, _record: Record) -> None:  # noqa: N802
        ticket = self.tickets[event.ticket_id]
        ticket.group, ticket.is_green_by_age = event.priority, False

    def _TicketRedirected(self, event: m.TicketRedirected, record: Record) -> None:  # noqa: N802
        ticket = self.tickets[event.ticket_id]
        lets_pass, not_before = ticket.lets_pass, ticket.not_before
        is_to_one = event.to_counter is not None or event.to_staff is not None
        self._set_free(event.ticket_id, "waiting")
        if lets_pass is not None and not is_to_one:
            ticket.lets_pass, ticket.not_before = lets_pass, not_before
        ticket.prefix, ticket.item_key = event.prefix, event.item_key
        ticket.for_counter, ticket.for_staff = event.to_counter, event.to_staff
        ticket.sent_by, ticket.sent_at = None, self.time(record.at)

    def _TicketRequeued(self, event: m.TicketRequeued, record: Record) -> None:  # noqa: N802
        ticket = self._set_free(event.ticket_id, "waiting")
        if not event.keeps_arrival:
            ticket.arrival = self.time(record.at)

    # ---- counters -----------------------------------------------------------------------------------------------

    def _CounterOpened(self, event: m.CounterOpened, _record: Record) -> None:  # noqa: N802
        counter = self.counters[event.counter_no]
        if event.took_over_from is not None:
            counter.is_paused = False
        counter.staff = event.staff_no

    def _CounterClosed(self, event: m.CounterClosed, _record: Record) -> None:  # noqa: N802
        counter = self.counters[event.counter_no]
        counter.staff, counter.is_paused = None, False

    def _CounterPaused(self, event: m.CounterPaused, record: Record) -> None:  # noqa: N802
        counter = self.counters[event.counter_no]
        counter.is_paused, counter.paused_at = True, self.time(record.at)

    def _CounterResumed(self, event: m.CounterResumed, _record: Record) -> None:  # noqa: N802
        self.counters[event.counter_no].is_paused = False

    def _AbilityGranted(self, event: m.AbilityGranted, _record: Record) -> None:  # noqa: N802
        self.counters[event.counter_no].granted.add((event.department, event.item_key))

    def _AbilityRevoked(self, event: m.AbilityRevoked, _record: Record) -> None:  # noqa: N802
        self.counters[event.counter_no].granted.discard((event.department, event.item_key))

    # ---- calls and service --------------------------------------------------------------------------------------

    def _TicketPreviewed(self, event: m.TicketPreviewed, record: Record) -> None:  # noqa: N802
        self.tickets[event.ticket_id].previewed_by = event.counter_no
        counter = self.counters[event.counter_no]
        counter.preview_id, counter.preview_passed = event.ticket_id, event.passed
        counter.preview_since = self.time(record.at)

    def _TicketPutBack(self, event: m.TicketPutBack, _record: Record) -> None:  # noqa: N802
        self.tickets[event.ticket_id].previewed_by = None
        self.counters[event.counter_no].preview_id = None

    def _TicketCalled(self, event: m.TicketCalled, record: Record) -> None:  # noqa: N802
        ticket, counter = self.tickets[event.ticket_id], self.counters[event.counter_no]
        if event.why is not None:
            self._set_free(event.ticket_id, "called")
            ticket.at_counter = ticket.last_counter = counter.number
            counter.ticket_id, counter.preview_id = ticket.ticket_id, None
        ticket.calls, ticket.last_call = event.call_count, self.time(record.at)

    def _ServiceStarted(self, event: m.ServiceStarted, _record: Record) -> None:  # noqa: N802
        self.tickets[event.ticket_id].state = "serving"

    def _TicketMissed(self, event: m.TicketMissed, _record: Record) -> None:  # noqa: N802
        ticket = self._set_free(event.ticket_id, "missed" if event.returns_after is None else "waiting")
        ticket.misses += 1
        if event.returns_after is not None:
            ticket.lets_pass = ticket.returns = event.returns_after
            ticket.passes = {}
            ticket.not_before = self.time(event.not_before) if event.not_before else 0

    def _TicketHeld(self, event: m.TicketHeld, _record: Record) -> None:  # noqa: N802
        self._set_free(event.ticket_id, "on_hold").held_by = event.counter_no

    def _TicketTransferred(self, event: m.TicketTransferred, record: Record) -> None:  # noqa: N802
        ticket = self._set_free(event.ticket_id, "waiting")
        ticket.sent_by = None if event.is_return else (event.from_counter, ticket.item_key)
        ticket.prefix, ticket.item_key = event.prefix, event.item_key
        ticket.for_counter, ticket.for_staff = event.to_counter, event.to_staff
        ticket.way_back, ticket.sent_at = event.way_back or (), self.time(record.at)

    def _TicketSentBack(self, event: m.TicketSentBack, record: Record) -> None:  # noqa: N802
        ticket = self._set_free(event.ticket_id, "waiting")
        ticket.prefix, ticket.item_key = event.prefix, event.item_key
        ticket.for_counter, ticket.way_back, ticket.sent_by = event.to_counter, event.way_back, None
        ticket.sent_at = self.time(record.at)

    def _MatterAdded(self, event: m.MatterAdded, _record: Record) -> None:  # noqa: N802
        self.tickets[event.ticket_id].further.append(event.item_key)

    def _MatterCompleted(self, event: m.MatterCompleted, _record: Record) -> None:  # noqa: N802
        ticket = self.tickets[event.ticket_id]
        if event.stays:
            ticket.state = "serving"
        else:
            self._set_free(event.ticket_id, "waiting")
        ticket.prefix, ticket.item_key, ticket.further = event.next_prefix, event.next_item, ticket.further[1:]
        ticket.sent_by = None
        ticket.handled += 1

    def _ServiceCompleted(self, event: m.ServiceCompleted, _record: Record) -> None:  # noqa: N802
        self._end(event.ticket_id, "completed")
        self.ratings[event.rating_id] = "open"

    def _ServiceRated(self, event: m.ServiceRated, _record: Record) -> None:  # noqa: N802
        self.ratings[event.rating_id] = "given"
        self.rated_tickets.add(event.ticket_id)

    def _RatingClosed(self, event: m.RatingClosed, _record: Record) -> None:  # noqa: N802
        self.ratings[event.rating_id] = "closed"

    # ---- leases, appointments, people ---------------------------------------------------------------------------

    def _NumbersLeased(self, event: m.NumbersLeased, _record: Record) -> None:  # noqa: N802
        self.leases[event.lease_id] = event

    def _AppointmentBooked(self, event: m.AppointmentBooked, _record: Record) -> None:  # noqa: N802
        self.appointments[event.appointment_no] = Appointment(
            event.item_key, event.prefix, event.starts_at, event.ends_at, event.person, rules_seq=self.rules_seq
        )

    def _AppointmentMoved(self, event: m.AppointmentMoved, _record: Record) -> None:  # noqa: N802
        moved = self.appointments[event.appointment_no]
        moved.starts_at, moved.ends_at, moved.rules_seq = event.starts_at, event.ends_at, self.rules_seq

    def _AppointmentCancelled(self, event: m.AppointmentCancelled, _record: Record) -> None:  # noqa: N802
        self.appointments[event.appointment_no].state = "cancelled"

    def _PersonBanned(self, event: m.PersonBanned, _record: Record) -> None:  # noqa: N802
        self.bans[event.person] = event.until

    def _BanLifted(self, event: m.BanLifted, _record: Record) -> None:  # noqa: N802
        self.bans.pop(event.person, None)

    # ---- what several have in common ----------------------------------------------------------------------------

    def _set_free(self, ticket_id: str, state: str) -> Ticket:
        """Take a ticket from whatever has it, into a state."""
        ticket = self.tickets[ticket_id]
        for counter in self.counters.values():
            if counter.ticket_id == ticket_id:
                counter.ticket_id = None
            if counter.preview_id == ticket_id:
                counter.preview_id = None
        ticket.state, ticket.at_counter, ticket.held_by, ticket.previewed_by = state, None, None, None
        ticket.for_counter = ticket.for_staff = ticket.lets_pass = None
        ticket.not_before = 0
        return ticket

    def _end(self, ticket_id: str, state: str) -> None:
        self._set_free(ticket_id, state)
