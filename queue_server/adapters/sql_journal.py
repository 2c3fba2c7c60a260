"""The journal on SQLite: write-ahead log, `synchronous=FULL`, one transaction a batch, one process a database.

What is checked, and when:

- At the opening: that the file is a database whose tables this program knows, that it can be written, and, up to
  `QUICK_CHECK_BYTES`, every page's structure. A larger one is not: 10 million events would take minutes.
- In `kept()`, so at every start: the first event; the newest snapshot against its digest; every event of the business
  day before it and since it, which must follow each other without a gap; and that those since can be understood.
- In `everything()`: all events, for a gap or a body that cannot be understood. What no event or digest covers (a byte
  within a body that is still valid JSON) is found by nobody.

Whatever fails is a `JournalUnavailable` whose sentence says what to do.
"""

import contextlib
import hashlib
import os
import sqlite3
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from hall import messages as m
from queue_server.adapters import tables as t
from queue_server.adapters.report_rows import records_between, rewrite_day
from queue_server.adapters.sql_hold import hold
from queue_server.adapters.sql_trouble import cause_of, sentence
from queue_server.domain.record import Record
from queue_server.service.ports import JournalUnavailable, Kept

MIGRATIONS = Path(__file__).parent / "migrations"
QUICK_CHECK_BYTES = 64 * 2**20  # a village hall's year; 0.2 s
READ_AT_ONCE = 10_000  # by `everything()`

INSERT_EVENTS = "INSERT INTO event (seq, at, command_id, type, body) VALUES (?, ?, ?, ?, ?)"
_encode_lines = msgspec.json.Encoder().encode_lines


class _Unfit(Exception):
    """The database contradicts itself, or is not for us; the text says how."""


