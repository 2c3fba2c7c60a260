"""The writer on the real journal."""

import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain import refusals as no
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import Engine, day_in
from queue_server.service.ports import JournalUnavailable, Kept
from queue_server.service.writer import IDS_AT_ONCE, Writer, fresh_ids
from tests.queue_server.halls import Clock

ANSWER_S = 10


class Heard:
    """A follower that keeps what it hears."""

    inbox = None  # no event loop waits for it

    def __init__(self) -> None:
        self.records: list[Record] = []

    def begin(self, kept: Kept) -> None:
        self.records += kept.records

    def follow(self, records: Iterable[Record]) -> None:
        self.records += records


class FailingJournal(SqlJournal):
    """The real journal on a disk that is full from time to time."""

    is_full = False
    fails_after_keeping = False

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        if self.is_full:
            raise JournalUnavailable("no space left on device")
        super().append(records, snapshot=snapshot)
        if self.fails_after_keeping:
            raise JournalUnavailable("input/output error")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FailingJournal]:
    journal = FailingJournal(tmp_path / "hall.sqlite")
    yield journal
    journal.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def writer(plan: HallPlan, journal: SqlJournal, heard: Heard, clock: Clock) -> Iterator[Writer]:
    writer = Writer(plan, journal, clock, followers=[heard])
    writer.start()
    yield writer
    writer.close()


def issue(command_id: str) -> m.IssueTicket:
    return m.IssueTicket(command_id=command_id, item_key="I001", kiosk_id="K01")


def answer(writer: Writer, command: m.AnyCommand) -> m.AnyEvent:
    return writer.submit(command).result(ANSWER_S).event


def test_the_same_command_gets_the_same_answer_and_draws_one_number(writer: Writer, heard: Heard):
    first = writer.submit(issue("tap")).result(ANSWER_S)

    again = writer.submit(issue("tap")).result(ANSWER_S)

    assert again == first
    assert sum(isinstance(r.event, m.TicketIssued) for r in heard.records) == 1


def test_the_same_command_twice_in_one_batch_draws_one_number(writer: Writer):
    futures = [writer.submit(issue("double tap")) for _ in range(20)]

    assert {future.result(ANSWER_S).seq for future in futures} == {futures[0].result().seq}


def test_the_same_command_is_answered_after_a_restart(plan: HallPlan, tmp_path: Path):
    answers = []
    for _ in range(2):
        journal = SqlJournal(tmp_path / "again.sqlite")
        writer = Writer(plan, journal, Clock())
        writer.start()
        answers.append(writer.submit(issue("tap")).result(ANSWER_S))
        writer.close()
        journal.close()

    assert answers[0] == answers[1]


def test_followers_hear_in_order_without_a_gap(writer: Writer, heard: Heard):
    for number in range(50):
        writer.submit(issue(f"c{number}"))
    writer.submit(issue("last")).result(ANSWER_S)

    assert [record.seq for record in heard.records] == list(range(1, 54))  # the site and the day's start come first


def test_a_refusal_is_not_kept_and_the_next_command_is_carried_out(writer: Writer, heard: Heard):
    with pytest.raises(no.CounterNotOpen):
        answer(writer, m.CallNext(command_id="early", counter_no="3"))

    assert answer(writer, m.OpenCounter(command_id="o", counter_no="3", staff_no="T1"))
    assert [type(r.event).__name__ for r in heard.records] == ["SiteAdopted", "DayStarted", "CounterOpened"]


def test_what_could_not_be_written_never_happened(writer: Writer, journal: FailingJournal, heard: Heard):
    answer(writer, issue("one"))
    journal.is_full = True

    with pytest.raises(JournalUnavailable):
        answer(writer, issue("two"))

    journal.is_full = False
    retried = answer(writer, issue("two"))
    assert isinstance(retried, m.TicketIssued)
    assert retried.display_number == "A002"
    assert [r.seq for r in heard.records] == [1, 2, 3, 4]


def test_what_was_kept_in_spite_of_an_error_is_told_before_what_follows(
    writer: Writer, journal: FailingJournal, heard: Heard
):
    answer(writer, issue("one"))
    journal.fails_after_keeping = True
    with pytest.raises(JournalUnavailable):
        answer(writer, issue("two"))
    journal.fails_after_keeping = False

    again = answer(writer, issue("two"))

    assert isinstance(again, m.TicketIssued)
    assert again.display_number == "A002"
    assert [r.seq for r in heard.records] == [1, 2, 3, 4]


def test_a_sender_who_went_away_spoils_no_other_command_of_the_batch(
    plan: HallPlan, journal: FailingJournal, heard: Heard
):
    writer = Writer(plan, journal, Clock(), followers=[heard])
    gone, waiting = writer.submit(issue("gone")), writer.submit(issue("waiting"))
    gone.cancel()

    writer.start()
    kept = waiting.result(ANSWER_S)
    writer.close()

    assert kept.command_id == "waiting"
    assert [type(r.event).__name__ for r in heard.records] == ["SiteAdopted", "DayStarted", "TicketIssued"]


