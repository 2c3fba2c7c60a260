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
from pathlib import Path
from typing import Self

from devices.identity.samv_frames import (
    PREAMBLE,
    SET_BAUD,
    BadFrame,
    Command,
    Request,
    RequestDecoder,
    encode_response,
)
from devices.identity.synthetic import SyntheticPerson
from devices.identity.text_block import LONG_TERM, encode_address, encode_text_block
from devices.sim_links import check_link, put_link, take_link
from hall.identity import DocumentKind

PHOTO = bytes(1024)  # opaque to everybody but the vendors' decoders
READ_WITH_FINGERPRINT = b"\x30\x10"
SAM_ID = bytes.fromhex("05000100e5d6340187d61200b168de3a")  # 05.01-20240101-0001234567-0987654321
CHIP_NUMBER = bytes.fromhex("00112233445566778899aabbccddeeff")
NONSENSE = bytes(number * 73 % 256 for number in range(97))
DRAIN_S = 0.5
CHANGE_S = 5.0  # for the simulator's thread to pull or put in the cable
BAUD_OF = {command.value: baud for baud, command in SET_BAUD.items()}
SPEED_OF = {getattr(termios, f"B{baud}"): baud for baud in SET_BAUD}


@dataclass(frozen=True, slots=True)
class SamvCard:
    """A card to lay on the simulated reader: the kind decides which fields it has (`text_block.LAYOUTS`)."""

    kind: DocumentKind
    fields: Mapping[str, str] = field(repr=False)
    photo: bytes = field(default=PHOTO, repr=False)
    newest_address: str | None = field(default=None, repr=False)  # in the addendum; None: there is none
    chip_number: bytes = field(default=CHIP_NUMBER, repr=False)

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


def base_answer(card: SamvCard, fingerprint: bytes | None = None, preamble: bytes = PREAMBLE) -> bytes:
    """The frame that answers 30 01, or 30 10 when a fingerprint (0, 512 or 1024 bytes) is given."""
    text = encode_text_block(card.kind, card.fields)
    parts = [text, card.photo] if fingerprint is None else [text, card.photo, fingerprint]
    lengths = b"".join(len(part).to_bytes(2, "big") for part in parts)
    return encode_response(0x90, lengths + b"".join(parts), preamble)


