"""A simulated RS-485 line of pads and evaluators on a pseudo-terminal: open `port` as if it were the adapter."""

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from devices.call_pads.sim_pads import SimEvaluator, SimPad, unwrap
from devices.sim_links import put_link, take_link

TICK_S = 0.01
NOISE_BYTES = 24


class PadLineSim:
    """A line that can be pulled out, garbled and made to echo. Safe to use from any thread.

    Attributes (knobs):
        echo: the adapter repeats the host's own bytes, as many do.
        collisions: so many of the next frames from either side are hit by another one.
        half_frames: so many of the next frames from pads and evaluators break off.
        noise: so many of the next frames from pads and evaluators have random bytes before them.
        byte_s: pads and evaluators speak so slowly, seconds a byte.
        pads, evaluators: what hangs on the line, by address.
    """

    def __init__(
        self, *, pads: Iterable[int] = (), evaluators: Iterable[int] = (), link: Path | None = None, seed: int = 1
    ) -> None:
        """Power on.

        Args:
            pads, evaluators: their addresses.
            link: a symbolic link that is kept at this path while the adapter is plugged in, as udev does by id.
            seed: of the noise.
        """
        self.echo = False
        self.collisions = self.half_frames = self.noise = 0
        self.byte_s = 0.0
        self.pads = {address: SimPad(address, self._transmit) for address in pads}
        self.evaluators = {address: SimEvaluator(address, self._transmit) for address in evaluators}
        self._random = Random(seed)
        self._link = link
        self._lock = threading.RLock()
        self._master = self._slave = -1
        self._inbox = b""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated line", daemon=True)
        self.plug()
        self._thread.start()

    # ---- what people at the counters see and do --------------------------------------------------------------------

    @property
    def port(self) -> str:
        """Where to open it."""
        return str(self._link) if self._link else os.ttyname(self._slave)

    def press(self, address: int, key: str) -> None:
        """Press a key of a pad, by its name in `sim_pads.KEYS`."""
        with self._lock:
            self.pads[address].press(key, time.monotonic())

    def rate(self, address: int, value: int) -> None:
        """Press the key of an evaluator that sends a value."""
        with self._lock:
            self.evaluators[address].press(value, time.monotonic())

    def shows(self, address: int) -> tuple[str, str]:
        """What a pad shows: who waits, and the ticket; a dark digit is a space."""
        with self._lock:
            return self.pads[address].waiting, self.pads[address].ticket

    def asks(self, address: int) -> bool:
        """Whether an evaluator asks for a rating."""
        with self._lock:
            return self.evaluators[address].asks(time.monotonic())

    def babble(self, count: int = NOISE_BYTES) -> None:
        """Send random bytes, as a loose wire does."""
        with self._lock:
            self._out(self._random.randbytes(count))

    def unplug(self) -> None:
        """Pull the adapter: the port goes away."""
        with self._lock:
            if self._master < 0:
                return
            if self._link:
                take_link(self._link)
            os.close(self._master)
            os.close(self._slave)
            self._master = self._slave = -1

    def plug(self) -> None:
        """Put the adapter in: a port appears."""
        with self._lock:
            self.unplug()
            self._master, self._slave = os.openpty()  # keeping the far end open lets hosts come and go
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            if self._link:
                put_link(self._link, os.ttyname(self._slave))

    def close(self) -> None:
        """Take the line away; closing twice is harmless."""
        self._stopping.set()
        self._thread.join()
        self.unplug()

    def __enter__(self) -> "PadLineSim":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # ---- the line's thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            master = self._master
            if master < 0:
                self._stopping.wait(TICK_S)
                continue
            try:
                readable, _, _ = select.select([master], [], [], TICK_S)
            except (OSError, ValueError):  # unplugged meanwhile
                continue
            with self._lock:
                self._turn(readable)

    def _turn(self, readable: list[int]) -> None:
        data = b""
        if readable and readable[0] == self._master:
            with contextlib.suppress(BlockingIOError, OSError):
                data = os.read(self._master, 4096)
        now = time.monotonic()
        if data:
            data = self._hit(data)
            if self.echo:
                self._out(data)
            self._deliver(data, now)
        for speaker in self._hung():
            speaker.tick(now)

    def _hung(self) -> list[SimPad | SimEvaluator]:
        return [*self.pads.values(), *self.evaluators.values()]

    def _deliver(self, data: bytes, now: float) -> None:
        self._inbox += data
        counted, self._inbox = unwrap(self._inbox)
        while counted is not None:
            for listener in self._hung():
                listener.hear(counted, now)
            counted, self._inbox = unwrap(self._inbox)

    def _transmit(self, frame: bytes) -> None:
        if self.noise:
            self.noise -= 1
            frame = self._random.randbytes(NOISE_BYTES) + frame
        if self.half_frames:
            self.half_frames -= 1
            frame = frame[: len(frame) // 2]
        for piece in self._pieces(self._hit(frame)):
            self._out(piece)

    def _pieces(self, frame: bytes) -> Iterator[bytes]:
        if not self.byte_s:
            yield frame
            return
        for byte in frame:
            time.sleep(self.byte_s)
            yield bytes((byte,))

    def _hit(self, data: bytes) -> bytes:
        """Two speak at once: bits of both are lost."""
        if not self.collisions:
            return data
        self.collisions -= 1
        return bytes(byte & self._random.randrange(256) for byte in data)

    def _out(self, data: bytes) -> None:
        if self._master >= 0:
            with contextlib.suppress(BlockingIOError, OSError):  # nobody listens: a line's bytes go nowhere too
                os.write(self._master, data)
