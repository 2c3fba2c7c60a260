"""A simulated board on a pseudo-terminal: open `port` as if it were a serial line."""

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Callable, Sequence
from pathlib import Path

from devices.boards.sim_firmware import ACK, NAK, SimFirmware, unstuff
from devices.sim_links import put_link, take_link

TICK_S = 0.02
BOOT_S = 0.03  # how long a starting board hears nothing


class BoardSim:
    """A board that can be pulled out, reset, silenced and made to stammer. Safe to use from any thread.

    Attributes (knobs):
        silent: it hangs: hears nothing, says nothing.
        drop_acks: so many of its next answers to commands get lost on the line.
        corrupt: so many of its next frames have a wrong bit.
        reset_after_bytes: it restarts after so many more bytes, wherever in a command that is.
        firmware: the board's program, with knobs of its own.
    """

    def __init__(
        self,
        *,
        slots: int = 16,
        on_shown: Callable[[int, str, bool], None] | None = None,
        link: Path | None = None,
    ) -> None:
        """Power on.

        Args:
            slots: how many bars and evaluators it carries.
            on_shown: called with (slot, text, flashing) for each SHOW, in the board's thread.
            link: a symbolic link that is kept at this path while the board is plugged in, as udev does by id.
        """
        self.silent = False
        self.drop_acks = self.corrupt = 0
        self.reset_after_bytes: int | None = None
        self._lock = threading.RLock()
        self._link = link
        self.firmware = SimFirmware(self._transmit, slots)
        self.firmware.on_shown = on_shown
        self._master = self._slave = -1
        self._boot_at: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated board", daemon=True)
        self.plug()
        self._thread.start()

    # ---- what a person at the board sees and does --------------------------------------------------------------

    @property
    def port(self) -> str:
        """Where to open it."""
        return str(self._link) if self._link else os.ttyname(self._slave)

    @property
    def texts(self) -> Sequence[str]:
        """What the bars show, by slot."""
        with self._lock:
            return tuple(self.firmware.texts)

    @property
    def flashing(self) -> Sequence[bool]:
        """Which bars flash, by slot."""
        with self._lock:
            return tuple(self.firmware.flashing)

    @property
    def rating_open(self) -> Sequence[bool]:
        """Which evaluators are lit, by slot."""
        with self._lock:
            return tuple(session != 0 for session in self.firmware.sessions)

    @property
    def boot_count(self) -> int:
        """How often it has started."""
        return self.firmware.boot_count

    @property
    def commands(self) -> int:
        """How many commands it carried out, repeats included."""
        return self.firmware.commands

    def press(self, slot: int, key: int) -> None:
        """Press a key of a slot's evaluator."""
        with self._lock:
            if not self.silent and self._master >= 0 and self._boot_at is None:
                self.firmware.press(slot, key, time.monotonic())

    def reset(self) -> None:
        """Power off and on."""
        with self._lock:
            self.reset_after_bytes = None
            self.firmware.power_off()
            self._boot_at = time.monotonic() + BOOT_S

    def unplug(self) -> None:
        """Pull the cable: the port goes away."""
        with self._lock:
            if self._master < 0:
                return
            if self._link:
                take_link(self._link)
            os.close(self._master)
            os.close(self._slave)
            self._master = self._slave = -1

    def plug(self) -> None:
        """Put the cable in: a port appears, and the board starts."""
        with self._lock:
            self.unplug()
            self._master, self._slave = os.openpty()  # keeping the far end open lets hosts come and go
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            if self._link:
                put_link(self._link, os.ttyname(self._slave))
            self._boot_at = None
            self.firmware.boot(time.monotonic())

    def close(self) -> None:
        """Take the board away; closing twice is harmless."""
        self._stopping.set()
        self._thread.join()
        self.unplug()

    def __enter__(self) -> "BoardSim":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # ---- the board's thread ---------------------------------------------------------------------------------------

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
        if self.silent:
            return
        if self._boot_at is not None and now >= self._boot_at:
            self._boot_at = None
            self.firmware.boot(now)
        elif data and self._boot_at is None:
            self._receive(data, now)
        self.firmware.tick(now)

    def _receive(self, data: bytes, now: float) -> None:
        if self.reset_after_bytes is None:
            self.firmware.receive(data, now)
            return
        before = data[: self.reset_after_bytes]
        self.firmware.receive(before, now)
        self.reset_after_bytes -= len(before)
        if self.reset_after_bytes == 0:
            self.reset()

    def _transmit(self, frame: bytes) -> None:
        body = unstuff(frame.strip(b"\x00"))
        if self.drop_acks and body and body[0] in (ACK, NAK):
            self.drop_acks -= 1
            return
        if self.corrupt:
            self.corrupt -= 1
            frame = frame[:2] + bytes((frame[2] ^ 0x40,)) + frame[3:]
        if self._master >= 0:
            with contextlib.suppress(BlockingIOError):  # nobody listens: a serial line's bytes go nowhere too
                os.write(self._master, frame)
