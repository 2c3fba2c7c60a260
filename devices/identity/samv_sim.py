"""A SAM_V reader behind a pseudo-terminal: the driver opens `port` like any serial line and cannot tell.

It behaves as the manuals say: find, select, read; a card that was read is not found again until it was lifted.
"""

import array
import contextlib
import fcntl
import os
import select
import termios
import threading
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from devices.identity.samv_frames import (
    BadFrame,
    Command,
    Request,
    RequestDecoder,
    encode_response,
)
from devices.identity.synthetic import SyntheticPerson
from devices.identity.text_block import LONG_TERM, encode_text_block
from hall.identity import DocumentKind

PHOTO = bytes(1024)  # opaque to everybody but the vendors' decoders
READ_WITH_FINGERPRINT = b"\x30\x10"
SAM_ID = bytes.fromhex("05000100e5d6340187d61200b168de3a")  # 05.01-20240101-0001234567-0987654321
DRAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class SamvCard:
    """A card to lay on the simulated reader: the kind decides which fields it has (`text_block.LAYOUTS`)."""

    kind: DocumentKind
    fields: Mapping[str, str] = field(repr=False)
    photo: bytes = field(default=PHOTO, repr=False)

    @classmethod
    def of(cls, person: SyntheticPerson) -> Self:
        """A resident's card."""
        return cls(
            DocumentKind.RESIDENT,
            {
                "name": person.name,
                "sex": person.sex,
                "ethnic": person.ethnic,
                "birth": f"{person.birth:%Y%m%d}",
                "address": person.address,
                "number": person.number,
                "issuer": person.issuer,
                "valid_from": f"{person.valid_from:%Y%m%d}",
                "valid_to": f"{person.valid_to:%Y%m%d}" if person.valid_to else LONG_TERM,
            },
        )


def base_answer(card: SamvCard, fingerprint: bytes | None = None) -> bytes:
    """The frame that answers 30 01, or 30 10 when a fingerprint (0, 512 or 1024 bytes) is given."""
    text = encode_text_block(card.kind, card.fields)
    parts = [text, card.photo] if fingerprint is None else [text, card.photo, fingerprint]
    lengths = b"".join(len(part).to_bytes(2, "big") for part in parts)
    return encode_response(0x90, lengths + b"".join(parts))


class SamvSim:
    """Set the knobs, open `port`, then look at `requests`. A thread answers until `close`.

    Attributes:
        port: path of the pseudo-terminal.
        requests: every whole request that arrived, in order.
        piece_size: bytes written at a time; None sends whole frames.
        corrupt_checksum_times: so many of the next answers get a wrong checksum.
        damage_only_reads: spend those on answers that carry a card.
        silent: hear everything, say nothing.
        self_test_failed: answer everything with 60.
        forgets_after_read: refuse to send the same card's data a second time, as some modules do.
        read_delay_s: how long reading a card takes.
        forced: a status word that a command gets instead of its answer.
        noise: bytes that the line puts before each answer.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.piece_size: int | None = None
        self.corrupt_checksum_times = 0
        self.damage_only_reads = True
        self.silent = self.self_test_failed = self.forgets_after_read = False
        self.read_delay_s = 0.0
        self.forced: dict[Command, int] = {}
        self.noise = b""
        self._bytes_until_unplug: int | None = None
        self._card: SamvCard | None = None
        self._found = self._selected = self._was_read = False
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._is_closed = False
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._wake_out, self._wake_in = os.pipe()
        self._thread = threading.Thread(target=self._run, name="samv-sim", daemon=True)
        self._thread.start()

    def lay(self, card: SamvCard) -> None:
        """Put a card on the reader, in place of any other."""
        with self._lock:
            self.lift()
            self._card = card

    def lift(self) -> None:
        """Take the card away; harmless when there is none."""
        with self._lock:
            self._card = None
            self._found = self._selected = self._was_read = False

    def unplug(self, after_bytes: int = 0) -> None:
        """Pull the cable, now or in the middle of the next answer, after so many of its bytes."""
        if after_bytes:
            self._bytes_until_unplug = after_bytes
        else:
            self.close()

    def close(self) -> None:
        """Stop answering and hang up; closing twice is harmless."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._stopping.set()
        os.write(self._wake_in, b"x")
        self._thread.join()
        os.close(self._wake_in)
        os.close(self._wake_out)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _run(self) -> None:
        decoder = RequestDecoder()
        try:
            while not self._stopping.is_set():
                ready, _, _ = select.select([self._master, self._wake_out], [], [])
                if self._master in ready:
                    for request in decoder.requests(os.read(self._master, 4096)):
                        self._send(self._answer(request))
        finally:
            os.close(self._master)  # hangs up
            os.close(self._slave)

    def _answer(self, request: Request | BadFrame) -> bytes:
        if isinstance(request, BadFrame):
            return encode_response(0x10 if request.cause == "checksum" else 0x11)
        self.requests.append(request)
        command = next((c for c in Command if c.value == request.command), None)
        if self.self_test_failed:
            return encode_response(0x60)
        if command in self.forced:
            return encode_response(self.forced[command])
        if command is Command.READ_BASE or request.command == READ_WITH_FINGERPRINT:
            return self._read(b"" if command is None else None)
        match command:
            case Command.FIND:
                return self._find()
            case Command.SELECT:
                return self._select()
            case Command.SAM_ID:
                return encode_response(0x90, SAM_ID)
            case Command.RESET:
                with self._lock:
                    self._found = self._selected = self._was_read = False
                return encode_response(0x90)
            case Command.STATUS:
                return encode_response(0x90)
        return encode_response(0x21)

    def _find(self) -> bytes:
        with self._lock:
            self._found = self._card is not None and not self._was_read
            self._selected = False
            return encode_response(0x9F, bytes(4)) if self._found else encode_response(0x80)

    def _select(self) -> bytes:
        with self._lock:
            self._selected = self._found
            return encode_response(0x90, bytes(8)) if self._selected else encode_response(0x81)

    def _read(self, fingerprint: bytes | None) -> bytes:
        with self._lock:
            card = self._card if self._selected else None
        self._stopping.wait(self.read_delay_s)
        with self._lock:
            if card is None or self._card is not card:  # never selected, or lifted meanwhile
                return encode_response(0x41)
            self._was_read = True
            self._selected = not self.forgets_after_read
        return base_answer(card, fingerprint)

    def _send(self, answer: bytes) -> None:
        if self.silent:
            return
        is_read = len(answer) > len(PHOTO)
        if self.corrupt_checksum_times > 0 and (is_read or not self.damage_only_reads):
            self.corrupt_checksum_times -= 1
            answer = answer[:-1] + bytes([answer[-1] ^ 0x55])
        stream = self.noise + answer
        limit = self._bytes_until_unplug
        if limit is not None and len(stream) > limit:
            self._write(stream[:limit])
            self._wait_until_heard()
            self._stopping.set()
            return
        self._write(stream)

    def _write(self, stream: bytes) -> None:
        size = self.piece_size or len(stream)
        for start in range(0, len(stream), size):
            with contextlib.suppress(BlockingIOError):  # nobody reads: a UART loses bytes, too
                os.write(self._master, stream[start : start + size])

    def _wait_until_heard(self) -> None:
        """Hanging up throws away what the other side has not read yet; a cable would not."""
        waiting, deadline = array.array("i", [1]), time.monotonic() + DRAIN_S
        while waiting[0] and time.monotonic() < deadline and not self._stopping.wait(0.002):
            fcntl.ioctl(self._slave, termios.FIONREAD, waiting)