class SqlJournal:
    """A `Journal` in one SQLite file. Opened and used by one thread at a time.

    Attributes:
        incarnation: names this journal; numbers that count its events mean nothing in another.
    """

    def __init__(
        self, path: Path, *, connect: Callable[[], Any] | None = None, dbapi: ModuleType | None = None
    ) -> None:
        """Open the file, make it if need be, bring its tables up to date, and hold it against other processes.

        Args:
            path: the database.
            connect: opens it in another way, e.g. on a simulated disk; then `path` is only its name, and nobody is
                locked out.
            dbapi: the PEP 249 module that `connect` belongs to; the standard library's if not given.

        Raises:
            JournalUnavailable: another process holds it (the sentence names it), it is damaged, or cannot be opened.
        """
        self._path = path
        self._errors = (SQLAlchemyError, (dbapi or sqlite3).Error, msgspec.MsgspecError, OSError, _Unfit)
        self._lock_fd = -1
        self._connection: sa.Connection | None = None
        self._next_seq: int | None = None  # None: not known
        try:
            with self._words("opened"):
                if connect is None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    self._lock_fd = hold(path)
                self._engine = _engine(path, connect, dbapi)
                self._connection = self._engine.connect()
                with self._connection.begin():
                    _check_structure(self._connection)
                    _migrate(self._connection)
                    self.incarnation = _incarnation(self._connection)
                    self._connection.execute(sa.delete(t.meta).where(t.meta.c.key == ""))  # refused by a read-only file
        except BaseException:
            self.close()
            raise

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        """Keep a batch; durable on return. With a new business day, the rows of the one before are made."""
        rows, instant, at, begins_day = [], None, "", False
        bodies = _encode_lines([r.event for r in records]).split(b"\n")  # JSON has no line feed of its own
        for r, body in zip(records, bodies, strict=False):  # an empty one follows the last
            if r.at is not instant:  # a batch is decided at one instant
                instant, at = r.at, msgspec.json.encode(r.at)[1:-1].decode()
            kind = type(r.event)
            begins_day |= kind is m.DayStarted
            rows.append((r.seq, at, r.command_id, kind.__name__, body))
        try:
            with self._words("written"):
                self._check_order(records)
                if snapshot is None and not begins_day:
                    self._insert(rows)
                else:
                    self._turn_day(records, rows, snapshot)
        except BaseException:
            self._next_seq = None  # it may have been kept after all
            raise
        self._next_seq = records[-1].seq + 1

    def answer(self, seq: int) -> Record:
        """One record again."""
        with self._reading() as connection:
            for record in records_between(connection, seq, seq):
                return record
            raise _Unfit(f"damaged: event {seq} is missing")

    def kept(self) -> Kept:
        """What a start needs; it reads nothing that is older than the business day before the newest snapshot's."""
        with self._reading() as connection:
            newest = connection.execute(sa.select(t.snapshot).order_by(t.snapshot.c.seq.desc()).limit(1)).first()
            first = newest.seq if newest else 0
            _check_first(connection)
            answers = _answers(connection, _before_last_two_days(connection, first), first)
            body = _body(newest) if newest else None
            return Kept(body, list(_gapless(records_between(connection, first + 1), first + 1)), answers)

    def everything(self) -> Iterator[Record]:
        """Every record, oldest first, some at a time; for checks. It finds gaps and events that cannot be read."""
        following = 1
        while True:
            with self._reading() as connection:
                last = following + READ_AT_ONCE - 1
                some = list(_gapless(records_between(connection, following, last), following))
                if len(some) < READ_AT_ONCE:
                    _check_last(connection, following + len(some) - 1)
            yield from some
            if len(some) < READ_AT_ONCE:
                return
            following += len(some)

    def close(self) -> None:
        """Give the file back; closing twice is harmless."""
        if self._connection is not None:
            with contextlib.suppress(*self._errors):  # a disk that fails now has kept what was acknowledged
                self._connection.close()
                self._engine.dispose()
            self._connection = None
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def _insert(self, rows: list[tuple[Any, ...]]) -> None:
        """The batch's own transaction, by the driver itself: SQLAlchemy's would cost a tenth of the batch more."""
        driver: Any = self._open_connection().connection.dbapi_connection
        try:
            cursor = driver.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(INSERT_EVENTS, rows)
            driver.commit()
        except BaseException:
            with contextlib.suppress(*self._errors):  # SQLite may have rolled back by itself
                driver.rollback()
            raise

    def _turn_day(self, records: Sequence[Record], rows: list[tuple[Any, ...]], snapshot: bytes | None) -> None:
        """A batch that begins or closes a day: the state, and at a beginning the report rows of the day before."""
        connection = self._open_connection()
        with connection.begin():
            connection.exec_driver_sql(INSERT_EVENTS, rows)
            for record in records:
                if isinstance(record.event, m.DayStarted):
                    _end_day(connection, record.seq, record.event.day)
            if snapshot is not None:
                _keep_snapshot(connection, records[-1], snapshot)

    def _check_order(self, records: Sequence[Record]) -> None:
        """See that the batch goes on where the journal ends: a hole could never be mended."""
        first, last = records[0].seq, records[-1].seq
        if self._next_seq is None:
            with self._open_connection().begin():
                self._next_seq = _last_seq(self._open_connection()) + 1
        if first != self._next_seq or last != first + len(records) - 1:
            raise JournalUnavailable(
                f"the journal {self._path} goes on with event {self._next_seq}, but was given {first} to {last}: "
                f"its state must be read again"
            )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        connection = self._open_connection()
        with self._words("read"), connection.begin():
            yield connection

    @contextlib.contextmanager
    def _words(self, failed_to: str) -> Iterator[None]:
        """Say what fails within in a sentence for a person."""
        try:
            yield
        except self._errors as exc:
            cause = f"damaged: {exc}" if isinstance(exc, msgspec.MsgspecError) else cause_of(exc)
            raise JournalUnavailable(sentence(self._path, failed_to, cause)) from exc

    def _open_connection(self) -> sa.Connection:
        if self._connection is None:
            raise JournalUnavailable(f"the journal {self._path} is closed")
        return self._connection


# ---- opening --------------------------------------------------------------------------------------------------------


def _engine(path: Path, connect: Callable[[], Any] | None, dbapi: ModuleType | None) -> sa.Engine:
    """An engine with one connection, in which nothing happens outside a transaction of ours, not even CREATE TABLE."""
    if connect is None:
        arguments = {"check_same_thread": False, "timeout": 5.0}
        engine = sa.create_engine(
            f"sqlite:///{path}", poolclass=sa.StaticPool, connect_args=arguments, hide_parameters=True
        )
    else:
        engine = sa.create_engine(
            "sqlite://", creator=connect, module=dbapi, poolclass=sa.StaticPool, hide_parameters=True
        )
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # only we say BEGIN
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _settle(connection)


