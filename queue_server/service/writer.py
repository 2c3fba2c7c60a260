"""The hall's one writer: commands queue up, are decided in order, kept in one transaction a batch, and then answered.

However many commands wait, a batch costs one fsync. Followers hear of a batch before its senders are answered, so
that whoever reads after an answer finds what it says.
"""

import logging
import queue
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import Counter, Histogram

from hall import messages as m
from hall.catalogue import HallPlan
from hall.clock import Clock
from queue_server.domain.decide import day_has_changed, decide
from queue_server.domain.evolve import Record, evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.refusals import Refusal
from queue_server.service.ports import Follower, Journal, JournalUnavailable

logger = logging.getLogger(__name__)

LARGEST_BATCH = 512
DECIDED = Counter("hq_commands", "Commands by outcome.", ["command", "outcome"])
COMMIT_S = Histogram("hq_commit_seconds", "Time to keep one batch.", buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1))


def day_in(journal: Journal, plan: HallPlan) -> tuple[HallDay, list[Record]]:
    """The current business day as the journal holds it, and the records that it adds up from.

    Raises:
        JournalUnavailable: it cannot be read, or the site file has lost something that the day is about.
    """
    records = list(journal.current_day())
    hall = HallDay(plan)
    for record in records:
        try:
            evolve(hall, record)
        except KeyError as exc:
            raise _lost(str(exc), hall) from exc
    if lost := {ticket.item_key for ticket in hall.tickets.values()} - plan.items.keys():
        raise _lost(repr(min(lost)), hall)
    return hall, records


def _lost(what: str, hall: HallDay) -> JournalUnavailable:
    return JournalUnavailable(
        f"the journal of {hall.day} is about {what}, which the site file or its catalogue no longer has: "
        f"put it back, and take it out after the end of the day"
    )


@dataclass
class _Request:
    command: m.AnyCommand
    answer: "Future[Record]" = field(default_factory=Future)


class Writer:
    """Owns the hall's state. `submit` may be called from any thread."""

    def __init__(
        self,
        plan: HallPlan,
        journal: Journal,
        clock: Clock,
        *,
        followers: Sequence[Follower] = (),
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """Prepare the writer; `start()` reads the journal and begins."""
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._followers = followers
        self._new_id = new_id
        self._hall = HallDay(plan)
        self._is_stale = False  # whether the state may differ from the journal
        self._told_seq = 0  # the last record that the followers heard
        self._requests: queue.Queue[_Request | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def start(self) -> None:
        """Rebuild the day from the journal, tell the followers, and begin to take commands.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        self._tell_followers(self._rebuild())
        self._thread.start()

    def submit(self, command: m.AnyCommand) -> "Future[Record]":
        """Queue a command.

        Returns:
            The record that answers it, once it is kept; or its `Refusal`; or `JournalUnavailable`. A command that is
            cancelled before its turn is never carried out; later it cannot be cancelled any more.
        """
        request = _Request(command)
        self._requests.put(request)
        return request.answer

    def close(self) -> None:
        """Carry out what is queued, then stop."""
        self._requests.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    # ---- in the writer's thread ---------------------------------------------------------------------------------

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch = [self._requests.get()]
            while len(batch) < LARGEST_BATCH:
                try:
                    batch.append(self._requests.get_nowait())
                except queue.Empty:
                    break
            is_open = None not in batch
            requests = [request for request in batch if request and request.answer.set_running_or_notify_cancel()]
            try:
                self._carry_out(requests)
            except Exception:
                logger.exception("a batch failed in an unexpected way; the state will be read again from the journal")
                self._give_up(requests, JournalUnavailable("the server failed; send the command again"))

    def _carry_out(self, requests: list[_Request]) -> None:
        try:
            if self._is_stale:
                self._tell_followers(self._rebuild())  # a failed write may have been kept after all
            answers = self._journal.answers([request.command.command_id for request in requests])
            outcomes, records = self._decide_all(requests, answers)
            if records:
                with COMMIT_S.time():
                    self._journal.append(records)
        except JournalUnavailable as exc:
            logger.error("%s", exc)
            self._give_up(requests, exc)
            return
        self._tell_followers(records)
        for request, outcome in zip(requests, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                request.answer.set_exception(outcome)
            else:
                request.answer.set_result(outcome)

    def _decide_all(
        self, requests: list[_Request], answers: dict[str, Record]
    ) -> tuple[list[Record | Refusal], list[Record]]:
        """Decide in order, each on the state that the one before left."""
        outcomes: list[Record | Refusal] = []
        records: list[Record] = []
        for request in requests:
            command = request.command
            if command.command_id in answers:
                outcomes.append(answers[command.command_id])
                DECIDED.labels(type(command).__name__, "repeated").inc()
                continue
            now = self._clock.now()
            records += self._roll_over(now)
            try:
                made = self._take(command, decide(self._hall, command, now, self._new_id), now)
            except Refusal as refusal:
                outcomes.append(refusal)
                DECIDED.labels(type(command).__name__, refusal.code).inc()
                continue
            records += made
            answers[command.command_id] = made[-1]
            outcomes.append(made[-1])
            DECIDED.labels(type(command).__name__, "done").inc()
        return outcomes, records

    def _roll_over(self, now: datetime) -> list[Record]:
        """Begin a new business day before the first command of that day is decided."""
        if not day_has_changed(self._hall, now):
            return []
        command = m.StartDay(command_id=self._new_id())
        return self._take(command, decide(self._hall, command, now, self._new_id), now)

    def _take(self, command: m.AnyCommand, events: list[m.AnyEvent], now: datetime) -> list[Record]:
        made = []
        for event in events:
            record = Record(seq=self._hall.seq + 1, at=now, command_id=command.command_id, event=event)
            evolve(self._hall, record)
            made.append(record)
        return made

    def _give_up(self, requests: list[_Request], exc: JournalUnavailable) -> None:
        """Perhaps nothing was kept: the journal says what was, before the next command is decided."""
        self._is_stale = True
        for request in requests:
            if not request.answer.done():
                request.answer.set_exception(exc)

    def _rebuild(self) -> list[Record]:
        """Read the day again; raises `JournalUnavailable`."""
        self._hall, records = day_in(self._journal, self._plan)
        self._is_stale = False
        return records

    def _tell_followers(self, records: Sequence[Record]) -> None:
        news = [record for record in records if record.seq > self._told_seq]
        if not news:
            return
        self._told_seq = news[-1].seq
        for follower in self._followers:
            try:
                follower.follow(news)
            except Exception:  # a follower must never undo what is kept
                logger.exception("a follower failed")
