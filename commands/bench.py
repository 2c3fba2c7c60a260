"""`./hallq bench`: how fast the hall decides and keeps, beside what the same disk and machine allow in the same run.

Machines are noisy, so a figure means little alone: each stands beside a limit taken a moment before, and goals are set
on the ratio of the two.
"""

import argparse
import json
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, structs

from commands.demo.main import SAMPLE
from commands.prepare import ROOT
from hall import messages as m
from hall.catalogue import HallPlan
from hall.clock import HallClock
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.service.writer import Writer
from settings.load import hall_clock, hall_plan, read_site

PENDING = 32  # commands that wait at once: a busy hall's kiosks and counters
TICKETS = 3_200
COMMITS = 200


class Row(Struct, frozen=True):
    """One figure: `ratio` is value over limit, and `met` says whether it reaches `goal`."""

    name: str
    value: float
    unit: str
    limit: float
    ratio: float
    goal: float
    met: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print.

    Returns:
        0; 1 when a goal is missed.
    """
    parser = argparse.ArgumentParser(prog="hallq bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES), help="only this one")
    parser.add_argument("--json", action="store_true", help="print an array of rows")
    options = parser.parse_args(arguments)
    rows = [row for name, bench in BENCHES.items() if options.name in (None, name) for row in bench()]
    if options.json:
        print(json.dumps([structs.asdict(row) for row in rows], indent=2))
    else:
        _print_table(rows)
    return 0 if all(row.met for row in rows) else 1


def engine() -> list[Row]:
    """Numbers drawn through the writer and its journal, against SQLite's own speed with the same commits."""
    site = read_site(SAMPLE)
    plan, clock = hall_plan(site), hall_clock(site)
    disk = ROOT / ".hallq"  # /tmp may be memory, where a commit costs nothing
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=disk) as folder:
        per_commit = _best(lambda number: _bare_sqlite(Path(folder) / f"bare{number}.sqlite"))
        issued = _best(lambda number: _issue(plan, clock, Path(folder) / f"hall{number}.sqlite"))
    return [_row(f"engine: numbers drawn, {PENDING} waiting", issued, "tickets/s", per_commit, goal=0.05)]


def _bare_sqlite(path: Path) -> float:
    """Rows a second of one plain table, `PENDING` a commit, on the same disk with the same durability."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB)")
    body, began = b"x" * 300, time.perf_counter()
    for commit in range(COMMITS):
        connection.execute("BEGIN")
        first = commit * PENDING
        connection.executemany("INSERT INTO event VALUES (?, ?)", [(first + n, body) for n in range(PENDING)])
        connection.execute("COMMIT")
    spent_s = time.perf_counter() - began
    connection.close()
    return COMMITS * PENDING / spent_s


def _issue(plan: HallPlan, clock: HallClock, path: Path) -> float:
    """Tickets a second, with `PENDING` commands always waiting."""
    journal = SqlJournal(path)
    writer = Writer(plan, journal, clock)
    writer.start()
    began = time.perf_counter()
    for _ in range(TICKETS // PENDING):
        answers = [writer.submit(_command()) for _ in range(PENDING)]
        for answer in answers:
            answer.result(timeout=30)
    spent_s = time.perf_counter() - began
    writer.close()
    journal.close()
    return TICKETS / spent_s


def _command() -> m.IssueTicket:
    return m.IssueTicket(command_id=str(uuid.uuid4()), item_key="I001", kiosk_id="K01")


def _best(measure: Callable[[int], float], times: int = 3) -> float:
    return max(measure(number) for number in range(times))


def _row(name: str, value: float, unit: str, limit: float, *, goal: float) -> Row:
    ratio = value / limit
    return Row(name, round(value, 1), unit, round(limit, 1), round(ratio, 4), goal, ratio >= goal)


def _print_table(rows: Sequence[Row]) -> None:
    print(f"{'figure':44} {'value':>12} {'limit':>12} {'ratio':>8} {'goal':>6}")
    for row in rows:
        mark = "ok" if row.met else "MISSED"
        print(
            f"{row.name:44} {row.value:>12,.0f} {row.limit:>12,.0f} {row.ratio:>8.3f} {row.goal:>6} {mark} {row.unit}"
        )


BENCHES: dict[str, Callable[[], list[Row]]] = {"engine": engine}
