"""Rules that say no and are kept, and a site file that changes: what may go, and when."""

from dataclasses import replace
from datetime import date, datetime

import msgspec
import pytest

from hall import messages as m
from hall.calendar import Closure
from hall.identity import DocumentKind
from hall.rules import MissedRules
from hall.texts import ENGLISH
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.snapshot import digest, dump
from queue_server.service.ports import JournalUnavailable
from queue_server.service.views import place_view
from tests.queue_server.domain.running import Running
from tests.queue_server.halls import (
    CALENDAR,
    QUOTAS,
    ZONE,
    replayed,
    small_plan,
    without_queue,
)


def test_each_rule_that_says_no_leaves_its_entry_in_the_journal():
    hall = Running(small_plan())
    card = {"person": "ann", "identity_kind": DocumentKind.RESIDENT}
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    hall.issue(**card)
    hall.ask(m.CallNext, counter_no="1")

    hall.issue(**card)
    hall.issue("r1")
    hall.ask(m.Recall, counter_no="1")
    hall.issue("nothing")

    kept = [(e.rule, e.command, e.place, e.prefix) for e in hall.events(m.RuleApplied)]
    assert kept == [
        ("has_ticket", "IssueTicket", "K01", "A"),
        ("identity_required", "IssueTicket", "K01", "R"),
        ("recall_too_soon", "Recall", "1", None),
    ]


def test_other_rules_are_adopted_before_the_next_command_and_kept():
    hall = Running(small_plan())
    hall.issue()
    plan = small_plan(missed=MissedRules(back_after=7, grace_s=60))  # a whole number, as site files have them
    changed = hall.started_again(plan)

    changed.issue()

    assert [event.rules.missed.back_after for event in changed.events(m.RulesAdopted)] == [7]
    assert changed.engine.hall.rules.missed.back_after == 7
    again = changed.started_again(plan)
    again.engine.rebuild()
    assert digest(again.engine.hall) == digest(changed.engine.hall)
    again.issue()
    assert len(again.events(m.RulesAdopted)) == 1


def test_another_site_is_adopted_once_and_the_journal_says_what_changed():
    hall = Running(small_plan())
    hall.issue()
    changed = small_plan({"A": QUOTAS})
    counters = {**changed.counters, "8": replace(changed.counters["4"], counter_no="8", opens_at_noon=True)}
    closed = Closure(date(2026, 3, 9), date(2026, 3, 9), "张三's wedding")
    other = replace(
        changed,
        counters=counters,
        calendar=replace(CALENDAR, closures=(*CALENDAR.closures, closed)),
        rules=small_plan().rules,
    )

    again = hall.started_again()
    again.issue()
    moved = again.started_again(other)
    moved.issue("b1")
    moved.started_again(other).issue("b1")

    first, second = moved.events(m.SiteAdopted)
    assert first.changed == ()
    assert second.changed == (
        "counter 8 added",
        "abilities of counter 8 added",
        "hours of queue A changed",
        "quotas of queue A changed",
        "noon roster changed",
        "closures changed",
    )
    assert first.digest != second.digest
    assert "张三" not in str(second)


def test_a_journal_that_never_named_its_site_does_so_once_and_its_old_snapshot_can_be_read():
    hall = Running(small_plan())
    hall.issue()
    hall.journal.records = [
        msgspec.structs.replace(record, seq=seq)
        for seq, record in enumerate((r for r in hall.journal.records if not isinstance(r.event, m.SiteAdopted)), 1)
    ]
    before = HallDay(small_plan())
    evolve(before, hall.journal.records[0])
    old = msgspec.json.decode(dump(before))
    del old["site"]
    hall.journal.snapshot, hall.journal.after = msgspec.json.encode(old), 1

    again = hall.started_again()
    again.issue()
    again.started_again().issue()

    assert [event.changed for event in again.events(m.SiteAdopted)] == [()]


def test_nothing_but_the_memory_of_the_site_depends_on_it():
    hall = Running(small_plan())
    hall.issue()
    with_site = hall.engine.hall
    without = replayed(small_plan(), [r for r in hall.journal.records if not isinstance(r.event, m.SiteAdopted)])

    without.site = with_site.site

    assert digest(without) == digest(with_site)


