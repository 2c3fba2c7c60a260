"""The power fails at every write of the hall's journal, again and again; what it had acknowledged must stand."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from commands.simulate import power_proof
from commands.simulate.disk import Disk, Kind, Tear
from commands.simulate.disk_vfs import connect, open_database, seed_sqlite
from commands.simulate.power_check import (
    OpenJournal,
    Reference,
    Verdict,
    contents,
    hall_journal,
    refer,
    reports_agree,
)
from commands.simulate.power_cuts import DATABASE, LOG, Recording, Tally, record, sweep, sweep_creation
from commands.simulate.power_days import some_days
from commands.simulate.power_proof import BATCHES, SETTINGS, End, Setting, made, prove, some_end
from hall import messages as m
from queue_server.adapters.sql_journal import SqlJournal
from tests.crash import broken_journals as broken

CUTS, FULL_CUTS = 100_000, 1_000_000

by_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name.replace(" ", "-"))


@pytest.fixture(autouse=True)
def _the_same_log_every_time() -> None:
    seed_sqlite(1)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return refer(some_days(1, BATCHES))


def sound(disk: Disk) -> SqlJournal:
    return hall_journal(partial(connect, disk))


def recorded(open_journal: OpenJournal, reference: Reference) -> Recording:
    """A journal's work on a disk on which a sound one was made."""
    return record(open_journal, reference, origin=made(SETTINGS[0]))


# ---- the proof ------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(1800)  # for --full; otherwise it takes some 15 s
@by_setting
def test_no_power_cut_loses_an_acknowledged_batch_or_keeps_half_of_one(
    setting: Setting, full: bool, record_property: Callable[[str, object], None]
):
    cuts = -(-(FULL_CUTS if full else CUTS) // len(SETTINGS))

    tally = prove(setting, seed=1, cuts=cuts)

    record_property("power cuts", str(tally))
    assert tally.evidence == []
    assert tally.counts[Verdict.WHOLE] == tally.cuts >= cuts
    assert tally.second_cuts > cuts // 25
    assert tally.starts > cuts // 25


def test_a_journal_whose_power_fails_while_it_is_made_can_be_made_afterwards(reference: Reference):
    tally = sweep_creation(sound, reference, powersafe_overwrite=True, seed=2, variants=1)

    assert tally.evidence == []
    assert tally.cuts > 80


# ---- what it is a proof of ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "kind", "name", "least"),
    [
        ("checkpoints often", Kind.WRITE, DATABASE, 10),
        ("checkpoint at every commit", Kind.SYNC, DATABASE, 10),
        ("log cut short", Kind.TRUNCATE, LOG, 1),
        ("closed and opened", Kind.DELETE, LOG, 3),
        ("closed and opened", Kind.SYNC_FOLDER, "", 3),
        ("full disk and failed syncs", Kind.LOST_SYNC, LOG, 2),
        ("full disk and failed syncs", Kind.LOST_SYNC, DATABASE, 1),
    ],
)
def test_a_setting_makes_the_disk_do_what_it_is_there_for(
    setting: str, kind: Kind, name: str, least: int, reference: Reference
):
    chosen = next(s for s in SETTINGS if s.name == setting)

    recording = chosen.record(
        lambda disk: hall_journal(partial(chosen.connect, disk)), reference, End(made(chosen), 0, 0), random.Random(1)
    )

    trace = recording.trace
    first = next(at for at, operation in enumerate(trace) if operation.kind is Kind.MARK and operation.at == 1)
    assert sum(o.kind is kind and o.name == name for o in trace[first:]) >= least


def test_the_days_have_what_a_journal_finds_hard():
    several = [some_days(seed, BATCHES) for seed in range(8)]

    for days in several:
        assert sum(batch.snapshot is not None for batch in days.batches) >= 3
        assert days.held[-1].kept.answers
        assert max(len(batch.records) for batch in days.batches) >= 5
        assert days.batches[-1].records[-1].seq > 30
    kinds = {type(record.event) for days in several for batch in days.batches for record in batch.records}
    assert {m.TicketIssued, m.TicketCalled, m.ServiceCompleted, m.ServiceRated, m.TicketMissed, m.TicketHeld} <= kinds
    assert m.DayClosed in kinds


def test_report_rows_that_are_not_those_of_the_events_are_seen(reference: Reference):
    disk = made(SETTINGS[0])
    recording = record(sound, reference, origin=disk)
    for operation in recording.trace:
        if operation.kind is not Kind.MARK:
            disk.perform(operation)
    assert contents(disk.after_kill()).state == next(s for s, n in reference.states.items() if n == BATCHES)
    assert reports_agree(disk)

    open_database(disk).execute("UPDATE ticket SET call_count = call_count + 1")

    assert not reports_agree(disk)


# ---- what is broken must be seen ------------------------------------------------------------------------------------


