"""The disk's SQLite as a database module: it says what the standard library's says."""

import sqlite3
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk
from commands.simulate.disk_vfs import connect, open_database


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture(params=[apsw_dbapi, sqlite3], ids=["apsw", "sqlite3"])
def module(request: pytest.FixtureRequest) -> ModuleType:
    """Both modules must say the same: what is proved on one holds for the other."""
    return request.param


@pytest.fixture
def link(module: ModuleType) -> Iterator[Any]:
    connection = connect(Disk()) if module is apsw_dbapi else sqlite3.connect(":memory:")
    yield connection
    connection.close()


def test_a_transaction_begins_before_a_change_of_rows_and_not_before_create_or_select(link: Any):
    open_after = []
    for statement in ("CREATE TABLE t (v)", "SELECT * FROM t", "INSERT INTO t VALUES (1)", "CREATE TABLE u (v)"):
        link.cursor().execute(statement)
        open_after.append(link.in_transaction)
    link.rollback()

    tables = link.cursor().execute("SELECT name FROM sqlite_schema").fetchall()

    assert open_after == [False, False, True, True]
    assert tables == [("t",)]


def test_without_an_isolation_level_only_the_program_begins(link: Any):
    link.isolation_level = None
    cursor = link.cursor()
    cursor.execute("BEGIN")
    cursor.execute("CREATE TABLE t (v)")

    link.rollback()

    assert cursor.execute("SELECT name FROM sqlite_schema").fetchall() == []


def test_rows_counts_and_descriptions(link: Any):
    cursor = link.cursor()
    cursor.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v)")
    cursor.executemany("INSERT INTO t (v) VALUES (?)", [("a",), ("b",), ("c",)])
    counts = [cursor.rowcount]
    for statement in ("UPDATE t SET v = 'x' WHERE k > 1", "DELETE FROM t WHERE k = 9", "SELECT k, v FROM t"):
        cursor.execute(statement)
        counts.append(cursor.rowcount)

    assert counts == [3, 2, 0, -1]
    assert [column[0] for column in cursor.description] == ["k", "v"]
    assert (cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall()) == ((1, "a"), [(2, "x")], [(3, "x")])
    assert cursor.fetchone() is None


def test_a_query_without_rows_has_a_description_and_a_change_has_none(link: Any):
    cursor = link.cursor()
    cursor.execute("CREATE TABLE t (k)")
    cursor.execute("SELECT k FROM t")
    described = cursor.description
    cursor.execute("INSERT INTO t VALUES (1)")

    assert described == (("k", None, None, None, None, None, None),)
    assert cursor.description is None


@pytest.mark.parametrize(
    ("statement", "error", "says"),
    [
        ("INSERT INTO t VALUES (1)", "IntegrityError", "UNIQUE constraint failed: t.k"),
        ("SELECT * FROM nowhere", "OperationalError", "no such table: nowhere"),
        ("SELEC", "OperationalError", "syntax error"),
    ],
)
def test_errors_are_those_of_the_standard_and_say_what_sqlite_says(
    link: Any, module: ModuleType, statement: str, error: str, says: str
):
    link.cursor().execute("CREATE TABLE t (k UNIQUE)")
    link.cursor().execute("INSERT INTO t VALUES (1)")

    with pytest.raises(getattr(module, error), match=says) as raised:
        link.cursor().execute(statement)

    assert isinstance(raised.value, module.DatabaseError)
    assert isinstance(raised.value, module.Error)


def test_a_file_that_is_no_database_is_a_database_error(disk: Disk):
    disk.create("hall.sqlite")
    disk.write("hall.sqlite", 0, b"this is not a database, however long it may be" * 100)

    with pytest.raises(apsw_dbapi.DatabaseError, match="not a database"):
        apsw_dbapi.Connection(open_database(disk)).execute("SELECT * FROM sqlite_schema")


def test_sqlalchemy_runs_on_it_and_its_failed_batch_leaves_nothing(disk: Disk):
    engine = sa.create_engine(
        "sqlite://", creator=partial(connect, disk), module=apsw_dbapi, poolclass=sa.StaticPool, hide_parameters=True
    )
    table = sa.Table("t", sa.MetaData(), sa.Column("k", sa.Integer, primary_key=True), sa.Column("v", sa.LargeBinary))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(table), [{"k": 1, "v": b"\0\1"}, {"k": 2, "v": None}])

    with pytest.raises(sa.exc.IntegrityError, match="UNIQUE"), engine.begin() as connection:
        connection.execute(sa.insert(table), [{"k": 3, "v": b""}, {"k": 1, "v": b""}])

    with engine.connect() as connection:
        assert connection.execute(sa.select(table).order_by("k")).all() == [(1, b"\0\1"), (2, None)]
    engine.dispose()
