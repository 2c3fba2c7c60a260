"""The audit from the journal's SQLite file, over a connection of its own that can only read.

The write-ahead log lets it read beside the writer, which waits for nobody.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import msgspec

from queue_server.adapters.report_rows import record_of
from queue_server.adapters.sql_trouble import cause_of, sentence
from queue_server.domain.record import Record
from queue_server.service.audit import AUDITED, is_audited
from queue_server.service.ports import JournalUnavailable

ADOPTED = ("RulesAdopted", "SiteAdopted")
WITHOUT_CHOICE = "TicketCalled"  # nearly all of these are ordinary: SQLite leaves them out
CHOSEN = b'"ground":"chosen"'
TIMEOUT_S = 5.0

KINDS = sorted(kind.__name__ for kind in AUDITED)
OF_A_STRETCH = f"""
    SELECT seq, at, command_id, body FROM event
    WHERE seq > ? AND seq < ? AND type IN ({", ".join("?" * len(KINDS))})
    AND (type != '{WITHOUT_CHOICE}' OR instr(body, ?) > 0) ORDER BY seq
"""  # noqa: S608 (placeholders and a constant)
BEGINNINGS = "SELECT seq FROM day WHERE business_day = ? ORDER BY seq"
NEXT_BEGINNING = "SELECT min(seq) FROM day WHERE seq > ?"
KIND_OF = "SELECT type FROM event WHERE seq = ?"
BEHIND_ALL = 2**62


class SqlAudit:
    """An `Audit` of one SQLite file. Each question opens the file and closes it again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self, day: date, after: int, most: int) -> list[Record]:
        """The audited records of a business day, which may have begun more than once."""
        found: list[Record] = []
        with self._reading() as connection:
            for begin, end in _stretches(connection, day):
                values = (max(begin - 1, after), end, *KINDS, CHOSEN)
                for row in connection.execute(OF_A_STRETCH, values):
                    record = record_of(row)
                    if is_audited(record.event):
                        found.append(record)
                    if len(found) == most:
                        return found
        return found

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            address = f"file:{quote(str(self._path.absolute()))}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True, timeout=TIMEOUT_S)) as connection:
                yield connection
        except (sqlite3.Error, msgspec.MsgspecError) as exc:
            raise JournalUnavailable(sentence(self._path, "read", cause_of(exc))) from exc


def _stretches(connection: sqlite3.Connection, day: date) -> Iterator[tuple[int, int]]:
    """From which event to before which other a business day went, each time that it began."""
    for (begin,) in connection.execute(BEGINNINGS, (day.isoformat(),)).fetchall():
        end = connection.execute(NEXT_BEGINNING, (begin,)).fetchone()[0]
        yield _with_adopted(connection, begin), BEHIND_ALL if end is None else _with_adopted(connection, end)


def _with_adopted(connection: sqlite3.Connection, begin: int) -> int:
    """Where a day begins: with the rules and the site that were adopted just before it, if there were new ones."""
    while True:
        before = connection.execute(KIND_OF, (begin - 1,)).fetchone()
        if before is None or before[0] not in ADOPTED:
            return begin
        begin -= 1
