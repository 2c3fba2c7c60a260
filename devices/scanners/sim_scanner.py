"""A scanner behind a pseudo-terminal: the driver opens `port` like any serial line and cannot tell."""

import array
import contextlib
import fcntl
import os
import termios
import threading
import time
import tty
from pathlib import Path
from typing import Self

from devices.sim_links import put_link, take_link

DRAIN_S = 0.5


class ScannerSim:
    """Set the knobs, then hold codes under it. Safe to use from any thread.

    Attributes (knobs):
        ending: what it puts behind each code: CR as delivered; b"" is a scanner that was set up wrongly.
        encoding: of the label: "utf-8", or "gb18030" as many Chinese label printers have it.
        times: how often it sends a code that is held under it: it looks again as long as the code lies there.
        piece_size: bytes written at a time; None writes a code in one piece.
        pause_s: between two pieces, as a slow line would.
        noise: bytes that the line puts before each code.
        silent: it reads codes and says nothing.
    """

    def __init__(self, link: Path | None = None) -> None:
        """Plug it in.

        Args:
            link: a symbolic link that is kept at this path while it is plugged in, as udev does by id.

        Raises:
            OSError: the link cannot be made there.
        """
        self.ending, self.encoding, self.noise = b"\r", "utf-8", b""
        self.times, self.pause_s = 1, 0.0
        self.piece_size: int | None = None
        self.silent = False
        self._lock = threading.RLock()
        self._unplugged = threading.Event()
        self._link = link
        self._master = self._slave = -1
        self.plug()

    @property
    def port(self) -> str:
        """Where to open it."""
        return str(self._link) if self._link else os.ttyname(self._slave)

    def scan(self, text: str) -> None:
        """Hold a code under it."""
        for _time in range(self.times):
            self.send(self.noise + text.encode(self.encoding) + self.ending)

    def send(self, stream: bytes) -> None:
        """Put bytes on the line as they are; they are lost while it is unplugged or silent."""
        size = self.piece_size or max(len(stream), 1)
        for start in range(0, len(stream), size):
            if start and self.pause_s:
                self._unplugged.wait(self.pause_s)
            self._write(stream[start : start + size])

    def unplug(self) -> None:
        """Pull the cable once what was sent has been read: a cable would not swallow it. Harmless when it is out."""
        with self._lock:
            if self._master < 0:
                return
            self._wait_until_heard()
            self._unplugged.set()
            if self._link:
                take_link(self._link)
            os.close(self._master)
            os.close(self._slave)
            self._master = self._slave = -1

    def plug(self) -> None:
        """Put the cable in again: a new port appears."""
        with self._lock:
            self.unplug()
            self._master, self._slave = os.openpty()  # keeping the far end open lets hosts come and go
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            if self._link:
                put_link(self._link, os.ttyname(self._slave))
            self._unplugged.clear()

    def close(self) -> None:
        """Take it away; closing twice is harmless."""
        self.unplug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _write(self, piece: bytes) -> None:
        with self._lock:
            if self._master >= 0 and not self.silent:
                with contextlib.suppress(BlockingIOError):  # nobody reads: a serial line loses bytes, too
                    os.write(self._master, piece)

    def _wait_until_heard(self) -> None:
        waiting, deadline = array.array("i", [1]), time.monotonic() + DRAIN_S
        while time.monotonic() < deadline:
            fcntl.ioctl(self._slave, termios.FIONREAD, waiting)
            if not waiting[0] or self._unplugged.wait(0.002):
                return
