"""The hall's one writer: commands queue up, and a thread of its own has the engine carry them out batch by batch.

However many commands wait, a batch costs one fsync. Followers hear of a batch before its senders are answered, so
that whoever reads after an answer finds what it says.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from struct import Struct

from prometheus_client import Histogram

from hall import messages as m
from hall.catalogue import HallPlan
from hall.clock import Clock
from queue_server.domain.record import Record
from queue_server.service.engine import Engine, Found, Outcome, read
from queue_server.service.hand_over import HandOver
from queue_server.service.ports import Follower, Journal, JournalUnavailable

logger = logging.getLogger(__name__)

BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)
BATCH_S = Histogram("hq_batch_seconds", "Time to decide and keep one batch.", buckets=BUCKETS)


IDS_AT_ONCE = 128
ID_BYTES = 16 * IDS_AT_ONCE
RANDOM_BITS = int(IDS_AT_ONCE * "ffffffffffff0fff3fffffffffffffff", 16)
FIXED_BITS = int(IDS_AT_ONCE * "00000000000040008000000000000000", 16)  # RFC 9562, 5.4: version 4 and its variant
ID_PARTS = Struct("8s4s4s4s12s")  # hexadecimal digits between the hyphens


def fresh_ids() -> Iterator[str]:
    """Random UUIDs as `str(uuid.uuid4())` makes them, at an eighth of the cost; every ticket needs one."""
    while True:
        bits = int.from_bytes(os.urandom(ID_BYTES)) & RANDOM_BITS | FIXED_BITS
        for parts in ID_PARTS.iter_unpack(bits.to_bytes(ID_BYTES).hex().encode()):
            yield b"-".join(parts).decode()


class Writer:
    """Owns the engine. Commands come from any thread and from event loops."""

    def __init__(
        self,
        plan: HallPlan,
        journal: Journal,
        clock: Clock,
        *,
        followers: Sequence[Follower] = (),
        new_id: Callable[[], str] | None = None,
    ) -> None:
        """Prepare the writer; `start()` reads the journal and begins."""
        self._plan = plan
        self._journal = journal
        self._engine = Engine(plan, journal, clock, new_id=new_id or fresh_ids().__next__)
        self._followers = followers
        self._told_seq = 0  # the last record that the followers heard
        self._hand_over: HandOver[m.AnyCommand, Record] = HandOver(self._carry_out, name="writer", closed=_closed)
        for follower in followers:
            if follower.inbox is not None:
                self._hand_over.share(follower.inbox)

    def start(self, found: Found | None = None) -> None:
        """Take the day over from the journal, hand it to the followers, and begin to take commands.

        Args:
            found: what has just been `read` from the journal, to be used once; it is read here if not given.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        kept, hall = found or read(self._journal, self._plan)
        self._engine.adopt(kept, hall)
        self._told_seq = self._engine.hall.seq
        for follower in self._followers:
            follower.begin(kept)
        self._hand_over.start()

    def submit(self, command: m.AnyCommand) -> "Future[Record]":
        """Queue a command from any thread.

        Returns:
            The record that answers it, once it is kept; or its `Refusal`; or `JournalUnavailable`. A command that is
            cancelled before its turn is never carried out; later it cannot be cancelled any more.
        """
        return self._hand_over.submit(command)

    def ask(self, command: m.AnyCommand) -> "asyncio.Future[Record]":
        """Queue a command from an event loop, to be awaited there: as `submit`, and cheaper.

        Who is cancelled after the command's turn has come does not hear its answer; it is carried out all the same.
        """
        return self._hand_over.ask(command)

    def close(self) -> None:
        """Carry out what is queued, then stop; whoever comes later is refused."""
        self._hand_over.close()

    # ---- in the writer's thread ---------------------------------------------------------------------------------

    def _carry_out(self, commands: Sequence[m.AnyCommand]) -> Sequence[Outcome | JournalUnavailable]:
        try:
            if self._engine.is_stale:
                self._engine.rebuild()
            if self._told_seq < self._engine.hall.seq:
                self._tell_missed()
            with BATCH_S.time():
                outcomes, records = self._engine.carry_out(commands)
        except JournalUnavailable as exc:  # perhaps nothing was kept: the journal says so before the next decision
            logger.error("%s", exc)
            return [exc] * len(commands)
        except Exception:
            logger.exception("a batch failed in an unexpected way; the state will be read again from the journal")
            return [JournalUnavailable("the server failed; send the command again")] * len(commands)
        self._tell(records)
        return outcomes

    def _tell_missed(self) -> None:
        """A write that failed may have been kept after all, perhaps with a snapshot: then its records are news."""
        self._tell([self._journal.answer(seq) for seq in range(self._told_seq + 1, self._engine.hall.seq + 1)])

    def _tell(self, records: Sequence[Record]) -> None:
        if not records:
            return
        self._told_seq = records[-1].seq
        for follower in self._followers:
            try:
                follower.follow(records)
            except Exception:  # a follower must never undo what is kept
                logger.exception("a follower failed")


def _closed() -> JournalUnavailable:
    return JournalUnavailable("the server is stopping; send the command again")
