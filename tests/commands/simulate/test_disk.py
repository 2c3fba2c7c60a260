"""The disk that loses power: what may be left of bytes and names, and SQLite on top of it."""

import gc
import random
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import apsw
import pytest
import sqlalchemy as sa

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk, DiskError, Fault, Kind, Tear
from commands.simulate.disk_file import SECTOR
from commands.simulate.disk_vfs import connect, open_database, seed_sqlite

A, B = b"a" * SECTOR, b"b" * SECTOR
SEEDS = range(60)


def disk_with(data: bytes, **kwargs: bool) -> Disk:
    """A disk with one file, "f", whose name and bytes are durable."""
    disk = Disk(**kwargs)
    disk.create("f")
    disk.write("f", 0, data)
    disk.sync("f")
    disk.sync_folder()
    return disk


def left(disk: Disk, tear: Tear = Tear.BYTES, name: str = "f", seeds: range = SEEDS) -> set[bytes | None]:
    """What a cut may leave of a file, over many seeds."""
    found: set[bytes | None] = set()
    for seed in seeds:
        cut = disk.after_cut(None, random.Random(seed), tear=tear)
        found.add(cut.read(name, 0, 1 << 20) if cut.exists(name) else None)
    return found


# ---- bytes ----------------------------------------------------------------------------------------------------------


def test_synced_bytes_under_a_synced_name_stay():
    assert left(disk_with(A)) == {A}


@pytest.mark.parametrize("tear", Tear)
def test_an_unsynced_write_may_be_there_or_not(tear: Tear):
    disk = disk_with(A)
    disk.write("f", 0, B)

    assert {A, B} <= left(disk, tear)


def test_whole_writes_reach_the_platters_in_any_order():
    disk = disk_with(A + A)
    disk.write("f", 0, B)
    disk.write("f", SECTOR, B)

    assert left(disk, Tear.WRITES) == {A + A, A + B, B + A, B + B}


def test_a_write_comes_apart_where_sectors_meet():
    disk = disk_with(A + A)
    disk.write("f", SECTOR - 10, b"b" * 20)

    found = left(disk, Tear.SECTORS)

    first, second = A[:-10] + b"b" * 10, b"b" * 10 + A[:-10]
    assert found == {A + A, first + A, A + second, first + second}


def test_of_a_sector_under_the_head_any_part_may_be_new_but_nothing_else():
    disk = disk_with(A)
    disk.write("f", 0, B)

    found = left(disk, Tear.BYTES, seeds=range(300))

    assert len(found) > 10
    for data in found:
        assert data is not None
        assert data.strip(b"a") in (data.strip(b"ab"), b"b" * data.count(b"b"))  # one run of new bytes


@pytest.mark.parametrize(("powersafe_overwrite", "harms_neighbours"), [(True, False), (False, True)])
def test_garbage_harms_bytes_next_to_a_write_only_without_powersafe_overwrite(
    powersafe_overwrite: bool, harms_neighbours: bool
):
    disk = disk_with(A + A, powersafe_overwrite=powersafe_overwrite)
    disk.write("f", 100, b"b" * 50)

    found = {data for data in left(disk, Tear.GARBAGE, seeds=range(200)) if data is not None}

    assert any(data[100:150] not in (b"a" * 50, b"b" * 50) for data in found)
    assert any(data[:100] != A[:100] or data[150:SECTOR] != A[150:] for data in found) == harms_neighbours
    assert all(data[SECTOR:] == A for data in found)


def test_a_file_may_have_grown_before_its_bytes_arrived():
    disk = disk_with(A)
    disk.write("f", SECTOR, B)

    assert A + bytes(SECTOR) in left(disk, Tear.SECTORS)
    assert any(data and data[SECTOR:] not in (b"", B) for data in left(disk, Tear.GARBAGE))


def test_an_unsynced_truncation_may_be_undone():
    disk = disk_with(A + B)
    disk.truncate("f", SECTOR)

    assert {A, A + B} <= left(disk)


def test_bytes_cut_off_and_written_over_do_not_come_back_after_a_sync():
    disk = disk_with(A + B)
    disk.truncate("f", 10)
    disk.write("f", SECTOR, b"c")
    disk.sync("f")

    assert left(disk) == {A[:10] + bytes(SECTOR - 10) + b"c"}


# ---- names ----------------------------------------------------------------------------------------------------------


def test_a_new_file_may_be_gone_although_its_bytes_were_synced():
    disk = Disk()
    disk.create("f")
    disk.write("f", 0, A)
    disk.sync("f")

    assert left(disk) == {A, None}


def test_a_deleted_file_may_be_back_until_its_folder_is_synced():
    disk = disk_with(A)
    disk.delete("f")

    before = left(disk)
    disk.sync_folder()

    assert before == {A, None}
    assert left(disk) == {None}


