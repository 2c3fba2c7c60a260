"""The rows that reports read, as the database holds them once a day is over."""

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hall import messages as m
from hall.catalogue import HallPlan
from hall.rating import RatingChannel, RatingLevel
from queue_server.adapters import tables as t
from queue_server.adapters.report_rows import CHANGES, DayNotOver, rewrite_day
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain import ledger
from queue_server.service.engine import day_in
from queue_server.service.ports import JournalUnavailable
from tests.queue_server.adapters.keeping import KeptHall
from tests.queue_server.halls import MORNING, without_queue

FIRST_DAY = MORNING.date()
SILENT = {
    m.RulesAdopted,
    m.SiteAdopted,
    m.RuleApplied,
    m.ClockConfirmed,
    m.DayReopened,
    m.CounterOpened,
    m.CounterClosed,
    m.CounterPaused,
    m.CounterResumed,
    m.AbilityGranted,
    m.AbilityRevoked,
    m.TicketPreviewed,
    m.TicketPutBack,
    m.MatterAdded,
    m.NumbersLeased,
    m.AppointmentBooked,
    m.AppointmentMoved,
    m.AppointmentCancelled,
    m.PersonBanned,
    m.BanLifted,
}
"""Events that no row of a ticket, a period or a rating tells of."""


def test_every_event_is_either_in_the_rows_or_known_to_be_silent():
    told = set(CHANGES) | set(ledger.CHANGES)
    begin_and_end = {m.TicketIssued, m.DayStarted, m.DayClosed, m.ServiceRated, m.RatingClosed}

    assert told | begin_and_end | SILENT == set(m.AnyEvent.__args__)
    assert not (told | begin_and_end) & SILENT


