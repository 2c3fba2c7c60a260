"""A virtual ticket printer beneath the driver: it decodes what it is sent and puts it on virtual paper.

It answers as the manual says and not as our driver expects: real-time questions at once, everything else in its turn,
and a ticket that is interrupted stays in its buffer until it can go on. Where it listens is `sim_ports`' subject.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from devices.printers.escpos_decoder import (
    ClearAsked,
    Command,
    DotRow,
    EscposDecoder,
    RealTimeScanner,
    StatusAsked,
    TextLine,
)
from devices.printers.raster import INVERTED
from devices.printers.sim_text import TextModes

logger = logging.getLogger(__name__)

Reply = Callable[[bytes], None]

HEALTHY = 0x12
OFFLINE, NEAR_END, PAPER_END = 0x08, 0x0C, 0x60
COVER, STOPPED, ERROR, CUTTER = 0x04, 0x20, 0x40, 0x08
CLEARED = b"\x37\x25\x00"  # the answer to DLE DC4 8
DOTS_PER_LINE = 30  # ESC d feeds lines of 1/6 inch
KEPT = 200  # tickets, in memory and in the folder
TURN_S = 0.02  # how often a halted mechanism looks whether it may go on


class SimPrinter:
    """A printer with knobs: set them, then look at `tickets`. Every knob may be turned at any time.

    Attributes:
        paper_out, near_end, cover_open, cutter_fault: what its sensors tell; all but `near_end` halt it.
        cutter_jams: the next cut makes a `cutter_fault`.
        paper_left_rows: dots of paper until `paper_out`; None is plenty.
        silent: it answers nothing, but prints.
        nonsense: it answers every real-time question with 0xFF.
        row_s: seconds that one row of dots takes.
        obeys_clear, answers_gs_r: False for cheap printers that lack DLE DC4 8 or GS r.
        tickets: pictures of what was cut off, oldest first, mode "1"; the newest 200.
        scraps: unfinished pieces that were torn off with `load_roll()`.
    """

    def __init__(
        self,
        *,
        dots: int = 576,
        folder: Path | None = None,
        on_ticket: Callable[[Image.Image], None] | None = None,
    ) -> None:
        """Start the mechanism.

        Args:
            dots: the head's width.
            folder: where ticket-0001.png and so on are saved; made if need be.
            on_ticket: called with each ticket that was cut off, in the mechanism's thread.
        """
        self.paper_out = self.near_end = self.cover_open = self.cutter_fault = False
        self.cutter_jams = self.silent = self.nonsense = False
        self.obeys_clear = self.answers_gs_r = True
        self.paper_left_rows: int | None = None
        self.row_s = 0.0
        self.tickets: list[Image.Image] = []
        self.scraps: list[Image.Image] = []
        self._dots, self._folder, self._on_ticket = dots, folder, on_ticket
        self._scanner, self._decoder = RealTimeScanner(), EscposDecoder()
        self._in_turn: deque[tuple[DotRow | TextLine | Command, Reply]] = deque()
        self._rows: list[bytes] = []
        self._printed_count = 0
        self._modes = TextModes(dots)
        self._busy = self._closing = False
        self._rows_until: int | None = None
        self._then: Callable[[], None] = lambda: None
        self._changed = threading.Condition()
        self._mechanism = threading.Thread(target=self._run, name="sim-printer", daemon=True)
        self._mechanism.start()

    # ---- what arrives ----------------------------------------------------------------------------------------

    def receive(self, data: bytes, reply: Reply) -> None:
        """Take bytes from the host; `reply` carries what the printer says back, now or in its turn."""
        for found in self._scanner.feed(data):
            if isinstance(found, StatusAsked):
                self._say(reply, bytes([0xFF if self.nonsense else self._status(found.which)]))
            elif isinstance(found, ClearAsked):
                self._clear(reply)
            else:
                with self._changed:
                    self._in_turn += [(event, reply) for event in self._decoder.feed(found.data)]
                    self._changed.notify_all()

    def _status(self, which: int) -> int:
        """One byte, from the manual's tables."""
        if which == 1:
            return HEALTHY | (OFFLINE if self.is_halted else 0)
        if which == 2:
            causes = (self.cover_open, COVER), (self.paper_out, STOPPED), (self.cutter_fault, ERROR)
            return HEALTHY | sum(bit for on, bit in causes if on)
        if which == 3:
            return HEALTHY | (CUTTER if self.cutter_fault else 0)
        return HEALTHY | (NEAR_END if self.near_end or self.paper_out else 0) | (PAPER_END if self.paper_out else 0)

    def _clear(self, reply: Reply) -> None:
        if not self.obeys_clear:
            return
        with self._changed:
            self._in_turn.clear()
            self._decoder = EscposDecoder()
        self._say(reply, CLEARED)

    def _say(self, reply: Reply, data: bytes) -> None:
        if self.silent:
            return
        try:
            reply(data)
        except OSError as exc:
            logger.info("sim printer: nobody hears the answer: %s", exc)

    # ---- what a person does ----------------------------------------------------------------------------------

    @property
    def is_halted(self) -> bool:
        """Whether it is offline; what arrived waits in its buffer."""
        return self.paper_out or self.cover_open or self.cutter_fault

    def load_roll(self, rows: int | None = None) -> None:
        """Put in a new roll, with so many rows of dots; what hung out of the printer is torn off."""
        with self._changed:
            if self._rows:
                self.scraps.append(self._picture())
            self._rows = []
            self.paper_left_rows, self.near_end, self.paper_out = rows, False, False
            self._changed.notify_all()

    def after_rows(self, rows: int, then: Callable[[], None]) -> None:
        """Have something happen once, in the mechanism's thread, when so many more rows of dots have been printed."""
        with self._changed:
            self._rows_until, self._then = rows, then

    def lose_power(self) -> None:
        """Forget what arrived; what is on paper stays there. Its ports are the caller's business."""
        with self._changed:
            self._in_turn.clear()
            self._scanner, self._decoder = RealTimeScanner(), EscposDecoder()
            self._modes.reset()

    def is_idle(self) -> bool:
        """Whether everything that arrived has been done."""
        with self._changed:
            return not self._in_turn and not self._busy

    def close(self) -> None:
        """Stop the mechanism; closing twice is harmless."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._mechanism.join(timeout=5)

    # ---- the mechanism ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closing and (self.is_halted or not self._in_turn):
                    self._changed.wait(TURN_S if self._in_turn else None)
                if self._closing:
                    return
                event, reply = self._in_turn.popleft()
                self._busy = True
            try:
                self._do(event, reply)
            except Exception:
                logger.exception("sim printer: %s failed", type(event).__name__)
            finally:
                with self._changed:
                    self._busy = False

    def _do(self, event: DotRow | TextLine | Command, reply: Reply) -> None:
        if isinstance(event, DotRow):
            self._print_row(event.dots)
        elif isinstance(event, TextLine):
            self._print_rows(self._modes.line(event.text))
        elif event.code == b"\x1dV":
            self._cut()
        elif event.code == b"\x1dr" and event.parameters in (b"\x01", b"1") and self.answers_gs_r:
            self._say(reply, b"\x03" if self.near_end else b"\x00")
        else:
            self._obey(event)

    def _obey(self, command: Command) -> None:
        code, parameters = command.code, command.parameters
        if code in (b"\x1bd", b"\x1bJ"):
            for _ in range(parameters[0] * (DOTS_PER_LINE if code == b"\x1bd" else 1)):
                self._print_row(b"")
        else:
            self._print_rows(self._modes.obey(command))

    def _print_row(self, dots: bytes) -> None:
        if self.row_s:
            time.sleep(self.row_s)
        with self._changed:
            if self.paper_left_rows is not None:
                if self.paper_left_rows <= 0:
                    self.paper_out = True
                    self._in_turn.appendleft((DotRow(dots), _unheard))  # goes on here with the next roll
                    return
                self.paper_left_rows -= 1
            width = self._dots // 8
            self._rows.append(dots[:width].ljust(width, b"\x00"))
            then = self._happening()
        then()

    def _happening(self) -> Callable[[], None]:
        """What happens at this row; mostly nothing."""
        if self._rows_until is None:
            return lambda: None
        self._rows_until -= 1
        if self._rows_until > 0:
            return lambda: None
        self._rows_until = None
        return self._then

    def _print_rows(self, dots: bytes) -> None:
        width = self._dots // 8
        for start in range(0, len(dots), width):
            self._print_row(dots[start : start + width])

    def _cut(self) -> None:
        if self.cutter_jams:
            self.cutter_jams, self.cutter_fault = False, True
            return
        with self._changed:
            picture, blank = self._picture(), not any(map(any, self._rows))
            self._rows = []
        if blank:
            return
        self._printed_count += 1
        self._save(picture)
        with self._changed:
            self.tickets.append(picture)
            del self.tickets[:-KEPT]
        if self._on_ticket is not None:
            self._on_ticket(picture)

    def _picture(self) -> Image.Image:
        dots = b"".join(self._rows).translate(INVERTED)
        return Image.frombytes("1", (self._dots, len(self._rows)), dots)

    def _save(self, picture: Image.Image) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"ticket-{self._printed_count:04d}.png"
        part = self._folder / f".{name}.{os.getpid()}"
        picture.save(part, "PNG")
        part.replace(self._folder / name)
        (self._folder / f"ticket-{self._printed_count - KEPT:04d}.png").unlink(missing_ok=True)


def _unheard(_data: bytes) -> None:
    """Rows have nothing to say."""
