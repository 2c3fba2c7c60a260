"""A scanner's byte stream, cut into codes. Pure: it knows no port, no clock and no meaning of a code.

Source: scanners on a serial line send a code's bytes and a suffix: CR as delivered, CR LF or LF by setting (the maker's
programming codes "Add CR suffix" and so on). Bytes are those of the code: UTF-8 as HallQ and phones write it, GBK or
GB18030 from Chinese label printers.
"""

import unicodedata
from collections.abc import Iterator

from devices.scanners.scan import Dropped, Scan, Why

LONGEST = 7089  # bytes: digits in the largest QR code (ISO/IEC 18004, version 40-L); nothing holds more
ENDINGS = b"\r\n"
BYTE_ORDER_MARK = "\ufeff"


class LineDecoder:
    """Whole lines become `Scan`s; control characters inside them are dropped, empty lines are nothing."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._size = 0  # bytes of the line, kept or not

    @property
    def pending(self) -> int:
        """Bytes of a line whose end has not come."""
        return self._size

    def feed(self, data: bytes) -> Iterator[Scan | Dropped]:
        """Take what arrived; yield each whole code, or why a line was none. Never raises."""
        *whole, rest = data.replace(b"\n", b"\r").split(b"\r")
        for part in whole:
            self._take(part)
            yield from self._end()
        self._take(rest)

    def give_up(self) -> Dropped | None:
        """Forget the line that was begun, when the stream has stood still: what comes next begins a new one."""
        size = self._size
        self._line.clear()
        self._size = 0
        return Dropped(Why.UNFINISHED, size) if size else None

    def _take(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= LONGEST:
            self._line += part
        else:
            self._line.clear()

    def _end(self) -> Iterator[Scan | Dropped]:
        line, size = bytes(self._line), self._size
        self.give_up()
        if size > LONGEST:
            yield Dropped(Why.TOO_LONG, size)
            return
        text = text_of(line)
        if text is None:
            yield Dropped(Why.NOT_TEXT, size)
        elif text:
            yield Scan(text)


def text_of(line: bytes) -> str | None:
    """A line's text without control characters and byte order mark; None when it is neither UTF-8 nor GB18030."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "".join(c for c in text if unicodedata.category(c) != "Cc" and c != BYTE_ORDER_MARK)
    return None