def _settle(connection: Any) -> None:
    """Make durable whatever the log holds.

    A process that was killed before its sync left its last batch in the system's cache only. A restarted one reads it
    there and answers by it, and a power cut could still take it away.
    """
    is_busy, _pages, _copied = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise _Unfit("database is locked")


def _check_structure(connection: sa.Connection) -> None:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    if pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one() <= QUICK_CHECK_BYTES:
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            raise _Unfit(f"damaged: {said}")


def _migrate(connection: sa.Connection) -> None:
    """Bring the tables to the newest revision. Alembic costs half a second to import, so only when there is work."""
    known = {path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    if sa.inspect(connection).has_table("alembic_version"):
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if revision == max(known):
            return
        if revision is not None and revision not in known:
            raise _Unfit(f"it is of revision {revision}, which this version of HallQ does not know: start a newer one")
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


# ---- days and snapshots ---------------------------------------------------------------------------------------------


def _end_day(connection: sa.Connection, seq: int, begins: date) -> None:
    """Note that a day begins, and write the rows of the one before it."""
    before = connection.scalar(sa.select(t.day.c.business_day).order_by(t.day.c.seq.desc()).limit(1))
    connection.execute(sa.insert(t.day).values(seq=seq, business_day=begins.isoformat()))
    if before is not None:
        rewrite_day(connection, date.fromisoformat(before))


def _keep_snapshot(connection: sa.Connection, last: Record, body: bytes) -> None:
    day = connection.scalar(sa.select(t.day.c.business_day).order_by(t.day.c.seq.desc()).limit(1))
    values = {"seq": last.seq, "day": day, "at": last.at.isoformat(), "body": zlib.compress(body)}
    connection.execute(sa.insert(t.snapshot).values(digest=_digest(last.seq, body), **values))
    # a start needs the newest; older ones would only keep visitors' data
    connection.execute(sa.delete(t.snapshot).where(t.snapshot.c.seq < last.seq))


def _before_last_two_days(connection: sa.Connection, last: int) -> int:
    """The event before the business day that precedes the one which `last` belongs to; 0 where there is none."""
    begun = sa.select(t.day.c.seq).where(t.day.c.seq <= last).order_by(t.day.c.seq.desc()).limit(2)
    days = connection.scalars(begun).all()
    return days[1] - 1 if len(days) > 1 else 0


def _body(row: sa.Row[Any]) -> bytes:
    """A snapshot's state."""
    try:
        body = zlib.decompress(row.body)
    except zlib.error as exc:
        raise _Unfit(f"damaged: the snapshot at event {row.seq} cannot be unpacked") from exc
    if _digest(row.seq, body) != row.digest:
        raise _Unfit(f"damaged: the snapshot at event {row.seq} does not agree with its digest")
    return body


def _digest(seq: int, body: bytes) -> str:
    return hashlib.sha256(b"%d\n" % seq + body).hexdigest()


# ---- checks ---------------------------------------------------------------------------------------------------------


def _gapless(records: Iterator[Record], first: int) -> Iterator[Record]:
    """The same records, as long as none is missing."""
    for expected, record in enumerate(records, first):
        if record.seq != expected:
            raise _Unfit(f"damaged: event {expected} is missing")
        yield record


def _answers(connection: sa.Connection, before: int, last: int) -> Mapping[str, int]:
    """For each command of the events after `before` up to `last`, its last event."""
    columns = t.event.c
    query = sa.select(columns.seq, columns.command_id).where(columns.seq > before, columns.seq <= last)
    found: dict[str, int] = {}
    expected = before + 1
    for seq, command_id in connection.execute(query.order_by(columns.seq)):
        if seq != expected:
            break
        found[command_id] = seq
        expected += 1
    if expected != last + 1:
        raise _Unfit(f"damaged: event {expected} is missing")
    return found


def _check_first(connection: sa.Connection) -> None:
    first = connection.scalar(sa.select(sa.func.min(t.event.c.seq)))
    if first not in (None, 1):
        raise _Unfit(f"damaged: events 1 to {first - 1} are missing")


def _check_last(connection: sa.Connection, last: int) -> None:
    if _last_seq(connection) != last:
        raise _Unfit(f"damaged: event {last + 1} is missing")


def _last_seq(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.max(t.event.c.seq))) or 0
