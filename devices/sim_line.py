"""The far end of a wire with a simulated device behind it: a pseudo-terminal or a TCP port, and what goes wrong on it.

It knows no protocol: a device takes bytes and answers with bytes, and the troubles are those of any cable.
"""

import contextlib
import logging
import os
import random
import select
import socket
import threading
import tty
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from devices.sim_links import put_link, take_link

logger = logging.getLogger(__name__)


class SimulatedDevice(Protocol):
    """What hangs on a line. It is called in the line's thread, one call at a time."""

    def receive(self, data: bytes, answer: Callable[[bytes], None], /) -> None:
        """Take what arrived, in whatever pieces; say what there is to say through `answer`."""
        ...


@dataclass
class Trouble:
    """Knobs: set them and see what the driver makes of it.

    Attributes:
        silent: nothing is heard and nothing is said.
        slow_s: before each answer.
        nonsense: so many of the next answers are noise of the same length.
        halves: so many of the next answers end in the middle.
    """

    silent: bool = False
    slow_s: float = 0.0
    nonsense: int = 0
    halves: int = 0
    stopping: threading.Event = field(default_factory=threading.Event, repr=False)
    _noise: random.Random = field(default_factory=lambda: random.Random(1), repr=False)

    def pass_on(self, device: SimulatedDevice, data: bytes, send: Callable[[bytes], None]) -> None:
        """Hand `data` to the device unless it is silent, and its answers to `send`, as the knobs have it."""
        if self.silent:
            return

        def answer(reply: bytes) -> None:
            if self.slow_s:
                self.stopping.wait(self.slow_s)
            send(self._spoilt(reply))

        device.receive(data, answer)

    def _spoilt(self, reply: bytes) -> bytes:
        if self.nonsense:
            self.nonsense -= 1
            return self._noise.randbytes(len(reply))
        if self.halves:
            self.halves -= 1
            return reply[: len(reply) // 2]
        return reply


class PtyLine:
    """A serial line's far end. Open `port`; unplugging takes the port away."""

    def __init__(self, device: SimulatedDevice, link: Path | None = None) -> None:
        """Plug in.

        Args:
            link: a symbolic link that is kept at this path while it is plugged in, as udev does by id; without one
                `port` changes at each plugging in.
        """
        self.trouble = Trouble()
        self.port = ""
        self._device, self._link = device, link
        self._wake = -1
        self._thread: threading.Thread | None = None
        self.plug()

    def plug(self) -> None:
        """Put the cable in."""
        if self._thread is not None:
            return
        master, slave = os.openpty()  # keeping the far end open lets hosts come and go
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        if self._link is not None:
            put_link(self._link, self.port)
            self.port = str(self._link)
        woken, self._wake = os.pipe()
        self.trouble.stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(master, slave, woken), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the cable."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self.trouble.stopping.set()
        if self._link is not None:
            take_link(self._link)
        os.write(self._wake, b".")
        thread.join(timeout=5)
        os.close(self._wake)

    def close(self) -> None:
        """Take the device away; closing twice is harmless."""
        self.unplug()

    def _run(self, master: int, slave: int, woken: int) -> None:
        """The thread that alone closes what it reads from."""
        try:
            while woken not in (ready := select.select([master, woken], [], [])[0]):
                if master in ready:
                    self.trouble.pass_on(self._device, os.read(master, 4096), lambda data: _write_all(master, data))
        except OSError as exc:
            logger.info("simulated device: the line is gone: %s", exc)
        finally:
            for end in (master, slave, woken):
                os.close(end)


class TcpLine:
    """A device with a network socket: one host at a time. `port` stays the same when it is unplugged and back."""

    def __init__(self, device: SimulatedDevice, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen.

        Args:
            port: 0 asks the system for a free one.

        Raises:
            OSError: the port is taken.
        """
        self.trouble = Trouble()
        self.host, self.port = host, port
        self._device = device
        self._listener: socket.socket | None = None
        self._guest: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.plug()

    def plug(self) -> None:
        """Switch it on."""
        if self._listener is not None:
            return
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        self.trouble.stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(self._listener,), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Switch it off: the connection drops, and new ones are refused."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self.trouble.stopping.set()
        for end in (listener, self._guest):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(timeout=5)
        listener.close()

    def close(self) -> None:
        """Take the device away; closing twice is harmless."""
        self.unplug()

    def _run(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                guest, _address = listener.accept()
            except OSError:
                return
            with guest:
                self._guest = guest
                try:
                    self._serve(guest, listener)
                except OSError as exc:
                    logger.info("simulated device: the host is gone: %s", exc)
                self._guest = None

    def _serve(self, guest: socket.socket, listener: socket.socket) -> None:
        guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while self._listener is listener and (data := guest.recv(65536)):
            self.trouble.pass_on(self._device, data, guest.sendall)


def _write_all(master: int, data: bytes) -> None:
    while data:
        data = data[os.write(master, data) :]
