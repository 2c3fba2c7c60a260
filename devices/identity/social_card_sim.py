"""A social security card in a virtual reader: it talks to the driver of vsmartcard beneath a real pcscd.

The driver listens on TCP; a connection is a card in the slot. Messages have two bytes of length in front; a message of
one byte is a control (0 power off, 1 power on, 2 reset, 4 ask for the ATR), anything else is a command.
Source: the vpcd protocol of vsmartcard.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Mapping

from devices.errors import DeviceUnavailable
from devices.identity.social_card import CARD_FILE, DF_NAME, HOLDER_FILE
from devices.identity.synthetic import SyntheticPerson

ATR = bytes.fromhex("3b8580014b494f534b94")  # T=1; the historical bytes are invented
ASK_ATR, RESET, POWER_OFF, POWER_ON = 4, 2, 0, 1
Files = Mapping[int, Mapping[int, bytes]]  # file -> tag -> value


def card_files(person: SyntheticPerson) -> Files:
    """The two files of a person's card, records padded as on the card."""
    name = person.name.encode("gb18030")
    return {
        CARD_FILE: {
            0x01: bytes(16),
            0x02: b"1",
            0x03: b"3.00",
            0x04: bytes(12),
            0x05: bytes.fromhex(f"{person.valid_from:%Y%m%d}"),
            0x06: bytes.fromhex(f"{person.valid_to:%Y%m%d}") if person.valid_to else bytes(4),
            0x07: b"T00000000",
        },
        HOLDER_FILE: {
            0x08: person.number.encode("ascii"),
            0x09: name[:30].ljust(30, b"\0"),
            0x4E: name[30:50].ljust(20, b"\0"),
            0x0A: person.sex.encode("ascii"),
            0x0B: bytes.fromhex(person.ethnic),
            0x0C: bytes.fromhex(person.number[:6]),
            0x0D: bytes.fromhex(f"{person.birth:%Y%m%d}"),
        },
    }


class SocialCardSim:
    """A card that can be inserted into a virtual reader's port.

    Attributes:
        commands: every command that arrived, in order.
        protected: tags that answer "security status not satisfied", as on third-generation cards.
        lift_after: the card is pulled out instead of answering once it has answered so many commands.
        answers_in_two: announce answers with 61xx and hand them out on GET RESPONSE, as T=0 cards do.
        delay_s: how long the card thinks about each command.
        atr: how it answers to power; nonsense stands for dirty contacts.
    """

    def __init__(self, port: int, files: Files, *, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._files = files
        self.commands: list[bytes] = []
        self.protected: set[int] = set()
        self.lift_after: int | None = None
        self.answers_in_two = False
        self.delay_s = 0.0
        self.atr = ATR
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._reset()

    def insert(self) -> None:
        """Put the card in. pcscd looks every 0.4 s, so leave the slot empty for longer than that between two cards.

        Raises:
            DeviceUnavailable: no virtual reader listens there.
        """
        self.remove()
        try:
            link = socket.create_connection(self._address, timeout=5)
        except OSError as exc:
            raise DeviceUnavailable("social card simulator", f"no virtual reader at {self._address}") from exc
        link.settimeout(None)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = link
        self._thread = threading.Thread(target=self._serve, args=(link,), name="social-card-sim", daemon=True)
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

    def answer(self, command: bytes) -> bytes:
        """What the card says to one command, status word included. Also usable without any reader."""
        self.commands.append(command)
        if len(command) < 4 or command[0] != 0x00:
            return b"\x6e\x00"
        match command[1]:
            case 0xA4:
                return self._select(command)
            case 0xB2:
                return self._read_record(command)
            case 0xC0:
                return self._get_response(command)
        return b"\x6d\x00"

    def _reset(self) -> None:
        self._is_selected, self._file = False, 0
        self._waiting = b""

    def _select(self, command: bytes) -> bytes:
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if command[2] == 0x04:
            self._is_selected = data == DF_NAME
            return b"\x90\x00" if self._is_selected else b"\x6a\x82"
        file_id = int.from_bytes(data, "big")
        if not self._is_selected or file_id not in self._files:
            return b"\x6a\x82"
        self._file = file_id
        return b"\x90\x00"

    def _read_record(self, command: bytes) -> bytes:
        records = self._files.get(self._file, {})
        tag, asked = command[2], command[4] if len(command) > 4 else 0
        if tag in self.protected:
            return b"\x69\x82"
        if not self._is_selected or tag not in records:
            return b"\x6a\x83"
        record = bytes([tag, len(records[tag])]) + records[tag]
        if asked != len(record):
            return bytes([0x6C, len(record)])
        if self.answers_in_two:
            self._waiting = record
            return bytes([0x61, len(record)])
        return record + b"\x90\x00"

    def _get_response(self, command: bytes) -> bytes:
        part, self._waiting = self._waiting[: command[4]], self._waiting[command[4] :]
        return part + (bytes([0x61, len(self._waiting)]) if self._waiting else b"\x90\x00")

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
            self._reset()


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
