"""Handing things to one thread and answers back: however many wait, a batch of them costs one turn of the work.

It knows neither commands nor journals. The writer carries out batches of commands through it.

Threads wait for a `concurrent.futures.Future`. Event loops await a future of their own, and a loop is woken once a
batch, not once an answer: a wake-up costs a system call, and after each one the two threads fight for the interpreter.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")

logger = logging.getLogger(__name__)

LARGEST_BATCH = 512
CLOSE_S = 10.0  # a batch that takes longer is left to the disk that holds it up

CarryOut = Callable[[Sequence[T]], Sequence[A | Exception]]
"""Carries out a batch: an answer for each, in order; an exception is the answer that its sender gets raised."""


class HandOver(Generic[T, A]):
    """One thread that carries out what others submit, batch by batch, in the order in which it came."""

    def __init__(self, carry_out: CarryOut[T, A], *, name: str, closed: Callable[[], Exception]) -> None:
        """Prepare; `start()` begins.

        Args:
            carry_out: called in the thread. What it raises itself is the answer to its whole batch.
            closed: makes the answer to whatever comes too late.
        """
        self._do = carry_out
        self._closed = closed
        self._waiting: queue.SimpleQueue[tuple[T, Future[A] | asyncio.Future[A]] | None] = queue.SimpleQueue()
        self._inboxes: dict[asyncio.AbstractEventLoop, LoopInbox] = {}
        self._is_closed = False
        self._has_ended = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def share(self, inbox: "LoopInbox") -> None:
        """Leave a loop's answers in this inbox, and wake it after each batch; before the start."""
        self._inboxes[inbox.loop] = inbox

    def start(self) -> None:
        """Begin to carry out."""
        self._thread.start()

    def submit(self, what: T) -> "Future[A]":
        """Queue something from any thread; it cannot be cancelled any more once its turn has come."""
        answer: Future[A] = Future()
        self._put(what, answer)
        return answer

    def ask(self, what: T) -> "asyncio.Future[A]":
        """Queue something from an event loop's thread; cancelled before its turn, it is never carried out."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._put(what, answer)
        return answer

    def close(self) -> None:
        """Carry out what is queued, then stop; whatever comes later is told so. Closing twice is harmless."""
        self._is_closed = True
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            logger.error("%s: still busy after %.0f s; what waits is not carried out", self._thread.name, CLOSE_S)
        self._end()

    def _put(self, what: T, answer: "Future[A] | asyncio.Future[A]") -> None:
        if self._is_closed:
            answer.set_exception(self._closed())
            return
        self._waiting.put((what, answer))
        if self._has_ended:  # it ended in between: nobody else will look
            self._end()

    def _end(self) -> None:
        """Answer everything that nobody carries out any more."""
        self._has_ended = True
        late = []
        with contextlib.suppress(queue.Empty):
            while True:
                late.append(self._waiting.get_nowait())
        requests = [request for request in late if request is not None and _takes_its_turn(request[1])]
        self._answer(requests, [self._closed() for _request in requests])

    # ---- in the thread --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch = [self._waiting.get()]
            with contextlib.suppress(queue.Empty):
                while len(batch) < LARGEST_BATCH:
                    batch.append(self._waiting.get_nowait())
            is_open = None not in batch
            requests = [request for request in batch if request is not None and _takes_its_turn(request[1])]
            if requests:
                self._answer(requests, self._carry_out([what for what, _answer in requests]))

    def _carry_out(self, batch: list[T]) -> Sequence[A | Exception]:
        try:
            return self._do(batch)
        except Exception as exc:
            logger.exception("%s: a batch failed in an unexpected way", self._thread.name)
            return [exc] * len(batch)

    def _answer(
        self, requests: Sequence[tuple[T, "Future[A] | asyncio.Future[A]"]], outcomes: Sequence[A | Exception]
    ) -> None:
        in_loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[A], A | Exception]]] = {}
        for (_what, answer), outcome in zip(requests, outcomes, strict=True):
            if isinstance(answer, Future):
                _settle(answer, outcome)
            else:
                in_loops.setdefault(answer.get_loop(), []).append((answer, outcome))
        for loop, answers in in_loops.items():
            self._inbox(loop).put(_settle_all, answers)
        for inbox in tuple(self._inboxes.values()):
            inbox.wake()

    def _inbox(self, loop: asyncio.AbstractEventLoop) -> "LoopInbox":
        return self._inboxes.get(loop) or self._inboxes.setdefault(loop, LoopInbox(loop))


class LoopInbox:
    """Calls that other threads leave for an event loop, which makes them in order once it is woken."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._calls: deque[tuple[Callable[[Any], object], Any]] = deque()
        self._is_woken = False

    def put(self, call: Callable[[T], object], argument: T) -> None:
        """Leave a call; the loop makes it after the next `wake()`."""
        self._calls.append((call, argument))

    def wake(self) -> None:
        """Have the loop make the calls that were left, unless it is about to. A closed loop makes none."""
        if not self._calls or self._is_woken:
            return
        self._is_woken = True
        try:
            self.loop.call_soon_threadsafe(self._make_calls)
        except RuntimeError:  # closed: nobody waits there any more
            self._calls.clear()

    def _make_calls(self) -> None:
        self._is_woken = False  # before the calls are taken: what is left from now on wakes the loop again
        while self._calls:
            call, argument = self._calls.popleft()
            try:
                call(argument)
            except Exception:  # one call must not keep the others' answers back
                logger.exception("a call in the event loop failed")


def _takes_its_turn(answer: "Future[A] | asyncio.Future[A]") -> bool:
    """Whether somebody still wants the answer."""
    if isinstance(answer, Future):
        return answer.set_running_or_notify_cancel()
    return not answer.cancelled()


def _settle_all(answers: Sequence[tuple["asyncio.Future[A]", A | Exception]]) -> None:
    for answer, outcome in answers:
        if not answer.done():  # whoever asked may have gone away meanwhile
            _settle(answer, outcome)


def _settle(answer: "Future[A] | asyncio.Future[A]", outcome: A | Exception) -> None:
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
