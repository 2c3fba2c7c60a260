"""The hall's state as bytes: a snapshot to start from, and a digest to compare two states by."""

import hashlib
from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct

from hall.catalogue import HallPlan
from hall.rules import HallRules
from hall.ticket import Sender, TicketState
from queue_server.domain.calibration import Calibration
from queue_server.domain.changes.standing import stand
from queue_server.domain.hall_day import (
    Appointment,
    Ban,
    Call,
    CounterDay,
    Estimate,
    HallDay,
    Lease,
    Rating,
    Ticket,
)


class Snapshot(Struct, frozen=True, kw_only=True):
    """What `HallDay` holds, field by field; what it can find again is left out."""

    seq: int
    at: datetime | None
    rules: HallRules
    day: date | None
    is_closed: bool
    began: int = 0
    was_reopened: bool = False
    reached: date | None = None
    numbers_of: dict[str, dict[str, int]] | None = None  # None: written before other days' numbers were remembered
    forgotten: date | None = None
    appointments: dict[str, Appointment]
    last_appointment: dict[str, int]
    no_shows: dict[str, list[date]]
    bans: dict[str, Ban]
    service_s: dict[str, list[float]]
    estimates: dict[str, list[Estimate]]
    calibration: dict[str, Calibration]
    tickets: dict[str, Ticket]
    last_number: dict[str, int]
    counters: dict[str, CounterDay]
    ratings: dict[str, Rating]
    leases: dict[str, Lease]
    calls_made: dict[str, int]
    issued_in: dict[str, int]
    calls: dict[str, list[Call]]
    site: dict[str, str] = {}


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Snapshot)


def dump(hall: HallDay) -> bytes:
    """The state as JSON; equal states give equal bytes."""
    return _encoder.encode(Snapshot(**{name: getattr(hall, name) for name in Snapshot.__struct_fields__}))


def load(plan: HallPlan, data: bytes) -> HallDay:
    """The state that `dump` wrote, for a plan that may have changed since.

    Raises:
        msgspec.DecodeError: not a snapshot.
        KeyError: the plan lacks something that the state is about.
    """
    snapshot = _decoder.decode(data)
    hall = HallDay(plan, **{name: getattr(snapshot, name) for name in Snapshot.__struct_fields__})
    if snapshot.numbers_of is None:
        hall.numbers_of, hall.forgotten = {}, snapshot.day and snapshot.day - timedelta(days=1)
    for number in hall.counters.keys() - plan.counters.keys():
        if hall.counters.pop(number).staff_no is not None:
            raise KeyError(number)
    for ticket in sorted(hall.tickets.values(), key=lambda ticket: ticket.seq):
        _place(hall, ticket)
    still_open = sorted((r for r in hall.ratings.values() if r.is_open), key=lambda rating: rating.opened_at)
    hall.open_ratings = dict.fromkeys(rating.rating_id for rating in still_open)
    return hall


def _place(hall: HallDay, ticket: Ticket) -> None:
    """Put a ticket where it is looked for."""
    if ticket.sender is not None:  # as it was written before there could be several
        ticket.way_back = (Sender(ticket.sender, ticket.sent_with or ticket.item_key),)
        ticket.sender = None
    if ticket.person is not None:
        hall.tickets_of.setdefault(ticket.person, []).append(ticket.ticket_id)
    if ticket.principal is not None:
        hall.tickets_for.setdefault(ticket.principal, []).append(ticket.ticket_id)
    if ticket.state is TicketState.WAITING:
        stand(hall, ticket)
    elif ticket.state is TicketState.ON_HOLD:
        hall.held[ticket.ticket_id] = None
    elif ticket.state is TicketState.MISSED:
        hall.missed[ticket.ticket_id] = None


def digest(hall: HallDay) -> str:
    """Names the state: SHA-256 in hex over what `dump` writes."""
    return hashlib.sha256(dump(hall)).hexdigest()
