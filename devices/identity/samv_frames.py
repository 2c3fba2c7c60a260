"""Frames of the SAM_V resident-card readers. Pure: bytes in, frames out; it knows no port and no card.

Source: GA 450 / GA/T 467 reader modules. A frame is the preamble, a length of two bytes (big endian), a body and the
XOR of length and body; the length counts body and XOR. A body is command and parameter on the way to the reader,
and three status bytes on the way back, each followed by data.

One family of readers begins its frames with EA EB EC ED. That rests on a single public source, as does that the rest
of such a frame is the same: the site file chooses it, nothing guesses.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
PREAMBLES = {"aa": PREAMBLE, "ea": b"\xea\xeb\xec\xed"}  # by the site file's word for it
LENGTH_SIZE = 2
LONGEST = 0x090A  # length field of the longest known answer: text, photo and two fingerprints
SHORTEST_REQUEST, SHORTEST_RESPONSE = 3, 4
SAM_ID = struct.Struct("<HHIII")


class Command(Enum):
    """What a reader can be asked. The requests for fingerprints exist and are left out on purpose."""

    RESET = b"\x10\xff"
    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ_BASE = b"\x30\x01"
    READ_NEWEST_ADDRESS = b"\x30\x03"
    CHIP_NUMBER = b"\x30\x05"  # seen in one place only; a reader may well not know it
    SET_BAUD_115200 = b"\x60\x00"
    SET_BAUD_57600 = b"\x60\x01"
    SET_BAUD_38400 = b"\x60\x02"
    SET_BAUD_19200 = b"\x60\x03"
    SET_BAUD_9600 = b"\x60\x04"


SET_BAUD = {
    115200: Command.SET_BAUD_115200,
    57600: Command.SET_BAUD_57600,
    38400: Command.SET_BAUD_38400,
    19200: Command.SET_BAUD_19200,
    9600: Command.SET_BAUD_9600,
}
"""By line speed in bits a second, the likeliest first."""


class Outcome(Enum):
    """What a status word asks of the caller."""

    OK = "ok"
    EMPTY = "empty"  # done, but the card does not hold this content
    NO_CARD = "no_card"
    DAMAGED_REQUEST = "damaged_request"  # the reader saw a wrong checksum: send it again
    PROTOCOL_ERROR = "protocol_error"
    CARD_REFUSED = "card_refused"  # card and security module do not accept each other: never take the data
    CARD_ERROR = "card_error"  # lift the card and lay it again
    READER_FAULT = "reader_fault"  # take the reader out of service


OUTCOMES = {
    0x90: (Outcome.OK, "done"),
    0x9F: (Outcome.OK, "card found"),
    0x91: (Outcome.EMPTY, "the card does not hold this content"),
    0x10: (Outcome.DAMAGED_REQUEST, "the reader saw a wrong checksum"),
    0x11: (Outcome.PROTOCOL_ERROR, "the reader saw a wrong length"),
    0x21: (Outcome.PROTOCOL_ERROR, "the reader does not know the command"),
    0x23: (Outcome.PROTOCOL_ERROR, "the reader does not allow the command"),
    0x24: (Outcome.PROTOCOL_ERROR, "the reader does not know the operation"),
    0x31: (Outcome.CARD_REFUSED, "the card rejects the security module"),
    0x32: (Outcome.CARD_REFUSED, "the security module rejects the card"),
    0x33: (Outcome.CARD_REFUSED, "the card's data failed verification"),
    0x40: (Outcome.CARD_ERROR, "not an identity card"),
    0x41: (Outcome.CARD_ERROR, "reading the card failed"),
    0x47: (Outcome.CARD_ERROR, "the card gave no random number"),
    0x60: (Outcome.READER_FAULT, "the reader failed its self-test"),
    0x66: (Outcome.READER_FAULT, "the security module is not authorised"),
    0x80: (Outcome.NO_CARD, "no card found"),
    0x81: (Outcome.NO_CARD, "no card selected"),
}


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a reader. `repr` shows no data: it may hold a person."""

    status: bytes  # SW1 SW2 SW3
    data: bytes

    @property
    def outcome(self) -> Outcome:
        """What to do; an unknown status word is a protocol error."""
        return OUTCOMES.get(self.status[2], (Outcome.PROTOCOL_ERROR, ""))[0]

    @property
    def meaning(self) -> str:
        """The status word in words."""
        return OUTCOMES.get(self.status[2], (None, f"unknown status {self.status.hex()}"))[1]

    def __repr__(self) -> str:
        return f"Response({self.status.hex()}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a reader, as a simulator or a sniffer sees it."""

    command: bytes  # CMD PARA
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class BadFrame:
    """Something that began like a frame and was not one; none of its data is passed on."""

    cause: str  # "checksum" or "length"
    size: int  # bytes from the preamble on, as far as its length said


