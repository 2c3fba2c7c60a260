"""The journal on SQLite: write-ahead log, `synchronous=FULL`, one transaction a batch, one process a database."""

import fcntl
import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from hall import messages as m
from queue_server.adapters import tables as t
from queue_server.adapters.report_rows import write_report_rows
from queue_server.domain.evolve import Record
from queue_server.service.ports import JournalUnavailable

T = TypeVar("T")

MIGRATIONS = Path(__file__).parent / "migrations"
_decode_event = msgspec.json.Decoder(m.AnyEvent).decode
_encode_event = msgspec.json.Encoder().encode


class SqlJournal:
    """A `Journal` in one SQLite file. Opened and used by one thread at a time.

    Attributes:
        incarnation: names this journal; numbers that count its events mean nothing in another.
    """

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
            self._engine = sa.create_engine(
                f"sqlite:///{path}", poolclass=sa.StaticPool, connect_args=_CONNECT, hide_parameters=True
            )
            sa.event.listen(self._engine, "connect", _set_pragmas)
            with self._engine.begin() as connection:
                _migrate(connection)
                self.incarnation = _incarnation(connection)
        except (SQLAlchemyError, OSError) as exc:
            self.close()
            raise JournalUnavailable(f"the journal {path} cannot be opened: {_cause(exc)}") from exc

    def append(self, records: Sequence[Record]) -> None:
        """Keep a batch; durable on return."""
        try:
            with self._engine.begin() as connection:
                self._insert(connection, records)
                write_report_rows(connection, records)
        except SQLAlchemyError as exc:
            raise JournalUnavailable(f"the journal {self._path} cannot be written: {_cause(exc)}") from exc

    def answers(self, command_ids: Sequence[str]) -> dict[str, Record]:
        """The answers to those commands that were carried out before."""
        query = (
            sa.select(t.event, t.command.c.command_id.label("asked"))
            .join(t.command, t.command.c.answer_seq == t.event.c.seq)
            .where(t.command.c.command_id.in_(command_ids))
        )
        return dict(self._read(query, lambda row: (row.asked, _record(row))))

    def current_day(self) -> Iterable[Record]:
        """The records since the last business day began."""
        began = sa.select(sa.func.max(t.event.c.seq)).where(t.event.c.type == m.DayStarted.__name__).scalar_subquery()
        return self._read(sa.select(t.event).where(t.event.c.seq >= began).order_by("seq"), _record)

    def everything(self) -> Iterable[Record]:
        """Every record, oldest first; for checks."""
        return self._read(sa.select(t.event).order_by("seq"), _record)

    def close(self) -> None:
        """Give the file back; closing twice is harmless."""
        if hasattr(self, "_engine"):
            self._engine.dispose()
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def _read(self, query: sa.Select[Any], make: Callable[[sa.Row[Any]], T]) -> list[T]:
        try:
            with self._engine.begin() as connection:
                return [make(row) for row in connection.execute(query)]
        except (SQLAlchemyError, msgspec.MsgspecError) as exc:
            raise JournalUnavailable(f"the journal {self._path} cannot be read: {_cause(exc)}") from exc

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


def _cause(exc: Exception) -> str:
    """What the database itself said, without the statement: its values may be a visitor's."""
    return str(getattr(exc, "orig", None) or exc)


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


def _incarnation(connection: sa.Connection) -> str:
    """The journal's name, made up when it was made."""
    known = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == "incarnation")).scalar()
    if known is not None:
        return str(known)
    fresh = str(uuid.uuid4())
    connection.execute(sa.insert(t.meta).values(key="incarnation", value=fresh))
    return fresh


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
