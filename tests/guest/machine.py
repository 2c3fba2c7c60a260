"""A guest machine under QEMU, emulated and not virtualised, so that it runs wherever QEMU does.

It sees the working tree read-only under /host, and this environment's packages under /site. Programs run inside it one
at a time; hardware is plugged in and out from here by QMP. Every wait has an end, and what the guest's console said
is in every error.
"""

import contextlib
import json
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.guest.image import ROOT, Image

BOOT_S, QMP_S, POWER_OFF_S = 180.0, 10.0, 30.0
QEMU = (
    "setpriv", "--pdeathsig", "KILL",  # it dies with us
    "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-M", "q35", "-m", "768", "-smp", "2",
    "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", "none", "-device", "qemu-xhci,id=usb",
    "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
)  # fmt: skip


class GuestError(Exception):
    """The guest did not do what was asked of it; the message ends with what its console said last."""


@dataclass(frozen=True)
class Ran:
    """A program that has ended inside the guest."""

    code: int
    lines: tuple[str, ...]  # standard output and error, mixed as they came


class Machine:
    """Boot with `with`; it is powered off at the end, whatever has happened."""

    def __init__(self, image: Image, *options: str) -> None:
        """Plan a machine.

        Args:
            options: for QEMU, beside those above, e.g. more devices.
        """
        self.boot_s = 0.0
        self._image, self._options = image, options
        self._folder = tempfile.TemporaryDirectory(prefix="hallq-guest-")
        self._log, self._errors = (Path(self._folder.name) / name for name in ("console.log", "qemu.log"))
        self._process: subprocess.Popen[bytes] | None = None
        self._ends = contextlib.ExitStack()
        self._agent = self._qmp = _Link()

    def __enter__(self) -> Self:
        began = time.monotonic()
        try:
            self._start()
            self._agent = self._connect("agent", BOOT_S)
            self._qmp = self._connect("qmp", QMP_S)
            self._hear(self._qmp, QMP_S)  # its greeting
            self.qmp("qmp_capabilities")
            if self._hear(self._agent, BOOT_S) != {"ready": True}:
                raise self._error("the guest's agent greets in another way")
        except BaseException:
            self.close()
            raise
        self.boot_s = time.monotonic() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, *command: str, timeout_s: float = 60.0, on_line: Callable[[str], None] | None = None) -> Ran:
        """Run a program inside; its working folder is /, and PYTHONPATH finds this tree.

        Args:
            on_line: hears each of its lines as it comes, and may plug hardware in and out. What it raises is raised
                here once the program has ended: the next one must not hear this one's lines.

        Raises:
            GuestError: it did not end in time, or the guest broke down; the guest is of no use any more.
        """
        self._agent.say(list(command))
        deadline, lines, raised = time.monotonic() + timeout_s, list[str](), None
        while "code" not in (heard := self._hear_until(deadline, command, lines)):
            lines.append(heard["line"])
            if on_line is not None and raised is None:
                try:
                    on_line(heard["line"])
                except Exception as exc:  # noqa: BLE001 (raised below)
                    raised = exc
        if raised is not None:
            raise raised
        return Ran(heard["code"], tuple(lines))

    def _hear_until(self, deadline: float, command: Sequence[str], lines: Sequence[str]) -> dict[str, Any]:
        try:
            return self._hear(self._agent, deadline - time.monotonic())
        except GuestError as exc:
            if self._process is not None:
                self._process.kill()
            raise GuestError(f"{' '.join(command)} did not end; it said {lines[-20:]}; {exc}") from exc

    def facts(
        self, *command: str, timeout_s: float = 240.0, on_line: Callable[[str], None] | None = None
    ) -> dict[str, Any]:
        """Run one of `inside/`'s programs and hand back all the facts that it told, in one.

        Raises:
            GuestError: as for `run`, or it failed; the message holds what it said.
        """
        ran = self.run("python3", *command, timeout_s=timeout_s, on_line=on_line)
        if ran.code:
            raise GuestError(f"{' '.join(command)} failed:\n" + "\n".join(ran.lines))
        return {name: fact for line in ran.lines if line.startswith("{") for name, fact in json.loads(line).items()}

    def qmp(self, command: str, **arguments: object) -> Any:
        """Ask QEMU itself, e.g. `device_add`; names in Python have _ where QEMU has -.

        Raises:
            GuestError: it refuses, or does not answer.
        """
        named = {name.replace("_", "-"): value for name, value in arguments.items()}
        self._qmp.say({"execute": command, "arguments": named})
        while True:
            heard = self._hear(self._qmp, QMP_S)
            if "error" in heard:
                raise self._error(f"{command}: {heard['error']['desc']}")
            if "return" in heard:
                return heard["return"]

    def close(self) -> None:
        """Power off, or pull the plug; closing twice is harmless."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError):
                self._agent.say([])
            try:
                process.wait(POWER_OFF_S if self.boot_s else 0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(POWER_OFF_S)
        self._ends.close()
        self._folder.cleanup()

    def _start(self) -> None:
        folder = Path(self._folder.name)
        command = [
            *QEMU, "-kernel", str(self._image.kernel), "-initrd", str(self._image.initramfs),
            "-serial", f"file:{self._log}",
            "-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off", "-serial", "chardev:agent",
            "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
            *_shared("host", ROOT), *_shared("site", Path(sysconfig.get_path("platlib"))),
            *self._options,
        ]  # fmt: skip
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
            )

    def _connect(self, name: str, timeout_s: float) -> "_Link":
        path, deadline = Path(self._folder.name) / name, time.monotonic() + timeout_s
        while True:
            self._require_alive()
            try:
                link = self._ends.enter_context(socket.socket(socket.AF_UNIX))
                link.connect(str(path))
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)  # QEMU makes its sockets while it starts
            else:
                return _Link(link)

    def _hear(self, link: "_Link", timeout_s: float) -> dict[str, Any]:
        try:
            return link.hear(timeout_s)
        except (OSError, EOFError) as exc:
            self._require_alive()
            raise self._error(f"the guest said nothing for {timeout_s:.0f} s") from exc

    def _require_alive(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            said = self._errors.read_text(encoding="utf-8", errors="replace")
            raise self._error(f"QEMU ended: {said[-500:]}")

    def _error(self, what: str) -> GuestError:
        said = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return GuestError(f"{what}; its console: …{said[-1500:]}")


def _shared(tag: str, folder: Path) -> tuple[str, str]:
    return "-virtfs", f"local,path={folder},mount_tag={tag},security_model=none,readonly=on"


class _Link:
    """Lines of JSON over a socket."""

    def __init__(self, link: socket.socket | None = None) -> None:
        self._socket = link
        self._heard = b""

    def say(self, what: object) -> None:
        if self._socket is None:
            raise ConnectionError("not connected")
        self._socket.sendall(json.dumps(what).encode() + b"\n")

    def hear(self, timeout_s: float) -> dict[str, Any]:
        """The next line; raises `TimeoutError`, `EOFError`."""
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._heard:
            if self._socket is None:
                raise EOFError
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self._socket.recv(65536)
            if not data:
                raise EOFError
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found
