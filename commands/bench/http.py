"""`bench http`: tickets drawn over HTTP by 32 clients, answered after the commit, beside bare FastAPI routes.

Three routes take turns under the same clients: one that does nothing, one that waits for a bare group commit (one
insert, one counter row), and the hall's own, with a real mosquitto at its side and a clerk at every counter.
"""

from collections.abc import Sequence
from statistics import median

import msgspec

from commands.bench.ground import folder_on_disk, items_by_turns
from commands.bench.load import Result, Step
from commands.bench.rows import Row, Wrong, at_least, at_most, noted
from commands.bench.scale import Scale
from commands.bench.servers import HallServer, servers
from queue_server.api.schemas import TicketOut

CLIENTS = 32
OF_BARE, OF_NOTHING = 0.80, 0.45
P99_MS = 50.0
CALM_PER_S = 35.0

NOTHING, NUMBER = Step("/nothing"), Step("/number")


class _Called(msgspec.Struct):
    ticket_id: str


class _CalledAnswer(msgspec.Struct):
    event: _Called


_tickets = msgspec.json.Decoder(TicketOut)
_answers = msgspec.json.Decoder(_CalledAnswer)


def bench(scale: Scale) -> list[Row]:
    """Let the three take turns."""
    found: dict[str, list[Result]] = {"nothing": [], "number": [], "tickets": []}
    with folder_on_disk() as folder, servers(folder) as ground:
        hall, bare = ground.hall(), ground.bare()
        hall.open_counters()
        cpu_s = 0.0
        for turn in range(scale.rounds):
            found["nothing"].append(bare.load(rounds=[[NOTHING]] * CLIENTS, seconds=scale.seconds))
            found["number"].append(bare.load(rounds=[[NUMBER]] * CLIENTS, seconds=scale.seconds))
            before = hall.cpu_s()
            found["tickets"].append(hall.load(rounds=draws(hall), seconds=scale.seconds, name=f"draw{turn}"))
            cpu_s += hall.cpu_s() - before
        calm = hall.load(rounds=draws(hall), seconds=max(scale.seconds * 3, 1.0), per_s=CALM_PER_S, name="calm")
    tickets = found["tickets"]
    check_drawn([*tickets, calm])
    ours = median(result.per_s for result in tickets)
    count = sum(len(result.bodies) for result in tickets)
    return [
        _beside(found, "number", "a bare commit", OF_BARE),
        _beside(found, "nothing", "doing nothing", OF_NOTHING),
        at_most("http: p99 flat out", max(result.percentile_ms(0.99) for result in tickets), "ms", P99_MS),
        at_most(f"http: p99 at {CALM_PER_S:g} tickets/s", calm.percentile_ms(0.99), "ms", P99_MS),
        noted("http: p50 flat out", median(result.percentile_ms(0.5) for result in tickets), "ms"),
        noted("http: processor time a ticket, server", cpu_s / count * 1e6, "us", 1e6 / ours),
        noted("http: the same, clients", sum(r.cpu_s for r in tickets) / count * 1e6, "us", 1e6 / ours),
    ]


def _beside(found: dict[str, list[Result]], other: str, what: str, goal: float) -> Row:
    ratio = median(ours.per_s / theirs.per_s for ours, theirs in zip(found["tickets"], found[other], strict=True))
    limit = median(result.per_s for result in found[other])
    return at_least(f"http: tickets by {CLIENTS} clients, of {what}", limit * ratio, "tickets/s", limit, goal=goal)


def calls(counters: Sequence[str]) -> list[list[Step]]:
    """Rounds in which each counter calls the next visitor and is done with the matter at once."""

    def steps(number: str) -> list[Step]:
        at = f"/api/v1/counters/{number}"
        return [Step(f"{at}/call-next", or_else=409), Step(f"{at}/complete", or_else=409, is_counted=False)]

    return [steps(number) for number in counters]


def draws(hall: HallServer, clients: int = CLIENTS) -> list[list[Step]]:
    """Rounds in which each client draws numbers, of every queue and matter by turns."""
    keys = items_by_turns(hall.plan)
    steps = [Step("/api/v1/tickets", f'"item_key": "{key}", "kiosk_id": "K01"}}', 201) for key in keys]
    return [steps[number % len(steps) :] + steps[: number % len(steps)] for number in range(clients)]


def check_called(results: Sequence[Result]) -> None:
    """See that nobody was called to two counters.

    Raises:
        Wrong: not so.
    """
    called = [_answers.decode(body).event.ticket_id for result in results for body in result.bodies]
    if len(set(called)) != len(called):
        raise Wrong(f"{len(called) - len(set(called))} tickets were called twice")


def check_drawn(results: Sequence[Result]) -> None:
    """See that no number was given twice.

    Raises:
        Wrong: not so.
    """
    numbers = [_tickets.decode(body).display_number for result in results for body in result.bodies]
    if len(set(numbers)) != len(numbers):
        raise Wrong(f"{len(numbers) - len(set(numbers))} numbers were given twice over HTTP")
