"""A chip card in a virtual reader: it talks to the driver of vsmartcard beneath a real pcscd.

The driver listens on TCP; a connection is a card in the slot. Messages have two bytes of length in front; a message of
one byte is a control (0 power off, 1 power on, 2 reset, 4 ask for the ATR), anything else is a command.
Source: the vpcd protocol of vsmartcard.
"""

import contextlib
import socket
import threading
import time
from abc import ABC, abstractmethod

from devices.errors import DeviceUnavailable

ATR = bytes.fromhex("3b8580014b494f534b94")  # T=1; the historical bytes are invented
ASK_ATR, RESET, POWER_OFF, POWER_ON = 4, 2, 0, 1


class VirtualCard(ABC):
    """A card that can be inserted into a virtual reader's port; each kind of chip says what it answers.

    Attributes:
        commands: every command that arrived, in order.
        lift_after: the card is pulled out instead of answering once it has answered so many commands.
        delay_s: how long the card thinks about each command.
        atr: how it answers to power; nonsense stands for dirty contacts.
    """

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self.commands: list[bytes] = []
        self.lift_after: int | None = None
        self.delay_s = 0.0
        self.atr = ATR
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def answer(self, command: bytes) -> bytes:
        """What the chip says to one command, status word included. Also usable without any reader."""
        self.commands.append(command)
        return self._say(command)

    @abstractmethod
    def _say(self, command: bytes) -> bytes:
        """The same, as this kind of chip does it."""

    def power(self) -> None:  # noqa: B027 (most chips have nothing to forget)
        """The chip was reset: forget what was selected."""

    def insert(self) -> None:
        """Put the card in. pcscd looks every 0.4 s, so leave the slot empty for longer than that between two cards.

        Raises:
            DeviceUnavailable: no virtual reader listens there.
        """
        self.remove()
        try:
            link = socket.create_connection(self._address, timeout=5)
        except OSError as exc:
            raise DeviceUnavailable("card simulator", f"no virtual reader at {self._address}") from exc
        link.settimeout(None)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = link
        self._thread = threading.Thread(target=self._serve, args=(link,), name="card-sim", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card out; harmless when it is not in."""
        link, self._socket = self._socket, None
        if link is not None:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None

    def _serve(self, link: socket.socket) -> None:
        answered = 0
        with contextlib.closing(link), contextlib.suppress(EOFError, OSError):
            while True:
                message = _receive(link, int.from_bytes(_receive(link, 2), "big"))
                if len(message) == 1:
                    self._control(link, message[0])
                    continue
                if self.lift_after is not None and answered >= self.lift_after:
                    self._socket = None
                    return
                answered += 1
                time.sleep(self.delay_s)
                _send(link, self.answer(message))

    def _control(self, link: socket.socket, code: int) -> None:
        if code == ASK_ATR:
            _send(link, self.atr)
        elif code in (RESET, POWER_OFF, POWER_ON):
            self.power()


def _send(link: socket.socket, message: bytes) -> None:
    link.sendall(len(message).to_bytes(2, "big") + message)


def _receive(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        # The driver sends length and body apart; without this each command takes 50 ms.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = link.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
