"""What a simulated board does, written from docs/protocol/board-link.md and not from the driver.

Codec and layouts are its own, so that it does not share the driver's misunderstandings. It knows neither threads nor
ports: bytes come in with `receive`, go out through a function, and time is an argument.
"""

from collections import deque
from collections.abc import Callable

REPEAT_S = 0.2
KEY_ATTEMPTS = 10
WAITING_KEYS = 8
LONGEST_PIECE = 133

HELLO, GREET, SHOW, OPEN_RATING, CLOSE_RATING, KEY, PING, PONG, ACK, NAK = (
    0x01, 0x02, 0x10, 0x11, 0x12, 0x20, 0x30, 0x31, 0x7E, 0x7F,
)  # fmt: skip
UNKNOWN_KIND, BAD_LENGTH, BAD_SLOT, BAD_TEXT, BUSY, SLOT_FAULT = 1, 2, 3, 4, 5, 6


def crc(data: bytes) -> int:
    """Polynomial 1021, start FFFF, most significant bit first; "123456789" gives 29B1."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def stuff(data: bytes) -> bytes:
    """COBS for fewer than 254 bytes: each zero becomes the distance to the next one."""
    return b"".join(bytes((len(run) + 1,)) + run for run in data.split(b"\x00"))


def unstuff(piece: bytes) -> bytes | None:
    """Undo `stuff`; None when a distance points past the end."""
    runs, at = [], 0
    while at < len(piece):
        end = at + piece[at]
        if end > len(piece):
            return None
        runs.append(piece[at + 1 : end])
        at = end
    return b"\x00".join(runs)


class SimFirmware:
    """A board's program: bars, evaluators, and the link's far end.

    Attributes:
        texts: what each slot's bar shows.
        flashing: whether it flashes.
        sessions: each slot's open rating session, 0 for none.
    """

    def __init__(self, transmit: Callable[[bytes], None], slots: int = 16) -> None:
        self.slots = slots
        self.boot_count = 0
        self.protocol = 1
        self.busy = 0  # so many commands are answered "busy"
        self.deaf_to_acks = 0  # so many acknowledgements from the host are not heard
        self.broken_slots: set[int] = set()
        self.bad_frames = 0
        self.commands = 0  # commands carried out, repeats included
        self.refused = 0  # commands for broken slots
        self.on_shown: Callable[[int, str, bool], None] | None = None
        self._transmit = transmit
        self._started = 0.0
        self.power_off()

    def power_off(self) -> None:
        """Forget everything but the boot count."""
        self.texts = [""] * self.slots
        self.flashing = [False] * self.slots
        self.sessions = [0] * self.slots
        self._inbox = bytearray()
        self._unsent: deque[tuple[int, bytes, int]] = deque()  # kind, payload, seq
        self._attempts, self._repeat_at, self._seq = 0, 0.0, 0

    def boot(self, now: float) -> None:
        """Power on; HELLO goes out until it is acknowledged."""
        self.power_off()
        self._started = now
        self.boot_count = (self.boot_count + 1) & 0xFFFF
        self._say_hello(0, now)

    @property
    def waiting(self) -> int:
        """How many of its own messages were not acknowledged yet; it keeps `WAITING_KEYS` at most."""
        return len(self._unsent)

    def press(self, slot: int, key: int, now: float) -> None:
        """Someone presses a key of a slot's evaluator."""
        if len(self._unsent) < WAITING_KEYS:
            self._send_reliably(KEY, bytes((slot, self.sessions[slot], key)), now)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes from the line."""
        for byte in data:
            if byte:
                if len(self._inbox) <= LONGEST_PIECE:  # one more shows that the piece is too long
                    self._inbox.append(byte)
                continue
            piece, self._inbox = bytes(self._inbox), bytearray()
            if piece:
                self._receive_piece(piece, now)

    def tick(self, now: float) -> None:
        """Repeat what was not acknowledged in time."""
        if not self._unsent or now < self._repeat_at:
            return
        kind, payload, seq = self._unsent[0]
        if kind == KEY and self._attempts >= KEY_ATTEMPTS:
            self._next_unsent(now)
            return
        self._attempts += 1
        self._repeat_at = now + REPEAT_S
        self._frame(kind, seq, payload)

    # ---- the far end of the link ------------------------------------------------------------------------------

    def _receive_piece(self, piece: bytes, now: float) -> None:
        whole = unstuff(piece) if len(piece) <= LONGEST_PIECE else None
        if whole is None or len(whole) < 4 or crc(whole[:-2]) != int.from_bytes(whole[-2:], "big"):
            self.bad_frames += 1
            return
        kind, seq, payload = whole[0], whole[1], whole[2:-2]
        if kind == ACK:
            self._acknowledged(seq, now)
        elif kind == GREET:
            self.sessions = [0] * self.slots
            self._say_hello(seq, now)
        elif kind == PING:
            self._frame(PONG, seq, int(now - self._started).to_bytes(4, "big"))
        elif self.busy:
            self.busy -= 1
            self._frame(NAK, seq, bytes((BUSY,)))
        else:
            refusal = self._do(kind, payload)
            self._frame(NAK, seq, bytes((refusal,))) if refusal else self._frame(ACK, seq, b"")

    def _do(self, kind: int, payload: bytes) -> int:
        """Carry out a command; 0, or why not."""
        lengths = {SHOW: range(2, 123), OPEN_RATING: range(2, 3), CLOSE_RATING: range(1, 2)}
        if kind not in lengths:
            return UNKNOWN_KIND
        if len(payload) not in lengths[kind]:
            return BAD_LENGTH
        if payload[0] >= self.slots:
            return BAD_SLOT
        if payload[0] in self.broken_slots:
            self.refused += 1
            return SLOT_FAULT
        self.commands += 1
        if kind == SHOW:
            return self._show(payload[0], payload[1], payload[2:])
        self.sessions[payload[0]] = payload[1] if kind == OPEN_RATING else 0
        return 0

    def _show(self, slot: int, flags: int, text: bytes) -> int:
        try:
            self.texts[slot] = text.decode()
        except UnicodeDecodeError:
            return BAD_TEXT
        self.flashing[slot] = bool(flags & 1)
        if self.on_shown is not None:
            self.on_shown(slot, self.texts[slot], self.flashing[slot])
        return 0

    def _say_hello(self, greeted: int, now: float) -> None:
        self._unsent.clear()
        boots = self.boot_count.to_bytes(2, "big")
        self._send_reliably(HELLO, bytes((self.protocol, 1, 0, 0)) + boots + bytes((self.slots, greeted)), now)

    def _send_reliably(self, kind: int, payload: bytes, now: float) -> None:
        self._seq = self._seq % 255 + 1
        self._unsent.append((kind, payload, self._seq))
        if len(self._unsent) == 1:
            self._attempts, self._repeat_at = 0, now
            self.tick(now)

    def _acknowledged(self, seq: int, now: float) -> None:
        if self.deaf_to_acks:
            self.deaf_to_acks -= 1
        elif self._unsent and self._unsent[0][2] == seq:
            self._next_unsent(now)

    def _next_unsent(self, now: float) -> None:
        self._unsent.popleft()
        self._attempts, self._repeat_at = 0, now
        self.tick(now)

    def _frame(self, kind: int, seq: int, payload: bytes) -> None:
        body = bytes((kind, seq)) + payload
        self._transmit(b"\x00" + stuff(body + crc(body).to_bytes(2, "big")) + b"\x00")
