"""Simulated number bars on one line, written from the protocol's one known frame and not from the driver."""

from collections.abc import Callable


class SimNumberBars:
    """Bars that show what is sent to their addresses. Bars answer nothing.

    Attributes:
        numbers: what each bar shows, by address; a bar that was never told anything is missing.
        dead: addresses of bars that are switched off.
    """

    def __init__(self, on_shown: Callable[[int, int], None] | None = None) -> None:
        self.numbers: dict[int, int] = {}
        self.dead: set[int] = set()
        self._on_shown = on_shown
        self._window = b""

    def receive(self, data: bytes, _answer: Callable[[bytes], None], /) -> None:
        """Take bytes from the line: four whose last is the sum of the others are a frame."""
        for byte in data:
            self._window = (self._window + bytes((byte,)))[-4:]
            if len(self._window) == 4 and self._window[0] and sum(self._window[:3]) % 256 == self._window[3]:
                self._show(self._window[0], self._window[1] * 256 + self._window[2])
                self._window = b""

    def restart(self) -> None:
        """Power off and on: bars forget what they showed."""
        self.numbers.clear()

    def _show(self, address: int, number: int) -> None:
        if address in self.dead:
            return
        is_new = self.numbers.get(address) != number
        self.numbers[address] = number
        if is_new and self._on_shown is not None:
            self._on_shown(address, number)
