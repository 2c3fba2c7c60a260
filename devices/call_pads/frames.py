"""Frames of the RS-485 line that call pads and button evaluators share: address, command and data.

    FF 68 | L | L | 68 | address | command | data… | SUM | 16

L counts address, command and data, and stands there twice; SUM is the low byte of their sum. What the commands mean is
in `devices.call_pads.messages`. Source: docs/protocol/call-pads.md, the frame of one widespread family of pads.

The FF in front is read as what it is on RS-485, a byte for the line to turn round: a frame without it is as good.
"""

from collections.abc import Iterator

from msgspec import Struct

PREAMBLE, START, END = 0xFF, 0x68, 0x16
HEAD_BYTES = 4  # 68 L L 68
TAIL_BYTES = 2  # SUM 16
LEAST_LENGTH = 2  # address and command
MAX_DATA = 16  # bytes; the longest known has six, and a longer length would keep a broken frame waiting
MAX_LENGTH = LEAST_LENGTH + MAX_DATA
MAX_ENCODED = 1 + HEAD_BYTES + MAX_LENGTH + TAIL_BYTES


class Frame(Struct, frozen=True):
    """One frame: `address` and `command` are 0 to 255, `data` has at most `MAX_DATA` bytes."""

    address: int
    command: int
    data: bytes = b""


def encode(frame: Frame) -> bytes:
    """A frame as it goes over the line.

    Raises:
        ValueError: the data are longer than `MAX_DATA`, or a number is not a byte.
    """
    if len(frame.data) > MAX_DATA:
        raise ValueError(f"data of {len(frame.data)} bytes, at most {MAX_DATA} fit")
    body = bytes((frame.address, frame.command)) + frame.data
    head = bytes((PREAMBLE, START, len(body), len(body), START))
    return head + body + bytes((sum(body) & 0xFF, END))


class FrameDecoder:
    """Finds frames in a stream of bytes; it never raises.

    Attributes:
        bad: beginnings that turned out to be no frame.
    """

    def __init__(self) -> None:
        self.bad = 0
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that `data` completes; take them all before feeding more."""
        self._kept += data
        while self._kept:
            length = _whole_length(self._kept)
            if length is None:
                return
            if length:
                yield _unwrapped(self._kept[:length])
                del self._kept[:length]
            else:
                self._skip()

    def silence(self) -> Iterator[Frame]:
        """The line was quiet for longer than a frame takes: what has begun will not end; yield what hid behind it."""
        while self._kept:
            self._skip()
            yield from self.feed(b"")

    def _skip(self) -> None:
        """Give up the beginning at the front, and go on with the next byte that may begin a frame."""
        self.bad += self._kept[0] == START
        del self._kept[0]
        at = self._kept.find(START)
        del self._kept[: len(self._kept) if at < 0 else at]


def _whole_length(kept: bytearray) -> int | None:
    """How long the frame at the front is; 0 when there is none, None while it may still become one."""
    if kept[0] != START:
        return 0
    if len(kept) >= 2 and not LEAST_LENGTH <= kept[1] <= MAX_LENGTH:
        return 0
    if len(kept) >= 3 and kept[2] != kept[1]:
        return 0
    if len(kept) < HEAD_BYTES:
        return None
    if kept[3] != START:
        return 0
    whole = HEAD_BYTES + kept[1] + TAIL_BYTES
    if len(kept) < whole:
        return None
    is_sound = kept[whole - 1] == END and sum(kept[HEAD_BYTES : whole - TAIL_BYTES]) & 0xFF == kept[whole - 2]
    return whole if is_sound else 0


def _unwrapped(whole: bytearray) -> Frame:
    body = bytes(whole[HEAD_BYTES:-TAIL_BYTES])
    return Frame(body[0], body[1], body[LEAST_LENGTH:])
