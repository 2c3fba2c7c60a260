"""Number bars: three digits each, several on one serial line, each with an address.

A frame is four bytes, `[id][hi][lo][sum]`, at 9600 8N1: `05 03 E7 EF` shows 999 on bar 5. Source: queue code of a
deployed system, sum recomputed. Bars answer nothing: whether one is there cannot be known, so what they show is sent
again at each check, and a bar that was plugged in or switched on late is right within seconds.

What they cannot do is left to others: no letters, no flashing, no words. Between calls they show 0.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devices.wire import Wire

BAUD = 9600
FRAME_SIZE = 4
MOST = 999  # three digits
NOTHING = 0  # how these bars are blanked is not known; 0 is nobody's number
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame: a number on one bar."""

    address: int  # 1 to 255
    number: int  # 0 to 65535


def encode(shown: Shown) -> bytes:
    """One frame as it goes over the line."""
    body = bytes((shown.address, shown.number >> 8, shown.number & 0xFF))
    return body + bytes((sum(body) & 0xFF,))


class FrameDecoder:
    """What a bar hears; it knows neither address nor port."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Shown]:
        """Take what arrived; yield what each whole frame shows. Never raises; what is no frame is skipped."""
        self._buffer += data
        while len(self._buffer) >= FRAME_SIZE:
            address, high, low, check = self._buffer[:FRAME_SIZE]
            if address and (address + high + low) & 0xFF == check:
                yield Shown(address, high << 8 | low)
                del self._buffer[:FRAME_SIZE]
            else:
                del self._buffer[0]


def digits_of(display_number: str) -> int:
    """What three digits show of a ticket's number: 1 for "A001", `NOTHING` for one without digits."""
    found = DIGITS.search(display_number)
    return int(found[0]) % (MOST + 1) if found else NOTHING


class NumberBars:
    """A `CounterDisplay` for all the bars of one line."""

    def __init__(self, wire: Wire, name: str, addresses: Mapping[str, int]) -> None:
        """Take over a wire.

        Args:
            addresses: each counter's bar, 1 to 255.
        """
        self.name = name
        self._wire = wire
        self._addresses = addresses
        self._numbers: dict[str, int] = {}

    def show_idle(self, counter_no: str, _text: str, /) -> str:
        """Show 0: a window's number would be read as a ticket's."""
        return self._show(counter_no, NOTHING)

    def show_call(self, counter_no: str, display_number: str, _text: str, /) -> str:
        """Show the digits of the number that is called."""
        return self._show(counter_no, digits_of(display_number))

    def show_paused(self, counter_no: str, _text: str, /) -> str:
        """Show 0."""
        return self._show(counter_no, NOTHING)

    def show_message(self, counter_no: str, _text: str, /) -> str:
        """Leave the bar as it is: it has no letters, and a visitor may still be on the way to the number it shows."""
        return self._show(counter_no, self._numbers.get(counter_no, NOTHING))

    def clear(self, counter_no: str, /) -> None:
        """Show 0."""
        self._show(counter_no, NOTHING)

    def check(self) -> str | None:
        """Send again what the bars show; only the port itself can fail.

        Raises:
            DeviceUnavailable: the port failed.
        """
        for counter_no, number in self._numbers.items():
            self._send(counter_no, number)
        return None

    def close(self) -> None:
        """Give the port back; the bars keep what they show."""
        self._wire.close()

    def _show(self, counter_no: str, number: int) -> str:
        self._numbers[counter_no] = number
        self._send(counter_no, number)
        return str(number)

    def _send(self, counter_no: str, number: int) -> None:
        self._wire.write(encode(Shown(self._addresses[counter_no], number)))
