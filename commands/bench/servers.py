"""Real processes under load: a hall's server with its mosquitto, the bare routes, and the clients."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from commands.bench.ground import write_site
from commands.bench.load import Load, Result, Step
from commands.bench.rows import Wrong
from commands.demo.broker import free_port, start_broker
from commands.demo.processes import Process, python
from commands.prepare import ROOT
from hall.catalogue import HallPlan
from settings.load import hall_plan, read_site

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Served:
    """A server process that said that it is ready.

    Attributes:
        start_s: how long that took.
    """

    def __init__(self, process: Process) -> None:
        began = time.monotonic()
        self.process = process
        self.port = int(process.wait_ready().rsplit(":", 1)[1])
        self.start_s = time.monotonic() - began

    def load(self, **what: object) -> Result:
        """Put a load on it (see `Load`), and wait until it is over.

        Raises:
            Wrong: a request was answered badly.
        """
        return Loading(Load(port=self.port, **what)).result()  # type: ignore[arg-type]

    def begin_load(self, **what: object) -> "Loading":
        """Put a load on it."""
        return Loading(Load(port=self.port, **what))  # type: ignore[arg-type]

    def cpu_s(self) -> float:
        """Processor seconds that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def open_files(self) -> int:
        """How many file descriptors it holds."""
        return sum(1 for _file in Path(f"/proc/{self.process.pid}/fd").iterdir())


class Loading:
    """Clients at work, in a process of their own."""

    def __init__(self, load: Load) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "commands.bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        assert self._process.stdin is not None  # noqa: S101 (a pipe was asked for)
        self._process.stdin.write(msgspec.json.encode(load))
        self._process.stdin.close()
        self._process.stdin = None

    @property
    def is_running(self) -> bool:
        """Whether they still work; what they say at the end is more than a pipe holds, so ask for the result soon."""
        return self._process.poll() is None

    def result(self) -> Result:
        """Wait for the end.

        Raises:
            Wrong: a request was answered badly, or the clients gave up.
        """
        said, _nothing = self._process.communicate()
        if self._process.returncode:
            raise Wrong("the clients gave up; their last words are above")
        result = msgspec.json.decode(said, type=Result)
        if result.bad_count:
            raise Wrong(f"{result.bad_count} of {result.asked} requests were refused, e.g. {result.bad[0]}")
        return result


class HallServer(Served):
    """The sample city's server, with a mosquitto of its own."""

    def __init__(
        self, folder: Path, ends: contextlib.ExitStack, *, speed: float = 1.0, hall_epoch: datetime | None = None
    ) -> None:
        self._folder, self._broker_port = folder, free_port()
        self._broker = start_broker(folder, self._broker_port)
        ends.callback(lambda: self._broker.stop())
        site = write_site(folder, broker_port=self._broker_port, speed=speed, hall_epoch=hall_epoch)
        self.plan: HallPlan = hall_plan(read_site(site))
        process = Process("server", python("queue_server.main", "--config", str(site)), folder)
        ends.callback(process.stop)
        super().__init__(process)

    def open_counters(self) -> None:
        """Have a clerk at each counter."""
        steps = [Step(f"/api/v1/counters/{n}/open", f'"staff_no": "T{n}"}}') for n in self.plan.counters]
        self.load(rounds=[steps], seconds=60.0, most=len(steps), name="open")

    def stop_broker(self) -> None:
        """End its mosquitto."""
        self._broker.stop()

    def start_broker(self) -> None:
        """Start it again on the same port."""
        self._broker = start_broker(self._folder, self._broker_port)


class Ground:
    """A folder's servers; leaving the `with` ends them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ends.close()

    def hall(self, *, speed: float = 1.0, hall_epoch: datetime | None = None) -> HallServer:
        """Start a hall's server; what the two say of its clock, `write_site` knows."""
        return HallServer(self._folder, self._ends, speed=speed, hall_epoch=hall_epoch)

    def bare(self) -> Served:
        """Start the bare routes."""
        process = Process("bare", python("commands.bench.bare_http", str(self._folder / "bare.sqlite")), self._folder)
        self._ends.callback(process.stop)
        return Served(process)


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[Ground]:
    """The servers of one bench."""
    with Ground(folder) as ground:
        yield ground