def test_a_file_made_anew_under_a_deleted_name_may_turn_out_to_be_either():
    disk = disk_with(A)
    disk.delete("f")
    disk.create("f")
    disk.write("f", 0, B)
    disk.sync("f")

    assert left(disk) == {A, B, None}


# ---- positions, seeds, the end of a process -------------------------------------------------------------------------


def test_a_cut_in_the_past_leaves_what_a_cut_at_that_time_would_have_left():
    disk = Disk()
    disk.start_trace()
    rng, then = random.Random(5), []
    for step in range(40):
        then.append({seed: disk.after_cut(None, random.Random(seed)) for seed in range(5)})
        act = rng.choice([disk.sync_folder, partial(disk.sync, "f"), partial(disk.write, "f", rng.randrange(2000), B)])
        act() if disk.exists("f") else disk.create("f")
        assert disk.trace is not None
        assert len(disk.trace) == step + 1

    for position, cuts in enumerate(then):
        for seed, cut in cuts.items():
            again = disk.after_cut(position, random.Random(seed))

            assert again.names() == cut.names()
            assert [again.read(n, 0, 5000) for n in again.names()] == [cut.read(n, 0, 5000) for n in cut.names()]


def test_a_cut_changes_nothing_on_the_disk_that_was_cut():
    disk = disk_with(A)
    disk.write("f", 0, B)

    disk.after_cut().write("f", 0, b"x")

    assert disk.read("f", 0, SECTOR) == B
    assert left(disk) >= {A, B}


def test_a_killed_process_loses_nothing_and_leaves_the_unsynced_unsynced():
    disk = disk_with(A)
    disk.write("f", 0, B)

    twin = disk.after_kill()
    disk.sync("f")

    assert twin.read("f", 0, SECTOR) == B
    assert left(twin) >= {A, B}
    assert left(disk) == {B}


def test_a_cut_in_the_past_without_a_trace_is_refused():
    with pytest.raises(ValueError, match="start_trace"):
        Disk().after_cut(0)


# ---- faults ---------------------------------------------------------------------------------------------------------


def test_after_a_failed_sync_the_new_bytes_are_read_but_a_later_sync_does_not_write_them():
    found = set()
    for seed in range(20):
        disk = Disk(seed=seed)
        disk.create("f")
        disk.write("f", 0, A)
        disk.sync("f")
        disk.sync_folder()
        disk.write("f", 0, B)
        disk.fail_next(Fault.SYNC_ERROR)
        with pytest.raises(DiskError, match="sync error"):
            disk.sync("f")
        assert disk.read("f", 0, SECTOR) == B

        disk.sync("f")
        found |= left(disk)
        disk.write("f", 0, B)
        disk.sync("f")

        assert left(disk) == {B}
    assert found == {A, B}


def test_a_full_disk_takes_at_most_a_first_part():
    disk = disk_with(A)
    disk.fail_next(Fault.DISK_FULL)

    with pytest.raises(DiskError, match="disk full"):
        disk.write("f", 0, B)

    assert disk.read("f", 0, SECTOR).lstrip(b"b").strip(b"a") == b""
    assert disk.read("f", 0, SECTOR) != B


@pytest.mark.parametrize("break_it", [Disk.power_off, partial(setattr, name="read_only")], ids=["off", "read-only"])
def test_a_disk_without_power_and_a_read_only_one_change_nothing(break_it: Callable[..., None]):
    disk = disk_with(A)
    if break_it is Disk.power_off:
        disk.power_off()
    else:
        disk.read_only = True

    for act in (partial(disk.write, "f", 0, B), partial(disk.truncate, "f", 0), partial(disk.delete, "f")):
        with pytest.raises(DiskError):
            act()
    with pytest.raises(DiskError):
        disk.sync("f")

    assert left(disk) == {A}


# ---- SQLite on it ---------------------------------------------------------------------------------------------------


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def db(disk: Disk) -> Iterator[apsw_dbapi.Connection]:
    connection = connect(disk)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v)")
    yield connection
    connection.close()


def test_the_log_is_written_ahead_on_the_disk_and_its_folder_is_synced_with_it(disk: Disk, db: apsw_dbapi.Connection):
    disk.start_trace()
    db.execute("INSERT INTO t (v) VALUES ('x')")
    db.commit()

    assert disk.trace is not None
    assert {(o.kind, o.name) for o in disk.trace} == {(Kind.WRITE, "hall.sqlite-wal"), (Kind.SYNC, "hall.sqlite-wal")}
    assert disk.after_cut().names() == ["hall.sqlite", "hall.sqlite-wal"]


