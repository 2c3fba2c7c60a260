"""What became of the last jobs, so that none is printed twice: over lost links, and with a file over restarts too.

A file is written twice a job: when it begins and when it ends. A job that had begun when the power went is answered as
"part may be on paper" and not printed again, and its half is cut off before the next ticket.
"""

import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from devices.errors import CoverOpen, CutterFault, DeviceError, DeviceFault, DeviceUnavailable, PaperOut, ProtocolError

logger = logging.getLogger(__name__)

REMEMBERED = 64  # jobs
TYPES = {kind.code: kind for kind in (CoverOpen, CutterFault, DeviceFault, DeviceUnavailable, PaperOut, ProtocolError)}
INTERRUPTED = "the kiosk stopped while it was printed: part may be on paper"


class _Failure(Struct, frozen=True):
    """A `DeviceError` as a file keeps it."""

    code: str
    name: str
    cause: str

    def error(self) -> DeviceError:
        return TYPES.get(self.code, DeviceFault)(self.name, self.cause)


class _Kept(Struct, forbid_unknown_fields=True):
    """The file."""

    outcomes: dict[str, _Failure | None]  # oldest first
    half_printed: bool


class PrintedJobs:
    """Outlives the link, so hand the same one to each new `EscposPrinter`."""

    def __init__(self, file: Path | None = None) -> None:
        """Remember nothing yet, or what a file holds.

        Args:
            file: keeps the jobs over restarts; made if need be. A damaged one is set aside in words and written anew;
                one that cannot be written is said in the log, and printing goes on.
        """
        self._file = file
        self._outcomes: dict[str, _Failure | None] = {}
        self.half_printed = False  # a ticket may hang out of the printer unfinished
        if file is not None:
            self._load(file)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._outcomes

    def __getitem__(self, job_id: str) -> DeviceError | None:
        failure = self._outcomes[job_id]
        return None if failure is None else failure.error()

    def begin(self, job_id: str, name: str) -> None:
        """Note that some of a job may be on paper from now on.

        Args:
            name: the printer's.
        """
        self.half_printed = True
        self._note(job_id, _Failure(DeviceUnavailable.code, name, INTERRUPTED))

    def remember(self, job_id: str, outcome: DeviceError | None) -> None:
        """Note an outcome; the oldest one is forgotten."""
        if outcome is None:
            self.half_printed = False
        self._note(job_id, None if outcome is None else _Failure(outcome.code, outcome.name, outcome.cause))

    def cut_off(self) -> None:
        """Note that nothing hangs out of the printer any more."""
        if self.half_printed:
            self.half_printed = False
            self._save()

    def _note(self, job_id: str, outcome: _Failure | None) -> None:
        self._outcomes.pop(job_id, None)
        self._outcomes[job_id] = outcome
        while len(self._outcomes) > REMEMBERED:
            del self._outcomes[next(iter(self._outcomes))]
        self._save()

    def _load(self, file: Path) -> None:
        try:
            kept = msgspec.json.decode(file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return
        except (OSError, msgspec.MsgspecError) as exc:
            logger.error("%s: cannot be read, so what was printed before is not known: %s", file, exc)
            self.half_printed = True
            return
        self._outcomes, self.half_printed = kept.outcomes, kept.half_printed

    def _save(self) -> None:
        """Write the small file beside the old one and put it in its place: a power cut leaves one of the two."""
        if self._file is None:
            return
        part = self._file.with_name(f".{self._file.name}.part")
        try:
            with part.open("wb") as file:
                file.write(msgspec.json.encode(_Kept(self._outcomes, self.half_printed)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._file)
        except OSError as exc:
            logger.error("%s: cannot be written, a restart may forget what was printed: %s", self._file, exc)
