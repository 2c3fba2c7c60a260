"""Disks that are full, read-only or failing, and files that are damaged: refused, with what to do, and nothing kept."""

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk, Fault, Kind
from commands.simulate.disk_vfs import connect
from hall.catalogue import HallPlan
from queue_server.adapters import tables as t
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.service.ports import JournalUnavailable
from tests.queue_server.adapters.keeping import KeptHall

NAME = "hall.sqlite"
NOBODY = 65534


def on(disk: Disk) -> SqlJournal:
    """The journal on a simulated disk."""
    return SqlJournal(Path(NAME), connect=partial(connect, disk, NAME), dbapi=apsw_dbapi)


# ---- disks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.DISK_FULL, "database or disk is full; free some space"),
        (Fault.WRITE_ERROR, "disk I/O error; the disk may be failing"),
        (Fault.SYNC_ERROR, "disk I/O error; the disk may be failing"),
    ],
)
def test_a_batch_that_finds_no_room_is_not_kept_and_the_next_one_is(fault: Fault, words: str, plan: HallPlan):
    disk = Disk()
    journal = on(disk)
    hall = KeptHall(plan, journal)
    hall.busy_day(tickets=10)
    before = list(hall.records)
    hall.issue()
    disk.fail_next(fault, times=3, name=f"{NAME}-wal")

    for _ in range(3):
        with pytest.raises(JournalUnavailable, match=words):
            hall.keep()

        assert list(journal.everything()) == before

    hall.keep()
    assert list(journal.everything()) == hall.records
    journal.close()
    again = on(disk)
    assert list(again.everything()) == hall.records
    again.close()


def test_a_new_day_that_finds_no_room_leaves_the_old_one_whole(plan: HallPlan):
    disk = Disk()
    journal = on(disk)
    hall = KeptHall(plan, journal)
    hall.busy_day(tickets=10)
    before, kept = list(hall.records), journal.kept()
    disk.fail_next(Fault.DISK_FULL, name=f"{NAME}-wal")

    with pytest.raises(JournalUnavailable, match="disk is full"):
        hall.next_day()

    assert list(journal.everything()) == before
    assert journal.kept() == kept
    hall.keep()
    assert journal.kept().snapshot != kept.snapshot
    journal.close()


def test_a_disk_that_became_read_only_is_said_to_be_so(plan: HallPlan):
    disk = Disk()
    hall = KeptHall(plan, on(disk))
    hall.keep()
    disk.read_only = True
    hall.issue()

    with pytest.raises(JournalUnavailable, match="cannot be written: disk I/O error"):
        hall.keep()


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder for a user without rights over others' files, whom the test then is."""
    folder = Path(tempfile.mkdtemp())
    user = os.geteuid()
    if user == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield folder
    os.seteuid(user)
    folder.chmod(0o700)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written_is_refused_at_the_start(as_nobody: Path):
    as_nobody.chmod(0o500)

    with pytest.raises(
        JournalUnavailable, match=r"cannot be opened: .*Permission denied.*; let the server's user write"
    ):
        SqlJournal(as_nobody / NAME)

    assert list(as_nobody.iterdir()) == []


def test_a_file_that_may_not_be_written_is_refused_at_the_start(as_nobody: Path):
    path = as_nobody / NAME
    SqlJournal(path).close()
    path.chmod(0o400)

    with pytest.raises(JournalUnavailable, match="attempt to write a readonly database; let the server's user write"):
        SqlJournal(path)


def test_what_a_killed_process_left_in_the_systems_cache_is_durable_once_a_start_has_seen_it(plan: HallPlan):
    disk = Disk()
    hall = KeptHall(plan, on(disk))
    hall.busy_day(tickets=5)
    killed = disk.after_kill()
    disk.start_trace()
    hall.issue()
    hall.keep()
    before_the_sync = next(at for at, operation in enumerate(disk.trace or []) if operation.kind is Kind.SYNC)
    for operation in (disk.trace or [])[:before_the_sync]:
        killed.perform(operation)
    restarted = on(killed)
    assert list(restarted.everything()) == hall.records

    for seed in range(20):
        after = on(killed.after_cut(None, random.Random(seed)))
        assert list(after.everything()) == hall.records
        after.close()
    restarted.close()


def test_a_number_that_another_program_took_leaves_the_journal_usable(path: Path, journal: SqlJournal, plan: HallPlan):
    hall = KeptHall(plan, journal)
    hall.keep()
    hall.issue()
    hall.issue()
    taken = len(hall.records)
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO event SELECT ?, at, command_id, type, body FROM event WHERE seq = 1", (taken,))

    with pytest.raises(JournalUnavailable, match="UNIQUE constraint failed"):
        hall.keep()

    with other:
        other.execute("DELETE FROM event WHERE seq = ?", (taken,))
    other.close()
    hall.keep()
    assert list(journal.everything()) == hall.records


def test_a_start_that_cannot_settle_the_log_because_of_a_reader_is_refused(
    path: Path, journal: SqlJournal, plan: HallPlan
):
    hall = KeptHall(plan, journal)
    hall.keep()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    hall.issue()
    hall.keep()

    with pytest.raises(JournalUnavailable, match="cannot be opened: database is locked; another program reads"):
        SqlJournal(path, connect=lambda: sqlite3.connect(path, timeout=0.05))

    reader.close()
    SqlJournal(path, connect=lambda: sqlite3.connect(path, timeout=0.05)).close()


# ---- damage ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(path: Path, plan: HallPlan) -> KeptHall:
    """Two days, in a file that is closed."""
    journal = SqlJournal(path)
    hall = KeptHall(plan, journal)
    hall.busy_day(tickets=20)
    hall.next_day()
    hall.busy_day(tickets=20, seed=2)
    journal.close()
    return hall


def change(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute(statement, values).rowcount == 1
    connection.close()


def start(path: Path) -> None:
    """What a server does with a journal before it takes a command."""
    journal = SqlJournal(path)
    try:
        journal.kept()
    finally:
        journal.close()


def test_a_file_that_is_no_database_is_one_sentence(path: Path):
    path.write_bytes(b"this is not a database, however long it may be" * 100)

    with pytest.raises(
        JournalUnavailable, match="cannot be opened: file is not a database; there is no backup"
    ) as said:
        SqlJournal(path)

    assert "\n" not in str(said.value)


@pytest.mark.parametrize("seed", range(3))
def test_a_page_of_garbage_is_refused_or_held_nothing(path: Path, kept: KeptHall, seed: int):
    rng = random.Random(seed)
    whole = path.read_bytes()
    backup = path.with_name(f"{NAME}.backup-2026-03-03")
    backup.write_bytes(whole)
    said: list[str] = []
    for page in range(len(whole) // 4096):
        path.write_bytes(whole[: page * 4096] + rng.randbytes(4096) + whole[(page + 1) * 4096 :])
        try:
            start(path)
        except JournalUnavailable as exc:
            said.append(str(exc))
            continue
        journal = SqlJournal(path)
        assert list(journal.everything()) == kept.records  # it was a free page
        journal.close()

    assert len(said) > len(whole) // 4096 * 0.7
    assert [words for words in said if f"restore the newest backup, {backup}" not in words] == []


def test_the_newest_backup_is_named_wherever_it_lies(path: Path, kept: KeptHall):
    older, newer = path.with_name(f"{NAME}.backup-1"), path.parent / "backups" / "hall-2026-03-03.sqlite"
    newer.parent.mkdir()
    for file, when in ((older, 1_000), (newer, 2_000), (newer.with_name("x-wal"), 3_000)):
        file.touch()
        os.utime(file, (when, when))
    path.write_bytes(b"x" * 8192)

    with pytest.raises(JournalUnavailable, match=f"and restore the newest backup, {newer}$"):
        start(path)

    newer.unlink()
    with pytest.raises(JournalUnavailable, match=f"restore the newest backup, {older}$"):
        start(path)


@pytest.mark.parametrize("back", [1, 20, 40])
def test_a_missing_event_of_today_or_the_day_before_is_damage(path: Path, kept: KeptHall, back: int):
    seq = len(kept.records) - back
    change(path, "DELETE FROM event WHERE seq = ?", seq)

    with pytest.raises(JournalUnavailable, match=f"cannot be read: damaged: event {seq} is missing; .*backup"):
        start(path)


def test_an_older_missing_event_is_found_by_who_reads_everything(path: Path, kept: KeptHall):
    journal = SqlJournal(path)
    kept.journal = journal
    kept.next_day()
    journal.close()
    change(path, "DELETE FROM event WHERE seq = ?", 5)
    start(path)
    journal = SqlJournal(path)

    with pytest.raises(JournalUnavailable, match="event 5 is missing"):
        list(journal.everything())

    journal.close()


def test_a_journal_whose_first_event_is_missing_does_not_start(path: Path, kept: KeptHall):
    change(path, "DELETE FROM event WHERE seq = 1")

    with pytest.raises(JournalUnavailable, match="events 1 to 1 are missing"):
        start(path)


def test_lost_events_at_the_end_of_which_a_snapshot_knows_are_damage(path: Path, kept: KeptHall):
    journal = SqlJournal(path)
    kept.journal = journal
    kept.next_day()
    journal.close()
    change(path, "DELETE FROM event WHERE seq = ?", len(kept.records))

    with pytest.raises(JournalUnavailable, match=f"event {len(kept.records)} is missing"):
        start(path)


@pytest.mark.parametrize("body", [b'{"type":"FromTheFuture"}', b'{"type":"TicketPrinted"}', b"\0\xff", b""])
def test_an_event_that_cannot_be_understood_is_damage(path: Path, kept: KeptHall, body: bytes):
    change(path, "UPDATE event SET body = ? WHERE seq = ?", body, len(kept.records))

    with pytest.raises(JournalUnavailable, match=r"cannot be read: damaged: .*; there is no backup beside it"):
        start(path)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE snapshot SET body = x'00' WHERE seq = (SELECT max(seq) FROM snapshot)", "cannot be unpacked"),
        ("UPDATE snapshot SET seq = seq - 1 WHERE seq = (SELECT max(seq) FROM snapshot)", "agree with its digest"),
        ("UPDATE event SET at = 'noon' WHERE seq = (SELECT max(seq) FROM event)", "RFC3339"),
    ],
)
def test_a_snapshot_or_an_instant_that_was_changed_is_damage(path: Path, kept: KeptHall, statement: str, words: str):
    change(path, statement)

    with pytest.raises(JournalUnavailable, match=f"damaged: .*{words}"):
        start(path)


def test_a_large_database_is_not_checked_page_by_page(path: Path, kept: KeptHall, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(path)
        connection.set_trace_callback(asked.append)
        return connection

    SqlJournal(path, connect=opened).close()
    assert any("quick_check" in statement for statement in asked)
    asked.clear()
    monkeypatch.setattr("queue_server.adapters.sql_journal.QUICK_CHECK_BYTES", 4096)

    SqlJournal(path, connect=opened).close()

    assert asked
    assert not any("quick_check" in statement for statement in asked)


def test_another_program_that_writes_to_it_is_named_as_the_cause(path: Path, plan: HallPlan):
    journal = SqlJournal(path, connect=lambda: sqlite3.connect(path, timeout=0.05))
    hall = KeptHall(plan, journal)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalUnavailable, match="database is locked; another program reads or writes it"):
        hall.keep()

    other.execute("ROLLBACK")
    other.close()
    hall.keep()
    assert list(journal.everything()) == hall.records
    journal.close()


def test_a_damaged_rating_table_is_seen_too(path: Path, kept: KeptHall):
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        page = connection.scalar(
            sa.text("SELECT rootpage FROM sqlite_schema WHERE name = :name").bindparams(name=t.rating.name)
        )
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xee" * 4096)

    with pytest.raises(JournalUnavailable, match="cannot be opened: damaged"):
        start(path)