def test_a_database_that_is_open_is_refused_to_a_second_connection(disk: Disk, db: apsw_dbapi.Connection):
    with pytest.raises(apsw.BusyError):
        open_database(disk).execute("SELECT * FROM t").fetchall()

    db.close()

    assert open_database(disk).execute("SELECT * FROM t").fetchall() == []


def test_a_killed_process_leaves_a_database_that_opens(disk: Disk, db: apsw_dbapi.Connection):
    db.execute("INSERT INTO t (v) VALUES ('x')")
    db.commit()

    assert open_database(disk.after_kill()).execute("SELECT v FROM t").get == "x"


def test_sorting_more_than_memory_holds_uses_a_scratch_file_and_no_name(disk: Disk, db: apsw_dbapi.Connection):
    db.execute("PRAGMA cache_size=1")
    db.execute("PRAGMA temp_store=FILE")
    db.cursor().executemany("INSERT INTO t (v) VALUES (?)", [(f"{i * 7919 % 20011:0900d}",) for i in range(3000)])
    db.commit()

    ordered = db.execute("SELECT v FROM t ORDER BY v || 'x'").fetchall()

    assert ordered == sorted(ordered)
    assert disk.names() == ["hall.sqlite", "hall.sqlite-wal"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [(Fault.DISK_FULL, "full"), (Fault.WRITE_ERROR, "disk I/O error"), (Fault.SYNC_ERROR, "disk I/O error")],
)
def test_a_fault_fails_the_commit_and_the_next_one_succeeds(
    disk: Disk, db: apsw_dbapi.Connection, fault: Fault, says: str
):
    db.execute("INSERT INTO t (v) VALUES ('lost')")
    disk.fail_next(fault)
    with pytest.raises(apsw_dbapi.OperationalError, match=says):
        db.commit()
    db.rollback()

    db.execute("INSERT INTO t (v) VALUES ('kept')")
    db.commit()

    for seed in range(20):
        cut = disk.after_cut(None, random.Random(seed))
        assert open_database(cut).execute("SELECT v FROM t").fetchall() == [("kept",)]


@pytest.mark.parametrize("fault", [Fault.DISK_FULL, Fault.WRITE_ERROR, Fault.SYNC_ERROR])
def test_a_checkpoint_that_fails_leaves_the_commit_standing_and_is_made_up_for(disk: Disk, fault: Fault):
    db = connect(disk, checkpoint_pages=1)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE t (v)")
    disk.start_trace()
    disk.fail_next(fault, name="hall.sqlite")

    for value in (1, 2):
        db.execute("INSERT INTO t VALUES (?)", [value])
        db.commit()

        for seed in range(20):
            cut = disk.after_cut(None, random.Random(seed))
            assert open_database(cut).execute("SELECT count(*) FROM t").get == value
    assert disk.trace is not None
    assert (Kind.SYNC, "hall.sqlite") in {(o.kind, o.name) for o in disk.trace}
    db.close()


def test_a_last_checkpoint_that_fails_does_not_keep_a_database_open(disk: Disk, db: apsw_dbapi.Connection):
    db.execute("INSERT INTO t (v) VALUES ('x')")
    db.commit()
    disk.fail_next(Fault.SYNC_ERROR, name="hall.sqlite")

    db.close()

    assert open_database(disk).execute("SELECT v FROM t").get == "x"


def test_an_abandoned_connection_to_a_dead_disk_goes_quietly(disk: Disk):
    db = connect(disk)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE t (v)")

    disk.power_off()
    with pytest.raises(apsw_dbapi.OperationalError, match="disk I/O error"):
        db.execute("CREATE TABLE u (v)")
    del db
    gc.collect()  # a warning here would fail the test

    assert open_database(disk.after_cut()).execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]


def test_a_page_that_rotted_is_said_to_be_malformed(disk: Disk, db: apsw_dbapi.Connection):
    db.cursor().executemany("INSERT INTO t (v) VALUES (?)", [("x" * 100,) for _ in range(200)])
    db.commit()
    db.close()
    disk.corrupt("hall.sqlite", 4096 * 3, 64)

    with pytest.raises(apsw.CorruptError):
        open_database(disk).execute("SELECT v FROM t").fetchall()


def test_the_same_seed_writes_the_same_bytes():
    traces = []
    for seed in (1, 1, 2):
        seed_sqlite(seed)
        disk = Disk()
        disk.start_trace()
        db = open_database(disk)
        db.execute("PRAGMA journal_mode=WAL; CREATE TABLE t (v); INSERT INTO t VALUES (random())")
        traces.append(disk.trace)

    assert traces[0] == traces[1] != traces[2]


# ---- as a database module -------------------------------------------------------------------------------------------


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
