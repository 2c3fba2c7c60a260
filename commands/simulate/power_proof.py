"""The proof of `commands.simulate.power_cuts` for the hall's own journal, under settings of SQLite and of the disk.

Run by hand: `python -m commands.simulate.power_proof --cuts 100000`.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk, Kind
from commands.simulate.disk_vfs import connect, seed_sqlite
from commands.simulate.power_check import (
    ClosableJournal,
    Connect,
    OpenJournal,
    Reference,
    Verdict,
    hall_journal,
    refer,
)
from commands.simulate.power_cuts import Recording, Tally, look, positions, record, sweep, sweep_creation
from commands.simulate.power_days import some_days

BATCHES = 14  # a workload's: three or four business days
LIVES = 3  # of a journal with the same workload
VARIANTS = 8
CREATION_VARIANTS = 1  # the tables are made anew after each: dear

MakeJournal = Callable[[Connect], ClosableJournal]
"""Opens a journal on whatever the connection leads to."""


@dataclass(frozen=True)
class Setting:
    """How SQLite and the disk are set."""

    name: str
    checkpoint_pages: int = 1000  # SQLite's default
    pragmas: tuple[str, ...] = ()
    powersafe_overwrite: bool = True
    reopen_every: int = 0
    with_faults: bool = False

    def connect(self, disk: Disk) -> apsw_dbapi.Connection:
        """Open the database on a disk."""
        return connect(disk, pragmas=self.pragmas, checkpoint_pages=self.checkpoint_pages)

    def record(self, open_journal: OpenJournal, reference: Reference, start: "End", rng: random.Random) -> Recording:
        """Record what a journal does with a workload from where an earlier one ended."""
        return record(
            open_journal,
            reference,
            origin=start.disk,
            sure=start.sure,
            done=start.done,
            reopen_every=self.reopen_every,
            faults=rng if self.with_faults else None,
        )


SMALL_PAGES = ("page_size=512",)

SETTINGS = (
    Setting("as in a hall"),
    Setting("checkpoints often", 8),
    Setting("checkpoint at every commit", 1),
    Setting("log cut short", 6, ("journal_size_limit=8192",)),
    Setting("small pages", 20, SMALL_PAGES),
    Setting("closed and opened", reopen_every=3),
    Setting("torn sectors lost whole", 12, powersafe_overwrite=False, reopen_every=5),
    Setting("the same, small pages", 20, SMALL_PAGES, powersafe_overwrite=False),
    Setting("full disk and failed syncs", 12, with_faults=True),
)


def prove(setting: Setting, seed: int, *, cuts: int, make_journal: MakeJournal = hall_journal) -> Tally:
    """Record workload after workload and cut them, until there were `cuts` cuts.

    Each workload is cut at every position. Then it goes on from what a cut somewhere left, or from what the mere death
    of the process left, which is more than was synced; what a restarted journal finds must stay through further cuts.

    Returns:
        What the cuts did.
    """

    def open_journal(disk: Disk) -> ClosableJournal:
        return make_journal(partial(setting.connect, disk))

    seed_sqlite(seed)
    rng, tally = random.Random(f"{setting.name} {seed}"), Tally()
    empty = made(setting)
    while tally.cuts < cuts:
        reference = refer(some_days(rng.getrandbits(32), BATCHES))
        if not tally.cuts:
            tally += sweep_creation(
                open_journal,
                reference,
                powersafe_overwrite=setting.powersafe_overwrite,
                seed=rng.getrandbits(32),
                variants=CREATION_VARIANTS,
            )
        end = End(empty, 0, 0)
        for _life in range(LIVES):
            recording = setting.record(open_journal, reference, end, rng)
            tally += sweep(recording, rng.getrandbits(32), variants=VARIANTS)
            end = some_end(recording, rng)
            if tally.cuts >= cuts or end.done == BATCHES:
                break
    return tally


class End(NamedTuple):
    """How a journal's process came to an end.

    Attributes:
        disk: what it left.
        sure: batches that are there for certain.
        done: batches that a start will find.
    """

    disk: Disk
    sure: int
    done: int


def made(setting: Setting) -> Disk:
    """A disk with a new, empty journal."""
    disk = Disk(powersafe_overwrite=setting.powersafe_overwrite)
    hall_journal(partial(setting.connect, disk)).close()
    return disk


def some_end(recording: Recording, rng: random.Random) -> End:
    """A power cut somewhere, or a kill right before a sync, when most is unsynced."""
    is_cut = rng.random() < 0.5
    ends = [at for at, operation in enumerate(recording.trace) if is_cut or operation.kind is Kind.SYNC]
    chosen = rng.choice(ends)
    _number, allowed, disk = next(position for position in positions(recording) if position.number == chosen)
    left = disk.after_cut(None, rng) if is_cut else disk.after_kill()
    done = look(recording, left.after_kill(), allowed).batches
    if done is None:
        return End(left, 0, len(recording.reference.days.batches))  # nothing to go on from: the sweep has said so
    return End(left, done if is_cut else allowed.start, done)


def main(arguments: list[str], *, prove: Callable[..., Tally] = prove) -> int:
    """Prove it for every setting and print a line for each, and one for all.

    Args:
        arguments: the options.
        prove: does it for one setting.

    Returns:
        0 when nothing was lost.
    """
    parser = argparse.ArgumentParser(prog="./hallq simulate power", description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100_000, help="power cuts (default: 100000)")
    parser.add_argument("--seed", type=int, default=1, help="decides everything that happens (default: 1)")
    options = parser.parse_args(arguments)
    total, began = Tally(), time.perf_counter()
    for setting in SETTINGS:
        tally = prove(setting, options.seed, cuts=-(-options.cuts // len(SETTINGS)))
        print(f"{setting.name:28} {tally}", flush=True)
        total += tally
    took_s = time.perf_counter() - began
    for line in total.evidence:
        print(f"  {line}")
    print(summary(total, options.seed, took_s))
    return 0 if total.counts[Verdict.WHOLE] == total.cuts else 1


def summary(total: Tally, seed: int, took_s: float) -> str:
    """The line to quote."""
    count = total.counts
    return (
        f"{total.cuts:,} power cuts: {count[Verdict.LOST]:,} acknowledged lost, {count[Verdict.HALF]:,} half commits, "
        f"{count[Verdict.BROKEN]:,} broken, {count[Verdict.MISREAD]:,} misread "
        f"({total.second_cuts:,} of them during recovery, {total.starts:,} followed by the journal's own start; "
        f"seed {seed}, {took_s:.0f} s, {took_s / total.cuts * 1000:.2f} ms a cut)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
