"""The rows that reports read, as the database holds them after whole visits."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hall import messages as m
from hall.catalogue import HallPlan
from hall.rating import RatingChannel, RatingLevel
from queue_server.adapters import tables as t
from queue_server.adapters.report_rows import CHANGES
from queue_server.adapters.sql_journal import SqlJournal
from tests.queue_server.halls import MORNING, Hall


def test_every_event_says_what_it_changes():
    assert set(CHANGES) == set(m.AnyEvent.__args__)


def rows_after(plan: HallPlan, folder: Path, happen: Callable[[Hall], None], table: sa.Table) -> list[dict[str, Any]]:
    """A table after some events, which are all kept in one batch."""
    hall = Hall(plan)
    happen(hall)
    journal = SqlJournal(folder / "hall.sqlite")
    journal.append(hall.records)
    journal.close()
    engine = sa.create_engine(f"sqlite:///{folder / 'hall.sqlite'}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def test_a_whole_visit_leaves_one_ticket_row_with_all_of_its_times(plan: HallPlan, tmp_path: Path):
    def visit(hall: Hall) -> None:
        ticket = hall.issue()
        hall.do(m.ReportPrint(command_id="p", ticket_id=ticket.ticket_id, printed=True))
        hall.open("3", "T0003")
        hall.clock.pass_(seconds=60)
        hall.call("3")
        hall.do(m.Recall(command_id="r", counter_no="3"))
        hall.clock.pass_(seconds=20)
        hall.do(m.StartService(command_id="s", counter_no="3"))
        hall.clock.pass_(seconds=300)
        hall.complete("3")

    (row,) = rows_after(plan, tmp_path, visit, t.ticket)

    assert (row["display_number"], row["state"], row["is_printed"]) == ("A001", "completed", True)
    assert (row["waited_s"], row["served_s"]) == (60.0, 300.0)
    assert (row["counter_no"], row["staff_no"]) == ("3", "T0003")
    times = [row[name] for name in ("issued_at", "called_at", "started_at", "ended_at")]
    assert times == [MORNING + timedelta(seconds=passed_s) for passed_s in (0, 60, 80, 380)]


def test_a_rating_row_holds_ticket_counter_clerk_and_level(plan: HallPlan, tmp_path: Path):
    def rated(hall: Hall) -> None:
        hall.open("3", "T0003")
        hall.issue()
        hall.issue()
        hall.call("3")
        done = hall.complete("3")
        rate = m.Rate(
            command_id="rate",
            rating_id=done.rating_id,
            level=RatingLevel.DISSATISFIED,
            channel=RatingChannel.EVALUATOR,
        )
        hall.do(rate)
        hall.call("3")
        hall.complete("3")
        hall.do(m.CloseCounter(command_id="leave", counter_no="3"))

    given, not_given = rows_after(plan, tmp_path, rated, t.rating)

    assert (given["counter_no"], given["staff_no"], given["level"]) == ("3", "T0003", "dissatisfied")
    assert given["channel"] == "evaluator"
    assert (not_given["level"], not_given["end_cause"]) == (None, "counter_closed")


def test_missed_and_expired_tickets_say_so(plan: HallPlan, tmp_path: Path):
    def two_days(hall: Hall) -> None:
        hall.open("3")
        hall.issue()
        hall.issue()
        hall.call("3")
        hall.do(m.MarkMissed(command_id="m", counter_no="3"))
        hall.clock.pass_(days=1)
        hall.do(m.StartDay(command_id="tomorrow"))
        hall.issue()

    rows = rows_after(plan, tmp_path, two_days, t.ticket)

    assert [row["state"] for row in rows] == ["missed", "expired", "waiting"]
    assert [row["display_number"] for row in rows] == ["A001", "A002", "A001"]
    assert rows[0]["business_day"] < rows[2]["business_day"]
