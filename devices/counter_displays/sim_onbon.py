"""A simulated Onbon font card, written from the protocol's description and not from the driver's codec."""

from collections.abc import Callable

SHOWN_AT = 2 + 5 + 2  # behind the command, its head and the length of the only area
AREA_HEAD = 1 + 8 + 1 + 1 + 1 + 2 + 3 + 2 + 4 + 4  # up to the text
EFFECT_AT = AREA_HEAD - 4 - 4
FLASHING = 7


class SimOnbon:
    """A card with one dynamic area.

    Attributes:
        text, flashing: what it shows.
        refuses: answers every update with NACK.
        lose_answers: so many of its next answers get lost.
        updates: how many it carried out, repetitions included.
    """

    def __init__(self, on_shown: Callable[[str, bool], None] | None = None) -> None:
        self.text, self.flashing = "", False
        self.refuses = False
        self.lose_answers = self.updates = 0
        self._on_shown = on_shown
        self._inbox = bytearray()

    def receive(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        """Take bytes from the wire."""
        self._inbox += data
        while 0x5A in self._inbox:
            frame, _, self._inbox = self._inbox.partition(b"\x5a")
            packet = _plain(bytes(frame).rpartition(b"\xa5")[2])
            if len(packet) < 18 or _crc(packet) != 0:  # the CRC of a whole packet with its CRC is 0
                continue
            reply = self._do(packet[14:-2])
            if self.lose_answers:
                self.lose_answers -= 1
            else:
                answer(_frame(packet[2:4], packet[:2], reply))

    def _do(self, data: bytes) -> bytes:
        if data[:2] == b"\xa2\x00":
            return b"\xa0\x00\x00\x00\x00"
        area = data[SHOWN_AT:]
        if data[:2] != b"\xa3\x06" or len(area) < AREA_HEAD or self.refuses:
            return b"\xa0\x01\x01\x00\x00"
        self.text = area[AREA_HEAD:].decode("gb2312", errors="replace")
        self.flashing = area[EFFECT_AT] == FLASHING
        self.updates += 1
        if self._on_shown is not None:
            self._on_shown(self.text, self.flashing)
        return b"\xa0\x00\x00\x00\x00"


def _plain(escaped: bytes) -> bytes:
    for pair, byte in ((b"\xa6\x02", 0xA5), (b"\x5b\x02", 0x5A), (b"\x5b\x01", 0x5B), (b"\xa6\x01", 0xA6)):
        escaped = escaped.replace(pair, bytes((byte,)))
    return escaped


def _crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


def _frame(to: bytes, sender: bytes, data: bytes) -> bytes:
    body = to + sender + bytes(6) + b"\x51\x02" + len(data).to_bytes(2, "little") + data
    body += _crc(body).to_bytes(2, "little")
    out = body.replace(b"\xa6", b"\xa6\x01").replace(b"\x5b", b"\x5b\x01")
    out = out.replace(b"\xa5", b"\xa6\x02").replace(b"\x5a", b"\x5b\x02")
    return b"\xa5\xa5\xa5" + out + b"\x5a"
