"""The simulation: whole hall-days without a fault, and engines and journals that were broken on purpose."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from commands.simulate.disk_store import DiskStore
from commands.simulate.main import main
from commands.simulate.stores import MemoryStore
from commands.simulate.stretch import DAYS_A_STRETCH, Findings, fingerprint, run_stretch
from hall import messages as m
from hall.ticket import TicketState
from queue_server.domain.changes.standing import stand
from queue_server.domain.record import Record
from queue_server.service.engine import Engine
from queue_server.service.ports import Kept

ROOT = Path(__file__).resolve().parents[3]


def stretches(preset: str, seed: int, days: int) -> list[tuple[str, int, int]]:
    return [(preset, seed, first) for first in range(1, days + 1, DAYS_A_STRETCH)]


IN_CI = [*stretches("village", 1, 20), *stretches("village", 2, 10), *stretches("village", 3, 10)]
AT_LENGTH = [s for seed in range(10, 14) for s in stretches("village", seed, 200)] + stretches("county", 10, 200)


@pytest.mark.parametrize(("preset", "seed", "first_day"), IN_CI, ids=str)
def test_no_fault_is_found_in_days_on_the_halls_own_journal(preset, seed, first_day):
    found = run_stretch(seed, preset, first_day, DAYS_A_STRETCH, make_store=DiskStore)

    assert [violation for _, violation in found.violations] == []
    assert found.days == DAYS_A_STRETCH
    assert found.counts["commands"] > 1_000


def test_no_fault_is_found_in_days_of_a_larger_hall():
    found = run_stretch(1, "county", 1, 3, make_store=DiskStore)

    assert [violation for _, violation in found.violations] == []
    assert found.counts["commands"] > 3_000


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_fault_is_found_in_a_thousand_days(full):
    if not full:
        pytest.skip("takes about twenty minutes: --full")
    for preset, seed, first_day in AT_LENGTH:
        found = run_stretch(seed, preset, first_day, DAYS_A_STRETCH, make_store=DiskStore)
        assert [violation for _, violation in found.violations] == []


def test_everything_that_can_go_wrong_does_go_wrong():
    found = [run_stretch(5, "village", first, DAYS_A_STRETCH) for first in (1, 6, 11)]

    counts = sum((f.counts for f in found), found[0].counts - found[0].counts)
    refusals = sum((f.refusals for f in found), found[0].refusals - found[0].refusals)
    kinds = {type(record.event) for f in found for record in f.records}
    for name in ("crash", "lost answers", "retries", "clock set", "offline merges", "journal unavailable"):
        assert counts[name] > 0, name
    assert len(refusals) > 25
    assert {m.TicketTransferred, m.TicketSentBack, m.MatterCompleted, m.ClockConfirmed, m.DayClosed} <= kinds
    assert {m.TicketHeld, m.TicketRequeued, m.AppointmentMoved, m.NumbersLeased, m.PersonBanned} <= kinds


def test_a_seed_gives_the_same_days_again_in_another_process():
    first = run_stretch(6, "village", 1, 2, make_store=DiskStore)
    program = (
        "from commands.simulate.disk_store import DiskStore; from commands.simulate.stretch import *;"
        "print(fingerprint(run_stretch(6, 'village', 1, 2, make_store=DiskStore).records))"
    )

    again = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert again.stdout.strip() == fingerprint(first.records)


def test_another_seed_gives_other_days():
    one, other = (run_stretch(seed, "village", 1, 1) for seed in (7, 8))

    assert fingerprint(one.records) != fingerprint(other.records)


# ---- broken on purpose ----------------------------------------------------------------------------------------------


class KeepsTheCalledInLine(Engine):
    """A call does not take the ticket out of the line."""

    def _take(self, command_id: str, events: Sequence[m.AnyEvent], now: datetime, records: list[Record]) -> None:
        super()._take(command_id, events, now, records)
        for event in events:
            if isinstance(event, m.TicketCalled) and event.why is not None:
                ticket = self.hall.tickets[event.ticket_id]
                ticket.state = TicketState.WAITING
                stand(self.hall, ticket)


class DrawsNumbersAgain(Engine):
    """After a start the last number of each queue is forgotten, less one."""

    def rebuild(self) -> Kept:
        kept = super().rebuild()
        self.hall.last_number = {prefix: number - 1 for prefix, number in self.hall.last_number.items()}
        return kept


class ForgetsAnswers(Engine):
    """After a start a repeated command is carried out again."""

    def rebuild(self) -> Kept:
        kept = super().rebuild()
        self._answers, self._older_answers = {}, {}
        return kept


class CallsTheLast(Engine):
    """Tickets of a day are put into their lines the wrong way round, in memory and in the journal."""

    def _take(self, command_id: str, events: Sequence[m.AnyEvent], now: datetime, records: list[Record]) -> None:
        turned = [
            msgspec.structs.replace(event, arrived_at=now.replace(hour=0) + (now.replace(hour=23) - now))
            if isinstance(event, m.TicketIssued)
            else event
            for event in events
        ]
        super()._take(command_id, turned, now, records)
        for record in records:
            if isinstance(record.event, m.TicketIssued) and record.event.lease_id is None:
                records[records.index(record)] = msgspec.structs.replace(
                    record, event=msgspec.structs.replace(record.event, arrived_at=None)
                )


class AnswersBeforeTheCommit(MemoryStore):
    """Writes each batch with the next one."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._owed: list[tuple[Sequence[Record], bytes | None]] = []

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        owed, self._owed = self._owed, [(list(records), snapshot)]
        for earlier, earlier_snapshot in owed:
            super().append(earlier, snapshot=earlier_snapshot)

    def stop(self) -> None:
        self._owed = []  # it was only in memory
        super().stop()


