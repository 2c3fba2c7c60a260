"""A worker with a device that does as it is told."""

import threading
import time

import pytest

from devices.supervisor import DeviceWorker, term


class FakeDevice:
    """A device that says how it is when it is told what to say; it notes what happened to it."""

    name = "K01.printer"

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench
        self.closed = 0

    def check(self) -> str | None:
        self._bench.checks += 1
        return self._bench.say()

    def close(self) -> None:
        self.closed += 1
        if self._bench.close_fails:
            raise RuntimeError("the driver's close is broken")


class Bench:
    """The world round one worker: knobs on one side, traces on the other."""

    def __init__(self) -> None:
        self.found: Exception | str | None = None
        self.open_fails: Exception | None = None
        self.close_fails = False
        self.checks = 0
        self.opened: list[FakeDevice] = []
        self.tried_at: list[float] = []
        self.health = []
        self.threads: set[str] = set()

    def open(self) -> FakeDevice:
        self.tried_at.append(time.monotonic())
        self.threads.add(threading.current_thread().name)
        if self.open_fails is not None:
            raise self.open_fails
        self.opened.append(FakeDevice(self))
        return self.opened[-1]

    def say(self) -> str | None:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(health.status, health.cause) for health in self.health]


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def start(bench):
    started, released = [], threading.Event()

    def begin(**options):
        options.setdefault("check_every_s", 0.02)
        worker = DeviceWorker(
            options.pop("name", "K01.printer"),
            "printer",
            options.pop("open_device", bench.open),
            options.pop("on_health", bench.health.append),
            **options,
        )
        worker.start()
        started.append(worker)
        return worker

    begin.released = released
    yield begin
    released.set()
    for worker in started:
        worker.close()


@pytest.fixture
def quick_backoff(monkeypatch):
    monkeypatch.setattr(term, "FIRST_BACKOFF_S", 0.01)
    monkeypatch.setattr(term, "LONGEST_BACKOFF_S", 0.08)
