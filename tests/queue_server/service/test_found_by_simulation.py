"""What the simulation found once, as the shortest story that shows it."""

import random
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from commands.simulate.stores import MemoryStore
from hall import messages as m
from hall.catalogue import HallPlan
from hall.rules import AppointmentRules, HallRules, OrderRules
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain import refusals as no
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import Engine, Outcome
from queue_server.service.ports import JournalUnavailable, Kept
from queue_server.service.writer import Writer
from tests.queue_server.halls import MORNING, Clock, small_plan


class Hall:
    """An engine on a journal; `start()` is a process that starts."""

    def __init__(self, plan: HallPlan, store: MemoryStore | SqlJournal | None = None) -> None:
        self.clock, self.store = Clock(), store or MemoryStore(random.Random(0))
        self._ids = count(1)
        self.start(plan)

    def start(self, plan: HallPlan) -> None:
        self.engine = Engine(plan, self.store, self.clock, new_id=self.id)
        self.engine.rebuild()

    def id(self) -> str:
        return f"id-{next(self._ids):04d}"

    def ask(self, kind: type[m.Command], command_id: str | None = None, **values: Any) -> Any:
        """A command's answering event, or its refusal."""
        outcome = self.send(kind(command_id=command_id or self.id(), **values))
        return outcome.event if isinstance(outcome, Record) else outcome

    def send(self, command: Any) -> Outcome:
        (outcome,), _ = self.engine.carry_out([command])
        return outcome

    def issue(self, item_key: str = "a1") -> Any:
        return self.ask(m.IssueTicket, item_key=item_key, kiosk_id="K01")

    def events(self) -> Sequence[m.AnyEvent]:
        return [record.event for record in self.store.everything()]


def test_a_late_copy_of_a_refused_command_is_not_carried_out():
    hall = Hall(small_plan())
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    call = m.CallNext(command_id="call", counter_no="1")
    refusal = hall.send(call)
    hall.issue()

    copy = hall.send(call)

    assert isinstance(refusal, no.QueueEmpty)
    assert isinstance(copy, no.QueueEmpty)
    assert not any(isinstance(event, m.TicketCalled) for event in hall.events())


def test_a_copy_that_is_refused_in_the_batch_of_the_first_one_leaves_one_entry_in_the_audit():
    hall = Hall(small_plan())
    recall = m.IssueTicket(command_id="many", item_key="a1", kiosk_id="K01", party_size=1000)

    outcomes, records = hall.engine.carry_out([recall, recall])

    assert [type(outcome) for outcome in outcomes] == [no.PartyTooLarge] * 2
    assert sum(isinstance(record.event, m.RuleApplied) for record in records) == 1


def test_a_command_that_was_refused_for_the_clock_may_be_sent_again():
    hall = Hall(small_plan())
    hall.issue()
    hall.clock.pass_(hours=-5)
    refusal = hall.ask(m.IssueTicket, "again", item_key="a1", kiosk_id="K01")
    hall.ask(m.ConfirmClock, by="T9")

    issued = hall.ask(m.IssueTicket, "again", item_key="a1", kiosk_id="K01")

    assert isinstance(refusal, no.ClockSteppedBack)
    assert isinstance(issued, m.TicketIssued)


def test_new_rules_are_adopted_after_the_clock_was_confirmed_not_before():
    hall = Hall(small_plan())
    first = hall.issue()
    was_at = hall.clock.now()
    hall.clock.pass_(hours=-5)
    hall.start(replace(small_plan(), rules=HallRules(order=OrderRules(most_in_a_row=7))))

    confirmed = hall.ask(m.ConfirmClock, by="T9")
    second = hall.issue()

    assert confirmed.was_at == was_at
    assert [type(event) for event in hall.events()[-3:]] == [m.ClockConfirmed, m.RulesAdopted, m.TicketIssued]
    tickets = hall.engine.hall.tickets
    assert tickets[first.ticket_id].place < tickets[second.ticket_id].place


def test_a_hall_opens_the_next_morning_although_its_clock_had_leapt_a_day_ahead():
    hall = Hall(small_plan())
    numbers = [hall.issue()]
    hall.clock.pass_(days=1)
    numbers.append(hall.issue())
    hall.clock.pass_(days=-1, minutes=10)
    hall.ask(m.ConfirmClock, by="T9")
    numbers.append(hall.issue())
    hall.ask(m.CloseDay, by="T9", confirmed_open=2)

    hall.clock.pass_(days=1)
    numbers.append(hall.issue())
    hall.clock.pass_(days=1)
    numbers.append(hall.issue())

    days = [(issued.business_day - MORNING.date()).days for issued in numbers]
    assert [(day, issued.number) for day, issued in zip(days, numbers, strict=True)] == [
        (0, 1),
        (1, 1),
        (1, 2),  # nobody goes back behind a day that has begun
        (1, 3),  # the same day's numbers go on, and yesterday's closing is over
        (2, 1),
    ]


