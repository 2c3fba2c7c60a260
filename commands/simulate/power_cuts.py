"""The proof that no power cut loses what was acknowledged: a journal's work is recorded, then cut at every position.

It knows a journal only as something that is opened on a disk, takes batches and is closed. After each cut the disk is
recovered for real, and it must hold some whole number of batches: at least those acknowledged, at most those begun.
"""

import contextlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from commands.simulate.disk import Disk, Fault, Kind, Operation, Tear
from commands.simulate.power_check import (
    ClosableJournal,
    Depth,
    Finding,
    OpenJournal,
    Reference,
    Verdict,
    contents,
    held_by,
    judge,
)
from commands.simulate.power_days import Batch
from queue_server.service.ports import JournalUnavailable

DATABASE, LOG = "hall.sqlite", "hall.sqlite-wal"
FAULTS = (Fault.SYNC_ERROR, Fault.DISK_FULL, Fault.WRITE_ERROR)
DEPTHS = {100: Depth.REPORTS, 20: Depth.START, 10: Depth.PAGES}
"""One cut in so many is looked at more deeply."""
EVIDENCE = 20  # failures that a tally keeps in words


@dataclass(frozen=True)
class Recording:
    """A journal's work on a disk, ready to be cut."""

    open_journal: OpenJournal
    reference: Reference
    origin: Disk
    trace: list[Operation]
    own: int  # what the journal's own tables hold, hashed


class Position(NamedTuple):
    """A moment of a recording, right before one of its operations or after the last.

    Attributes:
        number: of the operation.
        allowed: the numbers of batches that may be there after a cut.
        disk: as it is then; it changes when the next position is asked for.
    """

    number: int
    allowed: range
    disk: Disk


@dataclass
class Tally:
    """What the cuts of a sweep did."""

    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    second_cuts: int = 0  # while the journal started after a first one
    starts: int = 0  # cuts after which the journal itself started
    evidence: list[str] = field(default_factory=list)

    @property
    def cuts(self) -> int:
        """All of them, second cuts included."""
        return sum(self.counts.values())

    def note(self, verdict: Verdict, words: str) -> None:
        """Count one cut; the words are kept if it failed."""
        self.counts[verdict] += 1
        if verdict is not Verdict.WHOLE and len(self.evidence) < EVIDENCE:
            self.evidence.append(f"{verdict.value}: {words}")

    def __iadd__(self, other: "Tally") -> "Tally":
        for verdict, count in other.counts.items():
            self.counts[verdict] += count
        self.second_cuts += other.second_cuts
        self.starts += other.starts
        self.evidence += other.evidence[: EVIDENCE - len(self.evidence)]
        return self

    def __str__(self) -> str:
        by_verdict = ", ".join(f"{verdict.value} {count:,}" for verdict, count in self.counts.items())
        return (
            f"{self.cuts:,} power cuts ({self.second_cuts:,} during recovery, {self.starts:,} with a start): "
            f"{by_verdict}"
        )


def record(
    open_journal: OpenJournal,
    reference: Reference,
    *,
    origin: Disk,
    sure: int = 0,
    done: int = 0,
    reopen_every: int = 0,
    faults: random.Random | None = None,
) -> Recording:
    """Let a journal do its work once, on a disk that keeps a trace.

    Args:
        open_journal: starts it.
        reference: the workload; a batch is acknowledged when `append` returns.
        origin: a disk with the journal on it, empty or as some end left it; it is not changed.
        sure: how many of the batches are on it for certain.
        done: how many of them a start finds on it; more than those that are sure if a process was killed.
        reopen_every: close and start again after so many batches; 0: never, the power fails first.
        faults: lets some syncs fail and some writes find the disk full; such a batch is sent again until it is kept.
    """
    disk = origin.after_kill()
    disk.start_trace()
    disk.mark(sure)
    disk.mark(-done)
    journal = _start(open_journal, disk, reference)
    disk.mark(done)
    own = contents(disk.after_kill()).own
    for number, batch in enumerate(reference.days.batches[done:], done + 1):
        disk.mark(-number)  # begun
        if faults is None:
            journal.append(batch.records, snapshot=batch.snapshot)
        else:
            append_in_spite_of_faults(journal, batch, disk, faults)
        disk.mark(number)  # acknowledged
        if reopen_every and number % reopen_every == 0:
            journal.close()
            journal = _start(open_journal, disk, reference)
    return Recording(open_journal, reference, origin, disk.trace or [], own)


def _start(open_journal: OpenJournal, disk: Disk, reference: Reference) -> ClosableJournal:
    journal = open_journal(disk)
    held_by(journal, reference.days.plan)  # as a server does before its first command
    return journal


