"""One Onbon font card above one counter: text in GB2312, every request acknowledged, repeated until it is.

Repeating is safe: a request says what an area shows, so doing it twice is doing it once. What the frames hold is in
`onbon_frames`, whose header details await a real device.
"""

import logging
import time
from collections.abc import Callable

from devices.counter_displays.onbon_frames import ACK, NACK, Area, BadFrame, FrameDecoder, Packet, encode, ping, show
from devices.errors import DeviceRefused, NoReply, ProtocolError
from devices.wire import Wire

logger = logging.getLogger(__name__)

BAUD = 57600  # the cards' usual serial speed
WIRE_TIMEOUT_S = 0.05
ANSWER_S = 0.5
ATTEMPTS = 3
UNKNOWN = "?"  # GB2312 has none of the rarer characters


class OnbonDisplay:
    """A `CounterDisplay` for one counter, on any `Wire` whose reads wait for `WIRE_TIMEOUT_S`."""

    def __init__(self, wire: Wire, name: str, area: Area, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._wire = wire
        self._area = area
        self._monotonic = monotonic

    def show_idle(self, _counter_no: str, text: str, /) -> str:
        """Show a steady text."""
        return self._show(text)

    def show_call(self, _counter_no: str, _display_number: str, text: str, /) -> str:
        """Show a flashing text."""
        return self._show(text, flashing=True)

    def show_paused(self, _counter_no: str, text: str, /) -> str:
        """Show a steady text."""
        return self._show(text)

    def show_message(self, _counter_no: str, text: str, /) -> str:
        """Show a steady text."""
        return self._show(text)

    def clear(self, _counter_no: str, /) -> None:
        """Show nothing."""
        self._show("")

    def check(self) -> str | None:
        """Ask whether the card is there.

        Raises:
            DeviceUnavailable, ProtocolError: it is not, or talks nonsense.
        """
        self._ask(ping())
        return None

    def close(self) -> None:
        """Give the port back; the card keeps what it shows."""
        self._wire.close()

    def _show(self, text: str, *, flashing: bool = False) -> str:
        encoded = text.encode("gb2312", errors="replace")
        self._ask(show(self._area, encoded, flashing=flashing))
        return encoded.decode("gb2312")

    def _ask(self, request: Packet) -> None:
        """Send a request until it is acknowledged.

        Raises:
            DeviceRefused: the card will not do it.
            NoReply: no answer to any attempt.
            DeviceUnavailable: the port failed.
            ProtocolError: nothing but nonsense came.
        """
        frame, heard = encode(request), b""
        for _attempt in range(ATTEMPTS):
            self._wire.reset_input_buffer()  # a late answer to an older request would pass
            self._wire.write(frame)
            answer, heard = self._answer()
            if answer is None:
                continue
            if answer.command == NACK:
                raise DeviceRefused(self.name, f"refused {request.command[0]:02x} {request.command[1]:02x}")
            return
        if heard:
            raise ProtocolError(self.name, f"not an answer: {heard[:32].hex()}")
        raise NoReply(self.name, f"no answer to {ATTEMPTS} attempts")

    def _answer(self) -> tuple[Packet | None, bytes]:
        """The first acknowledgement or refusal that comes in time, and all that was heard."""
        decoder, heard, ends = FrameDecoder(), b"", self._monotonic() + ANSWER_S
        while self._monotonic() < ends:
            data = self._wire.read(1)  # an answer is known by its last byte: asking for more would wait for it
            heard += data
            for found in decoder.feed(data):
                if isinstance(found, BadFrame):
                    logger.debug("%s: bad frame: %s", self.name, found.cause)
                elif found.command in (ACK, NACK):
                    return found, heard
        return None, heard
