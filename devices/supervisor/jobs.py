"""Jobs for a device's thread: each is begun or given up, never both, and answered once."""

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any

from devices.errors import DeviceUnavailable


class Job:
    """One thing to do with the open device.

    Attributes:
        run: gets the device; its result or exception becomes the answer.
        longest_s: how long it may run before the device counts as hanging; None: as long as any other call.
        answer: what its sender waits for.
    """

    def __init__(self, run: Callable[[Any], Any], longest_s: float | None) -> None:
        self.run = run
        self.longest_s = longest_s
        self.answer: Future[Any] = Future()
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Whether the job is still wanted; from now on only `failed` can answer for it before it ends."""
        with self._lock:
            return not self.answer.done() and self.answer.set_running_or_notify_cancel()

    def give_up(self, error: DeviceUnavailable) -> None:
        """Answer with the error, unless the job has begun; what it holds is forgotten, though it stays in the queue."""
        with self._lock:
            if not self.answer.running() and not self.answer.done():
                self.run = _nothing
                self.answer.set_running_or_notify_cancel()
                self.answer.set_exception(error)

    def done(self, result: object) -> None:
        """Answer with the result; whoever was told meanwhile that the device hangs is told nothing more."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_result(result)

    def failed(self, error: BaseException) -> None:
        """Answer with an exception; see `done`."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_exception(error)


def _nothing(_device: object) -> None:
    """What is left of a job that was given up: its own function may hold a visitor's code."""


class Jobs:
    """What waits for a device's thread, in the order of arrival."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Job | None] = queue.Queue()  # None wakes the thread

    def put(self, job: Job) -> None:
        """Hand a job in."""
        self._waiting.put(job)

    def wake(self) -> None:
        """Let a thread that waits for jobs look round."""
        self._waiting.put(None)

    def take(self, timeout_s: float) -> Job | None:
        """The next job; None when the time has passed or somebody woke the thread."""
        try:
            return self._waiting.get(timeout=max(timeout_s, 0.0))
        except queue.Empty:
            return None

    def give_up_all(self, error: Callable[[], DeviceUnavailable]) -> None:
        """Answer everything that waits with an error of its own."""
        while True:
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.give_up(error())
