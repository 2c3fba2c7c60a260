"""What a disk holds after a power cut, held against what it held after each batch of the workload.

Rows are read by SQLite alone, with nothing of the journal in between. Looked at more deeply, the journal itself starts
from the disk: it must come to the state that the batches which are there make, and to the same report rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import apsw
import sqlalchemy as sa

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk
from commands.simulate.disk_vfs import connect, open_database
from commands.simulate.power_days import Days, Held
from hall.catalogue import HallPlan
from queue_server.adapters import tables as t
from queue_server.adapters.report_rows import rewrite_day
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.snapshot import digest
from queue_server.service.engine import day_in
from queue_server.service.ports import Journal

OF_THE_JOURNAL_ITSELF = {"meta", "alembic_version"}  # differ from journal to journal, never change in one
REPORTS = (t.ticket, t.period, t.rating)

Connect = Callable[[], apsw_dbapi.Connection]
"""Opens the database, for SQLAlchemy's `creator`."""


class ClosableJournal(Journal, Protocol):
    """What is proved."""

    def close(self) -> None:
        """Give the disk back."""
        ...


OpenJournal = Callable[[Disk], ClosableJournal]


def hall_journal(connect: Connect) -> SqlJournal:
    """The hall's own journal, on whatever the connection leads to."""
    return SqlJournal(Path("hall.sqlite"), connect=connect, dbapi=apsw_dbapi)


class Verdict(Enum):
    """What a cut did."""

    WHOLE = "whole"  # every acknowledged batch, and no part of another
    LOST = "lost"  # an acknowledged batch is gone
    HALF = "half"  # the tables hold something that was never committed
    BROKEN = "broken"  # SQLite cannot read it, or the journal does not start
    MISREAD = "misread"  # the rows are right; the journal makes another state, or other report rows, of them


class Depth(IntEnum):
    """How deeply a disk is looked at; each level contains those before it."""

    ROWS = 0  # every row of every table
    PAGES = 1  # SQLite's own check of every page
    START = 2  # the journal starts, and what it gives back makes the state
    REPORTS = 3  # report rows of finished days are made anew


class Finding(NamedTuple):
    """What a look at a disk came to.

    Attributes:
        verdict: the conclusion.
        batches: how many were found, if what was found is the state after any number of them.
        said: more about it.
    """

    verdict: Verdict
    batches: int | None
    said: str = ""


@dataclass(frozen=True)
class Reference:
    """What must be found.

    Attributes:
        days: the workload.
        states: what the tables hold, hashed, by the number of batches that they then hold.
    """

    days: Days
    states: dict[int, int]


@dataclass(frozen=True)
class Contents:
    """Every row of every table, hashed: the hall's, and those that only the journal itself needs."""

    state: int
    own: int


def refer(days: Days) -> Reference:
    """Keep the days on a disk that never fails, closing after each batch, and see that even that goes well.

    Raises:
        ValueError: a batch changed nothing that can be seen, or the journal does not give back what it was given.
    """
    disk, states = Disk(), dict[int, int]()
    for number, held in enumerate(days.held):
        journal = hall_journal(partial(connect, disk))
        if number:
            batch = days.batches[number - 1]
            journal.append(batch.records, snapshot=batch.snapshot)
        found = held_by(journal, days.plan)
        everything = list(journal.everything())
        journal.close()
        if found != held or everything != [record for batch in days.batches[:number] for record in batch.records]:
            raise ValueError(f"without any cut, the journal does not give back batch {number}")
        states[contents(disk).state] = number
    if len(states) != len(days.held):
        raise ValueError("two states look alike: the batches prove nothing")
    if not reports_agree(disk):
        raise ValueError("without any cut, a finished day's report rows are not those of its events")
    return Reference(days, states)


def held_by(journal: Journal, plan: HallPlan) -> Held:
    """What a start would find.

    Raises:
        JournalUnavailable: no start is possible.
    """
    kept = journal.kept()
    return Held(kept, digest(day_in(kept, plan)))


def judge(
    reference: Reference,
    disk: Disk,
    allowed: range,
    *,
    own: int,
    open_journal: OpenJournal,
    depth: Depth = Depth.ROWS,
) -> Finding:
    """Recover a disk and compare.

    Args:
        reference: what may be there.
        disk: after the cut; recovery writes on it.
        allowed: the numbers of batches that it may hold.
        own: the hash of what the journal's own tables held before.
        open_journal: starts it, for the deeper looks; that is then the first to see the disk, as in a hall.
        depth: how deeply to look.
    """
    try:
        held = _start(open_journal, disk, reference.days.plan) if depth >= Depth.START else None
        rows = contents(disk, with_check=depth >= Depth.PAGES)
    except Exception as exc:  # noqa: BLE001  garbage in a row can be met in any way, and all of them are evidence
        return Finding(Verdict.BROKEN, None, f"{type(exc).__name__}: {exc}")
    found = reference.states.get(rows.state)
    if found is None or found >= allowed.stop or rows.own != own:
        return Finding(Verdict.HALF, found)
    if found not in allowed:
        return Finding(Verdict.LOST, found)
    if held not in (None, reference.days.held[found]):
        return Finding(Verdict.MISREAD, found, "the journal starts from another state")
    if depth >= Depth.REPORTS and not reports_agree(disk):
        return Finding(Verdict.MISREAD, found, "the events make other report rows")
    return Finding(Verdict.WHOLE, found)


def _start(open_journal: OpenJournal, disk: Disk, plan: HallPlan) -> Held:
    journal = open_journal(disk)
    try:
        return held_by(journal, plan)
    finally:
        journal.close()


def contents(disk: Disk, *, with_check: bool = False) -> Contents:
    """Recover a disk, without a checkpoint, and hash its rows.

    Raises:
        apsw.Error: SQLite cannot read it, or its check found damage.
        UnicodeDecodeError: a text is none.
    """
    connection = open_database(disk)
    try:
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        query = "SELECT name FROM sqlite_schema WHERE type='table' ORDER BY 1"
        names = [name for (name,) in connection.execute(query)]
        rows = {name: tuple(connection.execute(f'SELECT * FROM "{name}" ORDER BY 1')) for name in names}  # noqa: S608
        if with_check and (said := connection.execute("PRAGMA integrity_check").get) != "ok":
            raise apsw.CorruptError(str(said))
    finally:
        connection.close()
    own = tuple(item for item in rows.items() if item[0] in OF_THE_JOURNAL_ITSELF)
    return Contents(hash(tuple(item for item in rows.items() if item[0] not in OF_THE_JOURNAL_ITSELF)), hash(own))


def reports_agree(disk: Disk) -> bool:
    """Whether the report rows of all finished days are those that their events make. The disk's rows stay as they are.

    Raises:
        SQLAlchemyError: they cannot be made.
    """
    engine = sa.create_engine("sqlite://", creator=partial(connect, disk), module=apsw_dbapi, poolclass=sa.StaticPool)
    try:
        with engine.connect() as connection:
            before = _report_rows(connection)
            begun = connection.scalars(sa.select(t.day.c.business_day).order_by(t.day.c.seq)).all()
            for day in begun[:-1]:
                rewrite_day(connection, date.fromisoformat(day))
            after = _report_rows(connection)
            connection.rollback()
            return before == after
    finally:
        engine.dispose()


def _report_rows(connection: sa.Connection) -> list[Sequence[Any]]:
    return [connection.execute(sa.select(table).order_by(*table.primary_key)).all() for table in REPORTS]
