"""What goes wrong in a simulated day: power, disks, clocks, kiosks' lines; and rules that change over a restart."""

from collections.abc import Callable
from dataclasses import replace

from commands.simulate.people.kiosks import Kiosk, lose_link, visit
from commands.simulate.plans import some_rules
from commands.simulate.server import Server
from commands.simulate.stores import Moment, Store, Trouble
from commands.simulate.world import Person, World
from hall import messages as m

DAY_S = 24 * 3600.0
FROM_S, UNTIL_S = 7.5 * 3600, 19 * 3600.0  # most of it happens while people are there
MOMENTS = (None, None, Moment.BEFORE_COMMIT, Moment.DURING_COMMIT, Moment.DURING_COMMIT, Moment.AFTER_COMMIT)


def plan_day(world: World, server: Server, store: Store, kiosks: list[Kiosk]) -> None:
    """Draw the day's misfortunes."""
    rng = world.rng
    for _ in range(rng.choice((0, 2, 3, 4, 6))):
        world.timeline.later(_some_time(world), lambda: _crash(world, server, kiosks))
    for trouble, share, longest_s in (
        (Trouble.FULL, 0.2, 1800.0),
        (Trouble.SYNC_ERROR, 0.3, 60.0),
        (Trouble.READ_ERROR, 0.1, 60.0),
    ):
        if world.chance(share):
            _fail(world, store, trouble, _some_time(world), rng.uniform(5.0, longest_s))
    for kiosk in kiosks:
        kiosk.clock_error_s = rng.choice((0.0, 0.0, rng.uniform(-300, 300), rng.uniform(-7200, 7200)))
        if world.chance(0.7):
            world.spawn(kiosk.kiosk_id, lose_link(world, kiosk, rng.uniform(60, 7200)), rng.uniform(8.5, 18.0) * 3600)
    if world.chance(0.45):
        world.spawn("clock", _set_clock_wrong(world), _some_time(world))
    world.spawn("T0900", _look_at_clock(world))


def _some_time(world: World) -> float:
    if world.chance(0.1):
        return world.rng.uniform(0.0, DAY_S)
    return world.rng.uniform(FROM_S, UNTIL_S)


def _crash(world: World, server: Server, kiosks: list[Kiosk]) -> None:
    """Let the power fail, often while a crowd stands at the kiosks, so that much is under way."""
    for _ in range(world.rng.choice((0, 3, 8))):
        kiosk = world.rng.choice(kiosks)
        world.spawn(kiosk.kiosk_id, visit(world, kiosk), world.rng.uniform(0.0, 20.0))
    if world.chance(0.25):
        server.plan = replace(server.plan, rules=some_rules(world.rng))
    server.crash(world.rng.choice(MOMENTS))


def _fail(world: World, store: Store, trouble: Trouble, at_s: float, for_s: float) -> None:
    def begin() -> None:
        world.note("disk trouble", trouble.value)
        store.trouble(trouble)

    world.timeline.later(at_s, begin)
    world.timeline.later(at_s + for_s, lambda: store.trouble(None))


def _set_clock_wrong(world: World) -> Person:
    """The server's clock jumps; somebody says that it is right although it is not, or it is set right, or both."""
    rng = world.rng
    draw: Callable[[], float] = rng.choice(
        (
            lambda: -rng.uniform(1, 110),
            lambda: -rng.uniform(120, 3600),
            lambda: -rng.uniform(120, 3600),
            lambda: rng.uniform(30, 1800),
            lambda: -DAY_S,
            lambda: DAY_S,
            lambda: -rng.randint(2, 5) * DAY_S,
            lambda: rng.randint(2, 20) * DAY_S,
            lambda: 400 * DAY_S,
        )
    )
    world.clock.error_s = draw()
    world.note("clock set", f"{world.clock.error_s:+.0f} s")
    yield rng.uniform(30, 1500)
    if abs(world.clock.error_s) < 30 * DAY_S and world.chance(0.5):
        yield m.ConfirmClock(command_id=world.new_id(), by="T0900")
        yield rng.uniform(300, 5400)
    world.clock.error_s = 0.0
    world.note("clock set", "right")
    yield rng.uniform(10, 300)
    yield m.ConfirmClock(command_id=world.new_id(), by="T0900")


def _look_at_clock(world: World) -> Person:
    """In the evening somebody sees to it that the hall's clock is believed again."""
    yield 20 * 3600.0
    if world.clock.error_s == 0.0:
        yield m.ConfirmClock(command_id=world.new_id(), by="T0900")