class SamvSim:
    """Set the knobs, open `port`, then look at `requests`. A thread answers until `close`.

    Attributes:
        requests: every whole request that arrived, in order.
        heard_s: when each of them did, in monotonic seconds.
        piece_size: bytes written at a time; None sends whole frames.
        corrupt_checksum_times: so many of the next answers get a wrong checksum.
        damage_only_reads: spend those on answers that carry a card.
        silent: hear everything, say nothing.
        stall_after_bytes: say so much of the next answer, and nothing more of it.
        trouble_at: spend that, or an `unplug` in the middle, on the answer to this command only.
        nonsense: answer with noise.
        self_test_failed: answer everything with 60.
        forgets_after_read: refuse to send the same card's data a second time, as some modules do.
        find_delay_s, select_delay_s, read_delay_s: how long each takes with a card.
        lift_while_reading: the next card that is read is gone before the answer.
        forced: a status word that a command gets instead of its answer.
        noise: bytes that the line puts before each answer.
        baud: the speed it talks at, deaf to any other; None hears every speed.
        knows_chip_number: whether it has the command 30 05.
    """

    def __init__(self, *, link: Path | None = None, preamble: bytes = PREAMBLE) -> None:
        """Power it on.

        Args:
            link: keep a symbolic link to the port here, through unplugging and plugging, as udev does.
            preamble: how it begins its frames, and expects them to begin.
        """
        self.requests: list[Request] = []
        self.heard_s: list[float] = []
        self.piece_size: int | None = None
        self.corrupt_checksum_times = 0
        self.damage_only_reads = True
        self.silent = self.self_test_failed = self.forgets_after_read = self.nonsense = False
        self.lift_while_reading = False
        self.stall_after_bytes: int | None = None
        self.trouble_at: Command | None = None
        self.find_delay_s = self.select_delay_s = self.read_delay_s = 0.0
        self.forced: dict[Command, int] = {}
        self.noise = b""
        self.baud: int | None = None
        self.knows_chip_number = True
        if link is not None:
            check_link(link)
        self._link = link
        self._preamble = preamble
        self._bytes_until_unplug: int | None = None
        self._card: SamvCard | None = None
        self._found = self._selected = self._was_read = False
        self._lock = threading.RLock()
        self._stopping, self._interrupted, self._changed = threading.Event(), threading.Event(), threading.Event()
        self._is_wanted = True
        self._master = self._slave = -1
        self._path = ""
        self._wake_out, self._wake_in = os.pipe()
        self._plug_in()
        self._thread = threading.Thread(target=self._run, name="samv-sim", daemon=True)
        self._thread.start()

    @property
    def port(self) -> str:
        """Where to open it."""
        return str(self._link) if self._link else self._path

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
            self._change(plugged=False)

    def plug(self) -> None:
        """Put the cable in: a port appears, and the module starts anew."""
        self._change(plugged=True)

    def close(self) -> None:
        """Take the reader away; closing twice is harmless."""
        if not self._stopping.is_set():
            self._change(plugged=False)
            self._stopping.set()
            os.write(self._wake_in, b"x")
            self._thread.join()
            os.close(self._wake_in)
            os.close(self._wake_out)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _change(self, *, plugged: bool) -> None:
        """Have the simulator's thread plug or unplug, and wait until it has."""
        if self._stopping.is_set():
            return
        self._changed.clear()
        self._is_wanted = plugged
        self._interrupted.set()
        os.write(self._wake_in, b"x")
        self._changed.wait(CHANGE_S)

    # ---- the reader's thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        decoder = RequestDecoder(self._preamble)
        while not self._stopping.is_set():
            watched = [self._wake_out] if self._master < 0 else [self._wake_out, self._master]
            ready, _, _ = select.select(watched, [], [])
            if self._wake_out in ready:
                os.read(self._wake_out, 64)
            if self._interrupted.is_set():
                decoder = RequestDecoder(self._preamble)
                self._obey()
            elif self._master in ready:
                for request in decoder.requests(self._hear()):
                    self._send(self._answer(request))
                    if self._interrupted.is_set():
                        break

    def _obey(self) -> None:
        self._interrupted.clear()
        if self._is_wanted and self._master < 0:
            self._plug_in()
        elif not self._is_wanted:
            self._hang_up()
        self._changed.set()

    def _plug_in(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        with self._lock:
            self._found = self._selected = self._was_read = False
        if self._link:
            put_link(self._link, self._path)

    def _hang_up(self) -> None:
        if self._master < 0:
            return
        if self._link:
            take_link(self._link)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    def _hear(self) -> bytes:
        data = os.read(self._master, 4096)
        speed = SPEED_OF.get(termios.tcgetattr(self._master)[5])
        return data if self.baud in (None, speed) else b""

    def _answer(self, request: Request | BadFrame) -> bytes:
        if isinstance(request, BadFrame):
            return self._status(0x10 if request.cause == "checksum" else 0x11)
        self.heard_s.append(time.monotonic())
        self.requests.append(request)
        if self.self_test_failed:
            return self._status(0x60)
        if request.command == READ_WITH_FINGERPRINT:  # asked by hand only: no driver can
            return self._read(b"")
        command = next((c for c in Command if c.value == request.command), None)
        if command in self.forced:
            return self._status(self.forced[command])
        return self._status(0x21) if command is None else self._obeyed(command)

    def _obeyed(self, command: Command) -> bytes:
        match command:
            case Command.FIND:
                return self._find()
            case Command.SELECT:
                return self._select()
            case Command.READ_BASE:
                return self._read(None)
            case Command.READ_NEWEST_ADDRESS | Command.CHIP_NUMBER:
                return self._read_more(command)
            case Command.SAM_ID:
                return self._status(0x90, SAM_ID)
            case Command.RESET:
                with self._lock:
                    self._found = self._selected = self._was_read = False
            case _ if command.value in BAUD_OF:
                self.baud = BAUD_OF[command.value]  # the answer would go at the old speed; a pseudo-terminal has none
        return self._status(0x90)

    def _status(self, sw3: int, data: bytes = b"") -> bytes:
        return encode_response(sw3, data, self._preamble)

    def _find(self) -> bytes:
        with self._lock:
            self._found = self._card is not None and not self._was_read
            self._selected = False
        if not self._found:
            return self._status(0x80)
        self._interrupted.wait(self.find_delay_s)
        return self._status(0x9F, bytes(4))

    def _select(self) -> bytes:
        self._interrupted.wait(self.select_delay_s)
        with self._lock:
            self._selected = self._found
        return self._status(0x90, bytes(8)) if self._selected else self._status(0x81)

    def _read(self, fingerprint: bytes | None) -> bytes:
        with self._lock:
            card = self._card if self._selected else None
        self._interrupted.wait(self.read_delay_s)
        if self.lift_while_reading:
            self.lift_while_reading = False
            self.lift()
        with self._lock:
            if card is None or self._card is not card:  # never selected, or lifted meanwhile
                return self._status(0x41)
            self._was_read = True
            self._selected = not self.forgets_after_read
        return base_answer(card, fingerprint, self._preamble)

    def _read_more(self, command: Command) -> bytes:
        with self._lock:
            card = self._card if self._selected else None
        if command is Command.CHIP_NUMBER and not self.knows_chip_number:
            return self._status(0x21)
        if card is None:
            return self._status(0x41)
        if command is Command.CHIP_NUMBER:
            return self._status(0x90, card.chip_number)
        if card.newest_address is None:
            return self._status(0x91)
        return self._status(0x90, encode_address(card.newest_address))

    def _send(self, answer: bytes) -> None:
        if self.silent or self._master < 0 or self._interrupted.is_set():
            return
        if self.nonsense:
            answer = NONSENSE
        is_read = len(answer) > len(PHOTO)
        if self.corrupt_checksum_times > 0 and (is_read or not self.damage_only_reads):
            self.corrupt_checksum_times -= 1
            answer = answer[:-1] + bytes([answer[-1] ^ 0x55])
        asked = self.requests[-1].command if self.requests else b""
        is_due = self.trouble_at is None or asked == self.trouble_at.value
        if is_due and self.stall_after_bytes is not None:
            answer, self.stall_after_bytes = answer[: self.stall_after_bytes], None
        stream = self.noise + answer
        limit = self._bytes_until_unplug
        if is_due and limit is not None and len(stream) > limit:
            self._bytes_until_unplug = None
            self._write(stream[:limit])
            self._wait_until_heard()
            self._is_wanted = False
            self._hang_up()
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
        while waiting[0] and time.monotonic() < deadline and not self._interrupted.wait(0.002):
            fcntl.ioctl(self._slave, termios.FIONREAD, waiting)
