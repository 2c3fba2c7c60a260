"""Some days of a small hall, as batches for a journal: real commands, decided by the real engine.

Each batch comes with what a journal must give back once it holds all batches up to this one. That is what a store in
memory, which never met SQLite, gives back; so a journal is not held against itself.
"""

import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from commands.simulate.clock import ZONE
from commands.simulate.plans import PRESETS, make_plan, some_rules
from commands.simulate.stores import MemoryStore
from hall import messages as m
from hall.catalogue import HallPlan
from hall.counter import CounterStatus
from hall.rating import RatingChannel, RatingLevel
from hall.ticket import OPEN_STATES
from queue_server.domain.hall_day import CounterDay, HallDay
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import Engine
from queue_server.service.ports import Kept

FIRST_MORNING = datetime(2026, 3, 2, 9, 1, tzinfo=ZONE)  # a Monday
BATCHES_A_DAY = (2, 5)  # and one more in the evening
CLOSED = 0.5  # share of evenings on which somebody ends the day


@dataclass(frozen=True)
class Held:
    """What a journal must give back."""

    kept: Kept
    digest: str  # of the state that the hall is in


@dataclass(frozen=True)
class Batch:
    """What one transaction must keep."""

    records: Sequence[Record]
    snapshot: bytes | None


@dataclass(frozen=True)
class Days:
    """A workload.

    Attributes:
        plan: the hall that it happens in.
        batches: in order.
        held: after none of the batches, after the first, and so on; one more than there are batches.
    """

    plan: HallPlan
    batches: Sequence[Batch]
    held: Sequence[Held]


def some_days(seed: int, batches: int) -> Days:
    """A few days of visits. The same seed gives the same days, to the last byte."""
    rng = random.Random(seed)
    plan = make_plan(PRESETS["village"], some_rules(rng))
    journal, clock = _NotedStore(rng), _Clock()
    engine = Engine(plan, journal, clock, new_id=lambda: _uuid(rng))
    held = [Held(journal.kept(), digest(HallDay(plan)))]
    until_evening = rng.randint(*BATCHES_A_DAY)
    while len(journal.batches) < batches:
        closes = not until_evening and rng.random() < CLOSED
        engine.carry_out([_close(engine.hall, rng)] if closes else list(_some_commands(engine.hall, rng)))
        clock.time += timedelta(seconds=rng.uniform(5, 400))
        if len(journal.batches) == len(held) - 1:
            continue  # all of them were refused
        held.append(Held(journal.kept(), digest(engine.hall)))
        until_evening -= 1
        if until_evening < 0:
            clock.time = datetime.combine(clock.time + timedelta(days=1), time(9, rng.randrange(60)), tzinfo=ZONE)
            until_evening = rng.randint(*BATCHES_A_DAY)
    return Days(plan, journal.batches, held)


class _Clock:
    def __init__(self) -> None:
        self.time = FIRST_MORNING

    def now(self) -> datetime:
        return self.time


class _NotedStore(MemoryStore):
    """A store that notes what it is given."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.batches: list[Batch] = []

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        super().append(records, snapshot=snapshot)
        self.batches.append(Batch(tuple(records), snapshot))


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _some_commands(hall: HallDay, rng: random.Random) -> Iterator[m.AnyCommand]:
    """What people ask for at the same time; some of it will be refused."""
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        yield _issue(hall, rng)
    for counter_no in hall.plan.counters:
        if rng.random() < 0.8:
            yield _at_counter(counter_no, hall, rng)
    if rng.random() < 0.15:
        prefix = rng.choice(list(hall.plan.queues))
        yield m.LeaseNumbers(command_id=_uuid(rng), kiosk_id="K2", prefix=prefix, count=rng.randint(1, 8))
    if hall.tickets and rng.random() < 0.3:
        ticket_id = rng.choice(list(hall.tickets))
        yield m.ReportPrint(command_id=_uuid(rng), ticket_id=ticket_id, printed=rng.random() < 0.9)


def _close(hall: HallDay, rng: random.Random) -> m.CloseDay:
    still_open = sum(ticket.state in OPEN_STATES for ticket in hall.tickets.values())
    return m.CloseDay(command_id=_uuid(rng), by="T0900", confirmed_open=still_open)


def _issue(hall: HallDay, rng: random.Random) -> m.IssueTicket:
    return m.IssueTicket(
        command_id=_uuid(rng),
        kiosk_id="K1",
        item_key=rng.choice(list(hall.plan.items)),
        person=f"{rng.getrandbits(128):032x}" if rng.random() < 0.5 else None,
        age_years=rng.choice((None, 30, 75)),
        party_size=rng.choice((1, 1, 1, 2)),
    )


def _at_counter(counter_no: str, hall: HallDay, rng: random.Random) -> m.AnyCommand:
    counter = hall.counters.get(counter_no) or CounterDay(counter_no=counter_no)
    if counter.rating_id is not None and rng.random() < 0.7:
        level = rng.choice(list(RatingLevel))
        channel = RatingChannel.EVALUATOR
        return m.Rate(command_id=_uuid(rng), rating_id=counter.rating_id, level=level, channel=channel)
    kind: Callable[..., m.AnyCommand] = rng.choice(STEPS[counter.status])
    further = {"staff_no": f"T{counter_no:0>4}"} if kind is m.OpenCounter else REASONS.get(kind, {})
    return kind(command_id=_uuid(rng), counter_no=counter_no, **further)


STEPS: dict[CounterStatus, Sequence[Callable[..., m.AnyCommand]]] = {
    CounterStatus.CLOSED: (m.OpenCounter,),
    CounterStatus.IDLE: (m.CallNext, m.CallNext, m.CallNext, m.PauseCounter),
    CounterStatus.CALLING: (m.StartService, m.StartService, m.CompleteService, m.CompleteService, m.MarkMissed),
    CounterStatus.SERVING: (m.CompleteService, m.CompleteService, m.HoldTicket, m.HoldTicket, m.SendBack),
    CounterStatus.RATING: (m.CallNext,),
    CounterStatus.PAUSED: (m.ResumeCounter,),
}
"""What a clerk may do next."""

REASONS: dict[Callable[..., m.AnyCommand], dict[str, str]] = {
    m.PauseCounter: {"reason": "tea"},
    m.HoldTicket: {"reason": "fills in a form"},
    m.SendBack: {"reason": "not mine"},
}
