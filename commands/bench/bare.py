"""The limit that others are measured against: a group commit and nothing else, on the same disk, as durable.

A batch is one transaction: a row of a journal's usual size for each, and one counter row. The thread around it and the
way of its answers are the writer's own (`HandOver`), so that the difference is the hall's rules and its journal.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from queue_server.service.hand_over import HandOver

BODY = b"x" * 400  # bytes; a drawn number in the journal has about as many


class BareCommit:
    """Numbers whatever comes, and keeps it."""

    def __init__(self, path: Path) -> None:
        """Make the tables; `start()` begins."""
        self._number = 0
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        self._db.execute("CREATE TABLE counter (prefix TEXT PRIMARY KEY, number INTEGER NOT NULL)")
        self._db.execute("INSERT INTO counter VALUES ('A', 0)")
        self.hand_over: HandOver[object, int] = HandOver(self._keep, name="bare", closed=RuntimeError)

    def start(self) -> None:
        """Begin to keep."""
        self.hand_over.start()

    def close(self) -> None:
        """Stop, and close the file."""
        self.hand_over.close()
        self._db.close()

    def _keep(self, batch: Sequence[object]) -> Sequence[int]:
        first = self._number + 1
        numbers = range(first, first + len(batch))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT INTO event VALUES (?, ?)", [(number, BODY) for number in numbers])
        self._db.execute("UPDATE counter SET number = ? WHERE prefix = 'A'", (numbers[-1],))
        self._db.execute("COMMIT")
        self._number = numbers[-1]
        return numbers
