"""A simulated server process: the real engine behind an inbox, its crashes, and what must hold across them."""

import random
import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from commands.simulate.clock import Timeline
from commands.simulate.stores import Moment, PowerCut, Store
from hall import messages as m
from hall.catalogue import HallPlan
from hall.clock import Clock
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest
from queue_server.service.engine import Engine, Outcome
from queue_server.service.ports import Journal, JournalUnavailable

LARGEST_BATCH = 64
SLOW = 0.1  # share of batches for which the server takes its time, so that many commands meet in one
SLOW_S, QUICK_S, BEFORE_A_CUT_S = (0.2, 4.0), (0.0, 0.02), (0.0, 20.0)
RESTART_S = (2.0, 90.0)
RETRY_START_S = 20.0

MakeEngine = Callable[..., Engine]


@dataclass(frozen=True)
class Request:
    """A command that has reached the server, and where its answer goes; None says that there is none."""

    command: m.AnyCommand
    reply: Callable[[Outcome | None], None]


class Follower:
    """Hears each record once it is kept. Its hall is every event since the first day replayed, without a snapshot."""

    def __init__(self, plan: HallPlan) -> None:
        self.hall = HallDay(plan)

    def follow(self, records: Sequence[Record]) -> None:
        """Take note."""
        raise NotImplementedError


class Server:
    """One process at a time, on one store."""

    def __init__(
        self,
        timeline: Timeline,
        store: Store,
        plan: HallPlan,
        clock: Clock,
        rng: random.Random,
        *,
        follower: Follower,
        found: Callable[[str, str], None],
        noted: Callable[[str, str], None],
        make_engine: MakeEngine = Engine,
    ) -> None:
        """Prepare; `start()` begins.

        Args:
            found: told of a fault, by the name of the check and in words.
            noted: told of what befalls the process.
        """
        self.plan = plan
        self.is_up = False
        self._timeline, self._store, self._clock, self._rng = timeline, store, clock, rng
        self._follower, self._found, self._noted = follower, found, noted
        self._make_engine = make_engine
        self._inbox: list[Request] = []
        self._planned: Moment | None = None
        self._engine: Engine | None = None
        self._journal: Journal | None = None
        self._was: HallDay | None = None  # the state that the last process had when it died
        self._may_lack = False  # whether its last batch need not have been kept

    def start(self) -> None:
        """Start a process; one that cannot read its journal is tried again later."""
        try:
            self._journal = self._store.start()
            self._engine = self._make_engine(self.plan, self._journal, self._clock, new_id=self._new_id)
            self._read_again()
        except JournalUnavailable as exc:
            self._noted("start refused", str(exc))
            self._timeline.later(RETRY_START_S, self.start)
            return
        self.is_up = True

    def receive(self, request: Request) -> None:
        """A command arrives."""
        if not self.is_up:
            request.reply(None)
            return
        self._inbox.append(request)
        if len(self._inbox) == 1:
            window_s = SLOW_S if self._rng.random() < SLOW else QUICK_S
            self._timeline.later(self._rng.uniform(*(BEFORE_A_CUT_S if self._planned else window_s)), self._work)

    def crash(self, moment: Moment | None) -> None:
        """Kill the process: now, between two batches, or around the next commit."""
        if not self.is_up or self._planned is not None:
            return
        if moment is not None:
            self._planned = moment
            self._store.cut_power_at(moment)
            return
        if self._engine is not None and not self._engine.is_stale:
            self._was, self._may_lack = self._engine.hall, False
        self._go_down("between two commits")

    def hall_digest(self) -> str | None:
        """The running engine's state; None while it is down or has to read it again."""
        return digest(self._engine.hall) if self.is_up and self._engine and not self._engine.is_stale else None

    def _work(self) -> None:
        if not self.is_up or not self._inbox:
            return
        batch, self._inbox = self._inbox[:LARGEST_BATCH], self._inbox[LARGEST_BATCH:]
        if self._inbox:
            self._timeline.later(0.0, self._work)
        assert self._engine is not None  # noqa: S101 (it is up)
        try:
            outcomes = self._carry_out(self._engine, [request.command for request in batch])
        except PowerCut:
            self._was, self._may_lack = self._engine.hall, self._planned is not Moment.AFTER_COMMIT
            self._go_down(self._planned.value if self._planned else "")
            return
        if self._planned is not None and outcomes is not None:  # there was nothing to commit
            self._was, self._may_lack = self._engine.hall, False
            self._go_down(Moment.AFTER_COMMIT.value)
            return
        for number, request in enumerate(batch):
            request.reply(outcomes[number] if outcomes is not None else None)

    def _carry_out(self, engine: Engine, commands: Sequence[m.AnyCommand]) -> Sequence[Outcome] | None:
        """As the writer's thread does it; None when nobody can be answered."""
        try:
            if engine.is_stale or self._follower.hall.seq < engine.hall.seq:
                self._read_again()
            outcomes, records = engine.carry_out(commands)
        except JournalUnavailable as exc:
            self._was, self._may_lack = engine.hall, True
            self._noted("journal unavailable", str(exc))
            return None
        except Exception:  # noqa: BLE001 (what the writer's thread survives too)
            self._found("engine", traceback.format_exc())
            self._was = None
            return None
        if records:
            self._follower.follow(records)
        return outcomes

    def _go_down(self, when: str) -> None:
        self._noted("crash", when)
        self.is_up, self._planned, self._inbox = False, None, []
        self._store.stop()
        self._timeline.later(self._rng.uniform(*RESTART_S), self.start)

    def _read_again(self) -> None:
        """Rebuild the state from the journal, and hold it against everything that is known of it."""
        assert self._engine is not None  # noqa: S101 (it was just made)
        assert self._journal is not None  # noqa: S101
        self._engine.rebuild()
        rebuilt, followed = self._engine.hall, self._follower.hall
        known_seq = followed.seq
        if rebuilt.seq < known_seq:
            self._found("durability", f"records up to {known_seq} were acknowledged; {rebuilt.seq} is the last kept")
            return
        self._follower.follow([self._journal.answer(seq) for seq in range(known_seq + 1, rebuilt.seq + 1)])
        was, self._was = self._was, None
        if was is not None:
            self._compare(was, rebuilt, known_seq)
        if digest(rebuilt) != digest(followed):
            self._found("rebuild", f"at {rebuilt.seq} the rebuilt state is not what all events add up to")

    def _compare(self, was: HallDay, rebuilt: HallDay, known_seq: int) -> None:
        if rebuilt.seq not in {known_seq, was.seq}:
            self._found("atomicity", f"of the batch {known_seq + 1} to {was.seq} a part, to {rebuilt.seq}, is kept")
        if not self._may_lack and rebuilt.seq != was.seq:
            self._found("durability", f"{was.seq} was committed, and {rebuilt.seq} is the last kept")
        if rebuilt.seq == was.seq and digest(rebuilt) != digest(was):
            self._found("rebuild", f"at {rebuilt.seq} the rebuilt state is not what the engine had")

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
