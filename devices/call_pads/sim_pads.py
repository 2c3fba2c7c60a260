"""What a simulated pad or evaluator does on the line, written from docs/protocol/call-pads.md and not from the driver.

Its codec is its own, so that it does not share the driver's misunderstandings. It knows neither threads nor ports:
frames come in with `hear`, go out through a function, and time is an argument.
"""

from collections.abc import Callable

REPEAT_S = 0.2
ATTEMPTS = 5
STUCK_EVERY_S = 0.3
RATING_S = 30.0

Transmit = Callable[[bytes], None]
KEYS = {  # what each key of a pad sends
    "call": bytes.fromhex("0c"),
    "recall": bytes.fromhex("0d"),
    "ask_rating": bytes.fromhex("0b"),
    "cancel": bytes.fromhex("0e"),
    "confirm": bytes.fromhex("0f"),
    "give_up": bytes.fromhex("060f"),
    "hold": bytes.fromhex("000f"),
    "call_back": bytes.fromhex("030f"),
    "notice": bytes.fromhex("11"),
    "pause": bytes.fromhex("12"),
    "transfer": bytes.fromhex("13"),
}


def wrap(address: int, command: int, data: bytes) -> bytes:
    """A frame as it goes over the line."""
    counted = bytes([address, command, *data])
    size = len(counted)
    return bytes([0xFF, 0x68, size, size, 0x68, *counted, sum(counted) % 256, 0x16])


def unwrap(heard: bytes) -> tuple[bytes | None, bytes]:
    """The first frame of what was heard, without its wrapping, and the rest; None when there is none yet."""
    for at in range(len(heard)):
        size = heard[at + 2] if len(heard) > at + 2 else 0
        whole = heard[at : at + size + 7]
        if whole[:2] != b"\xff\x68" or len(whole) < size + 7 or size < 2:
            continue
        counted = whole[5:-2]
        if whole[2] == whole[3] and whole[4] == 0x68 and whole[-2:] == bytes([sum(counted) % 256, 0x16]):
            return counted, heard[at + size + 7 :]
    return None, heard[-64:]


class _Speaker:
    """Repeats one frame until the host answers it."""

    def __init__(self, address: int, transmit: Transmit) -> None:
        self.address = address
        self.is_silent = False
        self.acknowledged = 0
        self.given_up = 0
        self._transmit = transmit
        self._said: bytes | None = None
        self._answer = b""
        self._left, self._at = 0, 0.0
        self.stuck: tuple[bytes, bytes] | None = None
        self._stuck_at = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether it still waits for an answer."""
        return self._said is not None

    def tick(self, now: float) -> None:
        """Say again what was not answered."""
        if self.stuck is not None and now >= self._stuck_at:
            self._stuck_at = now + STUCK_EVERY_S
            self._say(*self.stuck, now)
        elif self._said is not None and now >= self._at:
            if not self._left:
                self._said, self.given_up = None, self.given_up + 1
                return
            self._left, self._at = self._left - 1, now + REPEAT_S
            self._out(self._said)

    def _say(self, frame: bytes, answer: bytes, now: float) -> None:
        self._said, self._answer, self._left, self._at = frame, answer, ATTEMPTS - 1, now + REPEAT_S
        self._out(frame)

    def _out(self, frame: bytes) -> None:
        if not self.is_silent:
            self._transmit(frame)

    def _is_answer(self, counted: bytes) -> bool:
        if self._said is None or counted != self._answer:
            return False
        self._said, self.acknowledged = None, self.acknowledged + 1
        return True


class SimPad(_Speaker):
    """A clerk's pad: two rows of three digits, a beeper, and eleven keys.

    Attributes:
        waiting, ticket: what its rows show; a dark digit is a space.
        beeps: how often it has beeped.
    """

    def __init__(self, address: int, transmit: Transmit) -> None:
        super().__init__(address, transmit)
        self.waiting = self.ticket = "   "
        self.beeps = 0

    def press(self, key: str, now: float) -> None:
        """Press a key, by its name in `KEYS`."""
        self._say(*self._frames(key), now)

    def jam(self, key: str) -> None:
        """Let a key stick: the pad says it again and again, answered or not."""
        self.stuck = self._frames(key)

    def hear(self, counted: bytes, _now: float) -> None:
        """Take a frame from the host."""
        if self.is_silent or counted[0] != self.address or self._is_answer(counted):
            return
        command, data = counted[1], counted[2:]
        if command == 0x02 and len(data) == 6:
            row = "".join("0123456789 "[digit] if digit <= 0x0A else "?" for digit in data)
            self.waiting, self.ticket = row[:3], row[3:]
        elif command == 0x03:
            self.beeps += 1

    def _frames(self, key: str) -> tuple[bytes, bytes]:
        counted = bytes([self.address, 0x01]) + KEYS[key]
        return wrap(self.address, 0x01, KEYS[key]), counted


class SimEvaluator(_Speaker):
    """A visitor's evaluator, which sends its keys whether a rating is open or not.

    Attributes:
        ratings: how often it was told to ask for a rating.
        stars: what it was told to show.
    """

    def __init__(self, address: int, transmit: Transmit) -> None:
        super().__init__(address, transmit)
        self.ratings = 0
        self.stars: int | None = None
        self._asks_until = 0.0

    def asks(self, now: float) -> bool:
        """Whether its keys are lit."""
        return now < self._asks_until

    def press(self, value: int, now: float) -> None:
        """Press the key that sends a value."""
        self._say(*self._frames(value), now)

    def jam(self, value: int) -> None:
        """Let a key stick."""
        self.stuck = self._frames(value)

    def hear(self, counted: bytes, now: float) -> None:
        """Take a frame from the host."""
        if self.is_silent or counted[0] != self.address:
            return
        if self._is_answer(counted):
            self._asks_until = 0.0
        elif counted[1:] == b"\x01\x0b":
            self.ratings += 1
            self._asks_until = now + RATING_S
        elif counted[1] == 0x02 and len(counted) == 3:
            self.stars = counted[2]

    def _frames(self, value: int) -> tuple[bytes, bytes]:
        return wrap(self.address, 0x11, bytes([value])), bytes([self.address, 0x01, value])
