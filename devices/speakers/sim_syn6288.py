"""A simulated SYN6288, written from its data sheet and not from the driver. What it says is kept as text."""

import re
import time
from collections.abc import Callable

LONGEST = 200
TAG = re.compile(r"\[([a-z])(\d+)\]")


class SimSyn6288:
    """A speech module whose speech takes time by its clock.

    Attributes:
        said: every text that it began to say, without tags.
        tags: the newest value of each tag, e.g. {"v": 10, "t": 4}.
        s_per_character: how long speaking takes; 0: it has said everything at once.
        starts_late_s: how long it still says that it is idle after it has taken a text.
        never_ends: it hangs while it speaks.
        lose_answers: so many of its next answers get lost.
        misunderstands: so many of its next frames it does not understand.
        overlaps: how often it was told to speak while it spoke: it breaks off, as the chip does.
    """

    def __init__(
        self, on_said: Callable[[str], None] | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.said: list[str] = []
        self.tags: dict[str, int] = {}
        self.s_per_character = self.starts_late_s = 0.0
        self.never_ends = False
        self.lose_answers = self.misunderstands = self.overlaps = 0
        self._on_said = on_said
        self._monotonic = monotonic
        self._busy_from = self._busy_until = 0.0
        self._inbox = bytearray()

    @property
    def is_speaking(self) -> bool:
        """Whether it speaks now."""
        return self._busy_until > 0 and (self.never_ends or self._monotonic() < self._busy_until)

    @property
    def _admits_speaking(self) -> bool:
        return self.is_speaking and self._monotonic() >= self._busy_from

    def receive(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        """Take bytes from the line."""
        self._inbox += data
        while frame := self._next():
            reply = self._do(frame[3], frame[4:-1]) if _is_sound(frame) and not self.misunderstands else b"\x45"
            self.misunderstands -= bool(self.misunderstands)
            if self.lose_answers:
                self.lose_answers -= 1
            else:
                answer(reply)

    def _next(self) -> bytes:
        """The next whole frame, whether sound or not; b"" when none is complete."""
        while (start := self._inbox.find(0xFD)) >= 0:
            del self._inbox[:start]
            size = 3 + int.from_bytes(self._inbox[1:3], "big")
            if len(self._inbox) >= 3 and not 5 <= size <= LONGEST + 6:
                del self._inbox[0]
                continue
            if len(self._inbox) < max(size, 3):
                return b""
            frame = bytes(self._inbox[:size])
            del self._inbox[: size if _is_sound(frame) else 1]
            return frame
        self._inbox.clear()
        return b""

    def _do(self, command: int, parameters: bytes) -> bytes:
        if command == 0x21:
            return b"\x41\x4e" if self._admits_speaking else b"\x41\x4f"
        if command == 0x01 and parameters:
            self._say(parameters[1:].decode("gbk", errors="replace"))
        elif command == 0x02:
            self.never_ends, self._busy_until = False, 0.0
        elif command not in (0x03, 0x04, 0x88):
            return b"\x45"
        return b"\x41"

    def _say(self, text: str) -> None:
        self.overlaps += self.is_speaking
        self.tags |= {name: int(value) for name, value in TAG.findall(text)}
        plain = TAG.sub("", text)
        self.said.append(plain)
        self._busy_from = self._monotonic() + self.starts_late_s
        self._busy_until = self._monotonic() + max(len(plain) * self.s_per_character, 1e-9)
        if self._on_said is not None:
            self._on_said(plain)


def _is_sound(frame: bytes) -> bool:
    check = 0
    for byte in frame:
        check ^= byte
    return check == 0
