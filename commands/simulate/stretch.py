"""A stretch: some days in a row in one hall, from a seed of their own, so that any day is found again quickly."""

import hashlib
import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec

from commands.simulate import history as h
from commands.simulate import weather
from commands.simulate.checking.checker import Checker, Violation
from commands.simulate.clock import ServerClock, Timeline
from commands.simulate.people import booked, clerks, kiosks, staff
from commands.simulate.plans import PRESETS, make_plan, some_rules
from commands.simulate.server import Follower, MakeEngine, Server
from commands.simulate.stores import MemoryStore, Store
from commands.simulate.world import World
from hall.catalogue import HallPlan
from queue_server.domain.evolve import evolve
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import Engine

DAY_S = 24 * 3600.0
DAYS_A_STRETCH = 5
SOME_MONDAY = date(2026, 3, 2)
MAX_VIOLATIONS = 20  # enough to understand; more would only follow from them

MakeStore = Callable[[random.Random], Store]


@dataclass
class Findings:
    """What a stretch came to."""

    first_day: int  # as the whole run counts days, from 1
    days: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, Violation]] = field(default_factory=list)  # each with its day
    entries: list[h.AnyEntry] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


class _Watch(Follower):
    """Replays every record, and shows it to the checker together with what clients heard before it."""

    def __init__(self, plan: HallPlan, checker: Checker) -> None:
        super().__init__(plan)
        self.world: World | None = None
        self._checker, self._heard = checker, 0

    def follow(self, records: Sequence[Record]) -> None:
        """Take note."""
        self.catch_up()
        self._checker.follow(records)
        for record in records:
            try:
                evolve(self.hall, record)
            except Exception:  # noqa: BLE001 (whatever it is, what is in the journal must have been possible)
                self._checker.report("evolve", traceback.format_exc(), record)

    def catch_up(self) -> None:
        """Show the checker what clients have heard since."""
        assert self.world is not None  # noqa: S101 (set before anybody acts)
        for entry in self.world.entries[self._heard :]:
            self._checker.hear(entry)
        self._heard = len(self.world.entries)


def run_stretch(
    seed: int,
    preset: str,
    first_day: int,
    days: int,
    *,
    make_store: MakeStore = MemoryStore,
    make_engine: MakeEngine = Engine,
) -> Findings:
    """Simulate some days.

    Args:
        first_day: the first one's number in the whole run; it decides, with the seed, everything that happens.
        make_store: where the journal lies.
        make_engine: the engine, or one that was broken on purpose.
    """
    rng = random.Random(f"{seed}/{preset}/{first_day}")
    sizes = PRESETS[preset]
    timeline = Timeline(SOME_MONDAY + timedelta(days=rng.randrange(7)))
    plan, clock = make_plan(sizes, some_rules(rng)), ServerClock(timeline)
    checker, store = Checker(plan), make_store(rng)
    watch = _Watch(plan, checker)
    world = World(rng, timeline, sizes, plan, watch.hall, clock)
    watch.world = world
    found = Findings(first_day, counts=world.counts, refusals=world.refusals, entries=world.entries)

    def report(check: str, text: str) -> None:
        checker.violations.append(Violation(check=check, text=text, at=timeline.now))

    server = Server(
        timeline, store, plan, clock, rng, follower=watch, found=report, noted=world.note, make_engine=make_engine
    )
    world.server = server
    server.start()
    world.spawn("house", staff.keep_house(world))
    machines = [kiosks.Kiosk(f"K{n}") for n in range(1, sizes.kiosks + 1)]
    for day in range(days):
        _plan_day(world, server, store, machines)
        timeline.run_until((day + 1) * DAY_S)
        _end_day(found, checker, watch, server, first_day + day, timeline.now)
        if found.violations:
            break
    store.trouble(None)
    found.records = store.everything()
    if not found.violations:
        checker.finish(found.records, timeline.now)
        _collect(found, checker, first_day + found.days - 1)
    return found


def _plan_day(world: World, server: Server, store: Store, machines: list[kiosks.Kiosk]) -> None:
    """Send everybody on their way."""
    rng, sizes = world.rng, world.preset
    is_working = world.plan.calendar.is_working(world.now.date())
    weather.plan_day(world, server, store, machines)
    _plan_kiosks(world, machines, sizes.tickets if is_working else sizes.tickets // 10)
    for _ in range(rng.randint(sizes.bookings // 2, sizes.bookings * 3 // 2)):
        world.spawn("booker", booked.book(world), rng.uniform(0, DAY_S))
    if not is_working:
        return
    for number, counter_no in enumerate(world.plan.counters, 1):
        staff_no = f"T{number:04d}"
        begin_h, end_h = rng.uniform(8.0, 9.3), rng.uniform(16.5, 18.2)
        clerk = clerks.Clerk(world, counter_no, staff_no, end_h)
        world.spawn(f"counter {counter_no}", clerk.work(), begin_h * 3600)
    world.spawn("desk", staff.desk(world, 18), 8 * 3600)
    world.spawn("manager", staff.manager(world, 18), 8 * 3600)
    world.spawn("anybody", staff.press_anything(world, 18), 8 * 3600)
    if world.chance(0.6):
        world.spawn(
            "manager",
            staff.close_day(world),
            rng.choice((rng.uniform(9.0, 17.0), *(rng.uniform(17.5, 19.0),) * 4)) * 3600,
        )


def _plan_kiosks(world: World, machines: list[kiosks.Kiosk], visitors: int) -> None:
    for kiosk in machines:
        kiosks.forget_blocks(kiosk)
        for prefix in world.plan.queues:
            for _ in range(world.rng.choice((0, 1, 1, 2, 6))):
                world.spawn(kiosk.kiosk_id, kiosks.lease(world, kiosk, prefix), world.rng.uniform(0.1, 9.5) * 3600)
    for hour in kiosks.arrivals(world, round(visitors * world.rng.uniform(0.7, 1.3))):
        kiosk = world.rng.choice(machines)
        world.spawn(kiosk.kiosk_id, kiosks.visit(world, kiosk), hour * 3600)


def _end_day(found: Findings, checker: Checker, watch: _Watch, server: Server, day: int, now: datetime) -> None:
    """See that the engine's state is what all its events add up to, and count the day."""
    found.days += 1
    watch.catch_up()
    state = server.hall_digest()
    if state is not None and state != digest(watch.hall):
        text = "in the evening the engine's state is not what all its events add up to"
        checker.violations.append(Violation(check="rebuild", text=text, at=now))
    _collect(found, checker, day)


def _collect(found: Findings, checker: Checker, day: int) -> None:
    found.violations += [(day, violation) for violation in checker.violations[:MAX_VIOLATIONS]]


def fingerprint(records: Iterable[Record]) -> str:
    """Names what was kept, to see that a seed gives the same days again."""
    total = hashlib.sha256()
    for record in records:
        total.update(msgspec.json.encode(record))
    return total.hexdigest()[:16]
