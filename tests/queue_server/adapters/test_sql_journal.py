from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters import tables as t
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.service.ports import JournalUnavailable
from tests.queue_server.halls import Hall


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hall.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[SqlJournal]:
    journal = SqlJournal(path)
    yield journal
    journal.close()


def test_the_migrations_make_the_tables_that_the_code_describes(journal: SqlJournal, path: Path):
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), t.metadata)

    assert differences == []


def test_records_come_back_as_they_were_kept(journal: SqlJournal, plan: HallPlan):
    hall = Hall(plan)
    hall.issue()
    hall.open("3")
    hall.call("3")

    journal.append(hall.records)

    assert journal.everything() == hall.records


def test_only_the_current_business_day_is_read_at_the_start(journal: SqlJournal, plan: HallPlan):
    hall = Hall(plan)
    hall.issue()
    hall.clock.pass_(days=1)
    hall.do(m.StartDay(command_id="tomorrow"))
    hall.issue()
    journal.append(hall.records)

    assert [record.seq for record in journal.current_day()] == [3, 4]


def test_the_answer_to_a_command_is_its_last_event(journal: SqlJournal, plan: HallPlan):
    hall = Hall(plan)
    hall.open("3")
    hall.issue()
    hall.issue()
    hall.call("3")
    hall.complete("3")
    hall.do(m.CallNext(command_id="next", counter_no="3"))  # ends the open rating, then calls
    journal.append(hall.records)

    answers = journal.answers(["next", "never sent"])

    assert set(answers) == {"next"}
    assert isinstance(answers["next"].event, m.TicketCalled)


def test_a_number_that_was_drawn_twice_is_refused_whole_by_the_database(journal: SqlJournal, plan: HallPlan):
    hall, other = Hall(plan), Hall(plan)
    hall.issue()
    other.issue()
    journal.append(hall.records)
    clash = [
        type(record)(seq=record.seq + 10, at=record.at, command_id=f"{record.command_id} again", event=record.event)
        for record in other.records
    ]

    with pytest.raises(JournalUnavailable) as refused:
        journal.append(clash)

    assert "no_number_twice_a_day" in str(refused.value) or "ticket.number" in str(refused.value)
    assert "A001" not in str(refused.value)  # the values of a row may be a visitor's

    assert journal.everything() == hall.records


def test_a_file_that_is_no_database_is_one_sentence(path: Path):
    path.write_bytes(b"this is not a database, however long it may be" * 100)

    with pytest.raises(JournalUnavailable, match=r"cannot be opened"):
        SqlJournal(path)


def test_a_closed_journal_may_be_opened_again_and_closed_twice(path: Path):
    first = SqlJournal(path)
    first.close()
    first.close()

    SqlJournal(path).close()


def test_a_journal_keeps_its_incarnation_and_another_has_another(path: Path, tmp_path: Path):
    names = []
    for file in (path, path, tmp_path / "other.sqlite"):
        journal = SqlJournal(file)
        names.append(journal.incarnation)
        journal.close()

    assert names[0] == names[1] != names[2]


def test_a_record_that_cannot_be_understood_is_said_to_be_so(journal: SqlJournal, path: Path, plan: HallPlan):
    journal.append(Hall(plan).records)
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.update(t.event).values(body=b'{"type":"FromTheFuture"}'))

    with pytest.raises(JournalUnavailable, match="cannot be read"):
        journal.current_day()
