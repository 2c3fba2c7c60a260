"""The audit beside the journal: business days as they began, also more than once, and nothing that it may write."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from hall import messages as m
from hall.rules import CallRules
from queue_server.adapters.sql_audit import SqlAudit
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.service.audit import AUDITED, is_audited
from queue_server.service.ports import JournalUnavailable
from tests.queue_server.adapters.keeping import KeptHall
from tests.queue_server.halls import small_plan

TUESDAY = date(2026, 3, 3)
MOST = 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a hall#1.sqlite"  # characters that mean something in an address


@pytest.fixture
def hall(path: Path):
    journal = SqlJournal(path)
    yield KeptHall(small_plan(calls=CallRules(most_calls=2)), journal)
    journal.close()


def kinds(path: Path, day: date, after: int = 0, most: int = MOST) -> list[str]:
    return [type(record.event).__name__ for record in SqlAudit(path).entries(day, after, most)]


def decide_something(hall: KeptHall) -> None:
    hall.issue("a1")
    hall.ask(m.GrantAbility, counter_no="4", department="d1", item_key="a1", by="M1")
    hall.keep()


def test_a_day_has_the_rules_that_it_began_under(hall: KeptHall, path: Path):
    decide_something(hall)
    hall.next_day()
    decide_something(hall)

    assert kinds(path, TUESDAY) == ["RulesAdopted", "DayStarted", "AbilityGranted"]
    assert kinds(path, TUESDAY + timedelta(days=1)) == ["DayStarted", "AbilityGranted"]


def test_new_rules_belong_to_the_day_that_they_begin(hall: KeptHall, path: Path):
    decide_something(hall)
    hall.clock.pass_(days=1)
    hall._take("rules", [m.RulesAdopted(rules=small_plan().rules)])
    hall.do(m.StartDay(command_id=hall.id()))
    hall.keep()

    assert kinds(path, TUESDAY) == ["RulesAdopted", "DayStarted", "AbilityGranted"]
    assert kinds(path, TUESDAY + timedelta(days=1)) == ["RulesAdopted", "DayStarted"]


def test_a_site_that_was_adopted_belongs_to_the_day_that_it_begins(hall: KeptHall, path: Path):
    decide_something(hall)
    hall.clock.pass_(days=1)
    hall._take("site", [m.SiteAdopted(digest="0" * 16, parts={}, changed=("queues: B is gone",))])
    hall._take("rules", [m.RulesAdopted(rules=small_plan().rules)])
    hall.do(m.StartDay(command_id=hall.id()))
    hall.keep()

    assert kinds(path, TUESDAY) == ["RulesAdopted", "DayStarted", "AbilityGranted"]
    assert kinds(path, TUESDAY + timedelta(days=1)) == ["SiteAdopted", "RulesAdopted", "DayStarted"]


def test_a_day_that_began_twice_has_both_parts(hall: KeptHall, path: Path):
    decide_something(hall)
    hall.next_day()
    hall.clock.pass_(days=-1)
    hall.ask(m.ConfirmClock, by="M1")
    hall.clock.pass_(minutes=-600)
    hall._take("again", [m.DayStarted(day=TUESDAY)])
    decide_something(hall)

    assert kinds(path, TUESDAY).count("DayStarted") == 2
    assert kinds(path, TUESDAY).count("AbilityGranted") == 2
    assert kinds(path, TUESDAY + timedelta(days=1)) == ["DayStarted", "ClockConfirmed"]


def test_it_reads_what_the_writer_has_just_kept_and_goes_on_from_where_it_was(hall: KeptHall, path: Path):
    hall.keep()
    audit = SqlAudit(path)
    seen = audit.entries(TUESDAY, 0, MOST)
    decide_something(hall)

    assert [type(r.event) for r in audit.entries(TUESDAY, seen[-1].seq, MOST)] == [m.AbilityGranted]
    assert len(audit.entries(TUESDAY, 0, 1)) == 1


def test_of_calls_only_the_chosen_are_told(hall: KeptHall, path: Path):
    hall.open("1")
    for _ in range(2):
        hall.issue("a1")
    hall.call("1")
    hall.complete("1")
    chosen = hall.call_ticket("1", hall.issue("a1").ticket_id)
    hall.keep()

    calls = [r.event for r in SqlAudit(path).entries(TUESDAY, 0, MOST) if isinstance(r.event, m.TicketCalled)]

    assert calls == [chosen]


def test_a_journal_that_is_not_there_is_not_made(tmp_path: Path):
    with pytest.raises(JournalUnavailable, match="cannot be read"):
        SqlAudit(tmp_path / "none.sqlite").entries(TUESDAY, 0, MOST)

    assert list(tmp_path.iterdir()) == []


def test_every_kind_that_carries_who_decided_it_is_audited():
    """An event with a `by` is a person's decision; a mark on a ticket decides nothing."""
    decided = {kind for kind in m.AnyEvent.__args__ if "by" in kind.__struct_fields__}

    assert decided - {m.TicketMarked} <= AUDITED.keys()
    assert not is_audited(m.TicketPrinted(ticket_id="t"))