class FrameDecoder:
    """Cuts a byte stream into frame bodies and finds the next preamble after anything wrong."""

    def __init__(self, shortest: int, preamble: bytes = PREAMBLE) -> None:
        self._shortest = shortest
        self._preamble = preamble
        self._header_size = len(preamble) + LENGTH_SIZE
        self._buffer = bytearray()

    @property
    def wanted(self) -> int:
        """The fewest bytes that may complete the next frame, >= 1: what to ask a port for."""
        if len(self._buffer) < self._header_size:
            return self._header_size + self._shortest - len(self._buffer)
        return max(1, self._header_size + self._length() - len(self._buffer))

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes | BadFrame]:
        """Take what arrived; yield the body of each whole frame, or what was wrong with it. Never raises."""
        self._buffer += data
        while self._align():
            end = self._header_size + self._length()
            if not self._shortest <= self._length() <= LONGEST:
                yield BadFrame("length", end)
                del self._buffer[0]  # look for a preamble inside what this one claimed
                continue
            if len(self._buffer) < end:
                return
            checked = bytes(self._buffer[len(self._preamble) : end])
            if reduce(xor, checked):
                yield BadFrame("checksum", end)
                del self._buffer[0]
                continue
            del self._buffer[:end]
            yield checked[LENGTH_SIZE:-1]

    def _align(self) -> bool:
        """Drop what cannot begin a frame; say whether a whole header stands at the front."""
        start = self._buffer.find(self._preamble)
        if start < 0:
            start = max(0, len(self._buffer) - len(self._preamble) + 1)
            while start < len(self._buffer) and not self._preamble.startswith(self._buffer[start:]):
                start += 1
        del self._buffer[:start]
        return len(self._buffer) >= self._header_size

    def _length(self) -> int:
        return int.from_bytes(self._buffer[len(self._preamble) : self._header_size], "big")


class ResponseDecoder(FrameDecoder):
    """What a host hears."""

    def __init__(self, preamble: bytes = PREAMBLE) -> None:
        super().__init__(SHORTEST_RESPONSE, preamble)

    def responses(self, data: bytes) -> Iterator[Response | BadFrame]:
        """Take what arrived; yield each answer, or what was wrong with it. Never raises."""
        for body in self.feed(data):
            yield body if isinstance(body, BadFrame) else Response(body[:3], body[3:])


class RequestDecoder(FrameDecoder):
    """What a reader hears."""

    def __init__(self, preamble: bytes = PREAMBLE) -> None:
        super().__init__(SHORTEST_REQUEST, preamble)

    def requests(self, data: bytes) -> Iterator[Request | BadFrame]:
        """Take what arrived; yield each request, or what was wrong with it. Never raises."""
        for body in self.feed(data):
            yield body if isinstance(body, BadFrame) else Request(body[:2], body[2:])


def encode_frame(body: bytes, preamble: bytes = PREAMBLE) -> bytes:
    """Wrap a body in preamble, length and checksum."""
    checked = (len(body) + 1).to_bytes(LENGTH_SIZE, "big") + body
    return preamble + checked + bytes([reduce(xor, checked)])


def encode_request(command: Command, preamble: bytes = PREAMBLE) -> bytes:
    """One request as it goes over the line."""
    return encode_frame(command.value, preamble)


def encode_response(sw3: int, data: bytes = b"", preamble: bytes = PREAMBLE) -> bytes:
    """One answer as a reader sends it; the first two status bytes are zero."""
    return encode_frame(bytes([0, 0, sw3]) + data, preamble)


def sam_id_text(data: bytes) -> str:
    """The security module's number as printed on the reader, e.g. "05.01-20240101-0001234567-0987654321".

    Args:
        data: 16 bytes of the answer to `Command.SAM_ID`.

    Raises:
        ValueError: another size.
    """
    if len(data) != SAM_ID.size:
        raise ValueError(f"a SAM id has {SAM_ID.size} bytes, not {len(data)}")
    maker, model, day, serial, authority = SAM_ID.unpack(data)
    return f"{maker:02d}.{model:02d}-{day:08d}-{serial:010d}-{authority:010d}"
