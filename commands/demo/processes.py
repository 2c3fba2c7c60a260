"""The demo's processes: started in order, watched, ended in the reverse order, and never left behind."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from commands.prepare import ROOT

DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")  # util-linux; the kernel sees to it
READY_S = 60.0
STOP_S = 8.0


class DidNotStart(Exception):
    """A process did not come up; the message ends with what it said last."""


class Process:
    """One child, in a session of its own, logging to a file. It is killed when this process dies, however it dies."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, *, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start it."""
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*DIE_WITH_PARENT, *command],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def wait_ready(self, timeout_s: float = READY_S) -> str:
        """Wait for its line "ready …" on standard output.

        Returns:
            What follows the word "ready", e.g. an address.

        Raises:
            DidNotStart: it ended, or said nothing in time.
        """
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 (a pipe was asked for)
        deadline, said = time.monotonic() + timeout_s, b""
        while (left_s := deadline - time.monotonic()) > 0:
            if not select.select([stream], [], [], left_s)[0]:
                break
            piece = os.read(stream.fileno(), 4096)
            said += piece
            if not piece:
                break
            for line in said.splitlines():
                if line.startswith(b"ready"):
                    return line[len(b"ready") :].strip().decode()
        raise DidNotStart(f"{self.name} did not start:\n{self.last_words()}")

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Ask it to end, then make it end."""
        if self.is_running:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait(STOP_S)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """End it as a crash would."""
        self._signal(signal.SIGKILL)
        self._process.wait(STOP_S)

    def memory_mb(self) -> float:
        """Its resident memory, without its children's; 0 once it has ended."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def python(*arguments: str) -> list[str]:
    """The command that runs one of our modules."""
    return [sys.executable, "-m", *arguments]
