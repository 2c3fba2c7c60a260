"""Looks at every worker some times a second: a thread that is stuck in a driver cannot say so itself."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from devices.supervisor.worker import DeviceWorker

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25


class DeviceWatch:
    """One thread for all the devices of a process: it notices calls that hang, and ports that come and go."""

    def __init__(self, workers: Sequence[DeviceWorker[Any]], *, every_s: float = LOOK_EVERY_S) -> None:
        self._workers = tuple(workers)
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="device watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more; closing twice is harmless."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            for worker in self._workers:
                try:
                    worker.look(time.monotonic())
                except Exception:
                    logger.exception("%s: looking at it failed", worker.name)
