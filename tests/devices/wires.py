"""A `Wire` with a simulated device behind it and a clock that moves only while somebody waits."""

from collections.abc import Callable

from devices.sim_line import SimulatedDevice, Trouble


class SimWire:
    """No thread, no port: what is written is heard at once, and a read that finds nothing costs its time-out.

    Attributes:
        now: seconds; hand `monotonic` to driver and simulator.
        trouble: what goes wrong; `slow_s` is not used here.
        written: everything that was sent.
    """

    def __init__(self, make: Callable[[Callable[[], float]], SimulatedDevice], *, timeout_s: float = 0.05) -> None:
        self.now = 0.0
        self.trouble = Trouble()
        self.written = b""
        self.is_closed = False
        self.device = make(self.monotonic)
        self._timeout_s = timeout_s
        self._arrived = bytearray()

    def monotonic(self) -> float:
        return self.now

    def read(self, size: int, /) -> bytes:
        if not self._arrived:
            self.now += self._timeout_s
        data = bytes(self._arrived[:size])
        del self._arrived[:size]
        return data

    def write(self, data: bytes, /) -> None:
        assert not self.is_closed
        self.written += data
        self.trouble.pass_on(self.device, data, self._arrived.extend)

    def reset_input_buffer(self) -> None:
        self._arrived.clear()

    def close(self) -> None:
        self.is_closed = True

    def arrive(self, data: bytes) -> None:
        self._arrived += data
