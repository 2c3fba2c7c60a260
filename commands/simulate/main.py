"""`./hallq simulate`: hall-days with crashes, retries, lost answers and wrong clocks, and an independent checker."""

import argparse
import hashlib
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from commands.simulate import history as h
from commands.simulate.plans import PRESETS
from commands.simulate.stores import MemoryStore
from commands.simulate.stretch import DAYS_A_STRETCH, Findings, MakeStore, fingerprint, run_stretch
from queue_server.domain.record import Record

ROOT = Path(__file__).resolve().parents[2]
TAIL = 15  # records and entries of the history that are shown before a fault
WIDTH = 200  # characters of each
SUBJECTS = ("ticket_id", "counter_no", "rating_id", "appointment_no", "lease_id")
COUNTED = (
    "commands",
    "retries",
    "repeated by the network",
    "lost requests",
    "lost answers",
    "given up",
    "crash",
    "journal unavailable",
    "start refused",
    "disk trouble",
    "clock set",
    "kiosk offline",
    "offline merges",
)


def main(arguments: list[str], run: Callable[..., Findings] = run_stretch) -> int:
    """Run; 0 when nothing was found, 1 otherwise."""
    if arguments[:1] and arguments[0] in OTHERS:
        return OTHERS[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # the engine would tell of every fault that it is given here
    try:
        return _simulate(options, run)
    finally:
        logging.disable(before)


def _worked_day(arguments: list[str]) -> int:
    """Write docs/worked-day.md, and the same in Chinese."""
    from commands.simulate.worked_page import PAGES, write_pages

    parser = argparse.ArgumentParser(prog="./hallq simulate worked-day", description=_worked_day.__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs", help="where to (default: docs)")
    folder = parser.parse_args(arguments).folder
    write_pages(folder)
    for name in PAGES.values():
        print(folder / name)
    return 0


def _waits(arguments: list[str]) -> int:
    """Hold the wait estimates of simulated days against the waits that came true."""
    from commands.simulate.waits import run_waits
    from commands.simulate.waits_plan import PRESETS as WAITS_PRESETS

    parser = argparse.ArgumentParser(prog="./hallq simulate waits", description=_waits.__doc__)
    parser.add_argument("--preset", choices=sorted(WAITS_PRESETS), default="county", help="the size of the hall")
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    report = run_waits(options.preset, options.days, options.seed)
    print(report.table())
    return 0 if report.is_met else 1


def _power_cuts(arguments: list[str]) -> int:
    """Cut the power of a journal's disk at every write."""
    from commands.simulate import power_proof

    return power_proof.main(arguments)


OTHERS: dict[str, Callable[[list[str]], int]] = {
    "worked-day": _worked_day,
    "waits": _waits,
    "power-cuts": _power_cuts,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./hallq simulate", description=__doc__)
    parser.add_argument("--days", type=int, default=200, help="hall-days (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="decides everything that happens (default: 1)")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="village", help="the size of the hall")
    parser.add_argument(
        "--journal",
        choices=("sqlite", "memory"),
        default="sqlite",
        help="the hall's own journal on a simulated disk, or a faster one in memory",
    )
    parser.add_argument("--replay", type=int, metavar="DAY", help="only the few days that lead to this one")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write the history and the journal as JSON lines")
    return parser


def _simulate(options: argparse.Namespace, run: Callable[..., Findings]) -> int:
    began = time.monotonic()
    counts, refusals = Counter[str](), Counter[str]()
    days, prints = 0, hashlib.sha256()
    if options.trace is not None:
        options.trace.write_bytes(b"")
    for first_day, length in _stretches(options.days, options.replay):
        found = run(options.seed, options.preset, first_day, length, make_store=_store(options.journal))
        days += found.days
        prints.update(fingerprint(found.records).encode())
        counts += found.counts
        refusals += found.refusals
        if options.trace is not None:
            h.write_trace(options.trace, found.entries, found.records)
        if found.violations:
            _tell_fault(found, options)
            return 1
        _tell_progress(first_day + found.days - 1, options.days, time.monotonic() - began)
    _tell_summary(days, counts, refusals, time.monotonic() - began)
    print(f"the same seed gives the same again: {prints.hexdigest()[:16]}")
    return 0


def _stretches(days: int, replay: int | None) -> Iterator[tuple[int, int]]:
    """The first day and the length of each stretch; for a replay only the one that holds its day, up to it."""
    for first_day in range(1, max(days, replay or 0) + 1, DAYS_A_STRETCH):
        length = min(DAYS_A_STRETCH, (replay or days) - first_day + 1)
        if replay is None or first_day <= replay < first_day + DAYS_A_STRETCH:
            yield first_day, length


def _store(journal: str) -> MakeStore:
    if journal == "memory":
        return MemoryStore
    from commands.simulate.disk_store import DiskStore  # SQLAlchemy and APSW are not needed for the fast mode

    return DiskStore


def _tell_progress(day: int, days: int, seconds: float) -> None:
    print(f"\rday {day} of {days}, {seconds:.0f} s", end="", file=sys.stderr, flush=True)


def _tell_summary(days: int, counts: Counter[str], refusals: Counter[str], seconds: float) -> None:
    print(file=sys.stderr)
    print(f"{days} days in {seconds:.0f} s ({days / seconds:.1f} days/s)")
    for name in COUNTED:
        print(f"  {name:<26}{counts[name]:>10}")
    print("  refusals")
    for code, count in sorted(refusals.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"    {code:<24}{count:>10}")
    print("violations: 0")


def _tell_fault(found: Findings, options: argparse.Namespace) -> None:
    """Say what was found, what the journal says about whom it concerns, and what clients did last."""
    day, first = found.violations[0]
    print(f"\nseed {options.seed}, {options.preset}, day {day}: {len(found.violations)} violations", file=sys.stderr)
    for record in _concerned(found, first.seq):
        print(f"  {record.seq:>6} {record.at:%m-%d %H:%M:%S}  {str(record.event)[:WIDTH]}")
    for entry in [e for e in found.entries if e.at <= first.at][-TAIL:]:
        print(f"         {entry.at:%m-%d %H:%M:%S}  {_line(entry)[:WIDTH]}")
    for _, violation in found.violations[:5]:
        print(f"{violation.check}: {violation.text} ({violation.at:%m-%d %H:%M:%S}, record {violation.seq})")
    journal = "" if options.journal == "sqlite" else f" --journal {options.journal}"
    again = f"--seed {options.seed} --preset {options.preset}{journal} --replay {day}"
    print(f"again: ./hallq simulate {again} --trace FILE")


def _concerned(found: Findings, seq: int | None) -> list[Record]:
    """The last records about the ticket and the counter of the record at fault."""
    if seq is None or not 1 <= seq <= len(found.records):
        return []
    faulty = found.records[seq - 1]
    subjects = {(name, getattr(faulty.event, name, None)) for name in SUBJECTS}
    about = [r for r in found.records[:seq] if any(v and getattr(r.event, n, None) == v for n, v in subjects)]
    return (about or found.records[:seq])[-TAIL:]


def _line(entry: h.AnyEntry) -> str:
    values = (f"{name}={getattr(entry, name)}" for name in entry.__struct_fields__ if name != "at")
    return f"{type(entry).__name__} {' '.join(values)}"
