"""`bench start`: how long a server takes from its start until it answers, on a journal of ten million events.

The last business day has all of a city day's tickets and is not over: no start finds more to read. The whole process
is timed, as the hall waits for it.
"""

import time
from pathlib import Path

from commands.bench.ground import city, folder_on_disk
from commands.bench.long_journal import ENDS, LAST_DAY, write_long_journal
from commands.bench.rows import Row, Wrong, at_most, noted
from commands.bench.scale import Scale
from commands.bench.servers import servers
from hall.catalogue import HallPlan
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.snapshot import digest
from queue_server.service.engine import read

GOAL_S = 3.0


def bench(scale: Scale) -> list[Row]:
    """Write the journal, read it as a start does, and let a server start on it."""
    with folder_on_disk() as folder:
        plan, path = city(folder), folder / "hall.sqlite"
        lived = write_long_journal(path, plan, events=scale.events, tickets_a_day=scale.day)
        read_s = _read(path, plan, digest(lived))
        with servers(folder) as ground:
            start_s = ground.hall(hall_epoch=LAST_DAY + ENDS).start_s
    return [
        at_most(f"start: server ready, {lived.seq:,} events kept", start_s, "s", GOAL_S),
        noted(f"start: reading them once, {len(lived.tickets):,} tickets today", read_s * 1000, "ms", start_s * 1000),
    ]


def _read(path: Path, plan: HallPlan, expected: str) -> float:
    """Put the state together once.

    Returns:
        Seconds.

    Raises:
        Wrong: it is not the state before.
    """
    began = time.perf_counter()
    journal = SqlJournal(path)
    try:
        _kept, hall = read(journal, plan)
    finally:
        journal.close()
    spent_s = time.perf_counter() - began
    if digest(hall) != expected:
        raise Wrong("the state that was read is not the one that was kept")
    return spent_s
