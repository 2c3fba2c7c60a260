"""The world around a simulated hall: people who act by themselves, and a network that loses, repeats and delays.

One thread and one source of randomness: the same seed gives the same days, to the last byte.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any

from commands.simulate import history as h
from commands.simulate.clock import ServerClock, Timeline
from commands.simulate.plans import Preset
from commands.simulate.server import Request, Server
from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import Refusal
from queue_server.service.engine import Outcome

Person = Generator[float | m.AnyCommand, Outcome | None, None]
"""A client: it yields seconds to wait, or a command to have carried out, and is sent what came of it.

None as the outcome of a command means that no answer ever came: it may have been carried out or not.
"""

LOST_REQUEST, LOST_ANSWER, REPEATED, DELAYED = 0.01, 0.02, 0.02, 0.02  # shares of all messages
TIMEOUT_S = 3.0
MOST_ATTEMPTS = 12


class World:
    """What people see and use.

    Attributes:
        seen: the hall as its pages show it: everything that is kept.
        counts: what happened, by name, for the summary.
    """

    def __init__(
        self, rng: random.Random, timeline: Timeline, preset: Preset, plan: HallPlan, seen: HallDay, clock: ServerClock
    ) -> None:
        self.rng, self.timeline, self.preset, self.plan, self.seen, self.clock = (
            rng,
            timeline,
            preset,
            plan,
            seen,
            clock,
        )
        self.server: Server | None = None  # set before anybody acts
        self.entries: list[h.AnyEntry] = []
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        """The true time."""
        return self.timeline.now

    def new_id(self) -> str:
        """An id for a command or a ticket, as clients make them."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in this share of cases."""
        return self.rng.random() < share

    def note(self, what: str, detail: str = "") -> None:
        """Write into the history what befell the hall."""
        self.counts[what] += 1
        self.entries.append(h.Happened(at=self.now, what=what, detail=detail))

    def spawn(self, name: str, person: Person, delay_s: float = 0.0) -> None:
        """Let somebody act by themselves."""
        self.timeline.later(delay_s, lambda: self._go_on(name, person, None))

    def _go_on(self, name: str, person: Person, outcome: Outcome | None) -> None:
        try:
            wish = person.send(outcome)
        except StopIteration:
            return
        if isinstance(wish, m.Command):
            Exchange(self, name, wish, lambda came: self._go_on(name, person, came)).send()
        else:
            self.timeline.later(float(wish), lambda: self._go_on(name, person, None))


class Exchange:
    """One command of one client until it is answered or given up, over a bad network."""

    def __init__(
        self, world: World, sender: str, command: m.AnyCommand, done: Callable[[Outcome | None], None]
    ) -> None:
        self._world, self._sender, self._command, self._done = world, sender, command, done
        self._attempts = 0
        self._is_over = False

    def send(self) -> None:
        """Send it, once more if need be."""
        if self._is_over:
            return
        world = self._world
        if self._attempts >= MOST_ATTEMPTS:
            self._is_over = True
            world.counts["given up"] += 1
            world.entries.append(h.GaveUp(at=world.now, sender=self._sender, command_id=self._command.command_id))
            self._done(None)
            return
        self._attempts += 1
        world.counts["commands" if self._attempts == 1 else "retries"] += 1
        world.entries.append(h.Sent(at=world.now, sender=self._sender, command=self._command))
        copies = 2 if world.chance(REPEATED) else 1
        world.counts["repeated by the network"] += copies - 1
        for _ in range(copies):
            if world.chance(LOST_REQUEST):
                world.counts["lost requests"] += 1
            else:
                world.timeline.later(self._delay_s(), self._arrive)
        world.timeline.later(TIMEOUT_S * min(self._attempts, 10), self.send)

    def _arrive(self) -> None:
        assert self._world.server is not None  # noqa: S101 (set before anybody acts)
        self._world.server.receive(Request(self._command, self._reply))

    def _reply(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return  # unavailable: the client tries again when its time is up
        if self._world.chance(LOST_ANSWER):
            self._world.counts["lost answers"] += 1
            return
        self._world.timeline.later(self._delay_s(), lambda: self._hear(outcome))

    def _hear(self, outcome: Outcome) -> None:
        world = self._world
        values: dict[str, Any] = {"at": world.now, "sender": self._sender, "command_id": self._command.command_id}
        if isinstance(outcome, Refusal):
            world.entries.append(h.Refused(**values, code=outcome.code))
        else:
            world.entries.append(h.Answered(**values, record=outcome))
        if self._is_over:
            return
        self._is_over = True
        if isinstance(outcome, Refusal):
            world.refusals[outcome.code] += 1
        self._done(outcome)

    def _delay_s(self) -> float:
        rng = self._world.rng
        return rng.uniform(1.0, 40.0) if rng.random() < DELAYED else rng.uniform(0.001, 0.05)


def event_of(outcome: Outcome | None) -> m.AnyEvent | None:
    """The event that answered a command, if it was carried out and the answer came."""
    return outcome.event if isinstance(outcome, Record) else None
