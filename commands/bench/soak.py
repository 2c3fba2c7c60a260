"""`bench soak`: ten times a rush, for a while: memory and open files stay flat.

A rush of a large city hall is 3.5 tickets a second; here 35 are drawn, called and completed every second. The hall's
clock runs so fast that a business day takes under a minute and a half, so that what a day keeps is let go again and
again; the two halves of the time are compared. An hour: `--soak-minutes 60`.
"""

import time
from itertools import cycle

from commands.bench.ground import counters_by_turns, folder_on_disk
from commands.bench.load import Step
from commands.bench.rows import Row, Wrong, at_least, at_most
from commands.bench.scale import Scale
from commands.bench.servers import HallServer, servers

COUNTERS = 20
VISITS_PER_S = 35.0
SPEED = 1000.0  # a business day takes 86 s
FLAT = 1.10
SAMPLE_S = 0.5


def bench(scale: Scale) -> list[Row]:
    """Sample the server while visitors come and go."""
    with folder_on_disk() as folder, servers(folder) as ground:
        hall = ground.hall(speed=SPEED)
        rounds = _visits(hall)
        steps = len(rounds[0])
        loading = hall.begin_load(rounds=rounds, seconds=scale.soak_s, per_s=VISITS_PER_S * steps, name="soak")
        began, samples = time.monotonic(), []
        while time.monotonic() < began + scale.soak_s:
            samples.append((hall.process.memory_mb(), hall.open_files()))
            time.sleep(SAMPLE_S)
        visits = len(loading.result().bodies)
    if not samples or min(samples)[0] == 0:
        raise Wrong("the server ended during the soak")
    first, last = samples[: len(samples) // 2], samples[len(samples) // 2 :]
    (memory, files), (later_memory, later_files) = (map(max, zip(*half, strict=True)) for half in (first, last))
    took = f"{scale.soak_s / 60:g} min"
    return [
        at_most(f"soak: memory in the second half of {took}, of the first", later_memory, "MB", memory, goal=FLAT),
        at_most("soak: open files in the same", later_files, "files", files, goal=FLAT),
        at_least("soak: visits that were served", visits / scale.soak_s, "visits/s", VISITS_PER_S, goal=0.95),
    ]


def _visits(hall: HallServer) -> list[list[Step]]:
    """At each counter: open it, if a new day has closed it; somebody draws a number, is called, and is done."""
    numbers = counters_by_turns(hall.plan, COUNTERS)
    rounds = []
    for number in numbers:
        at = f"/api/v1/counters/{number}"
        prefix = hall.plan.counters[number].queues[0]
        item = next(item for item in cycle(hall.plan.items_of(prefix)) if hall.plan.can_serve(number, item))
        rounds.append(
            [
                Step(f"{at}/open", f'"staff_no": "T{number}"}}', or_else=409, is_counted=False),
                Step("/api/v1/tickets", f'"item_key": "{item.key}", "kiosk_id": "K01"}}', 201, is_counted=False),
                Step(f"{at}/call-next", or_else=409, is_counted=False),
                Step(f"{at}/complete", or_else=409),
            ]
        )
    return rounds
