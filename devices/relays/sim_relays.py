"""Simulated relay boards, written from their leaflets and not from the drivers."""

from collections.abc import Callable

OnSwitched = Callable[[int, bool], None]


class SimLcus:
    """A board that switches and never answers.

    Attributes:
        relays: which are on; the first is channel 1.
        history: every command that was carried out, as (channel, on).
    """

    def __init__(self, channels: int = 4, on_switched: OnSwitched | None = None) -> None:
        self.relays = [False] * channels
        self.history: list[tuple[int, bool]] = []
        self._on_switched = on_switched
        self._inbox = bytearray()

    def receive(self, data: bytes, _answer: Callable[[bytes], None], /) -> None:
        """Take bytes from the line."""
        self._inbox += data
        while len(self._inbox) >= 4:
            start, channel, state, check = self._inbox[:4]
            if start == 0xA0 and state in (0, 1) and (start + channel + state) % 256 == check:
                del self._inbox[:4]
                self._switch(channel, state == 1)
            else:
                del self._inbox[0]

    def _switch(self, channel: int, on: bool) -> None:
        if not 1 <= channel <= len(self.relays):
            return
        has_changed = self.relays[channel - 1] != on
        self.relays[channel - 1] = on
        self.history.append((channel, on))
        if has_changed and self._on_switched is not None:
            self._on_switched(channel, on)


class SimModbusRelay:
    """A board with relays and inputs that answers.

    Attributes:
        relays, inputs: which are on; the first is channel 1.
        history: every switching that was carried out, as (channel, on).
        exception: answer every request with this code; 0: none.
        wrong_crc: so many of its next answers have a wrong checksum.
        strangers: so many of its next answers come from another address.
    """

    def __init__(
        self, channels: int = 4, inputs: int = 4, address: int = 1, on_switched: OnSwitched | None = None
    ) -> None:
        self.relays, self.inputs = [False] * channels, [False] * inputs
        self.history: list[tuple[int, bool]] = []
        self.address = address
        self.exception = self.wrong_crc = self.strangers = 0
        self._on_switched = on_switched
        self._inbox = bytearray()

    def restart(self) -> None:
        """Power off and on: every relay falls off."""
        self.relays = [False] * len(self.relays)

    def receive(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        """Take bytes from the line: every request here is eight bytes long."""
        self._inbox += data
        while len(self._inbox) >= 8:
            frame = bytes(self._inbox[:8])
            if frame[0] not in (self.address, 0xFE) or crc(frame) != b"\x00\x00":
                del self._inbox[0]
                continue
            del self._inbox[:8]
            answer(self._sealed(frame[0], self._do(frame[1], frame[2:6])))

    def _do(self, function: int, data: bytes) -> bytes:
        first, value = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
        if self.exception:
            return bytes((function | 0x80, self.exception))
        if function in (1, 2):
            bits = self.relays if function == 1 else self.inputs
            if first + value > len(bits):
                return bytes((function | 0x80, 2))
            packed = sum(1 << n for n, bit in enumerate(bits[first : first + value]) if bit)
            size = (value + 7) // 8
            return bytes((function, size)) + packed.to_bytes(size, "little")
        if function != 5:
            return bytes((function | 0x80, 1))
        if first >= len(self.relays):
            return b"\x85\x02"
        self._switch(first, value == 0xFF00)
        return b"\x05" + data

    def _switch(self, index: int, on: bool) -> None:
        has_changed = self.relays[index] != on
        self.relays[index] = on
        self.history.append((index + 1, on))
        if has_changed and self._on_switched is not None:
            self._on_switched(index + 1, on)

    def _sealed(self, address: int, body: bytes) -> bytes:
        if self.strangers:
            self.strangers -= 1
            address ^= 0x10
        frame = bytes((address,)) + body
        check = crc(frame)
        if self.wrong_crc:
            self.wrong_crc -= 1
            check = bytes((check[0] ^ 0x55, check[1]))
        return frame + check


def crc(data: bytes) -> bytes:
    """Low byte first; of a frame with its own CRC it is 00 00."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")
