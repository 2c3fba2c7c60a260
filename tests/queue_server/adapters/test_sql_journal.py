"""What the journal keeps, and what a start reads of it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters import tables as t
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import day_in
from queue_server.service.ports import JournalUnavailable
from tests.queue_server.adapters.keeping import KeptHall, over_sqlite
from tests.queue_server.halls import MORNING, Hall

LONG_HISTORY = 200_000
STEPS = 100  # of SQLite's virtual machine between two counts


def printed(first: int, count: int, command: str = "c") -> list[Record]:
    """Plain records: `count` events from `first` on, a command each."""
    return [
        Record(seq=seq, at=MORNING, command_id=f"{command}{seq}", event=m.TicketPrinted(ticket_id=str(seq)))
        for seq in range(first, first + count)
    ]


def test_the_migrations_make_the_tables_that_the_code_describes(journal: SqlJournal, path: Path):
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), t.metadata)

    assert differences == []


def test_records_come_back_as_they_were_kept(journal: SqlJournal, plan: HallPlan):
    hall = KeptHall(plan, journal)

    hall.busy_day(tickets=30)

    assert list(journal.everything()) == hall.records
    assert {record.at.utcoffset() for record in journal.everything()} == {MORNING.utcoffset()}


def test_a_history_longer_than_one_reading_comes_back_whole(journal: SqlJournal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("queue_server.adapters.sql_journal.READ_AT_ONCE", 7)
    for first in (1, 8, 15):
        journal.append(printed(first, 7))

        assert list(journal.everything()) == printed(1, first + 6)


def test_the_state_after_a_start_is_the_state_before_it(journal: SqlJournal, plan: HallPlan):
    hall = KeptHall(plan, journal)
    for seed in (1, 2, 3):
        hall.busy_day(tickets=25, seed=seed)

        assert digest(day_in(journal.kept(), plan)) == digest(hall.day)

        hall.next_day()

        assert digest(day_in(journal.kept(), plan)) == digest(hall.day)


def test_a_start_reads_the_newest_snapshot_what_follows_it_and_the_answers_since_the_day_before_began(
    journal: SqlJournal, plan: HallPlan
):
    hall = KeptHall(plan, journal)
    hall.issue()
    hall.keep()
    first_day = {record.command_id for record in hall.records}
    hall.next_day()
    hall.open("3")
    hall.issue()
    hall.call("3")
    hall.complete("3")
    hall.issue()
    hall.do(m.CallNext(command_id="next", counter_no="3"))  # ends the open rating, then calls
    hall.keep()
    second_day = {record.command_id: record.seq for record in hall.records if record.command_id not in first_day}
    hall.next_day()
    start = hall.records[-1]
    hall.issue()
    hall.keep()

    kept = journal.kept()

    assert kept.answers == {**second_day, start.command_id: start.seq}
    assert isinstance(journal.answer(kept.answers["next"]).event, m.TicketCalled)
    assert list(kept.records) == hall.records[-1:]
    assert kept.snapshot is not None


def test_a_journal_without_a_snapshot_gives_everything(journal: SqlJournal):
    assert journal.kept() == type(journal.kept())(None, [], {})

    journal.append(printed(1, 3))

    assert journal.kept() == type(journal.kept())(None, printed(1, 3), {})


def test_after_a_day_was_closed_a_start_still_has_the_answers_of_that_day_and_of_the_one_before(
    journal: SqlJournal, plan: HallPlan
):
    hall = KeptHall(plan, journal)
    hall.issue()
    hall.next_day()
    before = hall.records[-1].seq
    hall.issue()
    hall.next_day()
    hall.issue()
    hall.close_day()
    hall.do(m.MarkTicket(command_id="late", ticket_id=hall.records[-2].event.ticket_id, by="T1", note="came late"))
    hall.keep()

    kept = journal.kept()

    *answered, late = hall.records[before - 1 :]
    assert kept.answers == {record.command_id: record.seq for record in answered}
    assert list(kept.records) == [late]
    assert digest(day_in(kept, plan)) == digest(hall.day)


def test_only_the_snapshot_that_a_start_needs_is_kept(journal: SqlJournal, plan: HallPlan, path: Path):
    hall = KeptHall(plan, journal)
    for _ in range(5):
        hall.issue()
        hall.close_day()
        hall.next_day()

    with sqlite3.connect(path) as connection:
        days = connection.execute("SELECT day FROM snapshot ORDER BY seq").fetchall()
    connection.close()

    assert days == [("2026-03-08",)]


def begun(seq: int, day: int) -> list[Record]:
    event = m.DayStarted(day=MORNING.date() + timedelta(days=day))
    return [Record(seq=seq, at=MORNING, command_id=f"day {day}", event=event)]


def history(path: Path, old: int) -> tuple[list[str], int]:
    """The statements of a start and the steps they take, for a journal with `old` events before the last days."""
    SqlJournal(path).close()
    body = msgspec.json.encode(m.TicketPrinted(ticket_id="x"))
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO event WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "SELECT i, ?, 'old' || i, 'TicketPrinted', ? FROM n",
            (old, MORNING.isoformat(), body),
        )
    connection.close()
    statements: list[str] = []
    steps: list[int] = []

    def look(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(statements.append)
        connection.set_progress_handler(lambda: steps.append(1), STEPS)  # append gives None: go on

    journal = SqlJournal(path, connect=over_sqlite(path, look))
    journal.append(begun(old + 1, 1), snapshot=b"the day before the day before")
    journal.append(printed(old + 2, 298, "before"))
    journal.append(begun(old + 300, 2), snapshot=b"the day before")
    journal.append(printed(old + 301, 300, "day"))
    journal.append(begun(old + 601, 3), snapshot=b"today")
    journal.append(printed(old + 602, 300))
    statements.clear()
    steps.clear()
    kept = journal.kept()
    journal.close()
    assert (kept.snapshot, list(kept.records)) == (b"today", printed(old + 602, 300))
    assert kept.answers == {
        "day 2": old + 300,
        **{f"day{seq}": seq for seq in range(old + 301, old + 601)},
        "day 3": old + 601,
    }
    return [statement for statement in statements if statement.startswith("SELECT")], len(steps)


def test_a_long_history_costs_a_start_nothing(tmp_path: Path):
    _statements, steps_without = history(tmp_path / "short.sqlite", old=1)

    statements, steps = history(tmp_path / "long.sqlite", old=LONG_HISTORY)

    assert steps_without > 10
    assert abs(steps - steps_without) <= 2
    with sqlite3.connect(tmp_path / "long.sqlite") as connection:
        plans = [str(row[3]) for s in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {s}")]
    connection.close()
    assert len([line for line in plans if line.startswith("SEARCH event")]) == 3
    assert not [line for line in plans if line.startswith("SCAN event")]


def test_that_measure_sees_a_start_that_reads_a_whole_history(tmp_path: Path):
    path = tmp_path / "hall.sqlite"
    steps: list[int] = []
    journal = SqlJournal(
        path, connect=over_sqlite(path, lambda c: c.set_progress_handler(lambda: steps.append(1), 100))
    )
    for first in range(1, 20_001, 1_000):
        journal.append(printed(first, 1_000))
    steps.clear()

    journal.kept()  # there is no snapshot
    journal.close()

    assert len(steps) > 1_000


def test_a_batch_that_does_not_go_on_where_the_journal_ends_is_refused(journal: SqlJournal):
    journal.append(printed(1, 3))

    for batch in (printed(3, 1), printed(5, 1), [*printed(4, 1), *printed(6, 1)]):
        with pytest.raises(JournalUnavailable, match="its state must be read again"):
            journal.append(batch)
    journal.append(printed(4, 1))

    assert list(journal.everything()) == printed(1, 4)


def test_a_journal_that_is_opened_again_goes_on_where_it_ended(path: Path):
    for first in (1, 3, 5):
        journal = SqlJournal(path)
        journal.append(printed(first, 2))
        journal.close()

    journal = SqlJournal(path)
    assert list(journal.everything()) == printed(1, 6)
    journal.close()


def test_an_answer_that_is_not_there_is_damage(journal: SqlJournal):
    with pytest.raises(JournalUnavailable, match="event 7 is missing"):
        journal.answer(7)


def test_a_closed_journal_may_be_opened_again_and_closed_twice(path: Path):
    first = SqlJournal(path)
    first.close()
    first.close()
    with pytest.raises(JournalUnavailable, match="is closed"):
        first.append(printed(1, 1))

    SqlJournal(path).close()


def test_a_journal_keeps_its_incarnation_and_another_has_another(path: Path, tmp_path: Path):
    names = []
    for file in (path, path, tmp_path / "other.sqlite"):
        journal = SqlJournal(file)
        names.append(journal.incarnation)
        journal.close()

    assert names[0] == names[1] != names[2]


def test_the_journal_is_durable_by_its_own_settings(path: Path):
    said: dict[str, object] = {}
    connections: list[sqlite3.Connection] = []
    journal = SqlJournal(path, connect=over_sqlite(path, connections.append))

    for pragma in ("journal_mode", "synchronous"):
        (said[pragma],) = connections[0].execute(f"PRAGMA {pragma}").fetchone()
    journal.close()

    assert said == {"journal_mode": "wal", "synchronous": 2}


def test_others_may_read_while_the_server_writes(journal: SqlJournal, path: Path, plan: HallPlan):
    hall = KeptHall(plan, journal)
    hall.busy_day(tickets=5)

    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
        (count,) = reader.execute("SELECT count(*) FROM event").fetchone()
        hall.issue()
        hall.keep()
        (later,) = reader.execute("SELECT count(*) FROM event").fetchone()
    reader.close()

    assert (count, later) == (len(hall.records) - 1, len(hall.records))


def test_visitors_values_stay_out_of_errors(journal: SqlJournal, plan: HallPlan, path: Path):
    hall = Hall(plan)
    hall.issue(masked_number="110***0011")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE event")
    connection.close()

    with pytest.raises(JournalUnavailable, match="no such table") as refused:
        journal.append(hall.records)

    assert "110***0011" not in str(refused.value)
