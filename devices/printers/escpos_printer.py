"""Ticket printer speaking ESC/POS. Source: Epson TM-T88 series, "DLE EOT", "DLE DC4", "GS r", "GS V".

Knows nothing of what is on the ticket, and draws no numbers.
"""

import contextlib
import logging
import time
from typing import NoReturn, Protocol, runtime_checkable

from devices.errors import (
    CoverOpen,
    CutterFault,
    DeviceError,
    DeviceFault,
    DeviceUnavailable,
    NoReply,
    PaperOut,
    ProtocolError,
)
from devices.printers.jobs import PrintedJobs
from devices.printers.raster import whole_commands
from devices.wire import Wire

__all__ = ["EscposPrinter", "PrintedJobs"]

logger = logging.getLogger(__name__)

ASK = {n: bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4)}  # DLE EOT n: answered at once, even mid-job
PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, PAPER = 1, 2, 3, 4
FIXED_MASK, FIXED_BITS = 0x93, 0x12  # bits 0, 1, 4, 7 are constant in every reply
IS_OFFLINE = 0x08  # of PRINTER
COVER_IS_OPEN, STOPPED_BY_PAPER_END, HAS_ERROR = 0x04, 0x20, 0x40  # of OFFLINE_CAUSE
CUTTER_STUCK, UNRECOVERABLE, RECOVERABLE = 0x08, 0x20, 0x40  # of ERROR_CAUSE
NEAR_END, PAPER_END = 0x0C, 0x60  # of PAPER

RESET = b"\x1b@"  # ESC @: modes back to normal; what is in the buffer stays
FEED_AND_CUT = b"\x1dV\x42\x00"  # GS V 66 0: feed to the cutter, partial cut
ASK_IN_TURN = b"\x1dr\x01"  # GS r 1: waits its turn behind the ticket, and for ever while the printer is offline
IN_TURN_MASK = 0x90  # bits 4 and 7 of its answer are 0, which tells it from an answer to DLE EOT
CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8; printers without it see control codes
ANSWER_BYTES = 3  # 37 25 00
FILLING = bytes(24 * 72)  # ends any band of dots that was cut short; between commands NUL means nothing

CHUNK = 512  # bytes: half a second at 9600 baud
ASK_EVERY = 4  # bands of dots, 7 KB
PORT_PAPER_EMPTY = 0x20  # USB Printing Devices 1.1, GET_PORT_STATUS; its other bits are wrong too often
PAPER_UNKNOWN = "paper_unknown"


@runtime_checkable
class HasPortStatus(Protocol):
    """A wire whose port says something of the printer beside the bytes."""

    def port_status(self) -> int | None:
        """A byte as of a parallel port, or None."""
        ...


