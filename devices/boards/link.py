"""The host's end of the board link on any `Wire`: one command at a time, repeated until it is answered.

Repeating is safe in both directions: a command sets a state, so doing it twice is doing it once, and a key carries a
sequence number, so the same one again is acknowledged and not counted. The protocol is docs/protocol/board-link.md.
"""

import logging
import time
from collections import deque
from collections.abc import Callable

from devices.boards.frames import Frame, FrameDecoder, encode
from devices.boards.link_messages import (
    PROTOCOL_VERSION,
    Ack,
    CloseRating,
    Greet,
    Hello,
    Key,
    LinkMessage,
    MalformedPayload,
    Nak,
    OpenRating,
    Ping,
    Pong,
    Refusal,
    Show,
    from_frame,
    to_frame,
)
from devices.errors import DeviceError, DeviceFault, NoReply, ProtocolError
from devices.wire import Wire

logger = logging.getLogger(__name__)

WIRE_TIMEOUT_S = 0.02  # what a `Wire` for this link is opened with: how long a new command may wait for a read
ANSWER_S = 0.25  # the longest frame and its answer take 0.15 s at 9600 baud
ATTEMPTS = 6
DEADLINE_S = 1.5  # for all attempts of one command together
POLL_S = 0.1  # a board that babbles does not keep `poll` longer than this

Command = Show | OpenRating | CloseRating


class BoardRestarted(DeviceError):
    """The board has started anew and shows nothing: send everything again."""

    code = "board_restarted"


class CommandRefused(DeviceFault):
    """The board does not do what it was told; the others of its commands still work."""

    code = "command_refused"


class WrongFirmware(DeviceFault):
    """The board speaks another version of the protocol."""

    code = "wrong_firmware"