def read(path: Path, table: sa.Table) -> list[dict[str, Any]]:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def everything(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {table.name: read(path, table) for table in (t.ticket, t.period, t.rating)}


@pytest.fixture
def rows_after(journal: SqlJournal, path: Path, plan: HallPlan) -> Callable[..., list[dict[str, Any]]]:
    """A table's rows after a day."""

    def after(happen: Callable[[KeptHall], None], table: sa.Table) -> list[dict[str, Any]]:
        hall = KeptHall(plan, journal)
        happen(hall)
        hall.keep()
        assert everything(path) == {"ticket": [], "period": [], "rating": []}  # today is read from memory
        hall.next_day()
        return read(path, table)

    return after


def visit(hall: KeptHall) -> None:
    ticket = hall.issue(party_size=2)
    hall.do(m.ReportPrint(command_id="p", ticket_id=ticket.ticket_id, printed=True))
    hall.open("3", "T0003")
    hall.clock.pass_(seconds=60)
    hall.call("3")
    hall.clock.pass_(seconds=25)
    hall.do(m.Recall(command_id="r", counter_no="3"))
    hall.clock.pass_(seconds=5)
    hall.do(m.StartService(command_id="s", counter_no="3"))
    hall.clock.pass_(seconds=300)
    hall.complete("3")


def test_a_whole_visit_leaves_one_ticket_row_with_all_of_its_times(rows_after: Callable[..., Any]):
    (row,) = rows_after(visit, t.ticket)

    assert (row["display_number"], row["state"], row["is_printed"]) == ("A001", "completed", True)
    assert (row["waited_s"], row["walked_s"], row["served_s"], row["held_s"]) == (60.0, 30.0, 300.0, 0.0)
    assert (row["counter_no"], row["staff_no"], row["call_count"], row["party_size"]) == ("3", "T0003", 2, 2)
    assert row["is_accurate"] is True
    times = [row[name] for name in ("issued_at", "called_at", "started_at", "ended_at")]
    assert times == [MORNING + timedelta(seconds=passed_s) for passed_s in (0, 60, 90, 390)]


def test_its_periods_follow_each_other(rows_after: Callable[..., Any]):
    rows = rows_after(visit, t.period)

    assert [(row["position"], row["kind"], row["counter_no"]) for row in rows] == [
        (1, "waiting", None),
        (2, "walking", "3"),
        (3, "serving", "3"),
    ]
    assert [row["began_at"] for row in rows[1:]] == [row["ended_at"] for row in rows[:-1]]
    assert all(row["is_accurate"] for row in rows)


def test_a_rating_row_holds_ticket_counter_clerk_and_level(rows_after: Callable[..., Any]):
    def rated(hall: KeptHall) -> None:
        hall.open("3", "T0003")
        for _ in range(3):
            hall.issue()
        hall.call("3")
        rating_id = hall.complete("3").rating_id
        hall.do(
            m.Rate(
                command_id="rate",
                rating_id=rating_id,
                level=RatingLevel.DISSATISFIED,
                channel=RatingChannel.EVALUATOR,
            )
        )
        hall.call("3")
        hall.complete("3")
        hall.do(m.CloseCounter(command_id="leave", counter_no="3"))
        hall.open("3", "T0003")
        hall.call("3")
        hall.complete("3")

    given, not_given, left_open = sorted(rows_after(rated, t.rating), key=lambda row: row["end_cause"] or "")

    assert (given["counter_no"], given["staff_no"], given["level"]) == ("3", "T0003", "dissatisfied")
    assert given["channel"] == "evaluator"
    assert (not_given["level"], not_given["end_cause"]) == (None, "counter_closed")
    assert (left_open["level"], left_open["end_cause"]) == (None, "day_over")
    assert len({row["ticket_id"] for row in (given, not_given, left_open)}) == 3


def test_missed_cancelled_and_expired_tickets_say_so(rows_after: Callable[..., Any]):
    missed: list[str] = []

    def day(hall: KeptHall) -> None:
        hall.open("3")
        gone, cancelled = hall.issue(), hall.issue()
        while hall.day.tickets[gone.ticket_id].state != "missed":  # as often as the rules let a visitor come back
            hall.clock.pass_(minutes=10)
            hall.do(m.CallTicket(command_id=hall.id(), counter_no="3", ticket_id=gone.ticket_id, reason="again"))
            missed.append(hall.do(m.MarkMissed(command_id=hall.id(), counter_no="3")).ticket_id)
        hall.do(m.CancelTicket(command_id="c", ticket_id=cancelled.ticket_id, by="desk", reason="left"))
        hall.issue()

    rows = sorted(rows_after(day, t.ticket), key=lambda row: row["number"])

    assert [row["state"] for row in rows] == ["missed", "cancelled", "expired"]
    assert [row["missed_count"] for row in rows] == [len(missed), 0, 0]
    assert [row["is_accurate"] for row in rows] == [True, True, False]  # who was still waiting was cut off
    assert rows[2]["ended_at"] == MORNING.replace(hour=0) + timedelta(days=1)


def test_a_day_that_was_closed_by_a_person_is_written_once_when_the_next_one_begins(
    journal: SqlJournal, path: Path, plan: HallPlan
):
    statements: list[str] = []
    sa.event.listen(sa.Engine, "before_cursor_execute", listener := lambda *about: statements.append(about[2]))
    try:
        hall = KeptHall(plan, journal)
        hall.busy_day(tickets=10)
        open_tickets = sum(
            ticket.state in ("waiting", "called", "serving", "on_hold") for ticket in hall.day.tickets.values()
        )
        hall.do(m.CloseDay(command_id="close", by="T1", confirmed_open=open_tickets))
        hall.keep()
        at_closing = [s for s in statements if s.startswith("INSERT INTO ticket")]
        hall.next_day()
        at_the_next_day = [s for s in statements if s.startswith("INSERT INTO ticket")]
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listener)

    assert (len(at_closing), len(at_the_next_day)) == (0, 1)
    rows = read(path, t.ticket)
    assert len(rows) == 10
    closed_at = next(record.at for record in hall.records if isinstance(record.event, m.DayClosed))
    assert {row["ended_at"] for row in rows if row["state"] == "expired"} == {closed_at}