def append_in_spite_of_faults(journal: ClosableJournal, batch: Batch, disk: Disk, rng: random.Random) -> None:
    """Let some first tries meet a fault in the log, and some checkpoints one in the database; the last one succeeds."""
    disk.fail_next(rng.choice(FAULTS), rng.randint(0, 1), name=DATABASE)
    for fault in rng.choices(FAULTS, k=rng.randint(0, 2)):
        disk.fail_next(fault, name=LOG)
        with contextlib.suppress(JournalUnavailable):
            journal.append(batch.records, snapshot=batch.snapshot)
            return
    journal.append(batch.records, snapshot=batch.snapshot)


def positions(recording: Recording) -> Iterator[Position]:
    """Every position of a recording, in order."""
    acknowledged = begun = 0
    disk = recording.origin.after_kill()
    for number, state in enumerate(disk.states(recording.trace)):
        yield Position(number, range(acknowledged, begun + 1), state)
        if number < len(recording.trace) and recording.trace[number].kind is Kind.MARK:
            mark = recording.trace[number].at
            acknowledged = mark if mark >= 0 else acknowledged
            begun = max(begun, abs(mark))


def sweep(recording: Recording, seed: int, *, variants: int, tears: Sequence[Tear] = tuple(Tear)) -> Tally:
    """Cut the power before every operation of a recording, and after the last.

    Args:
        recording: from `record()`.
        seed: decides what survives.
        variants: how many cuts at each position; one where nothing is unsynced, for all would be the same.
        tears: how finely, drawn for each cut.
    """
    rng, tally = random.Random(seed), Tally()
    done = (at for at, operation in enumerate(recording.trace) if operation.kind is not Kind.MARK)
    first = next(done, len(recording.trace))  # a second life that finds everything kept does nothing
    for position in positions(recording):
        if position.number < first:  # what is acknowledged is not known before the marks
            continue
        for variant in range(1 if position.disk.is_settled else variants):
            tear = rng.choice(tears)
            _cut(recording, position, rng, tear, tally, f"position={position.number} {variant=} {tear}")
    return tally


def _cut(recording: Recording, position: Position, rng: random.Random, tear: Tear, tally: Tally, words: str) -> None:
    """One cut, its recovery and its verdict; if the journal itself recovers, also a second cut in the midst of that."""
    cut = position.disk.after_cut(None, rng, tear=tear)
    depth = next((depth for every, depth in DEPTHS.items() if tally.cuts % every == 0), Depth.ROWS)
    if depth >= Depth.START:
        cut.start_trace()
    first = look(recording, cut, position.allowed, depth)
    tally.note(first.verdict, f"{words}: {first.batches} batches, {position.allowed} expected. {first.said}")
    tally.starts += depth >= Depth.START
    if cut.trace is None or first.batches is None:
        return
    stays = range(first.batches, first.batches + 1)  # what was recovered once
    again = look(recording, cut.after_cut(rng.randint(0, len(cut.trace)), rng, tear=tear), stays)
    tally.second_cuts += 1
    tally.note(again.verdict, f"{words}, again while it recovered: {again.batches} batches, {stays} expected")


def look(recording: Recording, disk: Disk, allowed: range, depth: Depth = Depth.ROWS) -> Finding:
    """Judge a disk that a recording left."""
    return judge(
        recording.reference, disk, allowed, own=recording.own, open_journal=recording.open_journal, depth=depth
    )


def sweep_creation(
    open_journal: OpenJournal, reference: Reference, *, powersafe_overwrite: bool, seed: int, variants: int
) -> Tally:
    """Cut the power while the journal is made: it must open afterwards, empty, and take its first batch."""
    rng, tally = random.Random(seed), Tally()
    disk = Disk(powersafe_overwrite=powersafe_overwrite)
    disk.start_trace()
    open_journal(disk).close()
    for number, state in enumerate(Disk(powersafe_overwrite=powersafe_overwrite).states(disk.trace or ())):
        for variant in range(1 if state.is_settled else variants):
            tear = rng.choice(tuple(Tear))
            made = _first_batch(open_journal, reference, state.after_cut(None, rng, tear=tear))
            tally.note(made.verdict, f"while it was made, position={number} {variant=} {tear}: {made.said}")
            tally.starts += 1
    return tally


def _first_batch(open_journal: OpenJournal, reference: Reference, disk: Disk) -> Finding:
    try:
        journal = open_journal(disk)
        journal.append(reference.days.batches[0].records, snapshot=reference.days.batches[0].snapshot)
        held = held_by(journal, reference.days.plan)
        journal.close()
        found = reference.states.get(contents(disk, with_check=True).state)
    except Exception as exc:  # noqa: BLE001  whatever a journal says when it cannot begin is evidence
        return Finding(Verdict.BROKEN, None, f"{type(exc).__name__}: {exc}")
    if found != 1:
        return Finding(Verdict.HALF, found, f"{found} batches after the first")
    return Finding(Verdict.WHOLE if held == reference.days.held[1] else Verdict.MISREAD, found)
