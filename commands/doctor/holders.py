"""Who on this machine has a device open, from /proc. Source: proc(5).

Other users' processes are seen by root only; an unseen holder is no holder here, and the device then says so itself.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ESTABLISHED = "01"
PTY_MAKER = "/dev/ptmx"  # who has it open made the line: a simulator, at the far end
HALLQ_MODULES = frozenset({"kiosk.main", "firmware_bridge.main"})
HALLQ_COMMANDS = frozenset({"kiosk", "bridge"})  # as in `python -P -m commands kiosk`


@dataclass(frozen=True)
class Holder:
    """A process that has something open."""

    pid: int
    words: tuple[str, ...]  # its command line

    @property
    def is_hallq(self) -> bool:
        """Whether it is a kiosk or a bridge."""
        if "-m" not in self.words[1:3]:  # python -P -m commands kiosk, python -m kiosk.main
            return False
        module, *options = self.words[self.words.index("-m") + 1 :] or ("",)
        return module in HALLQ_MODULES or (module == "commands" and bool(HALLQ_COMMANDS & set(options[:1])))

    @property
    def command(self) -> str:
        """The beginning of its command line, short enough for a sentence."""
        program = Path(self.words[0]).name if self.words else "?"
        return " ".join([program, *self.words[1:5]])[:60]


def holder_of_file(path: Path) -> Holder | None:
    """The process that has a file or a device open; links are followed."""
    return _holder_of(os.path.realpath(path))


def holder_of_connection(host: str, port: int) -> Holder | None:
    """The process with a TCP connection to host and port; IPv4."""
    with contextlib.suppress(OSError):
        address = socket.gethostbyname(host)
        wanted = f"{struct.unpack('=I', socket.inet_aton(address))[0]:08X}:{port:04X}"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            if words[2] == wanted and words[3] == ESTABLISHED:
                return _holder_of(f"socket:[{words[9]}]")
    return None


def _holder_of(target: str) -> Holder | None:
    for process in _processes():
        with contextlib.suppress(OSError):
            open_files = [_place_of(fd) for fd in (process / "fd").iterdir()]
            if target in open_files and PTY_MAKER not in open_files:
                return _holder(process)
    return None


def _processes() -> Iterator[Path]:
    return (p for p in Path("/proc").iterdir() if p.name.isdecimal() and int(p.name) != os.getpid())


def _place_of(fd: Path) -> str:
    try:
        return str(fd.readlink())
    except OSError:
        return ""  # closed meanwhile


def _holder(process: Path) -> Holder:
    words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    return Holder(int(process.name), tuple(word for word in words if word))
