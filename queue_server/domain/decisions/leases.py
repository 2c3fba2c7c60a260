"""Blocks of numbers for kiosks that may lose the server, and the tickets that they hand in afterwards."""

from datetime import datetime, time

from msgspec import structs

from hall import messages as m
from hall.clock import business_day
from hall.hours import interval_at
from hall.ticket import LAST_NUMBER
from queue_server.domain import refusals as no
from queue_server.domain.decisions.asking import NewId, check_place, item_of
from queue_server.domain.decisions.issuing import (
    check_day,
    next_number,
    priority_of,
    ticket_issued,
    without_identity,
)
from queue_server.domain.hall_day import HallDay, Lease


def lease_numbers(hall: HallDay, command: m.LeaseNumbers, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    """Take a block off the queue's numbers for good: what the kiosk does not use is not used today."""
    prefix, rules = command.prefix, hall.rules.leases
    if prefix not in hall.plan.queues:
        raise no.UnknownQueue(f"the hall has no queue {prefix!r}")
    check_place(hall, command.kiosk_id)
    check_day(hall)
    if not 1 <= command.count <= rules.largest_block:
        raise no.LeaseTooLarge(f"a block holds 1 to {rules.largest_block} numbers", prefix=prefix)
    open_blocks = [
        lease
        for lease in hall.leases.values()
        if (lease.kiosk_id, lease.prefix) == (command.kiosk_id, prefix) and not _is_used_up(lease)
    ]
    if len(open_blocks) >= rules.most_open:
        raise no.LeaseTooLarge(
            f"kiosk {command.kiosk_id} has {rules.most_open} blocks of queue {prefix}", prefix=prefix
        )
    first = next_number(hall, prefix)
    return [
        m.NumbersLeased(
            lease_id=new_id(),
            kiosk_id=command.kiosk_id,
            business_day=hall.day or business_day(now),
            prefix=prefix,
            first=first,
            last=min(first + command.count - 1, LAST_NUMBER),
        )
    ]


def merge_ticket(hall: HallDay, command: m.MergeTicket, now: datetime, _new_id: NewId) -> list[m.AnyEvent]:
    """Take in a ticket that exists on paper already. Rules about people and hours are not asked: it was given out.

    It counts in the quota of the interval in which its visitor came, also beyond it.
    After the day was closed it is still written down, for the statistics and for its kiosk, and over at once.
    """
    item = item_of(hall, command.item_key)
    _check_lease(hall, command, item.queue)
    if not hall.plan.keeps_identity(item.queue):
        command = without_identity(command)
    known = {group.key for group in hall.rules.order.green_groups}
    declared = command.green_group if command.green_group in known else None  # the rules may have changed since
    arrived_at = _within_today(hall, command.arrived_at, now)
    interval = interval_at(hall.plan.queues[item.queue].hours, arrived_at)
    issued = ticket_issued(
        hall,
        item,
        now,
        priority_of(hall, declared, command.age_years),
        ticket_id=command.ticket_id,
        number=command.number,
        kiosk_id=command.kiosk_id,
        arrived_at=arrived_at,
        quota_interval=interval.name if interval else None,
    )
    issued = structs.replace(
        issued,
        identity_kind=command.identity_kind,
        masked_number=command.masked_number,
        person=command.person,
        lease_id=command.lease_id,
    )
    return [_over_at_once(issued) if hall.is_closed else issued]


def _check_lease(hall: HallDay, command: m.MergeTicket, prefix: str) -> None:
    """See that a number was the kiosk's to give out, once; raises `UnknownLease`, `NotInLease`, `NumberUsed`."""
    lease = hall.leases.get(command.lease_id)
    if lease is None or lease.kiosk_id != command.kiosk_id:
        raise no.UnknownLease(f"kiosk {command.kiosk_id} has no block {command.lease_id!r} today")
    if lease.prefix != prefix or not lease.first <= command.number <= lease.last:
        raise no.NotInLease(f"{command.number} is not a number of the block {lease.prefix}{lease.first}-{lease.last}")
    if command.number in lease.used or command.ticket_id in hall.tickets:
        raise no.NumberUsed(f"the number {lease.prefix}{command.number} was handed in before")


def _over_at_once(issued: m.TicketIssued) -> m.TicketIssued:
    """A ticket of a day that was closed: it waits for nobody, so there is no wait to tell."""
    return structs.replace(
        issued, after_closing=True, wait_p10_s=None, wait_p50_s=None, wait_p90_s=None, wait_basis=None
    )


def _within_today(hall: HallDay, claimed: datetime, now: datetime) -> datetime:
    """A kiosk's clock may be wrong: nobody arrived before today began, nor after now."""
    day_began = datetime.combine(hall.reached or business_day(now), time(), tzinfo=now.tzinfo)
    try:
        return min(max(claimed.astimezone(now.tzinfo), day_began), now)
    except OverflowError:  # at the edge of the calendar, where it has no other zone
        return now


def _is_used_up(lease: Lease) -> bool:
    return len(lease.used) > lease.last - lease.first
