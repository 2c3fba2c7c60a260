"""Modbus-RTU as far as relay boards speak it: switch a coil, read coils, read inputs. Knows no port.

Frames are address, function, data, CRC-16 (low byte first). Source: "Modbus over Serial Line" V1.02; vectors of relay
boards with address FE, CRC recomputed: on `FE 05 00 00 FF 00 98 35`, read inputs `FE 02 00 00 00 04 6D C6`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from devices.crc16 import MODBUS_START, crc16

READ_COILS, READ_INPUTS, WRITE_COIL = 0x01, 0x02, 0x05
EXCEPTION = 0x80
ON, OFF = b"\xff\x00", b"\x00\x00"
MOST_CHANNELS = 32
MOST_BYTES = MOST_CHANNELS // 8
CRC_SIZE = 2

EXCEPTIONS = {1: "it does not know the function", 2: "no such channel", 3: "bad value", 4: "it failed", 6: "it is busy"}


@dataclass(frozen=True, slots=True)
class Bits:
    """What coils or inputs are; padded with False to whole bytes."""

    function: int
    bits: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A coil was switched."""

    channel: int  # from 0, as on the wire
    on: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """An exception reply."""

    function: int
    code: int

    @property
    def meaning(self) -> str:
        """The code in words."""
        return EXCEPTIONS.get(self.code, f"exception {self.code}")


Reply = Bits | Written | Refused


def write_coil(address: int, channel: int, *, on: bool) -> bytes:
    """Switch one relay; channels count from 0 on the wire."""
    return sealed(bytes((address, WRITE_COIL)) + channel.to_bytes(2, "big") + (ON if on else OFF))


def read_bits(address: int, function: int, count: int) -> bytes:
    """Ask for the first `count` coils or inputs."""
    return sealed(bytes((address, function, 0, 0)) + count.to_bytes(2, "big"))


def sealed(body: bytes) -> bytes:
    """A frame from all but its CRC."""
    return body + crc16(body, MODBUS_START).to_bytes(CRC_SIZE, "little")


class ReplyDecoder:
    """Finds one board's replies in a byte stream; other boards' replies and damaged ones are skipped."""

    def __init__(self, address: int) -> None:
        self._address = address
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Take what arrived; yield each reply. Never raises."""
        self._buffer += data
        while len(self._buffer) >= 3:
            size = _size(self._buffer) if self._buffer[0] == self._address else 0
            if len(self._buffer) < size:
                return
            frame = bytes(self._buffer[:size])
            reply = _reply(frame) if size and sealed(frame[:-CRC_SIZE]) == frame else None
            del self._buffer[: size if reply is not None else 1]
            if reply is not None:
                yield reply


def _size(begun: bytearray) -> int:
    """How long the reply is that begins so; 0 when no reply does."""
    function, count = begun[1], begun[2]
    if function in (READ_COILS, READ_INPUTS):
        return 3 + count + CRC_SIZE if 1 <= count <= MOST_BYTES else 0
    if function == WRITE_COIL:
        return 6 + CRC_SIZE
    return 3 + CRC_SIZE if function & EXCEPTION else 0


def _reply(frame: bytes) -> Reply | None:
    function, data = frame[1], frame[2:-CRC_SIZE]
    if function & EXCEPTION:
        return Refused(function & ~EXCEPTION, data[0])
    if function == WRITE_COIL:
        return Written(int.from_bytes(data[:2], "big"), data[2:] == ON) if data[2:] in (ON, OFF) else None
    return Bits(function, tuple(bool(byte >> bit & 1) for byte in data[1:] for bit in range(8)))
