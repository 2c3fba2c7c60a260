"""Frames of Onbon (仰邦) font cards, BX-5K and kin: encode requests, decode whatever comes. Knows no port.

A frame is several A5, the escaped packet, and 5A. A packet is a header of 14 bytes, the data, and a CRC-16 (A001, start
0) over both; numbers are little-endian. Sources: the vendor's open protocol as its own analysis tool names the fields,
and headers in public code of deployed systems. No capture of a real card was at hand: the order of the header's fields,
the acknowledgement `A0 00` and the effects' numbers await a real device, and stand in this module alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from devices.crc16 import crc16

START, END = b"\xa5", b"\x5a"
LEAD = START * 8  # "several": the vendor's software sends eight
ESCAPES = {b"\xa5": b"\xa6\x02", b"\xa6": b"\xa6\x01", b"\x5a": b"\x5b\x02", b"\x5b": b"\x5b\x01"}
UNESCAPED = {pair: byte for byte, pair in ESCAPES.items()}
MARKS = re.compile(b"([\xa5\x5a])")
ESCAPE = re.compile(b"[\xa6\x5b].?", re.DOTALL)
SPECIAL = re.compile(b"[\xa5\xa6\x5a\x5b]")

HEADER_SIZE, CRC_SIZE = 14, 2
LONGEST = 2048  # bytes of an escaped packet; a card's own limit is smaller
SCREEN, HOST = 0x0001, 0x8000  # the usual addresses of a card and of a computer
ANY_DEVICE = 0xFE
PROTOCOL = 2

ACK, NACK = (0xA0, 0x00), (0xA0, 0x01)
PING = (0xA2, 0x00)
UPDATE_AREAS = (0xA3, 0x06)
MUST_ANSWER = 1

DYNAMIC_AREA = 0x06
RUN_STAY = 1  # stop at the last page
STATIC, FLASH = 0x01, 0x07  # effects
FASTEST = 1
STAY_HALF_S = 4
ONE_LINE, NO_WRAP, WRAP = 0x01, 0x01, 0x02
SEVERAL_LINES = 0x02


@dataclass(frozen=True, slots=True)
class Packet:
    """A request or an answer."""

    command: tuple[int, int]  # group and number
    data: bytes  # what comes behind them
    destination: int = SCREEN
    source: int = HOST


@dataclass(frozen=True, slots=True)
class BadFrame:
    """Something that began and ended like a frame and was not one."""

    cause: str  # "escape", "length", "checksum"


@dataclass(frozen=True, slots=True)
class Area:
    """Where the text goes, in dots; x and width are multiples of 8."""

    width: int
    height: int
    x: int = 0
    y: int = 0
    area_id: int = 0
    lines: int = 1


def encode(packet: Packet) -> bytes:
    """One frame as it goes over the wire."""
    data = bytes(packet.command) + packet.data
    body = _header(packet, len(data)) + data
    body += crc16(body).to_bytes(CRC_SIZE, "little")
    return LEAD + SPECIAL.sub(lambda found: ESCAPES[found[0]], body) + END


def ping() -> Packet:
    """Ask whether a card is there."""
    return Packet(PING, bytes((MUST_ANSWER, 0, 0)))


def show(area: Area, text: bytes, *, flashing: bool = False) -> Packet:
    """Replace what a dynamic area shows.

    Args:
        text: GB2312; empty leaves the area blank.
        flashing: with the card's own effect.
    """
    shape = (area.x // 8, area.y, area.width // 8, area.height)
    body = bytes((DYNAMIC_AREA,)) + b"".join(value.to_bytes(2, "little") for value in shape)
    body += bytes((area.area_id, 0, RUN_STAY)) + bytes(2)  # line space 0, no time-out
    body += bytes(3)  # no voice, no further parameters, aligned as the card has it
    body += bytes((ONE_LINE, NO_WRAP) if area.lines == 1 else (SEVERAL_LINES, WRAP))
    body += bytes((FLASH if flashing else STATIC, STATIC, FASTEST, STAY_HALF_S))
    body += len(text).to_bytes(4, "little") + text
    head = bytes((MUST_ANSWER, 0, 0, 0, 1))  # keep the other areas, delete none, update one
    return Packet(UPDATE_AREAS, head + len(body).to_bytes(2, "little") + body)


class FrameDecoder:
    """Cuts a byte stream into packets; a start byte anywhere begins anew."""

    def __init__(self) -> None:
        self._begun: bytearray | None = None

    def feed(self, data: bytes) -> Iterator[Packet | BadFrame]:
        """Take what arrived; yield each packet, or what was wrong with it. Never raises."""
        for part in MARKS.split(data):
            if part == START:
                self._begun = bytearray()
            elif self._begun is None:
                continue
            elif part == END:
                yield _packet(bytes(self._begun))
                self._begun = None
            elif len(self._begun) + len(part) > LONGEST:
                yield BadFrame("length")
                self._begun = None
            else:
                self._begun += part


def _header(packet: Packet, length: int) -> bytes:
    """Destination, source, 3 reserved, no barcode, CRC as check, display mode, device, protocol, length of the data."""
    addresses = packet.destination.to_bytes(2, "little") + packet.source.to_bytes(2, "little")
    return addresses + bytes(3) + bytes((0, 0, 0, ANY_DEVICE, PROTOCOL)) + length.to_bytes(2, "little")


def _packet(escaped: bytes) -> Packet | BadFrame:
    body = _unescaped(escaped)
    if body is None:
        return BadFrame("escape")
    end = len(body) - CRC_SIZE
    if end < HEADER_SIZE + 2 or int.from_bytes(body[HEADER_SIZE - 2 : HEADER_SIZE], "little") != end - HEADER_SIZE:
        return BadFrame("length")
    if crc16(body[:end]) != int.from_bytes(body[end:], "little"):
        return BadFrame("checksum")
    return Packet(
        (body[HEADER_SIZE], body[HEADER_SIZE + 1]),
        body[HEADER_SIZE + 2 : end],
        int.from_bytes(body[:2], "little"),
        int.from_bytes(body[2:4], "little"),
    )


def _unescaped(escaped: bytes) -> bytes | None:
    """None when an escape has no meaning."""
    try:
        return ESCAPE.sub(lambda found: UNESCAPED[found[0]], escaped)
    except KeyError:
        return None