class KeepsHalfABatch(MemoryStore):
    """A batch of several records that is cut off is kept in part."""

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        if self._cut is not None and len(records) > 1:
            self._keep(records[: len(records) // 2], None)
        super().append(records, snapshot=snapshot)


class SpoilsSnapshots(MemoryStore):
    """A snapshot says that its day is closed."""

    def _keep(self, records: Sequence[Record], snapshot: bytes | None) -> None:
        spoilt = snapshot and snapshot.replace(b'"is_closed":false', b'"is_closed":true')
        super()._keep(records, spoilt)


def bites(check: str, stretches: int = 8, **broken: object) -> bool:
    """Whether a check finds something within some stretches, each of which ends with the first day that has a fault."""
    for first_day in range(1, stretches * DAYS_A_STRETCH, DAYS_A_STRETCH):
        found: Findings = run_stretch(9, "village", first_day, DAYS_A_STRETCH, **broken)  # type: ignore[arg-type]
        if check in {violation.check for _, violation in found.violations}:
            return True
    return False


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (KeepsTheCalledInLine, "one_place"),
        (DrawsNumbersAgain, "numbers"),
        (ForgetsAnswers, "answers"),
        (CallsTheLast, "order"),
    ],
)
def test_an_engine_that_was_broken_on_purpose_is_found_out(broken, check):
    assert bites(check, make_engine=broken)


@pytest.mark.parametrize(
    ("broken", "check"),
    [(AnswersBeforeTheCommit, "durability"), (KeepsHalfABatch, "atomicity"), (SpoilsSnapshots, "rebuild")],
)
def test_a_journal_that_was_broken_on_purpose_is_found_out(broken, check):
    assert bites(check, make_store=broken)


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_tells_what_it_simulated(capsys):
    code = main(["--days", "2", "--seed", "3", "--journal", "memory"])

    told = capsys.readouterr().out
    assert code == 0
    assert "2 days" in told
    assert "violations: 0" in told


def test_a_fault_is_told_with_what_led_to_it_and_is_found_again_by_its_day(capsys):
    def run(*args: object, **values: object) -> Findings:
        return run_stretch(*args, **{**values, "make_engine": CallsTheLast})  # type: ignore[arg-type]

    code = main(["--days", "10", "--seed", "11", "--journal", "memory"], run)
    told = capsys.readouterr()
    again = told.out.splitlines()[-1].split("simulate ")[1].removesuffix(" --trace FILE")
    code_again = main(again.split(), run)

    assert (code, code_again) == (1, 1)
    assert "was called before" in told.out
    assert capsys.readouterr().out == told.out


def test_a_history_can_be_written_to_a_file(tmp_path, capsys):
    main(["--days", "2", "--seed", "3", "--journal", "memory", "--trace", str(tmp_path / "trace.jsonl")])

    lines = (tmp_path / "trace.jsonl").read_bytes().splitlines()
    assert len(lines) > 500
    assert {msgspec.json.decode(line).get("type") for line in lines} >= {"Sent", "Answered", "Refused", None}