def test_a_new_business_day_begins_by_itself_even_when_its_first_command_is_refused(
    writer: Writer, heard: Heard, clock: Clock
):
    answer(writer, issue("monday"))
    clock.pass_(days=1)

    with pytest.raises(no.UnknownItem):
        answer(writer, m.IssueTicket(command_id="x", item_key="nothing", kiosk_id="K01"))

    assert isinstance(heard.records[-1].event, m.DayStarted)
    event = answer(writer, issue("tuesday"))
    assert isinstance(event, m.TicketIssued)
    assert event.display_number == "A001"


def test_the_state_after_a_restart_is_the_state_before_and_what_all_events_add_up_to(plan: HallPlan, tmp_path: Path):
    clock = Clock()
    journal = SqlJournal(tmp_path / "day.sqlite")
    engine = Engine(plan, journal, clock, new_id=fresh_ids().__next__)
    for day in range(3):
        opened = m.OpenCounter(command_id=f"o{day}", counter_no="3", staff_no="T1")
        engine.carry_out([issue(f"a{day}"), issue(f"b{day}"), opened, m.CallNext(command_id=f"c{day}", counter_no="3")])
        clock.pass_(days=1)
    journal.close()

    journal = SqlJournal(tmp_path / "day.sqlite")
    found = day_in(journal.kept(), plan)
    added_up = HallDay(plan)
    for record in journal.everything():
        evolve(added_up, record)
    journal.close()

    assert digest(found) == digest(engine.hall) == digest(added_up)


def test_a_day_about_a_queue_that_the_hall_no_longer_has_is_refused(plan: HallPlan, journal: SqlJournal):
    writer = Writer(plan, journal, Clock())
    writer.start()
    answer(writer, issue("one"))
    writer.close()
    queues = {prefix: queue for prefix, queue in plan.queues.items() if prefix != "A"}

    with pytest.raises(JournalUnavailable, match="is about 'A', which the site file or its catalogue no longer has"):
        Writer(replace(plan, queues=queues), journal, Clock()).start()


def test_two_counters_calling_at_once_share_the_line_without_a_double(writer: Writer):
    for number in range(40):
        writer.submit(issue(f"t{number}"))
    counters = [str(number) for number in range(1, 9)]
    for counter_no in counters:
        answer(writer, m.OpenCounter(command_id=f"o{counter_no}", counter_no=counter_no, staff_no=f"T{counter_no}"))
    called: list[str] = []
    lock, barrier = threading.Lock(), threading.Barrier(len(counters))

    def work(counter_no: str) -> None:
        barrier.wait()
        for turn in range(5):
            event = answer(writer, m.CallNext(command_id=f"c{counter_no}-{turn}", counter_no=counter_no))
            assert isinstance(event, m.TicketCalled)
            with lock:
                called.append(event.display_number)
            answer(writer, m.CompleteService(command_id=f"d{counter_no}-{turn}", counter_no=counter_no))

    threads = [threading.Thread(target=work, args=(counter_no,)) for counter_no in counters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ANSWER_S)

    assert sorted(called) == [f"A{number:03d}" for number in range(1, 41)]


def test_a_second_server_on_the_same_journal_is_told_who_holds_it(tmp_path: Path, journal: SqlJournal):
    with pytest.raises(JournalUnavailable, match=r"held by the running server with process id \d+"):
        SqlJournal(tmp_path / "hall.sqlite")


def test_the_journal_is_durable_by_its_own_settings(journal: SqlJournal):
    with journal._engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_clock_set_back_over_midnight_is_refused_until_somebody_confirms_it_and_repeats_no_number(
    writer: Writer, heard: Heard, clock: Clock
):
    answer(writer, issue("monday"))
    clock.pass_(days=1)
    answer(writer, issue("tuesday"))
    clock.pass_(days=-1)
    told = len(heard.records)

    with pytest.raises(no.ClockSteppedBack, match="set the clock, or confirm"):
        answer(writer, issue("still tuesday"))
    assert len(heard.records) == told
    answer(writer, m.ConfirmClock(command_id="confirm", by="M1"))
    event = answer(writer, issue("still tuesday"))

    assert isinstance(event, m.TicketIssued)
    assert (event.display_number, event.business_day) == ("A002", clock.now().date() + timedelta(days=1))


def test_fresh_ids_are_random_uuids_written_as_usual_and_never_the_same():
    made = list(islice(fresh_ids(), 3 * IDS_AT_ONCE))

    read = [uuid.UUID(text) for text in made]
    assert [str(each) for each in read] == made
    assert {(each.version, each.variant) for each in read} == {(4, uuid.RFC_4122)}
    assert len(set(made)) == len(made)
    assert all(len({each.hex[place] for each in read}) > 1 for place in range(32) if place != 12)
