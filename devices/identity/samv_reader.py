"""Resident-card reader with a SAM_V security module, on any wire. Source: GA 450 / GA/T 467.

What these readers cannot say: whether a card that was read is still there. After a successful read they answer "no
card" until the card was lifted and laid again, and the same when the field is empty.
"""

import logging
import time
from collections.abc import Callable
from datetime import date

from devices.errors import CardUnreadable, DeviceError, NoReply, ProtocolError, ReaderFault
from devices.identity.samv_frames import (
    Command,
    Outcome,
    Response,
    ResponseDecoder,
    encode_request,
    sam_id_text,
)
from devices.identity.text_block import BLOCK_SIZE, MalformedBlock, parse_text_block
from devices.wire import Wire
from hall.identity import IdentityDocument

logger = logging.getLogger(__name__)

FOUND, DONE = 0x9F, 0x90
GAP_S = 0.5  # a frame that pauses longer has lost its rest
TRANSFER_S = 3.0  # the longest frame at 9600 baud takes 2.4 s
DRAIN_READS = 8  # after nonsense: at most this many reads until the line must be quiet


class SamvReader:
    """An `IdentityReader` on any `Wire`, whose own time-out should be 0.1 to 0.5 s. One thread owns each reader.

    Call `poll` at most every 0.3 s: the reader modules ask for that.
    """

    def __init__(
        self,
        wire: Wire,
        name: str = "card reader",
        *,
        today: Callable[[], date],
        answer_s: float = 1.0,
        read_s: float = 3.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap a wire.

        Args:
            wire: the open port; the reader closes it.
            name: as the site file calls the reader.
            today: the hall's day, for the checks of dates.
            answer_s: how long a reader may be silent before it answers.
            read_s: the same for reading a card, which takes 1 to 2 s.
            monotonic: seconds, for the deadlines.
        """
        self.name = name
        self._wire = wire
        self._today = today
        self._answer_s = answer_s
        self._read_s = read_s
        self._monotonic = monotonic

    def poll(self) -> IdentityDocument | None:
        """Find, select and read a card; its photo is dropped at once and fingerprints are never asked for.

        A card that could not be read is tried again at every poll until it is lifted.

        Returns:
            The document, or None when no card, or one that was already read, lies there.

        Raises:
            CardUnreadable: lift the card and lay it again.
            ReaderFault: the self-test failed, or the security module is not authorised.
            ProtocolError: nonsense, twice.
            NoReply: silence.
            DeviceUnavailable: the port failed.
        """
        if not self.is_present():
            return None
        selected = self._exchange(Command.SELECT)
        if selected.outcome is Outcome.NO_CARD:
            return None
        self._require(selected, DONE)
        answer = self._exchange(Command.READ_BASE, self._read_s, damaged=CardUnreadable)
        if answer.outcome is Outcome.NO_CARD:
            raise CardUnreadable(self.name, "the card was lifted too early")
        self._require(answer, DONE)
        return self._document(answer.data)

    def is_present(self) -> bool:
        """Whether a card that was not read yet lies there; False for one that was, lifted or not.

        So after a read nobody can wait for "card taken": show "please take your card" for a fixed time instead.

        Raises:
            DeviceError: as for `poll`.
        """
        answer = self._exchange(Command.FIND)
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
        self._require(self._exchange(Command.RESET, self._read_s), DONE)

    def check(self) -> str | None:
        """Ask the reader for its own state; there are no warnings, only errors."""
        self._require(self._exchange(Command.STATUS), DONE)
        return None

    def sam_id(self) -> str:
        """The security module's number as printed on the reader."""
        answer = self._exchange(Command.SAM_ID)
        self._require(answer, DONE)
        try:
            return sam_id_text(answer.data)
        except ValueError as exc:
            raise ProtocolError(self.name, str(exc)) from exc

    def close(self) -> None:
        """Give the port back."""
        self._wire.close()

    def _exchange(
        self,
        command: Command,
        answer_s: float | None = None,
        damaged: type[DeviceError] = ProtocolError,
    ) -> Response:
        """Ask, and once more if question or answer came to harm on the way; then raise `damaged`."""
        cause = ""
        for _attempt in range(2):
            answer = self._ask(command, self._answer_s if answer_s is None else answer_s)
            if isinstance(answer, Response) and answer.outcome is not Outcome.DAMAGED_REQUEST:
                return answer
            cause = answer.meaning if isinstance(answer, Response) else answer
            logger.warning("%s: %s: %s", self.name, command.name, cause)
            self._drain()
        raise damaged(self.name, f"no clean answer to {command.name} in two tries: {cause}")

    def _ask(self, command: Command, answer_s: float) -> Response | str:
        """Send one request and wait for its answer; a text says how the answer was damaged."""
        decoder = ResponseDecoder()
        self._wire.reset_input_buffer()  # a late answer to an older request would pass
        self._wire.write(encode_request(command))
        asked = heard = self._monotonic()
        received = 0
        while True:
            data = self._wire.read(decoder.wanted)
            now = self._monotonic()
            if data:
                heard, received = now, received + len(data)
                found = list(decoder.responses(data))
                for frame in found:
                    if isinstance(frame, Response):
                        logger.debug("%s: %s: %r", self.name, command.name, frame)
                        return frame
                    damage = f"wrong {frame.cause} in a frame of {frame.size} bytes"
                if found:
                    return damage
            elif not received and now - asked >= answer_s:
                raise NoReply(self.name, f"no answer to {command.name} within {answer_s:g} s")
            elif received and now - heard >= GAP_S:
                return f"the answer broke off after {received} bytes"
            if now - asked >= answer_s + TRANSFER_S:
                return f"{received} bytes and no whole answer"

    def _drain(self) -> None:
        """Wait until the line is quiet, so that the next answer is the answer to the next request."""
        for _read in range(DRAIN_READS):
            if not self._wire.read(256):
                return

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
            return parse_text_block(data[4 : 4 + text_size], self._today())
        except MalformedBlock as exc:
            raise CardUnreadable(self.name, str(exc)) from exc
