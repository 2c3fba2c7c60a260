"""The rows that reports read: a day's tickets, periods and ratings, made from its events once it is over.

They can be made again at any time; today is read from the server's memory instead.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa

from hall import messages as m
from hall.ticket import TicketState
from queue_server.adapters import tables as t
from queue_server.domain.ledger import DayLedger, TicketLedger
from queue_server.domain.record import Record

AT_ONCE = 2_000  # records read, and tickets written, in one go: a day of a city hall need not fit in memory twice
DAY_OVER = "day_over"  # how a rating ends that is still open when its day is over

Row = dict[str, Any]
_decode_event = msgspec.json.Decoder(m.AnyEvent).decode
_decode_instant = msgspec.json.Decoder(datetime).decode


class DayNotOver(ValueError):
    """The day has no rows yet: it goes on."""


def rewrite_day(connection: sa.Connection, day: date) -> None:
    """Write a finished day's rows from its events, in place of those that are there.

    A day has begun more than once where a clock had leapt; the part that goes on is left out until it is over too.

    Raises:
        DayNotOver: no later day has begun.
        msgspec.MsgspecError: an event cannot be read; the caller's transaction must be given up.
    """
    for table in (t.ticket, t.period, t.rating):
        connection.execute(sa.delete(table).where(table.c.business_day == day.isoformat()))
    of_day = sa.select(t.day.c.seq).where(t.day.c.business_day == day.isoformat()).order_by(t.day.c.seq)
    begins = connection.scalars(of_day).all()
    for first in begins:
        last = connection.scalar(sa.select(sa.func.min(t.day.c.seq)).where(t.day.c.seq > first))
        if last is None:
            if first == begins[0]:
                raise DayNotOver(f"the business day {day} is not over")
            break
        rows = DayRows(day)
        for record in records_between(connection, first, last):
            rows.take(record)
        _write(connection, rows)


def records_between(connection: sa.Connection, first: int, last: int | None = None) -> Iterator[Record]:
    """The journal's records from one sequence to another, both included, in order; to the end when `last` is None."""
    columns = t.event.c
    query = sa.select(columns.seq, columns.at, columns.command_id, columns.body).where(columns.seq >= first)
    if last is not None:
        query = query.where(columns.seq <= last)
    for row in connection.execute(query.order_by(columns.seq)).yield_per(AT_ONCE):
        yield record_of(row)


def record_of(row: Any) -> Record:
    """A record, from (seq, at, command_id, body).

    Raises:
        msgspec.MsgspecError: it cannot be understood.
    """
    seq, at, command_id, body = row
    return Record(seq=seq, at=_decode_instant(f'"{at}"'), command_id=command_id, event=_decode_event(body))


