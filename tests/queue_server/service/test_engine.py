"""The rules and the journal together, without a thread."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from hall import messages as m
from hall.catalogue import HallPlan
from hall.rules import HallRules, OneTicket, PersonRules
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain import refusals as no
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import Engine, Outcome
from queue_server.service.ports import JournalUnavailable, Kept
from tests.queue_server.halls import Clock


class RunningClock(Clock):
    """A clock that goes on a second whenever it is looked at."""

    def now(self) -> datetime:
        self.pass_(seconds=1)
        return super().now()


class Journal(SqlJournal):
    """The real one; it notes what it was given, and can be full."""

    is_full = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.batches: list[tuple[int, bool]] = []  # records; whether a snapshot came with them
        self.reads = 0

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        if self.is_full:
            raise JournalUnavailable("no space left on device")
        super().append(records, snapshot=snapshot)
        self.batches.append((len(records), snapshot is not None))

    def kept(self) -> Kept:
        self.reads += 1
        return super().kept()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "hall.sqlite")
    yield journal
    journal.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def an_engine(plan: HallPlan, journal: Journal, clock: Clock) -> Engine:
    ids = count(1)
    engine = Engine(plan, journal, clock, new_id=lambda: f"id-{next(ids):04d}")
    engine.rebuild()
    return engine


@pytest.fixture
def engine(plan: HallPlan, journal: Journal, clock: Clock) -> Engine:
    return an_engine(plan, journal, clock)


def issue(command_id: str, item_key: str = "I001", person: str | None = None) -> m.IssueTicket:
    return m.IssueTicket(command_id=command_id, item_key=item_key, kiosk_id="K01", person=person)


def close(command_id: str, still_open: int) -> m.CloseDay:
    return m.CloseDay(command_id=command_id, by="M1", confirmed_open=still_open)


def numbers(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        outcome.event.display_number
        for outcome in outcomes
        if isinstance(outcome, Record) and isinstance(outcome.event, m.TicketIssued)
    ]


def kinds(records: Sequence[Record]) -> list[str]:
    return [type(record.event).__name__ for record in records]


def test_a_batch_is_one_transaction_with_an_outcome_for_each_command_in_order(engine: Engine, journal: Journal):
    outcomes, records = engine.carry_out([issue("a"), issue("bad", "no such matter"), issue("c")])

    assert numbers(outcomes) == ["A001", "A002"]
    assert isinstance(outcomes[1], no.UnknownItem)
    assert journal.batches == [(len(records), True)]
    assert list(journal.everything()) == records


def test_a_batch_is_decided_at_one_instant_and_arrival_keeps_the_order_of_its_commands(
    plan: HallPlan, journal: Journal
):
    engine = an_engine(plan, journal, RunningClock())
    engine.carry_out([m.OpenCounter(command_id="open", counter_no="3", staff_no="T1")])

    _outcomes, records = engine.carry_out([issue(f"c{number}") for number in range(10)])

    assert len({record.at for record in records}) == 1
    first, _ = engine.carry_out([m.CallNext(command_id="call", counter_no="3")])
    assert isinstance(first[0], Record)
    assert first[0].event.display_number == "A001"  # type: ignore[union-attr]


def test_a_command_repeated_in_its_batch_later_or_after_a_restart_gets_its_first_answer(
    plan: HallPlan, engine: Engine, journal: Journal, clock: Clock
):
    (first, again), _ = engine.carry_out([issue("tap"), issue("tap")])
    (later,), records = engine.carry_out([issue("tap")])
    (restarted,), _ = an_engine(plan, journal, clock).carry_out([issue("tap")])

    assert first == again == later == restarted
    assert records == []
    assert len(journal.batches) == 1


def test_an_id_that_was_another_requests_is_refused_in_its_batch_later_and_after_a_restart(
    plan: HallPlan, engine: Engine, journal: Journal, clock: Clock
):
    other = close("tap", still_open=1)

    (_first, at_once), records = engine.carry_out([issue("tap"), other])
    (later,), none = engine.carry_out([other])
    (restarted,), _ = an_engine(plan, journal, clock).carry_out([other])

    assert [type(outcome) for outcome in (at_once, later, restarted)] == [no.CommandIdReused] * 3
    assert (numbers([records[-1]]), none) == (["A001"], [])
    assert engine.hall.is_closed is False


def test_a_refused_request_is_refused_again_and_a_mended_one_needs_an_id_of_its_own(engine: Engine):
    engine.carry_out([issue("tap")])
    (refused,), _ = engine.carry_out([close("close", still_open=0)])

    (again, mended), _ = engine.carry_out([close("close", still_open=0), close("close", still_open=1)])
    (closed,), _ = engine.carry_out([close("new", still_open=1)])

    assert [type(refused), type(again)] == [no.ClosingNeedsConfirmation] * 2
    assert isinstance(mended, no.CommandIdReused)
    assert isinstance(closed, Record)


def test_yesterdays_commands_are_still_answered_and_draw_no_number_today(engine: Engine, clock: Clock):
    (monday,), _ = engine.carry_out([issue("tap")])
    clock.pass_(days=1)

    (tuesday, again), _ = engine.carry_out([issue("new"), issue("tap")])
    (later,), _ = engine.carry_out([issue("tap")])

    assert numbers([tuesday]) == ["A001"]
    assert again == later == monday


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_process_that_started_during_the_day_answers_that_days_commands_on_the_next_one(
    plan: HallPlan, engine: Engine, journal: Journal, clock: Clock, is_closed: bool
):
    (first,), _ = engine.carry_out([issue("tap")])
    (second,), _ = engine.carry_out([issue("touch")])
    if is_closed:
        engine.carry_out([close("close", still_open=2)])
    again = an_engine(plan, journal, clock)
    clock.pass_(days=1)

    again.carry_out([issue("new")])

    assert again.carry_out([issue("tap"), issue("touch")]) == ([first, second], [])
    clock.pass_(days=1)
    assert an_engine(plan, journal, clock).carry_out([issue("touch")])[0] == [second]


def test_the_state_is_kept_where_a_day_begins_and_where_it_is_closed_and_not_again(
    engine: Engine, journal: Journal, clock: Clock
):
    engine.carry_out([issue("a")])
    engine.carry_out([issue("b")])
    engine.carry_out([close("d", still_open=2)])
    clock.pass_(days=1)
    engine.carry_out([issue("c")])

    assert [with_snapshot for _records, with_snapshot in journal.batches] == [True, False, True, True]


def test_a_refusal_costs_no_transaction_unless_a_rule_of_the_hall_said_no(
    plan: HallPlan, journal: Journal, clock: Clock
):
    strict = replace(plan, rules=HallRules(persons=PersonRules(one_ticket=OneTicket.A_HALL)))
    engine = an_engine(strict, journal, clock)
    engine.carry_out([issue("a", person="hash")])

    _, nothing = engine.carry_out([issue("x", "no such matter")])
    (refused,), audit = engine.carry_out([issue("b", person="hash")])

    assert nothing == []
    assert isinstance(refused, no.HasTicket)
    assert kinds(audit) == ["RuleApplied"]
    assert "hash" not in str(audit)


def test_the_sites_rules_are_adopted_once_before_the_first_decision_and_again_when_they_change(
    plan: HallPlan, journal: Journal, clock: Clock
):
    one, two = (HallRules(persons=PersonRules(most_a_day=most)) for most in (1, 2))
    made = []
    for number, rules in enumerate((one, one, two, two)):
        engine = an_engine(replace(plan, rules=rules), journal, clock)
        made.append(kinds(engine.carry_out([issue(f"c{number}"), issue(f"d{number}")])[1]))

    assert made == [
        ["SiteAdopted", "RulesAdopted", "DayStarted", "TicketIssued", "TicketIssued"],
        ["TicketIssued", "TicketIssued"],
        ["RulesAdopted", "TicketIssued", "TicketIssued"],
        ["TicketIssued", "TicketIssued"],
    ]


def test_a_batch_that_could_not_be_kept_leaves_no_trace_and_is_read_again(
    engine: Engine, journal: Journal, clock: Clock
):
    engine.carry_out([issue("a")])
    before, reads = digest(engine.hall), journal.reads
    journal.is_full = True
    with pytest.raises(JournalUnavailable):
        engine.carry_out([issue("b")])
    assert engine.is_stale
    journal.is_full = False

    (again,), _ = engine.carry_out([issue("b")])

    assert journal.reads == reads + 1
    assert numbers([again]) == ["A002"]
    engine.rebuild()
    assert digest(engine.hall) != before


def test_a_day_begins_even_in_the_middle_of_a_batch_whose_first_command_is_the_confirmed_clock(
    engine: Engine, clock: Clock
):
    engine.carry_out([issue("a")])
    clock.pass_(days=400)

    outcomes, records = engine.carry_out(
        [issue("too far"), m.ConfirmClock(command_id="right", by="T1"), issue("believed")]
    )

    assert isinstance(outcomes[0], no.ClockLeapt)
    assert kinds(records) == ["ClockConfirmed", "DayStarted", "TicketIssued"]
    assert numbers(outcomes) == ["A001"]


def test_while_the_clock_is_a_little_behind_time_stands_still_for_a_whole_batch(engine: Engine, clock: Clock):
    ((first,), _) = engine.carry_out([issue("a")])
    clock.pass_(seconds=-60)

    _outcomes, records = engine.carry_out([issue("b"), issue("c")])

    assert isinstance(first, Record)
    assert [record.at for record in records] == [first.at, first.at]


def test_outcomes_are_counted_by_command_and_code(engine: Engine):
    def counted(outcome: str) -> float:
        return REGISTRY.get_sample_value("hq_commands_total", {"command": "IssueTicket", "outcome": outcome}) or 0.0

    before = [counted(outcome) for outcome in ("done", "repeated", "unknown_item")]

    engine.carry_out([issue("a"), issue("b"), issue("x", "no such matter")])
    engine.carry_out([issue("a")])

    after = [counted(outcome) for outcome in ("done", "repeated", "unknown_item")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 1, 1]
