"""The face of PEP 249 that SQLAlchemy's pysqlite dialect needs, over APSW, whose SQLite accepts a VFS of ours.

Transactions begin as the standard library's `sqlite3` begins them: before INSERT, UPDATE, DELETE and REPLACE, not
before CREATE or SELECT. So what is proved here about a program's commits holds for the same program on `sqlite3`.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import apsw

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"
Binary = memoryview
sqlite_version = apsw.sqlite_lib_version()
sqlite_version_info = tuple(map(int, sqlite_version.split(".")))

_CHANGES_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class Warning(Exception):  # noqa: A001  PEP 249 names it
    """Never raised."""


class Error(Exception):
    """The root of what a database may say."""


class InterfaceError(Error):
    """The module was used wrongly."""


class DatabaseError(Error):
    """The database is not one, or is broken."""


class DataError(DatabaseError):
    """A value does not fit."""


class OperationalError(DatabaseError):
    """The statement or the disk failed: full, read-only, locked, an input/output error."""


class IntegrityError(DatabaseError):
    """A constraint was hurt."""


class InternalError(DatabaseError):
    """SQLite contradicts itself."""


class ProgrammingError(DatabaseError):
    """The statement was given what it does not take."""


class NotSupportedError(DatabaseError):
    """Not offered."""


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[Error]], ...] = (
    ((apsw.ConstraintError, apsw.MismatchError), IntegrityError),
    ((apsw.BindingsError, apsw.RangeError), ProgrammingError),
    ((apsw.CorruptError, apsw.NotADBError), DatabaseError),
    ((apsw.TooBigError,), DataError),
    ((apsw.InternalError,), InternalError),
    ((apsw.MisuseError, apsw.ConnectionClosedError, apsw.CursorClosedError), InterfaceError),
    ((apsw.Error,), OperationalError),
)


def _ask(act: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return act(*arguments)
    except apsw.Error as exc:
        meaning = next(theirs for ours, theirs in _MEANINGS if isinstance(exc, ours))
        raise meaning(str(exc)) from exc


class Cursor:
    """One statement at a time; its rows are read at once."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self._cursor = connection.apsw.cursor()
        self._cursor.exec_trace = self._describe

    def execute(self, statement: str, values: Sequence[Any] = ()) -> "Cursor":
        """Run one statement."""
        return self._run(self._cursor.execute, statement, tuple(values))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> "Cursor":
        """Run one statement for each row of values."""
        return self._run(self._cursor.executemany, statement, rows)

    def _run(self, run: Callable[..., Any], statement: str, values: Any) -> "Cursor":
        changes_rows = _CHANGES_ROWS.match(statement) is not None
        if changes_rows:
            self.connection.begin()
        before = self.connection.apsw.total_changes()
        self._rows = iter(_ask(lambda: list(run(statement, values))))
        self.rowcount = self.connection.apsw.total_changes() - before if changes_rows else -1
        self.lastrowid = self.connection.apsw.last_insert_rowid() if changes_rows else None
        return self

    def _describe(self, cursor: Any, _statement: str, _values: Any) -> bool:
        """Called by APSW before the first step: afterwards a query without rows has no description."""
        columns = cursor.get_description()
        self.description = tuple((column[0], *[None] * 6) for column in columns) or None
        return True

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """The next rows."""
        return [row for _, row in zip(range(size or self.arraysize), self._rows, strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rest of the rows."""
        return list(self._rows)

    def close(self) -> None:
        """Forget the rows."""
        self._rows = iter(())


class Connection:
    """A connection; `isolation_level` None means that only the program says BEGIN."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.apsw = connection
        self.isolation_level: str | None = ""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.apsw.in_transaction

    def begin(self) -> None:
        """Begin a transaction, if none is open and the program leaves that to the module."""
        if self.isolation_level is not None and not self.apsw.in_transaction:
            _ask(self.apsw.execute, f"BEGIN {self.isolation_level}")

    def cursor(self) -> Cursor:
        """A cursor."""
        return Cursor(self)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """Run one statement on a cursor of its own."""
        return self.cursor().execute(statement, values)

    def commit(self) -> None:
        """End the transaction, if one is open; durable on return as far as the pragmas say."""
        if self.apsw.in_transaction:
            _ask(self.apsw.execute, "COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        if self.apsw.in_transaction:
            _ask(self.apsw.execute, "ROLLBACK")

    def create_function(self, name: str, count: int, function: Any, *, deterministic: bool = False) -> None:
        """Give SQL a function of `count` arguments."""
        self.apsw.create_scalar_function(name, function, count, deterministic=deterministic)

    def close(self) -> None:
        """Give the file back; closing twice is harmless. As in SQLite, a last checkpoint that fails is no error."""
        with contextlib.suppress(apsw.IOError, apsw.FullError):
            self.apsw.close()

    def __del__(self) -> None:
        self.close()  # quietly: APSW would complain of a dead disk to the whole process