@pytest.mark.parametrize("days", [0, 1])
def test_a_plan_that_lost_a_queue_with_people_waiting_does_not_start_and_says_what_to_do(days: int):
    hall = Running(small_plan())
    hall.clock.pass_(days=days)
    hall.issue()  # with days: what is lost follows a snapshot
    hall.issue("b1")
    records = list(hall.journal.records)
    lost = hall.started_again(without_queue(small_plan(), "B"))

    with pytest.raises(JournalUnavailable, match="put it back"):
        lost.engine.rebuild()

    assert hall.journal.records == records
    back = hall.started_again()
    back.engine.rebuild()
    assert digest(back.engine.hall) == digest(hall.engine.hall)


def test_a_queue_may_go_once_the_day_it_was_used_in_is_over():
    hall = Running(small_plan())
    hall.issue("b1")
    hall.clock.pass_(days=1)
    hall.issue("a1")

    without = hall.started_again(without_queue(small_plan(), "B"))

    assert without.issue("a1").display_number == "A002"
    assert isinstance(without.issue("b1"), no.UnknownItem)


def test_a_queue_may_go_once_a_person_has_ended_the_day_it_was_used_in():
    hall = Running(small_plan())
    hall.ask(m.OpenCounter, counter_no="4", staff_no="T1")
    served, waiting = hall.issue("b1"), hall.issue("b1")
    hall.ask(m.CallNext, counter_no="4")
    hall.ask(m.CompleteService, counter_no="4")
    hall.ask(m.CloseDay, by="M1", confirmed_open=1)

    without = hall.started_again(without_queue(small_plan(), "B"))
    without.engine.rebuild()

    tickets = without.engine.hall.tickets
    assert tickets == hall.engine.hall.tickets
    assert [place_view(without.engine.hall, tickets[t.ticket_id], ENGLISH).state for t in (served, waiting)] == [
        TicketState.COMPLETED,
        TicketState.EXPIRED,
    ]
    assert isinstance(without.issue("a1"), no.DayIsClosed)
    without.clock.pass_(days=1)
    assert without.issue("a1").display_number == "A001"


def test_a_counter_may_go_once_a_person_has_ended_the_day_it_was_used_in():
    plan = small_plan()
    hall = Running(plan)
    hall.ask(m.OpenCounter, counter_no="7", staff_no="T1")
    lost = replace(plan, counters={n: c for n, c in plan.counters.items() if n != "7"})
    with pytest.raises(JournalUnavailable, match="put it back"):
        hall.started_again(lost).engine.rebuild()

    hall.ask(m.CloseDay, by="M1", confirmed_open=0)

    without = hall.started_again(lost)
    without.engine.rebuild()
    assert "7" not in without.engine.hall.counters


def test_what_is_written_on_a_ticket_after_the_closing_does_not_need_its_queue():
    hall = Running(small_plan())
    issued = hall.issue("b1")
    hall.ask(m.CloseDay, by="M1", confirmed_open=1)
    hall.ask(m.ReportPrint, ticket_id=issued.ticket_id, printed=True)
    hall.ask(m.MarkTicket, ticket_id=issued.ticket_id, by="M1", note="asked again")

    without = hall.started_again(without_queue(small_plan(), "B"))
    without.engine.rebuild()

    assert without.engine.hall.tickets[issued.ticket_id].note == "asked again"


def test_an_appointment_for_a_matter_that_is_gone_is_refused_at_the_desk_and_harms_nothing():
    hall = Running(small_plan())
    slot = datetime(2026, 3, 4, 10, tzinfo=ZONE)
    hall.ask(m.BookAppointment, item_key="h1", starts_at=slot, person="ann", masked_name="测*", channel="online")
    hall.clock.time = slot
    hall.issue("a1")
    without = hall.started_again(without_queue(small_plan(), "H"))

    assert isinstance(without.ask(m.CheckIn, kiosk_id="K01", person="ann"), no.UnknownItem)
    assert without.issue("a1").display_number == "A002"
