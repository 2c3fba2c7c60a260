"""ESC/POS as a printer understands it: real-time commands on arrival, everything else in its turn. No port, no paper.

Source: Epson ESC/POS command reference. A printer looks for real-time commands in every byte that arrives, also in the
dots of a picture, and leaves them in the stream, where they are skipped if they stand between commands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

DLE, ESC, FS, GS, LF = 0x10, 0x1B, 0x1C, 0x1D, 0x0A
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
MOST_ROW_BYTES, MOST_ROWS = 128, 2303  # of GS v 0; a header beyond them is skipped

# How many bytes of parameters follow the two bytes of a command that has a fixed number of them.
PARAMETERS = {
    ESC: dict.fromkeys(b"@2<imuv", 0) | dict.fromkeys(b" !-3=EGJKMRTVadet{r", 1) | {0x24: 2, 0x5C: 2, 0x70: 3},
    FS: dict.fromkeys(b"&.", 0) | dict.fromkeys(b"!-CW", 1) | {0x53: 2},
    GS: dict.fromkeys(b":", 0) | dict.fromkeys(b"!/BHIabfhrvw", 1) | {0x4C: 2, 0x50: 2, 0x57: 2, 0x24: 2},
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes for the receive buffer."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """DLE EOT n: answer at once."""

    which: int


@dataclass(frozen=True, slots=True)
class ClearAsked:
    """DLE DC4 8: forget the receive buffer at once."""


@dataclass(frozen=True, slots=True)
class DotRow:
    """One line of dots, the most significant bit leftmost, 1 is black."""

    dots: bytes


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in GB18030, ended by LF."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """Any other command: its two bytes and its parameters."""

    code: bytes
    parameters: bytes = b""


class RealTimeScanner:
    """Finds real-time commands in what arrives, and passes everything on."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Arrived | StatusAsked | ClearAsked]:
        """Take bytes as they come; the beginning of a command waits for the rest of it."""
        data, start, at = self._held + data, 0, 0
        while (at := data.find(DLE, at)) >= 0:
            rest = data[at : at + len(CLEAR)]
            if _may_become_command(rest):
                break
            if rest[1] == 0x04 and rest[2] in (1, 2, 3, 4):
                yield Arrived(data[start : at + 3])
                yield StatusAsked(rest[2])
                at = start = at + 3
            elif rest == CLEAR:
                yield Arrived(data[start:at])
                yield ClearAsked()
                at = start = at + len(CLEAR)
            else:
                at += 1
        end = at if at >= 0 else len(data)
        self._held = data[end:]
        if data[start:end]:
            yield Arrived(data[start:end])


def _may_become_command(rest: bytes) -> bool:
    return rest in (b"\x10", b"\x10\x04") or (rest != CLEAR and CLEAR.startswith(rest))


class EscposDecoder:
    """The receive buffer's reader. Nonsense never stops it; an unknown command is skipped by its two bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._text = bytearray()
        self._row_bytes = self._rows_left = 0

    def feed(self, data: bytes) -> Iterator[DotRow | TextLine | Command]:
        """Take bytes in any pieces, give what they mean."""
        self._buffer += data
        at = 0
        while at < len(self._buffer):
            event: DotRow | TextLine | Command | None
            if self._rows_left:
                event, used = self._row(at)
            elif self._buffer[at] in (DLE, ESC, FS, GS):
                event, used = self._command(at)
            else:
                event, used = self._character(at)
            if not used:
                break
            at += used
            if event is not None:
                yield event
        del self._buffer[:at]

    def _row(self, at: int) -> tuple[DotRow | None, int]:
        dots = bytes(self._buffer[at : at + self._row_bytes])
        if len(dots) < self._row_bytes:
            return None, 0
        self._rows_left -= 1
        return DotRow(dots), self._row_bytes

    def _character(self, at: int) -> tuple[TextLine | None, int]:
        byte = self._buffer[at]
        if byte == LF:
            line, self._text = TextLine(bytes(self._text)), bytearray()
            return line, 1
        if byte >= 0x20:
            self._text.append(byte)
        return None, 1

    def _command(self, at: int) -> tuple[Command | None, int]:
        head = bytes(self._buffer[at : at + 8])
        if len(head) < 3 and not (len(head) == 2 and _length(head) == 2):
            return None, 0
        if head[:3] == b"\x1dv0":
            return self._begin_picture(head)
        length = _length(head)
        if length is None or len(self._buffer) - at < length:
            return None, 0
        if head[0] == DLE:
            return None, length
        return Command(head[:2], bytes(self._buffer[at + 2 : at + length])), length

    def _begin_picture(self, head: bytes) -> tuple[None, int]:
        if len(head) < 8:
            return None, 0
        row_bytes, rows = int.from_bytes(head[4:6], "little"), int.from_bytes(head[6:8], "little")
        if 0 < row_bytes <= MOST_ROW_BYTES and rows <= MOST_ROWS:
            self._row_bytes, self._rows_left = row_bytes, rows
        return None, 8


def _length(head: bytes) -> int | None:
    """How long the command is that begins with these 2 to 8 bytes; None: more bytes are needed to say."""
    lead, letter = head[0], head[1]
    if lead == DLE:
        return 3 if letter in (0x04, 0x05) else 2
    if letter == 0x28:  # ESC ( x, FS ( x, GS ( x: a length of two bytes follows
        return 5 + int.from_bytes(head[3:5], "little") if len(head) >= 5 else None
    if head[:2] == b"\x1dV":
        if len(head) < 3:
            return None
        return 4 if head[2] in (65, 66, 97, 98, 103, 104) else 3
    if head[:2] == b"\x1b*":
        if len(head) < 5:
            return None
        return 5 + int.from_bytes(head[3:5], "little") * (3 if head[2] >= 32 else 1)
    return 2 + PARAMETERS[lead].get(letter, 0)