class EscposPrinter:
    """A `TicketPrinter` on any `Wire`. One worker thread owns each printer."""

    def __init__(
        self,
        wire: Wire,
        name: str = "printer",
        *,
        jobs: PrintedJobs | None = None,
        finish_s: float = 6.0,
        answers: bool = True,
    ) -> None:
        """Take over a wire; nothing is sent yet.

        Args:
            wire: the open port; the printer closes it.
            name: as the site file calls the printer.
            jobs: shared by all printers that this one replaces after a lost link.
            finish_s: how long a printer may be busy after the last byte of a ticket, in seconds.
            answers: False for printers that cannot say how they are: none of them is asked, and none is called well.
        """
        self._wire = wire
        self.name = name
        self._jobs = PrintedJobs() if jobs is None else jobs
        self._finish_s = finish_s
        self._answers = answers
        self._in_step = False  # whether the printer surely waits for a command, not for the rest of a picture
        self._answers_in_turn = True
        self._awaits_turn = self._turn_came = False

    def ready(self) -> str | None:
        """Ask for paper, cover and cutter.

        Returns:
            None, or "paper_near_end"; "paper_unknown" for a printer that cannot answer.

        Raises:
            PaperOut, CoverOpen, CutterFault, DeviceFault: the printer says so.
            DeviceUnavailable: silence, which is never taken for health; or the port failed.
            ProtocolError: the answer is no status.
        """
        try:
            return self._ready()
        except DeviceUnavailable:
            self._ask_port()
            raise

    def _ready(self) -> str | None:
        if not self._in_step:
            self._get_in_step()
        warning = self._look() if self._answers else self._unknown()
        if self._jobs.half_printed:  # only now: an offline printer would keep the cut, and forget it when cleared again
            self._wire.write(RESET + FEED_AND_CUT)
            self._jobs.cut_off()
        return warning

    def check(self) -> str | None:
        """The same."""
        return self.ready()

    def print(self, job_id: str, raster: bytes) -> None:
        """Print one ticket and cut it; the same `job_id` again gets the first answer and no paper.

        A job that was refused before any of it was sent is not remembered and may be tried again.

        Args:
            job_id: names the job; the last 64 are remembered.
            raster: ESC/POS bytes from `devices.printers.raster.raster` or `text_mode.text_job`, without a cut.

        Raises:
            PaperOut, CoverOpen, CutterFault, DeviceFault: before or in the middle of the ticket.
            ProtocolError, DeviceUnavailable: part may be on paper.
        """
        if job_id in self._jobs:
            self._answer_again(job_id)
            return
        self.ready()
        self._jobs.begin(job_id, self.name)
        try:
            self._send(raster)
            self._wire.write(FEED_AND_CUT)
            self._wait_for_paper()
        except DeviceError as exc:
            self._fail(job_id, exc)
        self._jobs.remember(job_id, None)

    def close(self) -> None:
        """Give the wire back."""
        self._wire.close()

    def _answer_again(self, job_id: str) -> None:
        logger.info("%s: job %s was printed before", self.name, job_id)
        outcome = self._jobs[job_id]
        if outcome is not None:
            raise outcome

    def _look(self) -> str | None:
        is_offline = self._status(PRINTER) & IS_OFFLINE
        cause, error, paper = (self._status(n) for n in (OFFLINE_CAUSE, ERROR_CAUSE, PAPER))
        if cause & COVER_IS_OPEN:  # first: with the cover open the paper sensor sees nothing either
            raise CoverOpen(self.name, "the cover is open")
        if error & CUTTER_STUCK:
            raise CutterFault(self.name, "the cutter is stuck")
        if paper & PAPER_END or cause & STOPPED_BY_PAPER_END:
            raise PaperOut(self.name, "paper roll is empty")
        if error & (UNRECOVERABLE | RECOVERABLE) or cause & HAS_ERROR:
            raise DeviceFault(self.name, f"the printer reports an error: {error:02x}")
        if is_offline:
            raise DeviceFault(self.name, "the printer is offline and does not say why")
        return "paper_near_end" if paper & NEAR_END else None

    def _fail(self, job_id: str, error: DeviceError) -> NoReturn:
        try:
            if isinstance(error, DeviceUnavailable):
                self._ask_port()
        except PaperOut as exc:
            error = exc
        self._jobs.remember(job_id, error)
        self._give_up()
        raise error

    def _ask_port(self) -> None:
        """A USB printer without paper takes no bytes, so no questions either; its port may know why."""
        status = self._wire.port_status() if isinstance(self._wire, HasPortStatus) else None
        if status is not None and status & PORT_PAPER_EMPTY:
            raise PaperOut(self.name, "its port says that there is no paper")

    def _unknown(self) -> str:
        self._ask_port()
        self._wire.reset_input_buffer()  # notices a port that is gone, as far as ports do
        return PAPER_UNKNOWN

    def _status(self, which: int) -> int:
        if not self._awaits_turn:
            self._wire.reset_input_buffer()  # a late reply to an older request would pass
        self._wire.write(ASK[which])
        reply = self._wire.read(1)  # one byte: asking for more would wait for the whole time-out
        if self._awaits_turn and reply and not reply[0] & IN_TURN_MASK:
            self._turn_came = True
            reply = self._wire.read(1)
        if not reply:
            raise NoReply(self.name, f"no reply to status request {which}")
        if reply[0] & FIXED_MASK != FIXED_BITS:
            raise ProtocolError(self.name, f"not a status: {reply.hex()}")
        return reply[0]

    def _get_in_step(self) -> None:
        """Make sure that the rest of an older ticket does not come out any more, as far as the printer can be told."""
        self._wire.write(CLEAR_BUFFERS)
        self._write(FILLING)
        for _ in range(
            ANSWER_BYTES if self._answers else 0
        ):  # printers that know the command say that they have cleared
            if not self._wire.read(1):
                break
        self._in_step = True

    def _send(self, job: bytes) -> None:
        """Send a job in pieces, looking now and then whether the printer goes on.

        Only between bands: a printer takes a question in the middle of a picture for dots as well.
        """
        self._wire.write(RESET)
        for n, command in enumerate(whole_commands(job), start=1):
            self._write(command)
            if n % ASK_EVERY == 0 and self._answers and self._status(PRINTER) & IS_OFFLINE:
                self._look()

    def _write(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK):
            self._wire.write(data[start : start + CHUNK])

    def _wait_for_paper(self) -> None:
        """Return once the ticket is cut, as far as the printer tells; find out why it is not."""
        if not self._answers:
            return
        if not self._answers_in_turn:
            self._look()
            return
        self._wire.reset_input_buffer()
        self._wire.write(ASK_IN_TURN)
        self._awaits_turn, self._turn_came = True, False
        try:
            self._wait_for_turn(time.monotonic() + self._finish_s)
        finally:
            self._awaits_turn = False

    def _wait_for_turn(self, deadline_s: float) -> None:
        while not self._turn_came:
            reply = self._wire.read(1)
            if reply and reply[0] & IN_TURN_MASK:
                raise ProtocolError(self.name, f"not an answer to GS r: {reply.hex()}")
            if reply:
                return
            self._look()
            if not self._turn_came and time.monotonic() > deadline_s:
                logger.warning("%s: healthy, but does not answer GS r; relying on its status alone", self.name)
                self._answers_in_turn = False
                return

    def _give_up(self) -> None:
        """Take back what has not been printed, or a new roll would bring it out for the next visitor."""
        self._in_step = False
        with contextlib.suppress(DeviceError):  # then the next owner of the link does it
            self._get_in_step()
