"""One worker thread owns a device: it opens it, watches it, hands it jobs, and opens it again after it failed.

A device that hangs, lies or vanishes takes only itself out of service: whoever hands in a job waits for at most the
job's deadline, and a job that was not begun by then is never run.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from devices.errors import DeviceError, DeviceFault, DeviceUnavailable
from devices.mends import MENDS
from devices.ports import Device
from hall.messages import DeviceHealth

logger = logging.getLogger(__name__)

D = TypeVar("D", bound=Device)
T = TypeVar("T")

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 0.25, 5.0
CLOSE_S = 2.0  # a device that hangs for longer is left to its thread


class _Job:
    """A job is begun or given up, never both, whoever comes first: the worker or the deadline."""

    def __init__(self, run: Callable[[Any], Any]) -> None:
        self.run = run
        self.answer: Future[Any] = Future()
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Whether the job is still wanted; from now on it cannot be given up."""
        with self._lock:
            return not self.answer.done() and self.answer.set_running_or_notify_cancel()

    def give_up(self, error: DeviceUnavailable) -> None:
        """Answer with the error, unless the job has begun."""
        with self._lock:
            if not self.answer.running() and not self.answer.done():
                self.answer.set_running_or_notify_cancel()
                self.answer.set_exception(error)


class DeviceWorker(Generic[D]):
    """Owns one device in one thread."""

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
    ) -> None:
        """Prepare the worker; nothing is opened before `start()`.

        Args:
            name: as in the site file, e.g. "K01.printer".
            kind: e.g. "printer".
            open_device: opens the device; runs in the worker's thread and may raise `DeviceError`.
            on_health: hears of every change of health, in the worker's thread.
            check_every_s: how often `Device.check` is asked when nothing else happens.
            poll: runs in the worker's thread between jobs, e.g. to look for a card.
            poll_every_s: how often `poll` runs.
        """
        self.name = name
        self._kind = kind
        self._open_device = open_device
        self._on_health = on_health
        self._check_every_s = check_every_s
        self._poll = poll
        self._poll_every_s = poll_every_s
        self._jobs: queue.Queue[_Job | None] = queue.Queue()  # None wakes the worker
        self._closed_because: str | None = "not opened yet"
        self._backoff_s = FIRST_BACKOFF_S
        self._stopping = threading.Event()
        self._health = DeviceHealth(device_id=name, kind=kind, status="offline", cause="unavailable")
        self._told = False
        self._thread = threading.Thread(target=self._work, name=f"device {name}", daemon=True)

    @property
    def health(self) -> DeviceHealth:
        """How the device is, as last seen."""
        return self._health

    def start(self) -> None:
        """Begin to open and watch the device."""
        self._thread.start()

    def submit(self, job: Callable[[D], T], *, deadline_s: float) -> "Future[T]":
        """Hand in a job for the worker's thread.

        Args:
            job: gets the open device.
            deadline_s: a job not begun within this time is given up. A running job is not interrupted: its own
                reads time out.

        Returns:
            The job's result, its own exception, or `DeviceUnavailable` when it was given up.
        """
        entry = _Job(job)
        deadline = threading.Timer(deadline_s, lambda: entry.give_up(self._too_late()))
        deadline.daemon = True
        deadline.start()
        entry.answer.add_done_callback(lambda _answer: deadline.cancel())
        self._jobs.put(entry)
        if self._stopping.is_set():
            self._refuse_all()
        return entry.answer

    def close(self) -> None:
        """Stop the worker and give the device back; a hanging device is left to its thread."""
        self._stopping.set()
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=CLOSE_S)
        self._refuse_all()

    # ---- in the worker's thread ---------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                device = self._open_device()
            except Exception as exc:  # noqa: BLE001 (a thread begins here; the traceback is logged)
                self._failed(exc)
            else:
                self._closed_because = None
                self._use(device)
            self._stopping.wait(self._backoff_s)
            self._backoff_s = min(self._backoff_s * 2, LONGEST_BACKOFF_S)

    def _use(self, device: D) -> None:
        """Serve until the link fails, and give the port back."""
        try:
            self._serve(device)
        except Exception as exc:  # noqa: BLE001 (see `_work`)
            self._failed(exc)
        try:
            device.close()
        except Exception:
            logger.exception("%s: closing failed in an unexpected way", self.name)

    def _failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeviceError):
            logger.error("%s: failed in an unexpected way", self.name, exc_info=exc)
            exc = DeviceUnavailable(self.name, f"failed in an unexpected way ({type(exc).__name__})")
        self._closed_because = exc.cause
        self._tell(exc)

    def _serve(self, device: D) -> None:
        """Run jobs, polls and checks until the link itself fails; a fault that needs a person keeps it open."""
        next_check = next_poll = 0.0
        while not self._stopping.is_set():
            now = time.monotonic()
            if now >= next_check:
                self._watch(device.check)
                self._backoff_s = FIRST_BACKOFF_S  # only now: a port may open with nobody behind it
                next_check = time.monotonic() + self._check_every_s
            if self._poll is not None and now >= next_poll:
                self._poll_once(device)
                next_poll = time.monotonic() + self._poll_every_s
            wake = min(next_check, next_poll) if self._poll else next_check
            try:
                job = self._jobs.get(timeout=max(wake - time.monotonic(), 0.0))
            except queue.Empty:
                continue
            if job is not None and not self._stopping.is_set():
                self._run(job, device)
            elif job is not None:
                self._jobs.put(job)

    def _poll_once(self, device: D) -> None:
        assert self._poll is not None  # noqa: S101 (the caller asked)
        try:
            self._poll(device)
        except DeviceFault as exc:
            self._tell(exc)

    def _watch(self, check: Callable[[], str | None]) -> None:
        try:
            self._tell(check())
        except DeviceFault as exc:
            self._tell(exc)

    def _run(self, job: _Job, device: D) -> None:
        if not job.begin():
            return
        try:
            job.answer.set_result(job.run(device))
        except DeviceFault as exc:
            job.answer.set_exception(exc)
            self._tell(exc)
        except BaseException as exc:
            job.answer.set_exception(exc)
            raise

    def _tell(self, found: DeviceError | str | None) -> None:
        """Remember how the device is and report it when that has changed; `found` is an error or a warning's code."""
        if isinstance(found, DeviceError):
            status = "fault" if isinstance(found, DeviceFault) else "offline"
            code: str | None = found.code
        else:
            status, code = ("warning" if found else "ok"), found
        health = DeviceHealth(
            device_id=self.name, kind=self._kind, status=status, cause=code, mend=MENDS.get(code or "")
        )
        if health == self._health and self._told:
            return
        self._health, self._told = health, True
        if isinstance(found, DeviceError):
            logger.warning("%s", found)
        else:
            logger.info("%s: %s", self.name, code or "ready")
        try:
            self._on_health(health)
        except Exception:
            logger.exception("%s: telling of its health failed", self.name)

    # ---- in any thread ----------------------------------------------------------------------------------------------

    def _too_late(self) -> DeviceUnavailable:
        return DeviceUnavailable(self.name, self._closed_because or "busy for too long")

    def _refuse_all(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.give_up(DeviceUnavailable(self.name, "the worker has stopped"))
