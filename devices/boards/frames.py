"""Frames of the board link: kind, sequence number and payload, made safe for a noisy serial line.

A frame is COBS-encoded, so that 0x00 never occurs inside it, and has a 0x00 on both sides: the one in front ends
whatever noise or half frame came before. What the kinds mean is in `devices.boards.link_messages`.

Sources: Cheshire and Baker, "Consistent Overhead Byte Stuffing", 1999. The CRC is CRC-16/IBM-3740 of the "Catalogue
of parametrised CRC algorithms" (also known as CCITT-FALSE): polynomial 1021, start FFFF, check value 29B1.
"""

import binascii
from collections.abc import Iterator

from cobs import cobs
from msgspec import Struct

DELIMITER = 0x00
HEADER_BYTES, CRC_BYTES = 2, 2
MAX_PAYLOAD = 128  # bytes; a whole frame stays below one COBS block of 254, so stuffing costs exactly one byte
MAX_ENCODED = HEADER_BYTES + MAX_PAYLOAD + CRC_BYTES + 1


class Frame(Struct, frozen=True):
    """One frame: `kind` and `seq` are 0 to 255, `payload` has at most `MAX_PAYLOAD` bytes."""

    kind: int
    seq: int
    payload: bytes = b""


def crc16(data: bytes) -> int:
    """CRC-16/IBM-3740."""
    return binascii.crc_hqx(data, 0xFFFF)


def encode(frame: Frame) -> bytes:
    """A frame as it goes over the line, with a delimiter on both sides.

    Raises:
        ValueError: the payload is longer than `MAX_PAYLOAD`.
    """
    if len(frame.payload) > MAX_PAYLOAD:
        raise ValueError(f"payload of {len(frame.payload)} bytes, at most {MAX_PAYLOAD} fit")
    body = bytes((frame.kind, frame.seq)) + frame.payload
    stuffed: bytes = cobs.encode(body + crc16(body).to_bytes(CRC_BYTES, "big"))
    return b"\x00" + stuffed + b"\x00"


class FrameDecoder:
    """Finds frames in a stream of bytes. It never raises: what is not a frame is counted in `bad` and dropped."""

    def __init__(self) -> None:
        self.bad = 0  # broken or overlong pieces between two delimiters
        self._piece = bytearray()
        self._is_overlong = False

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that `data` completes; take them all before feeding more."""
        for byte in data:
            if byte != DELIMITER:
                self._keep(byte)
                continue
            frame = self._end_of_piece()
            if frame is not None:
                yield frame

    def _keep(self, byte: int) -> None:
        if len(self._piece) < MAX_ENCODED:
            self._piece.append(byte)
        else:
            self._is_overlong = True

    def _end_of_piece(self) -> Frame | None:
        piece, is_overlong = bytes(self._piece), self._is_overlong
        self._piece.clear()
        self._is_overlong = False
        if not piece:  # two delimiters in a row: an idle line, or the front of the next frame
            return None
        frame = None if is_overlong else _unwrap(piece)
        self.bad += frame is None
        return frame


def _unwrap(piece: bytes) -> Frame | None:
    try:
        whole: bytes = cobs.decode(piece)
    except cobs.DecodeError:
        return None
    body, crc = whole[:-CRC_BYTES], whole[-CRC_BYTES:]
    if len(body) < HEADER_BYTES or crc16(body) != int.from_bytes(crc, "big"):
        return None
    return Frame(body[0], body[1], body[2:])
