"""Resident-card reader with a SAM_V security module, on any wire. Source: GA 450 / GA/T 467.

What these readers cannot say: whether a card that was read is still there. After a successful read they answer "no
card" until the card was lifted and laid again, and the same when the field is empty.

Readers on a serial line only, which includes those that make one out of USB. Those that are USB HID or of a vendor's
own class carry the same frames in packets whose layout each vendor keeps to itself: they are not driven.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import date

from msgspec import structs

from devices.errors import CardUnreadable, DeviceError, ProtocolError, ReaderFault
from devices.identity.samv_frames import PREAMBLE, SET_BAUD, Command, Outcome, Response, sam_id_text
from devices.identity.samv_line import SamvLine
from devices.identity.text_block import BLOCK_SIZE, MalformedBlock, parse_address, parse_text_block
from devices.wire import Wire
from hall.identity import DocumentKind, IdentityDocument

FOUND, DONE = 0x9F, 0x90
PAUSE_S = 0.3  # from one FIND to the next: the manuals ask for it
ADDRESS_UNREAD = "newest_address_unread"  # the address printed on the card may be an old one
WITH_ADDRESS = (DocumentKind.RESIDENT, DocumentKind.HMT_PERMIT)


class SamvReader:
    """An `IdentityReader` on any `Wire`, whose own time-out should be 0.1 to 0.5 s. One thread owns each reader.

    Poll when `wait` says so, or leave 0.3 s between two polls: the reader modules ask for that.
    """

    def __init__(
        self,
        wire: Wire,
        name: str = "card reader",
        *,
        today: Callable[[], date],
        answer_s: float = 1.0,
        read_s: float = 3.0,
        pause_s: float = PAUSE_S,
        preamble: bytes = PREAMBLE,
        read_address: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Wrap a wire.

        Args:
            wire: the open port; the reader closes it.
            name: as the site file calls the reader.
            today: the hall's day, for the checks of dates.
            answer_s: how long a reader may be silent before it answers.
            read_s: the same for reading a card, which takes 1 to 2 s.
            pause_s: between the beginnings of two looks for a card, >= 0.3.
            preamble: how this family of readers begins its frames (`samv_frames.PREAMBLES`).
            read_address: read the address, and the newest one from the card's addendum. Off, neither is decoded.
            monotonic: seconds, for the deadlines.
            sleep: waits out the pause.
        """
        self.name = name
        self._line = SamvLine(wire, name, preamble=preamble, monotonic=monotonic)
        self._today = today
        self._answer_s = answer_s
        self._read_s = read_s
        self._pause_s = pause_s
        self._read_address = read_address
        self._monotonic = monotonic
        self._sleep = sleep
        self._looked_at: float | None = None
        self._salt = secrets.token_bytes(16)

    def wait(self, timeout_s: float) -> bool:
        """Wait until the module may be asked again, or `timeout_s`: it does not tell of a card by itself.

        Returns:
            Whether it may be asked now.
        """
        if self._looked_at is None:
            return True
        left_s = self._looked_at + self._pause_s - self._monotonic()
        if left_s > 0:
            self._sleep(min(left_s, timeout_s))
        return left_s <= timeout_s

    def poll(self) -> IdentityDocument | None:
        """Find, select and read a card; its photo is dropped at once and fingerprints are never asked for.

        A card that could not be read is tried again at every poll until it is lifted.

        Returns:
            The document, or None when no card, or one that was already read, lies there.

        Raises:
            CardUnreadable: lift the card and lay it again.
            ReaderFault: failed self-test or missing authorisation: take the reader out of service.
            ProtocolError: the answers make no sense, twice in a row.
            NoReply: silence.
            DeviceUnavailable: the port failed.
        """
        if not self.is_present() or not self._select():
            return None
        answer = self._line.exchange(Command.READ_BASE, self._read_s, damaged=CardUnreadable)
        if answer.outcome is Outcome.NO_CARD:
            raise CardUnreadable(self.name, "the card was lifted too early")
        self._require(answer, DONE)
        document = self._document(answer.data)
        if self._read_address and document.kind in WITH_ADDRESS:
            return self._with_newest_address(document)
        return document

    def is_present(self) -> bool:
        """Whether a card that was not read yet lies there; False for one that was, lifted or not.

        So after a read nobody can wait for "card taken": show "please take your card" for a fixed time instead.

        Raises:
            DeviceError: as for `poll`.
        """
        try:
            answer = self._ask(Command.FIND)
        finally:
            self._looked_at = self._line.asked_s
        if answer.outcome is Outcome.NO_CARD:
            return False
        self._require(answer, FOUND)
        return True

    def reset(self) -> None:
        """Start the reader's module anew, so that a card which lies there is found as if it were laid now.

        Without it, a card whose answer was lost with the port would never be found again until somebody lifts it.

        Raises:
            DeviceError: as for `poll`.
        """
        self._require(self._line.exchange(Command.RESET, self._read_s), DONE)

    def check(self) -> str | None:
        """Ask the reader for its own state; there are no warnings, only errors."""
        self._require(self._ask(Command.STATUS), DONE)
        return None

    def sam_id(self) -> str:
        """The security module's number as printed on the reader."""
        answer = self._ask(Command.SAM_ID)
        self._require(answer, DONE)
        try:
            return sam_id_text(answer.data)
        except ValueError as exc:
            raise ProtocolError(self.name, str(exc)) from exc

    def chip_mark(self) -> bytes | None:
        """Tells whether the same chip was laid again: a hash of its management number, salted anew for each reader.

        The number is the chip's and not the person's, and leaves this method in no other form. The command rests on
        one public source, so nothing else here depends on it.

        Returns:
            16 bytes; None when no card lies there, or the reader does not know the command.

        Raises:
            DeviceError: as for `poll`.
        """
        if not self.is_present() or not self._select():
            return None
        answer = self._ask(Command.CHIP_NUMBER)
        if answer.status[2] != DONE or not answer.data:
            return None
        return hashlib.blake2b(answer.data, key=self._salt, digest_size=16).digest()

    def set_baud(self, baud: int) -> None:
        """Have the reader talk at another speed, from its next answer on: open the port anew at that speed.

        Args:
            baud: 9600, 19200, 38400, 57600 or 115200 bits a second.

        Raises:
            DeviceError: as for `poll`; the speed stays as it was.
        """
        self._require(self._ask(SET_BAUD[baud]), DONE)

    def close(self) -> None:
        """Give the port back."""
        self._line.close()

    def _ask(self, command: Command) -> Response:
        return self._line.exchange(command, self._answer_s)

    def _select(self) -> bool:
        selected = self._ask(Command.SELECT)
        if selected.outcome is Outcome.NO_CARD:
            return False
        self._require(selected, DONE)
        return True

    def _require(self, answer: Response, done: int) -> None:
        """Raise what an answer means, unless it is the one that was hoped for."""
        if answer.status[2] == done:
            return
        if answer.outcome in (Outcome.CARD_ERROR, Outcome.CARD_REFUSED, Outcome.EMPTY):
            raise CardUnreadable(self.name, answer.meaning)
        if answer.outcome is Outcome.READER_FAULT:
            raise ReaderFault(self.name, answer.meaning)
        raise ProtocolError(self.name, f"unexpected answer: {answer.meaning} ({answer.status.hex()})")

    def _document(self, data: bytes) -> IdentityDocument:
        """Cut text from photo by the two lengths in front, and drop the photo."""
        text_size, photo_size = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        if text_size != BLOCK_SIZE or len(data) != 4 + text_size + photo_size:
            raise ProtocolError(self.name, f"{len(data)} bytes of card data announce {text_size} + {photo_size}")
        try:
            return parse_text_block(data[4 : 4 + text_size], self._today(), with_address=self._read_address)
        except MalformedBlock as exc:
            raise CardUnreadable(self.name, str(exc)) from exc

    def _with_newest_address(self, document: IdentityDocument) -> IdentityDocument:
        """The document with the address of the addendum, if there is one.

        Nothing that happens here loses the document: the reader would not find the card a second time.
        """
        try:
            answer = self._line.exchange(Command.READ_NEWEST_ADDRESS, self._read_s, damaged=CardUnreadable)
            if answer.outcome is Outcome.EMPTY:
                return document  # the address on the card is the newest
            self._require(answer, DONE)
            return structs.replace(document, address=parse_address(answer.data))
        except (DeviceError, MalformedBlock):
            return structs.replace(document, warnings=(*document.warnings, ADDRESS_UNREAD))
