"""A bad wire between a driver and whatever it drives: it can be cut, fall silent, stammer, babble and lose the rest.

It knows no device: it takes bytes from one end to the other, a pseudo-terminal or a TCP connection on either side.
"""

import contextlib
import os
import random
import select
import socket
import threading
import time
import tty
from pathlib import Path
from typing import Protocol, Self

Place = Path | tuple[str, int]  # a serial line's path, or a TCP address
PIECE = 65536


class BadWire:
    """Relays between its own `place`, which the driver opens, and the device behind it. Set the knobs at any time.

    Attributes:
        silent: answers get lost.
        babbles: answers become other bytes, of the same number.
        halves: so many of the next answers lose their second half.
        delay_s: seconds before each byte of an answer; 0 sends whole pieces.
        cut_after: the wire is cut after so many more bytes of answers; None leaves it whole.
    """

    def __init__(self, far: Place, folder: Path) -> None:
        """Connect, with the plug in.

        Args:
            far: where the device is.
            folder: where the link to the near end is kept, as udev keeps one by id.
        """
        self.silent = self.babbles = False
        self.halves = 0
        self.delay_s = 0.0
        self.cut_after: int | None = None
        self._far = far
        self._rng = random.Random(7)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._near: _Near = _NearTcp() if isinstance(far, tuple) else _NearSerial(folder / "port")
        self._near.plug()
        self._thread = threading.Thread(target=self._run, name="bad wire", daemon=True)
        self._thread.start()

    @property
    def place(self) -> Place:
        """What the driver opens."""
        return self._near.place

    def cut(self) -> None:
        """Pull the plug."""
        with self._lock:
            self._near.unplug()

    def mend(self) -> None:
        """Turn every knob back and put the plug in, should it be out."""
        with self._lock:
            self.silent = self.babbles = False
            self.halves, self.delay_s, self.cut_after = 0, 0.0, None
            self._near.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stopping.set()
        self.cut()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            near = self._near.wait()
            if near is None:
                continue
            try:
                far = _opened(self._far)
            except OSError:
                self._near.hang_up(near)
                continue
            with contextlib.suppress(OSError):
                self._relay(near, far)
            os.close(far)
            self._near.hang_up(near)

    def _relay(self, near: int, far: int) -> None:
        while not self._stopping.is_set():
            ready, _, _ = select.select([near, far], [], [], 0.02)
            if not self._near.is_open(near):
                return
            if near in ready:
                data = os.read(near, PIECE)
                if not data:
                    return
                _write_all(far, data)
            if far in ready:
                data = os.read(far, PIECE)
                if not data:
                    return
                self._answer(near, data)

    def _answer(self, near: int, data: bytes) -> None:
        if self.silent:
            return
        if self.babbles:
            data = self._rng.randbytes(len(data))
        if self.halves:
            self.halves -= 1
            data = data[: len(data) // 2]
        if self.cut_after is not None:
            data, self.cut_after = data[: self.cut_after], self.cut_after - len(data)
        if self.delay_s:
            for byte in data:
                time.sleep(self.delay_s)
                os.write(near, bytes([byte]))
        else:
            _write_all(near, data)
        if self.cut_after is not None and self.cut_after <= 0:
            time.sleep(0.05)  # what was sent has arrived: a pseudo-terminal would lose it
            self.cut()


class _Near(Protocol):
    """The end that the driver opens."""

    place: Place

    def plug(self) -> None: ...

    def unplug(self) -> None: ...

    def wait(self) -> int | None:
        """A descriptor of a driver that is there, or None for now."""
        ...

    def is_open(self, near: int) -> bool: ...

    def hang_up(self, near: int) -> None: ...


class _NearSerial:
    def __init__(self, link: Path) -> None:
        self.place: Place = link
        self._link = link
        self._master = self._slave = -1

    def plug(self) -> None:
        if self._master >= 0:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        if self._master < 0:
            return
        self._link.unlink()
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    def wait(self) -> int | None:
        if self._master < 0:
            time.sleep(0.01)
            return None
        return self._master

    def is_open(self, near: int) -> bool:
        return near == self._master

    def hang_up(self, near: int) -> None:
        pass  # the line stays; only the plug ends it


class _NearTcp:
    def __init__(self) -> None:
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.place: Place = self._listener.getsockname()[:2]
        self._connection: socket.socket | None = None

    def plug(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(self.place)  # type: ignore[arg-type]

    def unplug(self) -> None:
        listener, self._listener = self._listener, None
        connection, self._connection = self._connection, None
        for end in (connection, listener):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def wait(self) -> int | None:
        listener = self._listener
        if listener is None:
            time.sleep(0.01)
            return None
        try:
            if not select.select([listener], [], [], 0.02)[0]:
                return None
            self._connection, _address = listener.accept()
        except (OSError, ValueError):  # pulled meanwhile
            return None
        return self._connection.fileno()

    def is_open(self, near: int) -> bool:
        return self._connection is not None and self._connection.fileno() == near

    def hang_up(self, near: int) -> None:
        connection = self._connection
        if connection is not None and connection.fileno() == near:
            self._connection = None
            connection.close()


def _opened(far: Place) -> int:
    if isinstance(far, tuple):
        connection = socket.create_connection(far, timeout=5)
        connection.setblocking(True)
        return connection.detach()
    line = os.open(far, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line)
    return line


def _write_all(end: int, data: bytes) -> None:
    while data:
        data = data[os.write(end, data) :]