def test_synchronous_normal_is_seen_to_lose_acknowledged_batches(reference: Reference):
    tally = sweep(recorded(broken.opener(broken.NORMAL), reference), seed=1, variants=4)

    assert tally.counts[Verdict.LOST] > tally.cuts // 4
    assert tally.counts[Verdict.HALF] == tally.counts[Verdict.BROKEN] == 0  # what NORMAL does promise


def test_synchronous_off_is_seen_to_lose_and_to_break(reference: Reference):
    tally = sweep(recorded(broken.opener(broken.OFF, checkpoint_pages=8), reference), seed=1, variants=4)

    assert tally.counts[Verdict.LOST] > 10
    assert tally.counts[Verdict.BROKEN] > 10


def test_a_journal_that_answers_before_it_commits_is_seen_to_lose(reference: Reference):
    tally = sweep(recorded(broken.kind_of(broken.HastyJournal), reference), seed=1, variants=2)

    assert tally.counts[Verdict.LOST] > 100


def test_a_journal_that_never_begins_a_transaction_is_seen_to_keep_half_batches(reference: Reference):
    tally = sweep(recorded(broken.opener(broken.NEVER_BEGINS), reference), seed=1, variants=2)

    assert tally.counts[Verdict.HALF] > 100
    assert tally.counts[Verdict.LOST] == 0


def test_a_journal_that_begins_a_day_in_two_transactions_is_seen_to_keep_half_of_it(reference: Reference):
    tally = sweep(recorded(broken.kind_of(broken.SplitJournal), reference), seed=1, variants=2)

    assert tally.counts[Verdict.HALF] > 10
    assert tally.counts[Verdict.LOST] == 0


def test_a_journal_that_makes_its_tables_outside_a_transaction_is_seen_to_stay_half_made(reference: Reference):
    open_journal = broken.opener(broken.NEVER_BEGINS)

    tally = sweep_creation(open_journal, reference, powersafe_overwrite=True, seed=1, variants=1)

    assert tally.counts[Verdict.BROKEN] > 10
    assert any("already exists" in words for words in tally.evidence)


def test_a_journal_that_trusts_a_killed_process_s_unsynced_log_is_seen_to_lose(reference: Reference):
    open_journal, rng, tally = broken.opener(broken.NEVER_SETTLES), random.Random(1), Tally()
    first_life = recorded(open_journal, reference)

    for _ in range(8):
        end = some_end(first_life, rng)
        if end.done == BATCHES:
            continue  # nothing is left for another life
        second_life = record(open_journal, reference, origin=end.disk, sure=end.sure, done=end.done)
        tally += sweep(second_life, seed=1, variants=2)

    assert tally.counts[Verdict.LOST] > 10


def test_a_journal_that_starts_from_another_state_than_it_holds_is_seen(reference: Reference):
    tally = sweep(recorded(broken.kind_of(broken.ForgetfulJournal), reference), seed=1, variants=6)

    assert tally.counts[Verdict.MISREAD] > 10
    assert tally.counts[Verdict.MISREAD] + tally.counts[Verdict.WHOLE] == tally.cuts


def test_a_disk_that_promises_powersafe_overwrite_and_lies_is_seen_to_lose(reference: Reference):
    recording = recorded(sound, reference)  # SQLite was told that bytes next to a write are safe, and padded no log
    liar = recording.origin.after_kill()
    liar.powersafe_overwrite = False

    tally = sweep(replace(recording, origin=liar), seed=1, variants=16, tears=[Tear.GARBAGE])

    assert tally.counts[Verdict.LOST] > 0


def test_another_incarnation_found_after_a_cut_is_no_whole_journal(reference: Reference):
    recording = recorded(sound, reference)

    tally = sweep(replace(recording, own=recording.own + 1), seed=1, variants=1)

    assert tally.counts[Verdict.WHOLE] == 0


def test_days_that_the_journal_does_not_give_back_even_without_a_cut_are_refused():
    days = some_days(1, BATCHES)
    swapped = replace(days, held=[*days.held[:3], days.held[4], days.held[3], *days.held[5:]])

    with pytest.raises(ValueError, match="does not give back batch 3"):
        refer(swapped)


@pytest.mark.parametrize(
    ("verdict", "code", "says"), [(Verdict.WHOLE, 0, "0 ack"), (Verdict.LOST, 1, f"{len(SETTINGS)} ack")]
)
def test_the_command_says_what_to_quote_and_fails_when_something_was_lost(
    verdict: Verdict, code: int, says: str, capsys: pytest.CaptureFixture[str]
):

    def proved(_setting: Setting, _seed: int, *, cuts: int) -> Tally:
        tally = Tally()
        for _ in range(cuts):
            tally.note(Verdict.WHOLE, "")
        tally.note(verdict, "position=1")
        return tally

    assert power_proof.main(["--cuts", "900"], prove=proved) == code

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"{900 + len(SETTINGS)} power cuts: {says}nowledged lost, 0 half commits")