def test_the_rows_of_a_closed_day_are_the_same_after_a_start_without_the_queue_that_it_used(
    tmp_path: Path, plan: HallPlan
):
    def two_days(path: Path, *, loses_queue: bool) -> dict[str, list[dict[str, Any]]]:
        journal = SqlJournal(path)
        hall = KeptHall(plan, journal)
        hall.busy_day(tickets=10)
        hall.close_day()
        if loses_queue:
            hall.day = day_in(journal.kept(), without_queue(plan, "A"))
        hall.next_day()
        journal.close()
        return everything(path)

    as_it_was = two_days(tmp_path / "one.sqlite", loses_queue=False)

    assert len(as_it_was["ticket"]) == 10
    assert two_days(tmp_path / "other.sqlite", loses_queue=True) == as_it_was


def test_a_day_that_a_wrong_clock_began_first_has_the_tickets_of_both_times_once(
    journal: SqlJournal, path: Path, plan: HallPlan
):
    hall = KeptHall(plan, journal)
    hall.issue()
    hall.clock.pass_(days=9)
    hall.next_day()
    hall.issue()
    hall.clock.pass_(days=-10, minutes=1)
    hall.do(m.ConfirmClock(command_id="right", by="M1"))
    hall.issue()
    drawn = {0: [1], 10: [1, 2]}
    for day in range(1, 11):
        hall.next_day()
        drawn.setdefault(day, []).append(hall.issue().number)
    hall.keep()
    assert numbers_by_day(path) == {day: numbers for day, numbers in drawn.items() if day < 10} | {10: [1, 2]}

    hall.next_day()

    assert numbers_by_day(path) == drawn == {**{day: [1] for day in range(10)}, 10: [1, 2, 3]}


def numbers_by_day(path: Path) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in read(path, t.ticket):
        day = date.fromisoformat(row["business_day"]) - FIRST_DAY
        found.setdefault(day.days, []).append(row["number"])
    return {day: sorted(numbers) for day, numbers in found.items()}


def test_a_day_can_be_written_again_and_is_the_same(journal: SqlJournal, path: Path, plan: HallPlan):
    hall = KeptHall(plan, journal)
    for seed in range(3):
        hall.busy_day(tickets=20, seed=seed)
        hall.next_day()
    before = everything(path)
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM period WHERE business_day = ?", (FIRST_DAY.isoformat(),))
        connection.execute("UPDATE ticket SET waited_s = 1 WHERE business_day = ?", (FIRST_DAY.isoformat(),))
    connection.close()
    assert everything(path) != before

    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    for _ in range(2):
        with engine.begin() as connection:
            rewrite_day(connection, FIRST_DAY)

        assert everything(path) == before


def test_a_day_that_goes_on_has_no_rows_yet(journal: SqlJournal, path: Path, plan: HallPlan):
    hall = KeptHall(plan, journal)
    hall.busy_day(tickets=5)

    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        with pytest.raises(DayNotOver, match="the business day 2026-03-03 is not over"):
            rewrite_day(connection, FIRST_DAY)
        rewrite_day(connection, date(2020, 1, 1))  # no such day: no rows

    assert read(path, t.ticket) == []


def test_several_days_and_the_tickets_around_them_may_come_in_one_batch(
    journal: SqlJournal, path: Path, plan: HallPlan
):
    hall = KeptHall(plan, journal)
    for _ in range(3):
        hall.issue()
        hall.clock.pass_(days=1)
        hall.do(m.StartDay(command_id=hall.id()))
    hall.issue()
    hall.keep()

    rows = read(path, t.ticket)

    assert [(row["business_day"], row["number"]) for row in rows] == [
        ((FIRST_DAY + timedelta(days=days)).isoformat(), 1) for days in range(3)
    ]


def test_a_finished_day_whose_event_cannot_be_read_stops_the_next_one_from_beginning(
    journal: SqlJournal, path: Path, plan: HallPlan
):
    hall = KeptHall(plan, journal)
    hall.busy_day(tickets=5)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE event SET body = x'7b' WHERE seq = 5")
    connection.close()

    with pytest.raises(JournalUnavailable, match="cannot be written: damaged"):
        hall.next_day()

    assert read(path, t.day)[-1]["seq"] == 1
