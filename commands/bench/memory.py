"""`bench memory`: what a real server holds after a city's day: 15,000 tickets drawn, called and completed."""

from commands.bench.ground import folder_on_disk
from commands.bench.http import calls, check_called, check_drawn, draws
from commands.bench.rows import Row, Wrong, at_most, noted
from commands.bench.scale import Scale
from commands.bench.servers import servers

MOST_MB = 150.0
CALLED = 0.9  # of the day, at least; the last in line need not be


def bench(scale: Scale) -> list[Row]:
    """Let the day pass."""
    with folder_on_disk() as folder, servers(folder) as ground:
        hall = ground.hall()
        fresh_mb = hall.process.memory_mb()
        hall.open_counters()
        drawn = hall.load(rounds=draws(hall), seconds=600.0, most=scale.day, name="draw")
        called = hall.load(rounds=calls(list(hall.plan.counters)), seconds=600.0, most=scale.day * 6, name="call")
        full_mb = hall.process.memory_mb()
    check_drawn([drawn])
    check_called([called])
    if len(drawn.bodies) < scale.day or len(called.bodies) < scale.day * CALLED:
        raise Wrong(f"the day had {len(drawn.bodies)} tickets, of which {len(called.bodies)} were called")
    return [
        at_most(f"memory: server after {scale.day:,} tickets", full_mb, "MB", MOST_MB),
        noted("memory: of that, before the first ticket", fresh_mb, "MB", full_mb),
    ]
