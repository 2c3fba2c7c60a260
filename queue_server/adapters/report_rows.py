"""The rows that reports read, made from the journal's records and written in the same transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa

from hall import messages as m
from hall.ticket import TicketState
from queue_server.adapters import tables as t
from queue_server.domain.evolve import Record

Change = tuple[sa.Executable, dict[str, Any]]
"""A statement and the values of one row."""

KEY = "row_key"  # names the row in an update; no column is called so


def write_report_rows(connection: sa.Connection, records: Sequence[Record]) -> None:
    """Write what the records change, in their order; neighbours of one kind go to the database together."""
    changes = (change for record in records for change in CHANGES[type(record.event)](record, record.event))
    for statement, run in groupby(changes, key=lambda change: change[0]):
        connection.execute(statement, [values for _statement, values in run])


def _update(table: sa.Table, key: str, *columns: str) -> sa.Update:
    """An update of some columns of one row."""
    values: dict[str, Any] = {column: sa.bindparam(f"new_{column}") for column in columns}
    return sa.update(table).where(table.c[key] == sa.bindparam(KEY)).values(values)


def _row(key: str, **values: Any) -> dict[str, Any]:
    return {KEY: key} | {f"new_{column}": value for column, value in values.items()}


ISSUED = sa.insert(t.ticket)
PRINTED = _update(t.ticket, "ticket_id", "is_printed")
CALLED = _update(t.ticket, "ticket_id", "state", "called_at", "waited_s", "counter_no", "staff_no")
RECALLED = _update(t.ticket, "ticket_id", "counter_no", "staff_no")
STARTED = _update(t.ticket, "ticket_id", "state", "started_at")
ENDED = _update(t.ticket, "ticket_id", "state", "ended_at")
COMPLETED = _update(t.ticket, "ticket_id", "state", "ended_at", "served_s")
RATING_OPENED = sa.insert(t.rating)
RATED = _update(t.rating, "rating_id", "level", "channel", "ended_at")
RATING_CLOSED = _update(t.rating, "rating_id", "end_cause", "ended_at")


def _day_started(record: Record, event: m.DayStarted) -> Iterator[Change]:
    for ticket_id in event.expired:
        yield ENDED, _row(ticket_id, state=TicketState.EXPIRED.value, ended_at=record.at)


def _issued(record: Record, event: m.TicketIssued) -> Iterator[Change]:
    values = {
        "ticket_id": event.ticket_id,
        "business_day": event.business_day.isoformat(),
        "prefix": event.prefix,
        "number": event.number,
        "display_number": event.display_number,
        "item_key": event.item_key,
        "kiosk_id": event.kiosk_id,
        "state": TicketState.WAITING.value,
        "masked_number": event.masked_number,
        "issued_at": record.at,
    }
    yield ISSUED, values


def _printed(_record: Record, event: m.TicketPrinted | m.TicketNotPrinted) -> Iterator[Change]:
    yield PRINTED, _row(event.ticket_id, is_printed=isinstance(event, m.TicketPrinted))


def _called(record: Record, event: m.TicketCalled) -> Iterator[Change]:
    where = {"counter_no": event.counter_no, "staff_no": event.staff_no}
    if event.call_count > 1:
        yield RECALLED, _row(event.ticket_id, **where)
        return
    first = {"state": TicketState.CALLED.value, "called_at": record.at, "waited_s": event.waited_s}
    yield CALLED, _row(event.ticket_id, **first, **where)


def _started(record: Record, event: m.ServiceStarted) -> Iterator[Change]:
    yield STARTED, _row(event.ticket_id, state=TicketState.SERVING.value, started_at=record.at)


def _missed(record: Record, event: m.TicketMissed) -> Iterator[Change]:
    yield ENDED, _row(event.ticket_id, state=TicketState.MISSED.value, ended_at=record.at)


def _completed(record: Record, event: m.ServiceCompleted) -> Iterator[Change]:
    served = {"state": TicketState.COMPLETED.value, "ended_at": record.at, "served_s": event.served_s}
    yield COMPLETED, _row(event.ticket_id, **served)
    rating = {
        "rating_id": event.rating_id,
        "ticket_id": event.ticket_id,
        "counter_no": event.counter_no,
        "staff_no": event.staff_no,
        "opened_at": record.at,
    }
    yield RATING_OPENED, rating


def _rated(record: Record, event: m.ServiceRated) -> Iterator[Change]:
    yield RATED, _row(event.rating_id, level=event.level.value, channel=event.channel.value, ended_at=record.at)


def _rating_closed(record: Record, event: m.RatingClosed) -> Iterator[Change]:
    yield RATING_CLOSED, _row(event.rating_id, end_cause=event.cause, ended_at=record.at)


def _nothing(_record: Record, _event: m.Event) -> Iterable[Change]:
    """Counters' comings and goings are read from the journal itself."""
    return ()


CHANGES: dict[type[msgspec.Struct], Callable[[Record, Any], Iterable[Change]]] = {
    m.DayStarted: _day_started,
    m.TicketIssued: _issued,
    m.TicketPrinted: _printed,
    m.TicketNotPrinted: _printed,
    m.TicketCalled: _called,
    m.ServiceStarted: _started,
    m.TicketMissed: _missed,
    m.ServiceCompleted: _completed,
    m.ServiceRated: _rated,
    m.RatingClosed: _rating_closed,
    m.CounterOpened: _nothing,
    m.CounterClosed: _nothing,
    m.CounterPaused: _nothing,
    m.CounterResumed: _nothing,
}
