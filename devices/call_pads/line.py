"""The master of an RS-485 line of call pads and button evaluators, on any `Wire` of 9600 baud, 8N1.

Pads speak when a key is pressed and again until they are acknowledged; the host speaks when it has something to show.
Nobody is asked anything, so a silent address keeps nobody waiting. What the master shows is never acknowledged: a pad's
answer could not be told from the echo that many adapters make of our own bytes. Where such an echo is heard, a frame
whose echo does not come back was hit by another one, and is sent again. The protocol is docs/protocol/call-pads.md.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping

from devices.call_pads import messages as p
from devices.call_pads.frames import Frame, FrameDecoder, encode
from devices.errors import ProtocolError
from devices.wire import Wire

logger = logging.getLogger(__name__)

WIRE_TIMEOUT_S = 0.04  # what a `Wire` for this line is opened with: USB adapters keep bytes back for 16 ms
POLL_S = 0.1  # somebody who babbles does not keep `poll` longer than this
SAME_PRESS_S = 1.0  # the same key again, sooner than this after its last frame, is the same press: also a stuck one
ECHO_S = 0.15  # an echo is there once the frame is out, 0.02 s at most; a busy machine reads it later
ATTEMPTS = 3  # where an echo shows that a frame was hit
NONSENSE_BYTES = 200  # between two checks and without one sound frame: wrong speed, or wires crossed

_PressKey = tuple[int, int, bytes]


class PadLine:
    """A line on a `Wire`. One worker thread owns it; nothing here may be called from two.

    Poll before speaking: a poll ends when the line is quiet, or with a frame after which nobody else speaks.

    Attributes:
        collisions: frames that were sent again because their echo was broken.
        repeats: frames that were taken for a press that was told already.
    """

    def __init__(self, wire: Wire, name: str = "line", *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take over a wire, whose reads should wait for `WIRE_TIMEOUT_S`.

        Args:
            wire: closed by `close()`.
            name: the line, as the site file calls it.
            monotonic: seconds that never go back.
        """
        self.name = name
        self.collisions = self.repeats = 0
        self._heard: dict[int, float] = {}
        self._wire = wire
        self._monotonic = monotonic
        self._decoder = FrameDecoder()
        self._said: deque[p.Said] = deque()
        self._echoes: deque[tuple[Frame, float]] = deque()  # what we sent, and until when it may come back
        self._last_echo: Frame | None = None  # since we spoke last
        self._has_echo = False  # learnt: the adapter repeats our own bytes
        self._pressed_at: dict[_PressKey, float] = {}
        self._unclear: set[tuple[int, int]] = set()  # address and command, of which a warning was given
        self._bytes_heard = self._frames_heard = 0  # since the last check

    @property
    def last_heard(self) -> Mapping[int, float]:
        """When each address that ever spoke was heard last, in `monotonic` seconds."""
        return self._heard

    @property
    def bad_frames(self) -> int:
        """How many beginnings turned out to be no frame: collisions, noise, half frames."""
        return self._decoder.bad

    def poll(self) -> list[p.Said]:
        """Take what pads and evaluators said since the last time, each press once; waits for at most `POLL_S`.

        Raises:
            DeviceUnavailable: the port failed.
        """
        until = self._monotonic() + POLL_S
        while not self._said and self._monotonic() < until:
            if not self._listen():
                break
        said = list(self._said)
        self._said.clear()
        return said

    def show(self, address: int, waiting: int | None, ticket: int | None) -> None:
        """Put numbers on a pad, see `messages.numbers`. That it is shown is never known: say it again now and then.

        Raises:
            DeviceUnavailable: the port failed.
        """
        self._send(p.numbers(address, waiting, ticket))

    def beep(self, address: int) -> None:
        """Let a pad beep; raises as `show`."""
        self._send(p.beep(address))

    def start_rating(self, address: int) -> None:
        """Let an evaluator ask for a rating; raises as `show`. It ends by itself, or with a key."""
        self._send(p.start_rating(address))

    def show_stars(self, address: int, count: int) -> None:
        """Show a clerk's stars on an evaluator, 0 to 5; raises as `show`."""
        self._send(p.stars(address, count))

    def check(self) -> str | None:
        """See whether what was heard since the last time makes sense.

        Returns:
            None, or "protocol_error" when much was heard and nothing understood.
        """
        is_nonsense = self._bytes_heard >= NONSENSE_BYTES and not self._frames_heard
        self._bytes_heard = self._frames_heard = 0
        return ProtocolError.code if is_nonsense else None

    def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        self._wire.close()

    # ---- speaking ---------------------------------------------------------------------------------------------------

    def _send(self, frame: Frame) -> None:
        for _attempt in range(ATTEMPTS):
            self._write(frame)
            if not self._has_echo or self._hears_echo_of(frame):
                return
            self.collisions += 1
        logger.warning("%s: a frame for address %d was hit %d times", self.name, frame.address, ATTEMPTS)

    def _hears_echo_of(self, frame: Frame) -> bool:
        until = self._monotonic() + ECHO_S
        while self._last_echo != frame and self._monotonic() < until:
            self._listen()
        return self._last_echo == frame

    def _write(self, frame: Frame) -> None:
        logger.debug("%s: sending %02x %02x %s", self.name, frame.address, frame.command, frame.data.hex())
        self._last_echo = None
        self._echoes.append((frame, self._monotonic() + ECHO_S))
        self._wire.write(encode(frame))

    # ---- listening --------------------------------------------------------------------------------------------------

    def _listen(self) -> bool:
        """Read once; whether anything came. Byte by byte, for asking for more would wait for the time-out."""
        data = self._wire.read(1)
        self._bytes_heard += len(data)
        frames = list(self._decoder.feed(data) if data else self._decoder.silence())
        for frame in frames:
            self._take(frame)
        if not data:
            self._forget_echoes()
        return bool(data) or bool(frames)

    def _take(self, frame: Frame) -> None:
        logger.debug("%s: received %02x %02x %s", self.name, frame.address, frame.command, frame.data.hex())
        self._frames_heard += 1
        if self._is_echo(frame):
            return
        now = self._monotonic()
        self._heard[frame.address] = now
        said = p.meaning(frame)
        if isinstance(said, p.Unclear):  # not acknowledged: two masters, or a pad that says what we do not know
            self._note_unclear(frame)
            return
        self._write(p.acknowledgement(frame))
        if self._is_same_press(frame, now):
            self.repeats += 1
        else:
            self._said.append(said)

    def _note_unclear(self, frame: Frame) -> None:
        """Warn once for each kind of frame: what a pad says that we do not know, it may say every ten seconds."""
        kind = (frame.address, frame.command)
        level = logging.DEBUG if kind in self._unclear else logging.WARNING
        self._unclear.add(kind)
        logger.log(level, "%s: unclear frame of address %d: %s", self.name, frame.address, frame)

    def _is_echo(self, frame: Frame) -> bool:
        for sent in self._echoes:
            if sent[0] == frame:
                self._echoes.remove(sent)
                self._last_echo = frame
                self._has_echo = self._has_echo or frame.command in (p.NUMBERS, p.BEEP)  # no pad ever says these
                return True
        return False

    def _forget_echoes(self) -> None:
        """All that came was read, so what is overdue will not come; before, it may wait in the port."""
        now = self._monotonic()
        while self._echoes and self._echoes[0][1] <= now:
            self._echoes.popleft()

    def _is_same_press(self, frame: Frame, now: float) -> bool:
        key = (frame.address, frame.command, frame.data)
        before = self._pressed_at.get(key)
        self._pressed_at[key] = now
        return before is not None and now - before < SAME_PRESS_S
