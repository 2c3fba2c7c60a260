"""SQLite on the disk that loses power: its files are there, and what fails there fails here."""

import gc
import random
from collections.abc import Iterator

import apsw
import pytest

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk, Fault, Kind
from commands.simulate.disk_vfs import connect, open_database, seed_sqlite


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
