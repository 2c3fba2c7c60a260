"""The journal on SQLite: write-ahead log, `synchronous=FULL`, one transaction a batch, one process a database."""

import fcntl
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from hall import messages as m
from hall.ticket import TicketState
from queue_server.adapters import tables as t
from queue_server.domain.evolve import Record
from queue_server.service.ports import JournalUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_decode_event = msgspec.json.Decoder(m.AnyEvent).decode
_encode_event = msgspec.json.Encoder().encode


class SqlJournal:
    """A `Journal` in one SQLite file. Opened and used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file, make it if need be, bring its tables up to date, and hold it against other processes.

        Raises:
            JournalUnavailable: another process holds it (the sentence names it), or it cannot be opened.
        """
        self._path = path
        self._lock_fd = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_fd = _hold(path)
            self._engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.StaticPool, connect_args=_CONNECT)
            sa.event.listen(self._engine, "connect", _set_pragmas)
            with self._engine.begin() as connection:
                _migrate(connection)
        except (SQLAlchemyError, OSError) as exc:
            self.close()
            raise JournalUnavailable(f"the journal {path} cannot be opened: {exc}") from exc

    def append(self, records: Sequence[Record]) -> None:
        """Keep a batch; durable on return."""
        try:
            with self._engine.begin() as connection:
                self._insert(connection, records)
                for record in records:
                    _REPORT_ROWS[type(record.event)](connection, record, record.event)
        except SQLAlchemyError as exc:
            raise JournalUnavailable(f"the journal {self._path} cannot be written: {exc}") from exc

    def answers(self, command_ids: Sequence[str]) -> dict[str, Record]:
        """The answers to those commands that were carried out before."""
        query = (
            sa.select(t.event, t.command.c.command_id.label("asked"))
            .join(t.command, t.command.c.answer_seq == t.event.c.seq)
            .where(t.command.c.command_id.in_(command_ids))
        )
        return {row.asked: _record(row) for row in self._rows(query)}

    def current_day(self) -> Iterable[Record]:
        """The records since the last business day began."""
        began = sa.select(sa.func.max(t.event.c.seq)).where(t.event.c.type == m.DayStarted.__name__).scalar_subquery()
        return [_record(row) for row in self._rows(sa.select(t.event).where(t.event.c.seq >= began).order_by("seq"))]

    def everything(self) -> Iterable[Record]:
        """Every record, oldest first; for checks."""
        return [_record(row) for row in self._rows(sa.select(t.event).order_by("seq"))]

    def close(self) -> None:
        """Give the file back; closing twice is harmless."""
        if hasattr(self, "_engine"):
            self._engine.dispose()
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def _rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        try:
            with self._engine.begin() as connection:
                return connection.execute(query).all()
        except SQLAlchemyError as exc:
            raise JournalUnavailable(f"the journal {self._path} cannot be read: {exc}") from exc

    @staticmethod
    def _insert(connection: sa.Connection, records: Sequence[Record]) -> None:
        rows = [
            {
                "seq": r.seq,
                "at": r.at.isoformat(),
                "command_id": r.command_id,
                "type": type(r.event).__name__,
                "body": _encode_event(r.event),
            }
            for r in records
        ]
        connection.execute(sa.insert(t.event), rows)
        answers = {r.command_id: r.seq for r in records}  # the last event of a command is its answer
        connection.execute(sa.insert(t.command), [{"command_id": c, "answer_seq": s} for c, s in answers.items()])


