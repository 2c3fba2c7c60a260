"""An audit of a hall's state: its parts must agree with each other, whatever has happened."""

from collections.abc import Callable
from itertools import pairwise

from hall.counter import CounterStatus
from hall.ticket import TicketState
from queue_server.domain.changes.standing import belongs_aside
from queue_server.domain.hall_day import HallDay

AT_COUNTER = {TicketState.CALLED: CounterStatus.CALLING, TicketState.SERVING: CounterStatus.SERVING}


def audit(hall: HallDay) -> None:
    """See that the parts of a state agree with each other; an AssertionError names what does not."""
    for check in AUDITS:
        check(hall)


def _waiting_tickets_stand_in_one_place(hall: HallDay) -> None:
    waiting = {t.ticket_id: t for t in hall.tickets.values() if t.state is TicketState.WAITING}
    in_lines = []
    for prefix in hall.plan.queues:
        lines = hall.lines.of(prefix)
        assert all(len(line) > 0 for line in lines.values()), "an empty line is kept"
        assert hall.lines.count(prefix) == sum(map(len, lines.values())), f"queue {prefix} is counted wrongly"
        for key, line in lines.items():
            places = list(line)
            assert all(one < other for one, other in pairwise(places)), f"{key} is out of order"
            for place in places:
                ticket = waiting[place.ticket_id]
                assert (ticket.line, ticket.place) == (key, place), f"{ticket.display_number} stands elsewhere"
                in_lines.append(place.ticket_id)
    assert len(in_lines) == len(set(in_lines)), "a ticket stands in two lines"
    aside = {ticket_id for ticket_id, ticket in waiting.items() if belongs_aside(ticket)}
    assert set(hall.aside) == aside, "aside is wrong"
    assert set(in_lines) == waiting.keys() - aside, "a waiting ticket stands nowhere"


def _held_tickets_are_listed(hall: HallDay) -> None:
    assert set(hall.held) == {t.ticket_id for t in hall.tickets.values() if t.state is TicketState.ON_HOLD}


def _missed_tickets_are_listed(hall: HallDay) -> None:
    assert set(hall.missed) == {t.ticket_id for t in hall.tickets.values() if t.state is TicketState.MISSED}


def _a_visitor_is_at_one_counter(hall: HallDay) -> None:
    at = [c.ticket_id for c in hall.counters.values() if c.ticket_id is not None]
    assert len(at) == len(set(at)), "a ticket is at two counters"
    called = {t.ticket_id for t in hall.tickets.values() if t.state in AT_COUNTER}
    assert set(at) == called, "a called ticket is at no counter, or a counter has one that is not called"
    for counter in hall.counters.values():
        if counter.ticket_id is not None:
            ticket = hall.tickets[counter.ticket_id]
            assert ticket.counter_no == counter.counter_no
            assert counter.status is AT_COUNTER[ticket.state]
        else:
            assert counter.status not in AT_COUNTER.values(), f"counter {counter.counter_no} serves nobody"


def _a_preview_is_known_to_both(hall: HallDay) -> None:
    looking = {c.counter_no: c.preview_id for c in hall.counters.values() if c.preview_id is not None}
    looked_at = {
        t.previewed_by: t.ticket_id
        for t in hall.tickets.values()
        if t.previewed_by is not None and t.state is TicketState.WAITING
    }
    assert looking == looked_at, "a preview is known to one side only"


def _clerks_are_at_one_counter(hall: HallDay) -> None:
    clerks = [c.staff_no for c in hall.counters.values() if c.staff_no is not None]
    assert len(clerks) == len(set(clerks)), "a clerk is at two counters"
    for counter in hall.counters.values():
        assert (counter.staff_no is None) == (counter.status is CounterStatus.CLOSED)
        assert (counter.pause_reason is None) == (counter.status is not CounterStatus.PAUSED)


def _nobody_waits_for_one_who_left(hall: HallDay) -> None:
    clerks = {c.staff_no for c in hall.counters.values()}
    for ticket_id in hall.aside:
        ticket = hall.tickets[ticket_id]
        if ticket.for_counter is not None:
            assert hall.counters[ticket.for_counter].status is not CounterStatus.CLOSED
        if ticket.for_staff is not None:
            assert ticket.for_staff in clerks, f"{ticket.display_number} waits for a clerk who left"


def _ratings_agree(hall: HallDay) -> None:
    still_open = {r.rating_id for r in hall.ratings.values() if r.is_open}
    assert set(hall.open_ratings) == still_open
    for counter in hall.counters.values():
        if counter.rating_id is not None:
            assert counter.rating_id in still_open
        assert counter.status is not CounterStatus.RATING or counter.rating_id is not None


def _numbers_are_unique(hall: HallDay) -> None:
    numbers = [t.display_number for t in hall.tickets.values()]
    assert len(numbers) == len(set(numbers)), "a number was given twice"
    leased = [(lease.prefix, n) for lease in hall.leases.values() for n in range(lease.first, lease.last + 1)]
    assert len(leased) == len(set(leased)), "two blocks share a number"


def _people_and_appointments_agree(hall: HallDay) -> None:
    known: dict[str, list[str]] = {}
    for ticket in sorted(hall.tickets.values(), key=lambda ticket: ticket.seq):
        if ticket.person is not None:
            known.setdefault(ticket.person, []).append(ticket.ticket_id)
    assert known.items() <= hall.tickets_of.items() or hall.is_closed
    for ticket in hall.tickets.values():
        assert ticket.principal is None or ticket.is_representative
        assert ticket.principal is None or ticket.ticket_id in hall.tickets_for[ticket.principal]
    for appointment in hall.appointments.values():
        assert (appointment.ticket_id is not None) == (appointment.state == "checked_in")


AUDITS: tuple[Callable[[HallDay], None], ...] = (
    _waiting_tickets_stand_in_one_place,
    _held_tickets_are_listed,
    _missed_tickets_are_listed,
    _a_visitor_is_at_one_counter,
    _a_preview_is_known_to_both,
    _clerks_are_at_one_counter,
    _nobody_waits_for_one_who_left,
    _ratings_agree,
    _numbers_are_unique,
    _people_and_appointments_agree,
)
