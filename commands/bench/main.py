"""`./hallq bench [NAME]`: how fast the hall decides and keeps, beside what this machine and disk allow in the same run.

Machines are noisy, so a figure means little alone: each stands beside a limit taken in the same run, or beside the
absolute figure that a hall needs.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from msgspec import structs

from commands.bench import broker, call, engine, http, memory, soak, start
from commands.bench.devices import main as devices
from commands.bench.rows import Row, Wrong, print_table
from commands.bench.scale import FULL, QUICK, Scale
from commands.demo.processes import DidNotStart

BENCHES: dict[str, Callable[[Scale], list[Row]]] = {
    "engine": engine.bench,
    "call": call.bench,
    "http": http.bench,
    "broker": broker.bench,
    "memory": memory.bench,
    "start": start.bench,
    "devices": devices.bench,
    "soak": soak.bench,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print.

    Returns:
        0; 1 when a goal is missed or the hall answered wrongly; 2 when something could not be started.
    """
    parser = argparse.ArgumentParser(prog="hallq bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES), help="only this one")
    parser.add_argument("--json", action="store_true", help="print an array of rows")
    parser.add_argument("--quick", action="store_true", help="see in seconds that it works; the figures mean nothing")
    parser.add_argument("--soak-minutes", type=float, help="how long the soak lasts (default: 3)")
    options = parser.parse_args(arguments)
    scale = QUICK if options.quick else FULL
    if options.soak_minutes:
        scale = structs.replace(scale, soak_s=options.soak_minutes * 60)
    try:
        rows = [row for name, bench in BENCHES.items() if options.name in (None, name) for row in bench(scale)]
    except Wrong as exc:
        print(f"wrong answers: {exc}", file=sys.stderr)
        return 1
    except DidNotStart as exc:
        print(exc, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([structs.asdict(row) for row in rows], indent=2))
    else:
        print_table(rows)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
