"""A database of an earlier revision is carried over, with every event."""

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters import tables as t
from queue_server.adapters.sql_journal import MIGRATIONS, SqlJournal
from queue_server.service.engine import day_in
from queue_server.service.ports import JournalUnavailable
from tests.queue_server.halls import MORNING

YESTERDAY, TODAY = "2026-03-02", "2026-03-03"


def at(hour: int, days: int = 0) -> datetime:
    return MORNING.replace(hour=hour) + timedelta(days=days)


def ticket(number: int, day: str) -> dict[str, Any]:
    return {
        "type": "TicketIssued",
        "ticket_id": f"{day} {number}",
        "display_number": f"A{number:03d}",
        "business_day": day,
        "prefix": "A",
        "number": number,
        "item_key": "I001",
        "kiosk_id": "K01",
        "ahead_count": 0,
        "wait_low_s": None,  # what revision 0001 called its estimate
        "wait_high_s": 60.0,
    }


def call(number: int, day: str) -> dict[str, Any]:
    return {
        "type": "TicketCalled",
        "call_id": f"call {number}",
        "ticket_id": f"{day} {number}",
        "display_number": f"A{number:03d}",
        "counter_no": "3",
        "staff_no": "T0003",
        "call_count": 1,
        "waited_s": 60.0,
    }


COMPLETED = {
    "type": "ServiceCompleted",
    "ticket_id": f"{YESTERDAY} 1",
    "counter_no": "3",
    "staff_no": "T0003",
    "served_s": 300.0,
    "rating_id": "r1",
}

EVENTS: list[tuple[datetime, dict[str, Any]]] = [
    (at(8, -1), {"type": "DayStarted", "day": YESTERDAY}),
    (at(9, -1), {"type": "CounterOpened", "counter_no": "3", "staff_no": "T0003"}),
    (at(9, -1), ticket(1, YESTERDAY)),
    (at(9, -1), ticket(2, YESTERDAY)),
    (at(10, -1), call(1, YESTERDAY)),
    (at(11, -1), COMPLETED),
    (at(8), {"type": "DayStarted", "day": TODAY, "expired": [f"{YESTERDAY} 2"]}),
    (at(9), ticket(1, TODAY)),
    (at(9), {"type": "CounterOpened", "counter_no": "3", "staff_no": "T0003"}),
    (at(9), call(1, TODAY)),
]


@pytest.fixture
def old(path: Path) -> Path:
    """A database as revision 0001 left it: a finished day, and one that goes on."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("INSERT INTO meta VALUES ('incarnation', 'the old one')")
        for seq, (when, event) in enumerate(EVENTS, 1):
            body = json.dumps(event).encode()
            row = (seq, when.isoformat(), f"c{seq}", event["type"], body)
            database.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO command VALUES (?, ?)", (f"c{seq}", seq))
        for day, number, state in ((YESTERDAY, 1, "completed"), (YESTERDAY, 2, "expired"), (TODAY, 1, "called")):
            database.execute(
                "INSERT INTO ticket (ticket_id, business_day, prefix, number, display_number, item_key, kiosk_id, "
                "state, issued_at, called_at, waited_s) VALUES (?, ?, 'A', ?, ?, 'I001', 'K01', ?, ?, ?, ?)",
                (f"{day} {number}", day, number, f"A{number:03d}", state, "2026-03-02 01:00:00.000000", None, 60.0),
            )
        database.execute(
            "INSERT INTO rating (rating_id, ticket_id, counter_no, staff_no, opened_at) VALUES (?, ?, ?, ?, ?)",
            ("r1", f"{YESTERDAY} 1", "3", "T0003", "2026-03-02 03:00:00.000000"),
        )
    database.close()
    return path


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_every_event_of_an_older_database_is_carried_over(old: Path):
    before = rows(old, "SELECT seq, at, command_id, type, body FROM event ORDER BY seq")

    journal = SqlJournal(old)
    records = list(journal.everything())
    journal.close()

    assert rows(old, "SELECT seq, at, command_id, type, body FROM event ORDER BY seq") == before
    assert [(record.at, type(record.event).__name__) for record in records] == [(w, e["type"]) for w, e in EVENTS]
    assert journal.incarnation == "the old one"


def test_it_has_the_tables_that_the_code_describes(old: Path):
    SqlJournal(old).close()

    engine = sa.create_engine(f"sqlite:///{old}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), t.metadata)

    assert differences == []
    assert rows(old, "SELECT seq, business_day FROM day") == [(1, YESTERDAY), (7, TODAY)]


def test_rows_of_finished_days_stay_and_todays_are_written_when_today_is_over(old: Path, plan: HallPlan):
    journal = SqlJournal(old)
    of_yesterday = rows(old, "SELECT ticket_id, state, waited_s, is_accurate, business_day FROM ticket ORDER BY 1")
    ratings = rows(old, "SELECT business_day, rating_id FROM rating")
    hall = day_in(journal.kept(), plan)
    assert hall.tickets[f"{TODAY} 1"].counter_no == "3"
    tomorrow = m.DayStarted(day=MORNING.date() + timedelta(days=1), expired=(f"{TODAY} 1",))
    last = list(journal.everything())[-1]
    over = type(last)(seq=last.seq + 1, at=at(8, 1), command_id="next day", event=tomorrow)

    journal.append([over], snapshot=b"{}")
    journal.close()

    assert of_yesterday == [
        (f"{YESTERDAY} 1", "completed", 60.0, None, YESTERDAY),
        (f"{YESTERDAY} 2", "expired", 60.0, None, YESTERDAY),
    ]
    assert ratings == [(YESTERDAY, "r1")]
    assert (TODAY, "expired", 0) in rows(old, "SELECT business_day, state, is_accurate FROM ticket")


def test_a_migration_that_fails_changes_nothing(old: Path):
    with sqlite3.connect(old) as connection:
        connection.execute("CREATE TABLE period (in_the_way INTEGER)")
    connection.close()
    before = rows(old, "SELECT type, name, sql FROM sqlite_schema ORDER BY name")

    with pytest.raises(JournalUnavailable, match="table period already exists"):
        SqlJournal(old)

    assert rows(old, "SELECT type, name, sql FROM sqlite_schema ORDER BY name") == before
    assert rows(old, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert len(rows(old, "SELECT * FROM event")) == len(EVENTS)


def test_a_database_of_a_later_version_is_left_alone(old: Path):
    with sqlite3.connect(old) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.close()

    with pytest.raises(JournalUnavailable, match=r"revision 0099, which this version of HallQ does not know: start a"):
        SqlJournal(old)

    assert len(rows(old, "SELECT * FROM command")) == len(EVENTS)
