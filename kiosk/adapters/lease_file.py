"""The SQLite file under a kiosk's book of numbers: opened, checked, held, and written durably."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from kiosk.adapters.lease_schema import APPLICATION_ID, SCHEMA, VERSION

logger = logging.getLogger(__name__)

LOCKED_AFTER_S = 1.0  # another process that holds the file does not let go of it
SET_ASIDE = "set-aside"  # another hall's or kiosk's book: its name goes on with its last day and what makes it unique


class BookUnavailable(Exception):
    """The file cannot be opened, read or written: no numbers come from it, and a person has to look at it."""

    code = "book_unavailable"


class LeaseFile:
    """One file, one process. Threads may share it; each transaction has it alone."""

    def __init__(self, path: Path, *, hall_id: str, kiosk_id: str) -> None:
        """Open the file, or make it. One that belongs to another hall or kiosk is set aside beside it.

        Raises:
            BookUnavailable: it is damaged, of a newer release, held by another process, or cannot be written.
        """
        self._path = path
        self._lock = threading.Lock()
        self._rows: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open()
            if self._owner() not in (None, (hall_id, kiosk_id)):
                self._set_file_aside()
                self._open()
            self._make(hall_id, kiosk_id)
        except (sqlite3.Error, OSError) as exc:
            self.close()
            raise BookUnavailable(f"the book of numbers {path}: {exc}") from exc
        except BookUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back; closing twice is harmless."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is durable when the block has ended."""
        with self.reading() as rows:
            rows.execute("BEGIN IMMEDIATE")
            try:
                yield rows
                rows.execute("COMMIT")
            except BaseException:
                if rows.in_transaction:
                    rows.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The file alone for a while; whatever fails in it is `BookUnavailable`."""
        with self._lock:
            if self._rows is None:
                raise BookUnavailable(f"the book of numbers {self._path} is closed")
            try:
                yield self._rows
            except (sqlite3.Error, msgspec.MsgspecError) as exc:
                raise BookUnavailable(f"the book of numbers {self._path}: {exc}") from exc

    def _open(self) -> None:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._rows = sqlite3.connect(self._path, timeout=LOCKED_AFTER_S, isolation_level=None, check_same_thread=False)
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._rows.execute(f"PRAGMA {pragma}")
        faults = [str(row[0]) for row in self._rows.execute("PRAGMA quick_check(1)")]
        if faults != ["ok"]:
            raise BookUnavailable(f"the book of numbers {self._path} is damaged: {faults[0]}; move it away")

    def _owner(self) -> tuple[str, str] | None:
        """Whose book this is; None for an empty file."""
        rows = self._held()
        if (application := _pragma(rows, "application_id")) == 0 and _pragma(rows, "schema_version") == 0:
            return None
        if application != APPLICATION_ID:
            raise BookUnavailable(f"{self._path} is not a kiosk's book of numbers: give offline_file another name")
        if (version := _pragma(rows, "user_version")) > VERSION:
            raise BookUnavailable(f"{self._path} was written by a newer release (schema {version}, here {VERSION})")
        owner = rows.execute("SELECT hall_id, kiosk_id FROM owner").fetchone()
        if owner is None:
            raise BookUnavailable(f"the book of numbers {self._path} says not whose it is; move it away")
        return str(owner[0]), str(owner[1])

    def _make(self, hall_id: str, kiosk_id: str) -> None:
        """Write the schema into an empty file; an older schema would be brought up to date here."""
        with self.changing() as rows:
            if _pragma(rows, "user_version") == VERSION:
                return
            for statement in SCHEMA:
                rows.execute(statement)
            rows.execute("INSERT INTO owner VALUES (?, ?, '')", (hall_id, kiosk_id))

    def _set_file_aside(self) -> None:
        rows = self._held()
        lost, last_day = rows.execute(
            "SELECT count(*), coalesce(max(business_day), '0001-01-01') FROM ticket WHERE state <> 'merged'"
        ).fetchone()
        aside = self._path.with_name(f"{self._path.name}.{SET_ASIDE}-{last_day}-{time.time_ns()}")
        self.close()  # with it the write-ahead log goes into the file
        self._path.rename(aside)
        logger.error("the book of numbers is another hall's or kiosk's, with %d tickets: it is %s now", lost, aside)

    def wipe_log(self) -> None:
        """Deleted rows are overwritten in the file (secure_delete); their copies in the log go too."""
        with self.reading() as rows:
            rows.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def forget_strangers(self, business_day: date) -> None:
        """Another hall's book may hold masked numbers: it does not outlive its day, by the server's word as well.

        Raises:
            BookUnavailable: one cannot be deleted.
        """
        try:
            for stranger in self._path.parent.glob(f"{self._path.name}.{SET_ASIDE}-*"):
                if stranger.name.partition(f".{SET_ASIDE}-")[2] < business_day.isoformat():
                    stranger.unlink()
        except OSError as exc:
            raise BookUnavailable(f"a book beside {self._path} that was set aside: {exc}") from exc

    def _held(self) -> sqlite3.Connection:
        assert self._rows is not None  # noqa: S101 (opened just now)
        return self._rows


def _pragma(rows: sqlite3.Connection, name: str) -> int:
    row: Any = rows.execute(f"PRAGMA {name}").fetchone()
    return int(row[0])