class DayRows:
    """Gathers the rows of one day, record by record."""

    def __init__(self, day: date) -> None:
        self._day = day.isoformat()
        self._ledger = DayLedger()
        self._tickets: dict[str, Row] = {}
        self._ratings: dict[str, Row] = {}

    def take(self, record: Record) -> None:
        """Note what a record says of a ticket or a rating."""
        self._ledger.take(record)
        event = record.event
        if isinstance(event, m.TicketIssued):
            self._tickets[event.ticket_id] = _issued(event, record, self._day)
        elif isinstance(event, m.DayStarted | m.DayClosed):
            self._end_day(record)
        elif (change := CHANGES.get(type(event))) is not None:
            row = self._tickets.get(event.ticket_id)  # type: ignore[union-attr]
            if row is not None:
                change(row, event, record)
        self._note_rating(record, event)

    def tickets(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each ticket's row, and the rows of its periods."""
        for ticket_id, row in self._tickets.items():
            ledger = self._ledger.of(ticket_id)
            yield row | _totals(ledger), list(_periods(row, ledger))

    def ratings(self) -> list[Row]:
        """The ratings' rows."""
        return list(self._ratings.values())

    def _end_day(self, record: Record) -> None:
        for row in self._tickets.values():
            if row["state"] not in ENDED:
                row["state"] = TicketState.EXPIRED.value
        for row in self._ratings.values():
            if row["ended_at"] is None:
                row.update(ended_at=record.at, end_cause=DAY_OVER)

    def _note_rating(self, record: Record, event: m.AnyEvent) -> None:
        if isinstance(event, m.ServiceCompleted) and event.ticket_id in self._tickets:
            self._ratings[event.rating_id] = _rating_opened(event, record, self._day)
        elif isinstance(event, m.ServiceRated | m.RatingClosed) and event.rating_id in self._ratings:
            row = self._ratings[event.rating_id]
            row["ended_at"] = record.at
            if isinstance(event, m.ServiceRated):
                row.update(level=event.level.value, channel=event.channel.value)
            else:
                row["end_cause"] = event.cause


def _write(connection: sa.Connection, rows: DayRows) -> None:
    gathered = rows.tickets()
    while some := list(islice(gathered, AT_ONCE)):
        connection.execute(sa.insert(t.ticket), [row for row, _periods in some])
        connection.execute(sa.insert(t.period), [period for _row, periods in some for period in periods])
    if ratings := rows.ratings():
        connection.execute(sa.insert(t.rating), ratings)


ENDED = {state.value for state in (TicketState.COMPLETED, TicketState.CANCELLED, TicketState.MISSED)}
"""The states that the day's end leaves alone: who was missed and did not come back was missed, not too late."""


def _issued(event: m.TicketIssued, record: Record, business_day: str) -> Row:
    return {
        "business_day": business_day,
        "ticket_id": event.ticket_id,
        "prefix": event.prefix,
        "number": event.number,
        "display_number": event.display_number,
        "item_key": event.item_key,
        "kiosk_id": event.kiosk_id,
        "state": TicketState.WAITING.value,
        "is_printed": None,
        "masked_number": event.masked_number,
        "priority": event.priority.value,
        "green_group": event.green_group,
        "party_size": event.party_size,
        "is_representative": event.is_representative,
        "appointment_no": event.appointment_no,
        "wait_p10_s": event.wait_p10_s,
        "wait_p50_s": event.wait_p50_s,
        "wait_p90_s": event.wait_p90_s,
        "issued_at": record.at,
        "arrived_at": event.arrived_at or record.at,
        "called_at": None,
        "started_at": None,
        "call_count": 0,
        "missed_count": 0,
        "counter_no": None,
        "staff_no": None,
    }


def _printed(row: Row, event: m.TicketPrinted | m.TicketNotPrinted, _record: Record) -> None:
    row["is_printed"] = isinstance(event, m.TicketPrinted)


def _called(row: Row, event: m.TicketCalled, record: Record) -> None:
    row["called_at"] = row["called_at"] or record.at
    row.update(
        state=TicketState.CALLED.value,
        call_count=row["call_count"] + 1,
        counter_no=event.counter_no,
        staff_no=event.staff_no,
    )


def _started(row: Row, _event: m.ServiceStarted, record: Record) -> None:
    row["started_at"] = row["started_at"] or record.at


def _missed(row: Row, event: m.TicketMissed, _record: Record) -> None:
    row["missed_count"] += 1
    row["state"] = (TicketState.MISSED if event.returns_after is None else TicketState.WAITING).value


def _waits(row: Row, _event: m.TicketRequeued, _record: Record) -> None:
    row["state"] = TicketState.WAITING.value


def _marked(row: Row, event: m.TicketMarked, _record: Record) -> None:
    row["party_size"] = event.party_size or row["party_size"]


def _priority_changed(row: Row, event: m.PriorityChanged, _record: Record) -> None:
    row.update(priority=event.priority.value, green_group=event.green_group)


def _cancelled(row: Row, _event: m.TicketCancelled, _record: Record) -> None:
    row["state"] = TicketState.CANCELLED.value


def _completed(row: Row, event: m.ServiceCompleted, _record: Record) -> None:
    row.update(state=TicketState.COMPLETED.value, staff_no=event.staff_no)


CHANGES: dict[type[m.Event], Callable[[Row, Any, Record], None]] = {
    m.TicketPrinted: _printed,
    m.TicketNotPrinted: _printed,
    m.TicketCalled: _called,
    m.ServiceStarted: _started,
    m.TicketMissed: _missed,
    m.TicketRequeued: _waits,
    m.TicketMarked: _marked,
    m.PriorityChanged: _priority_changed,
    m.TicketCancelled: _cancelled,
    m.ServiceCompleted: _completed,
}
"""What an event changes in its ticket's row, beside its periods."""


def _totals(ledger: TicketLedger) -> Row:
    return {
        "ended_at": ledger.periods[-1].ended_at if ledger.periods else None,
        "waited_s": ledger.waited_s,
        "walked_s": ledger.walked_s,
        "served_s": ledger.served_s,
        "held_s": ledger.held_s,
        "is_accurate": ledger.is_accurate,
    }


def _periods(ticket: Row, ledger: TicketLedger) -> Iterator[Row]:
    for position, period in enumerate(ledger.periods, 1):
        yield {
            "business_day": ticket["business_day"],
            "ticket_id": ticket["ticket_id"],
            "position": position,
            "kind": period.kind.value,
            "began_at": period.began_at,
            "ended_at": period.ended_at,
            "counter_no": period.counter_no,
            "staff_no": period.staff_no,
            "item_key": period.item_key,
            "is_accurate": period.is_accurate,
        }


def _rating_opened(event: m.ServiceCompleted, record: Record, business_day: str) -> Row:
    return {
        "business_day": business_day,
        "rating_id": event.rating_id,
        "ticket_id": event.ticket_id,
        "counter_no": event.counter_no,
        "staff_no": event.staff_no,
        "level": None,
        "channel": None,
        "opened_at": record.at,
        "ended_at": None,
        "end_cause": None,
    }