_CONNECT = {"check_same_thread": False, "timeout": 5.0}


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(connection: sa.Connection) -> None:
    """Bring the tables to the newest revision. Alembic costs half a second to import, so only when there is work."""
    newest = max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    is_new = not sa.inspect(connection).has_table("alembic_version")
    if not is_new and connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _hold(path: Path) -> int:
    """Lock `<path>.lock` for this process; the file names its holder, for the sentence that the next one prints."""
    fd = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        holder = os.read(fd, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(fd)
        raise JournalUnavailable(
            f"the journal {path} is held by the running server with process id {holder}: stop that one first"
        ) from exc
    os.ftruncate(fd, 0)
    os.pwrite(fd, str(os.getpid()).encode(), 0)
    return fd


def _record(row: sa.Row[Any]) -> Record:
    values = {"seq": row.seq, "at": row.at, "command_id": row.command_id}
    return msgspec.convert(values | {"event": _decode_event(row.body)}, Record)


# ---- the rows that reports read -------------------------------------------------------------------------------------


def _day_rows(connection: sa.Connection, record: Record, event: m.DayStarted) -> None:
    if event.expired:
        change = (
            sa.update(t.ticket)
            .where(t.ticket.c.ticket_id == sa.bindparam("expired_id"))
            .values(state=TicketState.EXPIRED.value, ended_at=record.at)
        )
        connection.execute(change, [{"expired_id": ticket_id} for ticket_id in event.expired])


def _issued_row(connection: sa.Connection, record: Record, event: m.TicketIssued) -> None:
    connection.execute(
        sa.insert(t.ticket).values(
            ticket_id=event.ticket_id,
            business_day=record.at.date().isoformat(),
            prefix=event.prefix,
            number=event.number,
            display_number=event.display_number,
            item_key=event.item_key,
            kiosk_id=event.kiosk_id,
            state=TicketState.WAITING.value,
            masked_number=event.masked_number,
            issued_at=record.at,
        )
    )


def _change_ticket(connection: sa.Connection, ticket_id: str, **values: Any) -> None:
    connection.execute(sa.update(t.ticket).where(t.ticket.c.ticket_id == ticket_id).values(**values))


def _printed_row(connection: sa.Connection, _record: Record, event: m.TicketPrinted | m.TicketNotPrinted) -> None:
    _change_ticket(connection, event.ticket_id, is_printed=isinstance(event, m.TicketPrinted))


def _called_row(connection: sa.Connection, record: Record, event: m.TicketCalled) -> None:
    values: dict[str, Any] = {"counter_no": event.counter_no, "staff_no": event.staff_no}
    if event.call_count == 1:
        values |= {"state": TicketState.CALLED.value, "called_at": record.at, "waited_s": event.waited_s}
    _change_ticket(connection, event.ticket_id, **values)


def _started_row(connection: sa.Connection, record: Record, event: m.ServiceStarted) -> None:
    _change_ticket(connection, event.ticket_id, state=TicketState.SERVING.value, started_at=record.at)


def _missed_row(connection: sa.Connection, record: Record, event: m.TicketMissed) -> None:
    _change_ticket(connection, event.ticket_id, state=TicketState.MISSED.value, ended_at=record.at)


def _completed_rows(connection: sa.Connection, record: Record, event: m.ServiceCompleted) -> None:
    _change_ticket(
        connection,
        event.ticket_id,
        state=TicketState.COMPLETED.value,
        ended_at=record.at,
        served_s=event.served_s,
    )
    connection.execute(
        sa.insert(t.rating).values(
            rating_id=event.rating_id,
            ticket_id=event.ticket_id,
            counter_no=event.counter_no,
            staff_no=event.staff_no,
            opened_at=record.at,
        )
    )


def _rated_row(connection: sa.Connection, record: Record, event: m.ServiceRated) -> None:
    _end_rating(connection, event.rating_id, level=event.level.value, channel=event.channel.value, ended_at=record.at)


def _rating_closed_row(connection: sa.Connection, record: Record, event: m.RatingClosed) -> None:
    _end_rating(connection, event.rating_id, end_cause=event.cause, ended_at=record.at)


def _end_rating(connection: sa.Connection, rating_id: str, **values: Any) -> None:
    connection.execute(sa.update(t.rating).where(t.rating.c.rating_id == rating_id).values(**values))


def _no_row(_connection: sa.Connection, _record: Record, _event: m.Event) -> None:
    """Counters' comings and goings are read from the journal itself."""


_REPORT_ROWS: dict[type[msgspec.Struct], Callable[[sa.Connection, Record, Any], None]] = {
    m.DayStarted: _day_rows,
    m.TicketIssued: _issued_row,
    m.TicketPrinted: _printed_row,
    m.TicketNotPrinted: _printed_row,
    m.TicketCalled: _called_row,
    m.ServiceStarted: _started_row,
    m.TicketMissed: _missed_row,
    m.ServiceCompleted: _completed_rows,
    m.ServiceRated: _rated_row,
    m.RatingClosed: _rating_closed_row,
    m.CounterOpened: _no_row,
    m.CounterClosed: _no_row,
    m.CounterPaused: _no_row,
    m.CounterResumed: _no_row,
}
