"""Relay boards with inputs that speak Modbus-RTU: every command is answered, and read back where it matters."""

import time
from collections.abc import Callable, Iterator

from devices.errors import DeviceError, DeviceRefused, NoReply, ProtocolError
from devices.relays.fail_safe import all_off
from devices.relays.modbus_frames import (
    READ_COILS,
    READ_INPUTS,
    Bits,
    Refused,
    Reply,
    ReplyDecoder,
    Written,
    read_bits,
    write_coil,
)
from devices.wire import Wire

BAUD = 9600
ANY_BOARD = 0xFE  # answers whatever its own address is; for a line with one board
WIRE_TIMEOUT_S = 0.05
ANSWER_S = 0.3
ATTEMPTS = 3


class ModbusSwitches:
    """`Switches` on any `Wire` whose reads wait for `WIRE_TIMEOUT_S`.

    All relays are switched off first and last: what a crash left on is off as soon as somebody opens the board again.
    """

    def __init__(
        self,
        wire: Wire,
        name: str,
        channels: int,
        *,
        inputs: int = 0,
        address: int = ANY_BOARD,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over a wire and switch everything off.

        Args:
            channels: how many relays, 1 to 32.
            inputs: how many inputs, 0 to 32.

        Raises:
            DeviceError: the board does not answer, or has fewer relays.
        """
        self.name = name
        self.channels = channels
        self._inputs = inputs
        self._address = address
        self._wire = wire
        self._monotonic = monotonic
        self._states = dict.fromkeys(range(1, channels + 1), False)
        try:
            for channel in self._states:
                self.set(channel, on=False)
        except BaseException:
            wire.close()
            raise

    def set(self, channel: int, *, on: bool) -> None:
        """Switch one relay.

        Raises:
            DeviceRefused: the board has no such relay.
            DeviceUnavailable, ProtocolError: it may be on or off.
        """
        if channel not in self._states:
            raise ValueError(f"{self.name} has channels 1 to {self.channels}, not {channel}")
        request = write_coil(self._address, channel - 1, on=on)
        self._ask(request, lambda reply: reply == Written(channel - 1, on))
        self._states[channel] = on

    def inputs(self) -> tuple[bool, ...]:
        """Which inputs are active."""
        return self._read(READ_INPUTS, self._inputs) if self._inputs else ()

    def check(self) -> str | None:
        """Compare the relays with what they should be, and put right what differs: the board may have restarted.

        Raises:
            DeviceError: it does not answer.
        """
        for channel, on in enumerate(self._read(READ_COILS, self.channels), start=1):
            if on != self._states[channel]:
                self.set(channel, on=self._states[channel])
        return None

    def close(self) -> None:
        """Switch everything off, as far as the board still answers, and give the port back."""
        all_off(self)
        self._wire.close()

    def _read(self, function: int, count: int) -> tuple[bool, ...]:
        size = -(-count // 8) * 8
        reply = self._ask(
            read_bits(self._address, function, count),
            lambda reply: isinstance(reply, Bits) and reply.function == function and len(reply.bits) == size,
        )
        assert isinstance(reply, Bits)  # noqa: S101 (what was waited for)
        return reply.bits[:count]

    def _ask(self, request: bytes, is_answer: Callable[[Reply], bool]) -> Reply:
        """Send a request until it is answered; switching twice is switching once, and reading changes nothing."""
        failure: DeviceError = NoReply(self.name, f"no answer to {ATTEMPTS} attempts")
        for _attempt in range(ATTEMPTS):
            self._wire.reset_input_buffer()
            self._wire.write(request)
            heard = bytearray()
            for reply in self._replies(heard):
                if is_answer(reply):
                    return reply
                if isinstance(reply, Refused) and reply.function == request[1]:
                    raise DeviceRefused(self.name, f"refused function {reply.function}: {reply.meaning}")
            if heard:
                failure = ProtocolError(self.name, f"not an answer: {heard[:32].hex()}")
        raise failure

    def _replies(self, heard: bytearray) -> Iterator[Reply]:
        decoder, ends = ReplyDecoder(self._address), self._monotonic() + ANSWER_S
        while self._monotonic() < ends:
            data = self._wire.read(1)
            heard += data
            yield from decoder.feed(data)
