"""A real pcscd of our own, with virtual readers and nobody else's cards: for simulations and tests.

pcscd has its socket's folder built in, so it runs in a mount namespace of its own in which that folder is a private
one. Clients find it by the environment variable `PCSCLITE_CSOCK_NAME`, which libpcsclite reads once, at its first use
in a process: one process can talk to one pcscd only. Needs root, and the packages pcscd and vsmartcard-vpcd.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SOCKET_FOLDER = Path("/run/pcscd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PROGRAMS = ("pcscd", "unshare", "setpriv", "mount", "sh")
SLOTS = 2  # a copy of the driver has two slots, on ports that follow each other; two copies of one file would collide
FIRST_PORT, PORT_END = 21500, 32768  # ports above are handed out to anybody's outgoing connections
SEARCHES, SEARCH_WIDTH = 128, 64
READY_S = 10.0
STOP_S = 5.0
ATTEMPTS = 3  # somebody else may take a port between our look and pcscd's


class PcscdError(Exception):
    """The private pcscd cannot run; the message says what is missing."""


class NeedsRoot(PcscdError):
    """A mount namespace can be made by root only."""


class NotInstalled(PcscdError):
    """A program or the virtual readers' driver is missing; the message names the Debian package."""


@dataclass(frozen=True, slots=True)
class VirtualReader:
    """A slot to put a simulated card in."""

    name: str  # as pcscd calls it
    port: int  # TCP, on every address of this machine: the driver cannot be told otherwise


class PrivatePcscd:
    """Start with `start` or `with`; `environment` goes to the processes that shall see these readers.

    The thread that calls `start` must live as long as pcscd: the kernel kills pcscd when that thread ends.
    """

    def __init__(self, readers: int = 1, label: str = "HallQ Virtual Reader") -> None:
        """Plan a number of readers, >= 1; pcscd shows an even number of them, and the spare one stays empty."""
        self._count = readers
        self._label = label
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._slots: tuple[VirtualReader, ...] = ()

    @property
    def readers(self) -> tuple[VirtualReader, ...]:
        """The readers that were asked for; they stay the same over `kill` and `start`."""
        return self._slots[: self._count]

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client process needs in its environment.

        Raises:
            PcscdError: not started yet.
        """
        if self._folder is None:
            raise PcscdError("pcscd was not started")
        return {"PCSCLITE_CSOCK_NAME": str(self._folder / "run" / "pcscd.comm")}

    @property
    def pid(self) -> int | None:
        """The process, or None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start pcscd and wait until every reader is there; harmless when it runs.

        Raises:
            NeedsRoot: this process is not root's.
            NotInstalled: a program or the driver is missing.
            PcscdError: pcscd did not come up.
        """
        if self.pid is not None:
            return
        _require_tools()
        has_clients = self._folder is not None  # they know the socket: after a `kill` it must be the same
        for attempt in range(ATTEMPTS):
            if self._folder is None:
                self._folder = self._prepare(_first_port(attempt))
            try:
                self._launch(self._folder)
            except PcscdError:
                if has_clients:
                    self.kill()
                else:
                    self.stop()
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def kill(self) -> None:
        """End pcscd as a crash would; `start` brings it back with the same readers and the same socket."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(STOP_S)
            self._process = None

    def stop(self) -> None:
        """End pcscd and remove its folder; harmless when it does not run."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S)
            self.kill()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _prepare(self, first_port: int) -> Path:
        """Write the configuration: one copy of the driver for each two readers."""
        folder = Path(tempfile.mkdtemp(prefix="hallq-pcscd-"))
        folder.chmod(0o755)  # clients need not be root
        (folder / "conf").mkdir()
        (folder / "run").mkdir()
        entries, slots, port = [], [], first_port
        for number in range(-(-self._count // SLOTS)):
            driver = folder / f"vpcd{number}.so"
            shutil.copy(DRIVER, driver)
            port = _free_ports(port)
            label = f"{self._label} {number}"
            entries.append(
                f'FRIENDLYNAME "{label}"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {driver}\nCHANNELID 0x{port:04X}\n'
            )
            slots += [VirtualReader(f"{label} 00 {slot:02X}", port + slot) for slot in range(SLOTS)]
            port += SLOTS
        (folder / "conf" / "readers.conf").write_text("\n".join(entries), encoding="ascii")
        self._slots = tuple(slots)
        return folder

    def _launch(self, folder: Path) -> None:
        for left_over in (folder / "run").iterdir():
            left_over.unlink()
        SOCKET_FOLDER.mkdir(exist_ok=True)  # only the place to mount on; nothing is put into it
        with (folder / "pcscd.log").open("ab") as log:
            self._process = subprocess.Popen(
                # Each program replaces the one before, so this is one process, and it dies with us.
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c",
                 'mount --bind "$1/run" "$2" && exec pcscd --foreground --config "$1/conf"',
                 "sh", str(folder), str(SOCKET_FOLDER)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait_ready(folder, self._process)

    def _wait_ready(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        ports = {slot.port for slot in self._slots}
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and process.poll() is None:
            if (folder / "run" / "pcscd.comm").exists() and ports <= _listening_ports(process.pid):
                return
            time.sleep(0.02)
        log = (folder / "pcscd.log").read_text(encoding="utf-8", errors="replace")
        raise PcscdError(f"pcscd did not come up with its readers; it says: {log[-400:].strip() or 'nothing'}")


def _require_tools() -> None:
    if os.geteuid() != 0:
        raise NeedsRoot("virtual card readers need root: pcscd runs in a mount namespace of its own")
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise NotInstalled(f"not installed: {', '.join(missing)} (Debian packages pcscd, util-linux)")
    if not DRIVER.exists():
        raise NotInstalled(f"not installed: {DRIVER} (Debian package vsmartcard-vpcd)")


def _first_port(attempt: int) -> int:
    """Where to look for ports: two processes look in two places, or one would take what the other has just killed."""
    return FIRST_PORT + (os.getpid() * 7 + attempt) % SEARCHES * SEARCH_WIDTH


def _free_ports(first: int) -> int:
    """The first of `SLOTS` ports in a row that nobody listens on, from `first` on."""
    for port in range(first, PORT_END - SLOTS, SLOTS):
        if all(_is_free(port + slot) for slot in range(SLOTS)):
            return port
    raise PcscdError(f"no free ports between {first} and {PORT_END}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the driver does: a port at rest is free
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _listening_ports(pid: int) -> set[int]:
    """The TCP ports that one process listens on; looking by connecting would put a card in."""
    inodes = set()
    for end in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(end.readlink()))
    ports = set()
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports
