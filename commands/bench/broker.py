"""`bench broker`: numbers and calls keep their speed while mosquitto is stopped; nobody waits for a broker."""

import time
from statistics import median

from commands.bench.ground import counters_by_turns, folder_on_disk
from commands.bench.http import calls, check_called, check_drawn, draws
from commands.bench.load import Result
from commands.bench.rows import Row, at_least
from commands.bench.scale import Scale
from commands.bench.servers import HallServer, servers

COUNTERS = 20
KEPT = 0.90  # of the speed with the broker; the rest is the machine's noise
LOST_S = 0.5  # until the server has noticed


def bench(scale: Scale) -> list[Row]:
    """Measure with and without, by turns."""
    drawn: list[tuple[Result, Result]] = []
    called: list[tuple[Result, Result]] = []
    with folder_on_disk() as folder, servers(folder) as ground:
        hall = ground.hall()
        hall.open_counters()
        for turn in range(scale.rounds):
            with_it = _both(hall, scale, f"with{turn}")
            hall.stop_broker()
            time.sleep(LOST_S)
            without = _both(hall, scale, f"without{turn}")
            hall.start_broker()
            drawn.append((without[0], with_it[0]))
            called.append((without[1], with_it[1]))
    check_drawn([result for pair in drawn for result in pair])
    check_called([result for pair in called for result in pair])
    return [
        _row("broker: tickets over HTTP, mosquitto stopped, of running", drawn, "tickets/s"),
        _row("broker: calls over HTTP, mosquitto stopped, of running", called, "calls/s"),
    ]


def _both(hall: HallServer, scale: Scale, name: str) -> tuple[Result, Result]:
    counters = counters_by_turns(hall.plan, COUNTERS)
    drawn = hall.load(rounds=draws(hall), seconds=scale.seconds, name=f"draw-{name}")
    return drawn, hall.load(rounds=calls(counters), seconds=scale.seconds / 2, name=f"call-{name}")


def _row(name: str, pairs: list[tuple[Result, Result]], unit: str) -> Row:
    ratio = median(without.per_s / with_it.per_s for without, with_it in pairs)
    limit = median(with_it.per_s for _without, with_it in pairs)
    return at_least(name, limit * ratio, unit, limit, goal=KEPT)