class BoardLink:
    """A board on a `Wire`. One worker thread owns it; nothing here may be called from two."""

    def __init__(self, wire: Wire, name: str = "board", *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take over a wire, whose reads should wait for `WIRE_TIMEOUT_S`.

        Args:
            wire: closed by `close()`.
            name: the board, as the site file calls it.
            monotonic: seconds that never go back.
        """
        self.name = name
        self.repeated_keys = 0  # keys that came again because our acknowledgement was lost
        self._wire = wire
        self._monotonic = monotonic
        self._decoder = FrameDecoder()
        self._keys: deque[Key] = deque()
        self._seq = 0
        self._greet_seq: int | None = None
        self._last_key_seq: int | None = None

    @property
    def bad_frames(self) -> int:
        """How many pieces of what arrived were not frames."""
        return self._decoder.bad

    def greet(self) -> Hello:
        """Begin: every rating on the board is closed, and keys pressed before are dropped.

        Raises:
            WrongFirmware: it speaks another protocol.
            DeviceUnavailable: silent, or the port failed.
        """
        self._wire.reset_input_buffer()
        hello = self._exchange(Greet(), lambda message, _seq: self._answers_greet(message))
        if not isinstance(hello, Hello) or hello.protocol != PROTOCOL_VERSION:
            raise WrongFirmware(self.name, f"expected protocol {PROTOCOL_VERSION}, got {hello}")
        return hello

    def send(self, command: Command) -> None:
        """Send a command; it is done once this returns.

        Raises:
            BoardRestarted: it may be undone; send everything again.
            CommandRefused: it is not done, and will not be when sent again.
            DeviceUnavailable: silent, or the port failed; it may be done.
        """
        self._ask(command, Ack)

    def ping(self) -> int:
        """Ask for the board's uptime, in seconds.

        Raises:
            BoardRestarted, DeviceUnavailable: as for `send`.
        """
        answer = self._ask(Ping(), Pong)
        if not isinstance(answer, Pong):
            raise ProtocolError(self.name, f"answered PING with {answer}")
        return answer.uptime_s

    def poll(self) -> list[Key]:
        """Take the keys that were pressed since the last time; waits for at most `POLL_S`.

        Raises:
            BoardRestarted: send everything again; no key is lost by this.
            DeviceUnavailable: the port failed.
        """
        until = self._monotonic() + POLL_S
        while not self._keys and self._monotonic() < until:
            data = self._wire.read(1)
            if not data:
                break
            for message, _seq in self._taken(data):
                self._stop_at_hello(message)
        return self.keys()

    def keys(self) -> list[Key]:
        """Take the keys that came in while a command was sent, without waiting."""
        keys = list(self._keys)
        self._keys.clear()
        return keys

    def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        self._wire.close()

    # ---- one exchange -----------------------------------------------------------------------------------------

    def _ask(self, message: LinkMessage, expected: type[LinkMessage]) -> LinkMessage:
        def is_answer(answer: LinkMessage, answer_seq: int) -> bool:
            self._stop_at_hello(answer)
            if answer_seq != self._seq or not isinstance(answer, expected | Nak):
                return False
            return not (isinstance(answer, Nak) and answer.reason == Refusal.BUSY)

        answer = self._exchange(message, is_answer)
        if isinstance(answer, Nak):
            raise CommandRefused(self.name, f"refused {type(message).__name__}, reason {answer.reason}")
        return answer

    def _exchange(self, message: LinkMessage, is_answer: Callable[[LinkMessage, int], bool]) -> LinkMessage:
        """Send a message, again after each `ANSWER_S` without an answer. Sequence numbers run 1 to 255."""
        self._seq = self._seq % 255 + 1
        if isinstance(message, Greet):
            self._greet_seq = self._seq
        frame = to_frame(message, self._seq)
        give_up = self._monotonic() + DEADLINE_S
        for _attempt in range(ATTEMPTS):
            self._write(frame)
            until = min(self._monotonic() + ANSWER_S, give_up)
            while self._monotonic() < until:
                for answer, seq in self._taken(self._wire.read(1)):
                    if is_answer(answer, seq):
                        return answer
            if self._monotonic() >= give_up:
                break
        raise NoReply(self.name, f"no answer to {type(message).__name__}")

    def _answers_greet(self, message: LinkMessage) -> bool:
        return isinstance(message, Hello) and message.greeted == self._greet_seq

    def _stop_at_hello(self, message: LinkMessage) -> None:
        """A HELLO that answers our GREET once more is no restart: its acknowledgement was lost."""
        if isinstance(message, Hello) and not self._answers_greet(message):
            raise BoardRestarted(self.name, f"has started for the {message.boot_count}. time")

    # ---- frames in and out --------------------------------------------------------------------------------------

    def _taken(self, data: bytes) -> list[tuple[LinkMessage, int]]:
        """The messages that `data` completes, acknowledged where the board waits for that; keys are set aside.

        Reading byte by byte returns as soon as a frame ends; asking for more would wait for the time-out.
        """
        taken = []
        for frame in self._decoder.feed(data):
            logger.debug("%s: received %02x %02x %s", self.name, frame.kind, frame.seq, frame.payload.hex())
            try:
                message = from_frame(frame)
            except MalformedPayload as exc:
                logger.warning("%s: frame ignored: %s", self.name, exc)
                continue
            if isinstance(message, Key):
                self._take_key(message, frame.seq)
            elif isinstance(message, Hello):
                self._last_key_seq = None
                self._write(to_frame(Ack(), frame.seq))
            taken.append((message, frame.seq))
        return taken

    def _take_key(self, key: Key, seq: int) -> None:
        self._write(to_frame(Ack(), seq))
        if seq == self._last_key_seq:
            self.repeated_keys += 1
            return
        self._last_key_seq = seq
        self._keys.append(key)

    def _write(self, frame: Frame) -> None:
        logger.debug("%s: sending %02x %02x %s", self.name, frame.kind, frame.seq, frame.payload.hex())
        self._wire.write(encode(frame))
