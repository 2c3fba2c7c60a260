"""The owner of a device: whoever hands in a job waits for at most the job's deadline.

A device that hangs, lies or vanishes takes only itself out of service; a job that was not begun by its deadline is
never run.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from devices.errors import DeviceUnavailable, Hanging
from devices.ports import Device
from devices.supervisor.jobs import Job, Jobs
from devices.supervisor.standing import Standing
from devices.supervisor.term import Care, Term
from hall.messages import DeviceHealth

logger = logging.getLogger(__name__)

D = TypeVar("D", bound=Device)
T = TypeVar("T")

CLOSE_S = 2.0  # a device that hangs for longer is left to its thread
LONGEST_CALL_S = 30.0
MOST_LEFT_BEHIND = 3  # threads that may be stuck in one device's driver before no more are spent on it


class DeviceWorker(Generic[D]):
    """Owns one device in one thread. A `DeviceWatch` notices for it that a call hangs and that a plug moved."""

    def __init__(
        self,
        name: str,
        kind: str,
        open_device: Callable[[], D],
        on_health: Callable[[DeviceHealth], None],
        *,
        check_every_s: float = 5.0,
        poll: Callable[[D], None] | None = None,
        poll_every_s: float = 0.3,
        longest_call_s: float = LONGEST_CALL_S,
        is_there: Callable[[], bool] | None = None,
    ) -> None:
        """Prepare the worker; nothing is opened before `start()`.

        Args:
            name: as in the site file, e.g. "K01.printer".
            kind: e.g. "printer".
            open_device: opens the device; runs in the worker's thread and may raise `DeviceError`.
            on_health: hears of every change of health, in the worker's thread or the watch's.
            check_every_s: how often `Device.check` is asked when nothing else happens.
            poll: runs in the worker's thread between jobs, e.g. to look for a card.
            poll_every_s: how often `poll` runs.
            longest_call_s: how long any call into the driver may take before the device counts as hanging.
            is_there: whether the device's port exists, asked some times a second by the watch; None: nobody can see.
        """
        self.name = name
        self._care = Care(open_device, check_every_s, poll, poll_every_s, longest_call_s)
        self._is_there = is_there
        self._was_there = False
        self._jobs = Jobs()
        self._standing = Standing(name, kind, on_health)
        self._stopping = threading.Event()
        self._left_behind: list[Term[D]] = []
        self._term = self._next_term()

    @property
    def health(self) -> DeviceHealth:
        """How the device is, as last seen."""
        return self._standing.health

    def start(self) -> None:
        """Begin to open and watch the device."""
        self._was_there = self._is_there is not None and self._is_there()
        self._term.thread.start()

    def submit(self, job: Callable[[D], T], *, deadline_s: float, longest_s: float | None = None) -> "Future[T]":
        """Hand in a job for the worker's thread.

        Args:
            job: gets the open device.
            deadline_s: a job not begun within this time is given up. A running job is not interrupted: its own
                reads time out.
            longest_s: how long it may run before the device counts as hanging, if longer than other calls.

        Returns:
            The job's result, its own exception, or `DeviceUnavailable` when it was given up or the device hangs.
        """
        entry = Job(job, longest_s)
        deadline = threading.Timer(deadline_s, lambda: entry.give_up(self._too_late()))
        deadline.daemon = True
        deadline.start()
        entry.answer.add_done_callback(lambda _answer: deadline.cancel())
        self._jobs.put(entry)
        if self._stopping.is_set():
            self._jobs.give_up_all(self._stopped)
        return entry.answer

    def close(self) -> None:
        """Stop the worker and give the device back; a hanging device is left to its thread."""
        self._stopping.set()
        self._term.end()
        if self._term.thread.is_alive():
            self._term.thread.join(timeout=CLOSE_S)
        self._jobs.give_up_all(self._stopped)

    # ---- in the watch's thread ------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """See whether a call hangs and whether the device's port came or went; `now` is `time.monotonic()`."""
        if self._stopping.is_set():
            return
        if not self._term.is_over and self._term.hangs(now):
            self._replace_term()
        self._left_behind = [term for term in self._left_behind if term.thread.is_alive()]
        if self._term.is_over and len(self._left_behind) < MOST_LEFT_BEHIND:
            self._begin_term()
        if self._is_there is not None:
            is_there, was_there = self._is_there(), self._was_there
            self._was_there = is_there
            if is_there != was_there:
                self._term.hurry()

    def _replace_term(self) -> None:
        """Leave the hanging thread behind and let another one try, as long as not too many are stuck."""
        error = Hanging(self.name, "a call into its driver did not come back in time")
        if not self._term.leave_behind(error):
            return
        self._left_behind.append(self._term)
        self._standing.link_failed(error)
        self._jobs.give_up_all(lambda: Hanging(self.name, error.cause))
        if len(self._left_behind) >= MOST_LEFT_BEHIND:
            logger.error("%s: %d threads hang in its driver; no more are spent on it", self.name, MOST_LEFT_BEHIND)

    def _begin_term(self) -> None:
        self._term = self._next_term()
        self._term.thread.start()

    def _next_term(self) -> Term[D]:
        return Term(self.name, self._care, self._jobs, self._standing)

    # ---- in any thread ----------------------------------------------------------------------------------------------

    def _too_late(self) -> DeviceUnavailable:
        return DeviceUnavailable(self.name, self._standing.closed_because or "busy for too long")

    def _stopped(self) -> DeviceUnavailable:
        return DeviceUnavailable(self.name, "the worker has stopped")
