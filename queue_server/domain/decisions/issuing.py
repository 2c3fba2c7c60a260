"""Drawing numbers: who may have one, with which priority, and what the ticket says."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from msgspec import structs

from hall import messages as m
from hall.catalogue import ServiceItem
from hall.clock import business_day
from hall.hours import admission, interval_at
from hall.priority import PriorityClass
from hall.ticket import LAST_NUMBER, display_number
from queue_server.domain import refusals as no
from queue_server.domain.ahead import ahead_count
from queue_server.domain.decisions.asking import NewId, check_place, item_of
from queue_server.domain.decisions.rights import check_document, check_person, check_representative
from queue_server.domain.estimate import wait_estimate
from queue_server.domain.hall_day import HallDay

C = TypeVar("C", m.IssueTicket, m.MergeTicket)


class Admitted(NamedTuple):
    """What a visitor counts as."""

    priority: PriorityClass
    green_group: str | None = None
    by_age: bool = False  # the document's birth date says so; else the visitor or the desk does


NOT_ADMITTED = Admitted(PriorityClass.ORDINARY)


def issue(hall: HallDay, command: m.IssueTicket, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    """Draw the next number of the first matter's queue; every matter's queue must allow it."""
    item = item_of(hall, command.item_key)
    further = tuple([item_of(hall, key) for key in command.further_items]) if command.further_items else ()
    check_place(hall, command.kiosk_id)
    prefixes = tuple({each.queue: None for each in (item, *further)}) if further else (item.queue,)
    if command.person or command.identity_kind or command.masked_number or command.principal:
        command = _as_kept(hall, command, prefixes)
    check_day(hall)
    _check_size(hall, command, item.queue)
    _check_visitor(hall, command, prefixes)
    interval = check_hours(hall, item, now)
    counted = _check_further(hall, item, further, now) if further else ()
    issued = ticket_issued(
        hall,
        item,
        now,
        priority_of(hall, command.green_group, command.age_years),
        ticket_id=new_id(),
        number=next_number(hall, item.queue),
        kiosk_id=command.kiosk_id,
        quota_interval=interval,
    )
    return [_telling(issued, command, counted)]


def ticket_issued(
    hall: HallDay,
    item: ServiceItem,
    now: datetime,
    admitted: Admitted,
    *,
    ticket_id: str,
    number: int,
    kiosk_id: str,
    arrived_at: datetime | None = None,
    quota_interval: str | None = None,
) -> m.TicketIssued:
    """What every ticket says, with the place in line and the wait as they are now; the caller adds what few say.

    A call with more than fifteen keywords goes by way of a dictionary (CPython), which would cost every ticket 1 us.
    """
    priority, group, by_age = admitted
    ahead = ahead_count(hall, item.queue, priority, arrived_at or now)
    wait = wait_estimate(hall, item, priority, ahead, now)
    issued = m.TicketIssued(
        ticket_id=ticket_id,
        display_number=display_number(item.queue, number),
        business_day=hall.day or business_day(now),  # a clock set back does not go back a day
        prefix=item.queue,
        number=number,
        item_key=item.key,
        kiosk_id=kiosk_id,
        ahead_count=ahead,
        wait_p10_s=wait.p10_s if wait else None,
        wait_p50_s=wait.p50_s if wait else None,
        wait_p90_s=wait.p90_s if wait else None,
        wait_basis=wait.basis if wait else None,
        priority=priority,
        arrived_at=arrived_at,
        quota_interval=quota_interval,
    )
    return structs.replace(issued, green_group=group, green_by_age=by_age) if group else issued


def _telling(issued: m.TicketIssued, command: m.IssueTicket, counted: tuple[str, ...]) -> m.TicketIssued:
    """The ticket with what its draw tells of the visitor; `counted` is what its further matters count in."""
    return structs.replace(
        issued,
        identity_kind=command.identity_kind,
        masked_number=command.masked_number,
        person=command.person,
        further_items=command.further_items,
        further_quotas=counted,
        party_size=command.party_size,
        note=command.note,
        special_need=command.special_need,
        is_representative=command.is_representative,
        principal=command.principal,
    )


def next_number(hall: HallDay, prefix: str) -> int:
    """The next number of a queue that was neither given out nor leased; raises `QueueFull`."""
    number = hall.last_number.get(prefix, 0) + 1
    if number > LAST_NUMBER:
        raise no.QueueFull(f"queue {prefix} has given out all of today's numbers", prefix=prefix)
    return number


def priority_of(hall: HallDay, declared: str | None, age_years: int | None) -> Admitted:
    """The class and the green-channel group of a visitor, by declaration or by age; raises `UnknownGroup`.

    A declared age is not believed against the document: with 30 years on the card, "70 years or over" is an ordinary
    visitor, whom the desk may still admit. Without a document the declaration stands.
    """
    if declared is None and age_years is None:
        return NOT_ADMITTED
    groups = hall.rules.order.green_groups
    if declared is not None:
        group = next((group for group in groups if group.key == declared), None)
        if group is None:
            raise no.UnknownGroup(f"the green channel has no group {declared!r}")
        if group.from_age is None or age_years is None:
            return Admitted(PriorityClass.GREEN, declared)
        if age_years >= group.from_age:
            return Admitted(PriorityClass.GREEN, declared, by_age=True)
    if age_years is not None:
        for group in groups:
            if group.from_age is not None and age_years >= group.from_age:
                return Admitted(PriorityClass.GREEN, group.key, by_age=True)
    return NOT_ADMITTED


def _as_kept(hall: HallDay, command: m.IssueTicket, prefixes: Sequence[str]) -> m.IssueTicket:
    """The same draw as the ticket tells it: whoever names a principal represents, and some queues want no names."""
    if command.principal is not None:
        command = structs.replace(command, is_representative=True)
    if hall.plan.keeps_identity(*prefixes):
        return command
    return structs.replace(without_identity(command), principal=None)


def without_identity(command: C) -> C:
    """The same draw without who draws. The age stays: it says a class, and no person."""
    return structs.replace(command, identity_kind=None, masked_number=None, person=None)


def check_day(hall: HallDay) -> None:
    """See that the day goes on; raises `DayIsClosed`."""
    if hall.is_closed:
        raise no.DayIsClosed(f"the day {hall.day} is over; numbers are drawn again tomorrow, or after it was reopened")


def check_hours(hall: HallDay, item: ServiceItem, now: datetime) -> str | None:
    """See that a matter is open to walk-ins now and its queue has numbers left; raises `QueueClosed`, `QuotaUsed`.

    Returns:
        The issuing interval, by its begin as "HH:MM", that the ticket counts in.
    """
    hours, prefix = hall.plan.hours_of(item.key), item.queue
    if hours is None:
        return None
    let_in = admission(hours, hall.plan.calendar, now, is_booked=False)
    if not let_in.is_open and not _is_lent_at_noon(hall, item, now):
        opens_at = let_in.opens_at.isoformat() if let_in.opens_at else None
        raise no.QueueClosed(
            f"queue {prefix} takes no walk-in tickets now: {let_in.cause.replace('_', ' ')}",
            prefix=prefix,
            cause=let_in.cause.value,
            opens_at=opens_at,
            may_book=let_in.may_book,
            is_self_service=let_in.is_self_service,
        )
    if hours.quota_a_day is not None and hall.issued_in.get(prefix, 0) >= hours.quota_a_day:
        raise no.QuotaUsed(f"queue {prefix} gives {hours.quota_a_day} tickets a day", prefix=prefix, of="day")
    interval = interval_at(hall.plan.queues[prefix].hours, now)
    if interval is None:
        return None
    name = interval.name
    if hall.issued_in.get(f"{prefix} {name}", 0) >= interval.quota:
        raise no.QuotaUsed(
            f"queue {prefix} gives {interval.quota} tickets from {name} to {interval.end:%H:%M}", prefix=prefix, of=name
        )
    return name


def _is_lent_at_noon(hall: HallDay, item: ServiceItem, now: datetime) -> bool:
    """Whether a matter rests at noon by the plan only: a counter on the noon roster may handle it today."""
    hours = hall.plan.queues[item.queue].hours
    if hours is None or hours.noon is None or not hours.noon.holds(now):
        return False
    lent = any(item.ability in c.granted and hall.plan.counters[n].opens_at_noon for n, c in hall.counters.items())
    return lent and admission(hours, hall.plan.calendar, now, is_booked=False).is_open


def _check_further(hall: HallDay, first: ServiceItem, further: Sequence[ServiceItem], now: datetime) -> tuple[str, ...]:
    """See that further matters are open to walk-ins too.

    Returns:
        What the ticket counts in beside its own queue: once in each of them, however many of its matters are handled
        there, for the quotas count tickets.
    """
    counted: dict[str, None] = {}
    for item in further:
        interval = check_hours(hall, item, now)
        if item.queue != first.queue:
            counted[item.queue] = None
            if interval is not None:
                counted[f"{item.queue} {interval}"] = None
    return tuple(counted)


def _check_visitor(hall: HallDay, command: m.IssueTicket, prefixes: tuple[str, ...]) -> None:
    """See that the visitor may have a ticket of these queues, or may take one for somebody else."""
    has_document = command.identity_kind is not None
    if command.is_representative:
        check_representative(hall, command.person, command.principal, prefixes, has_document=has_document)
        return
    if not has_document:
        check_document(hall, prefixes)
    if command.person is not None:
        check_person(hall, command.person, prefixes)


def _check_size(hall: HallDay, command: m.IssueTicket, prefix: str) -> None:
    rules = hall.rules.persons
    if not 1 <= command.party_size <= rules.largest_party:
        raise no.PartyTooLarge(f"a ticket stands for 1 to {rules.largest_party} people", prefix=prefix)
    if 1 + len(command.further_items) > rules.most_items:
        raise no.TooManyItems(f"a ticket carries up to {rules.most_items} matters", prefix=prefix)