def test_who_waited_when_a_leapt_clock_was_set_back_does_not_wait_overnight():
    hall = Hall(small_plan())
    hall.clock.pass_(days=1)
    hall.issue()
    hall.clock.pass_(days=-1, minutes=10)
    hall.ask(m.ConfirmClock, by="T9")
    waiting = hall.issue()

    hall.clock.pass_(days=1)
    hall.issue()

    started = [event for event in hall.events() if isinstance(event, m.DayStarted)][-1]
    assert waiting.ticket_id in started.expired


def test_a_day_that_begins_again_after_a_leap_has_its_report_rows_once(tmp_path: Path):
    journal = SqlJournal(tmp_path / "hall.sqlite")
    hall = Hall(small_plan(), journal)
    hall.clock.pass_(days=1)
    issued = [hall.issue()]
    hall.clock.pass_(days=-1, minutes=10)
    hall.ask(m.ConfirmClock, by="T9")
    issued.append(hall.issue())
    for _ in range(2):  # the same business day again, then the next one
        hall.clock.pass_(days=1)
        issued.append(hall.issue())
    journal.close()

    with closing(sqlite3.connect(tmp_path / "hall.sqlite")) as connection:
        rows = connection.execute("SELECT ticket_id FROM ticket").fetchall()

    assert sorted(ticket_id for (ticket_id,) in rows) == sorted(ticket.ticket_id for ticket in issued[:3])


def test_a_state_after_a_leap_is_the_same_when_it_is_read_again():
    hall = Hall(small_plan())
    hall.clock.pass_(days=1)
    hall.issue()
    hall.clock.pass_(days=-1, minutes=10)
    hall.ask(m.ConfirmClock, by="T9")
    hall.issue()
    before = digest(hall.engine.hall)

    hall.start(small_plan())

    assert digest(hall.engine.hall) == before
    assert hall.engine.hall.reached == MORNING.date()


def test_a_process_that_starts_from_the_morning_snapshot_does_not_begin_the_day_again():
    hall = Hall(small_plan())
    hall.issue()

    hall.start(small_plan())
    second = hall.issue()

    assert second.number == 2
    assert sum(isinstance(event, m.DayStarted) for event in hall.events()) == 1


def test_an_appointment_number_is_not_used_again_after_a_leap():
    plan = replace(small_plan(), rules=HallRules(appointments=AppointmentRules(book_days_ahead_min=0)))
    hall = Hall(plan)
    slot = MORNING.replace(hour=15)

    def book(person: str) -> Any:
        return hall.ask(
            m.BookAppointment, item_key="h1", starts_at=slot, person=person, masked_name="*", channel="desk"
        )

    first = book("ann")
    hall.clock.pass_(days=1)
    hall.issue()
    hall.clock.pass_(days=-1, minutes=10)
    hall.ask(m.ConfirmClock, by="T9")

    assert book("bob").appointment_no != first.appointment_no


def test_a_ticket_that_a_counter_looks_at_goes_back_when_the_counter_may_no_longer_call_it():
    hall = Hall(small_plan())
    item = next(i for i in hall.engine.hall.plan.items.values() if not hall.engine.hall.plan.can_serve("1", i))
    granted = {"counter_no": "1", "department": item.department_key, "item_key": item.key, "by": "T9"}
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    hall.ask(m.GrantAbility, **granted)
    issued = hall.ask(m.IssueTicket, item_key=item.key, kiosk_id="K01", identity_kind="resident")
    hall.clock.pass_(minutes=1)
    looked_at = hall.ask(m.PreviewNext, counter_no="1")

    hall.ask(m.RevokeAbility, **granted)

    assert looked_at.ticket_id == issued.ticket_id
    assert isinstance(hall.ask(m.CallNext, counter_no="1"), no.QueueEmpty)


class KeptInSpiteOfAnError(MemoryStore):
    """Keeps one batch and says that it failed."""

    fails = False

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        super().append(records, snapshot=snapshot)
        if self.fails:
            self.fails = False
            raise JournalUnavailable("the line broke during COMMIT")


class Heard:
    """A follower that keeps what it hears."""

    inbox = None

    def __init__(self) -> None:
        self.records: list[Record] = []

    def begin(self, kept: Kept) -> None:
        self.records += kept.records

    def follow(self, records: Iterable[Record]) -> None:
        self.records += records


def test_followers_hear_of_a_days_beginning_that_was_kept_in_spite_of_an_error():
    store, clock, heard = KeptInSpiteOfAnError(random.Random(0)), Clock(), Heard()
    writer = Writer(small_plan(), store, clock, followers=[heard])
    writer.start()

    def issue(command_id: str) -> Any:
        return writer.submit(m.IssueTicket(command_id=command_id, item_key="a1", kiosk_id="K01")).result(10)

    issue("yesterday")
    clock.pass_(days=1)
    store.fails = True
    with pytest.raises(JournalUnavailable):
        issue("today")
    issue("next")
    writer.close()

    assert heard.records == list(store.everything())
