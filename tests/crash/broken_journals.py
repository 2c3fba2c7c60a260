"""The hall's own journal, broken on purpose in one way each: what a proof of power cuts must see."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk
from commands.simulate.disk_vfs import connect
from commands.simulate.power_check import Connect, OpenJournal, hall_journal
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from queue_server.service.ports import Kept

NORMAL = {"PRAGMA synchronous=FULL": "PRAGMA synchronous=NORMAL"}
OFF = {"PRAGMA synchronous=FULL": "PRAGMA synchronous=OFF"}
NEVER_BEGINS = {"BEGIN IMMEDIATE": "SELECT 1"}  # so each statement is a transaction of its own
NEVER_SETTLES = {"PRAGMA wal_checkpoint(TRUNCATE)": "SELECT 0, 0, 0"}  # takes what it finds in the log for durable


class Misheard(apsw_dbapi.Connection):
    """A connection that hears other statements than the journal says."""

    def __init__(self, link: apsw_dbapi.Connection, instead: Mapping[str, str]) -> None:
        super().__init__(link.apsw)
        self._link = link  # it closes the database when nobody holds it
        self._instead = instead

    def cursor(self) -> apsw_dbapi.Cursor:
        return MisheardCursor(self, self._instead)


class MisheardCursor(apsw_dbapi.Cursor):
    """Its cursor."""

    def __init__(self, connection: apsw_dbapi.Connection, instead: Mapping[str, str]) -> None:
        super().__init__(connection)
        self._instead = instead

    def execute(self, statement: str, values: Sequence[Any] = ()) -> apsw_dbapi.Cursor:
        return super().execute(self._instead.get(statement, statement), values)


def misheard(connect: Connect, instead: Mapping[str, str]) -> SqlJournal:
    """The journal over such a connection."""
    return hall_journal(lambda: Misheard(connect(), instead))


def opener(instead: Mapping[str, str], *, checkpoint_pages: int = 1000) -> OpenJournal:
    """The same on a disk."""
    return lambda disk: misheard(partial(connect, disk, checkpoint_pages=checkpoint_pages), instead)


class HastyJournal(SqlJournal):
    """It answers for a batch and writes it with the next one."""

    _owed: tuple[Sequence[Record], bytes | None] | None = None

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        owed, self._owed = self._owed, (records, snapshot)
        if owed is not None:
            super().append(owed[0], snapshot=owed[1])


class ForgetfulJournal(SqlJournal):
    """It keeps everything, and leaves the last record out when it starts."""

    def kept(self) -> Kept:
        kept = super().kept()
        return Kept(kept.snapshot, kept.records[:-1], kept.answers)


class SplitJournal(SqlJournal):
    """It keeps a business day's beginning in two transactions."""

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        if snapshot is not None and len(records) > 1:
            super().append(records[:1])
            super().append(records[1:], snapshot=snapshot)
        else:
            super().append(records, snapshot=snapshot)


def kind_of(kind: type[SqlJournal], **how: Any) -> OpenJournal:
    """A broken kind of journal on a disk."""

    def open_journal(disk: Disk) -> SqlJournal:
        return kind(Path("hall.sqlite"), connect=partial(connect, disk, **how), dbapi=apsw_dbapi)

    return open_journal
