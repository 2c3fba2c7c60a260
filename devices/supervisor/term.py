"""One thread's term with a device: it opens it, serves jobs, polls and checks, and opens it again after it failed.

A call that never comes back cannot be ended; the thread is then left behind with it, another term begins, and should
the call come back after all, the old thread closes what it holds and ends.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from devices.errors import DeviceError, DeviceFault, DeviceUnavailable
from devices.ports import Device
from devices.supervisor.jobs import Job, Jobs
from devices.supervisor.standing import Standing

logger = logging.getLogger(__name__)

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.25, 5.0

D = TypeVar("D", bound=Device)


@dataclass(frozen=True)
class Care(Generic[D]):
    """How a device is opened and looked after; times in seconds."""

    open_device: Callable[[], D]
    check_every_s: float
    poll: Callable[[D], None] | None
    poll_every_s: float
    longest_call_s: float


@dataclass(frozen=True)
class _Call:
    """A call into the driver that has not come back yet."""

    began: float  # time.monotonic()
    longest_s: float
    job: Job | None


class Term(Generic[D]):
    """One thread and whatever it holds of the device."""

    def __init__(self, name: str, care: Care[D], jobs: Jobs, standing: Standing) -> None:
        self._name, self._care, self._jobs, self._standing = name, care, jobs, standing
        self._ended = threading.Event()
        self._round = threading.Event()  # set: try, or check, without waiting any longer
        self._backoff_s = FIRST_BACKOFF_S
        self._call: _Call | None = None
        self._lock = threading.Lock()  # what is told of a term is told before it is over
        self.thread = threading.Thread(target=self._work, name=f"device {name}", daemon=True)

    # ---- in any thread ------------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether this term takes no further jobs."""
        return self._ended.is_set()

    def hurry(self) -> None:
        """Open, or check, at once: something was plugged in or pulled out."""
        self._round.set()
        self._jobs.wake()

    def end(self) -> None:
        """Take no further job; a call that is under way is not interrupted."""
        self._ended.set()
        self.hurry()

    def hangs(self, now: float) -> bool:
        """Whether a call into the driver has been running for longer than it may; `now` is `time.monotonic()`."""
        call = self._call
        return call is not None and now - call.began > call.longest_s

    def leave_behind(self, error: DeviceUnavailable) -> bool:
        """End the term of a hanging device and tell the sender of the running job; False when it came back just now."""
        with self._lock:
            call = self._call
            if call is None or not self.hangs(time.monotonic()):
                return False
            self._ended.set()
        if call.job is not None:
            call.job.failed(error)
        return True

    # ---- in the term's thread ---------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                with self._calling():
                    device = self._care.open_device()
            except Exception as exc:  # noqa: BLE001 (a thread begins here; the traceback is logged)
                self._failed(exc)
            else:
                self._use(device)
            self._wait()

    def _use(self, device: D) -> None:
        """Serve until the link fails, and give the port back."""
        self._standing_says(Standing.opened)
        try:
            self._serve(device)
        except Exception as exc:  # noqa: BLE001 (see `_work`)
            self._failed(exc)
        try:
            with self._calling():
                device.close()
        except Exception:
            logger.exception("%s: closing failed in an unexpected way", self._name)

    def _wait(self) -> None:
        if not self._ended.is_set() and self._round.wait(self._backoff_s):
            self._backoff_s = FIRST_BACKOFF_S
        else:
            self._backoff_s = min(self._backoff_s * 2, LONGEST_BACKOFF_S)
        self._round.clear()

    def _serve(self, device: D) -> None:
        """Run jobs, polls and checks until the link itself fails; a fault that needs a person keeps it open."""
        next_check = next_poll = 0.0
        care = self._care
        while not self._ended.is_set():
            now = time.monotonic()
            if now >= next_check or self._round.is_set():
                self._round.clear()
                self._check(device)
                self._backoff_s = FIRST_BACKOFF_S  # only now: a port may open with nobody behind it
                next_check = time.monotonic() + care.check_every_s
            if care.poll is not None and now >= next_poll:
                self._poll(device, care.poll)
                next_poll = time.monotonic() + care.poll_every_s
            wake = min(next_check, next_poll) if care.poll else next_check
            job = self._jobs.take(wake - time.monotonic())
            if job is not None and not self._ended.is_set():
                self._run(job, device)
            elif job is not None:
                self._jobs.put(job)

    def _poll(self, device: D, poll: Callable[[D], None]) -> None:
        try:
            with self._calling():
                poll(device)
        except DeviceFault as exc:
            self._tell(exc)

    def _check(self, device: D) -> None:
        try:
            with self._calling():
                found = device.check()
        except DeviceFault as exc:
            self._tell(exc)
        else:
            self._tell(found)

    def _run(self, job: Job, device: D) -> None:
        if not job.begin():
            return
        try:
            with self._calling(job):
                result = job.run(device)
        except DeviceFault as exc:
            job.failed(exc)
            self._tell(exc)
        except BaseException as exc:
            job.failed(exc)
            raise
        else:
            job.done(result)

    # ---- what a term that is over no longer says ------------------------------------------------------------------

    @contextlib.contextmanager
    def _calling(self, job: Job | None = None) -> Iterator[None]:
        """A call into the driver: while it runs, the watch can see for how long."""
        longest_s = self._care.longest_call_s if job is None or job.longest_s is None else job.longest_s
        self._call = _Call(time.monotonic(), longest_s, job)
        try:
            yield
        finally:
            with self._lock:
                self._call = None

    def _failed(self, exc: Exception) -> None:
        self._standing_says(lambda standing: standing.link_failed(exc))

    def _tell(self, found: DeviceError | str | None) -> None:
        self._standing_says(lambda standing: standing.tell(found))

    def _standing_says(self, say: Callable[[Standing], None]) -> None:
        with self._lock:
            if not self._ended.is_set():
                say(self._standing)
