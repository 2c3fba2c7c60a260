"""Where the journal of a simulated server lies: what a crash leaves of it, and disks that fail for a while."""

import random
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Protocol

import msgspec

from hall.messages import DayStarted
from queue_server.domain.record import Record
from queue_server.service.ports import Journal, JournalUnavailable, Kept


class PowerCut(BaseException):
    """The box went dark in the middle of a commit. Nothing in the server may catch it."""


class Moment(Enum):
    """When the power fails."""

    BEFORE_COMMIT = "before the commit"
    DURING_COMMIT = "during the commit"
    AFTER_COMMIT = "after the commit, before the answer"


class Trouble(Enum):
    """What is wrong with a disk for a while."""

    FULL = "disk full"
    SYNC_ERROR = "I/O error at the commit"  # whether the batch was kept is unknown
    READ_ERROR = "I/O error while reading"


class Store(Protocol):
    """A disk with one journal on it."""

    def start(self) -> Journal:
        """A server process starts, and finds what the disk holds."""
        ...

    def cut_power_at(self, moment: Moment) -> None:
        """Let the next commit raise `PowerCut`."""
        ...

    def stop(self) -> None:
        """The process is gone, and between two commits the power too, unless `PowerCut` has already said so."""
        ...

    def trouble(self, trouble: Trouble | None) -> None:
        """Let the disk fail in one way from now on; None: it works again."""
        ...

    def everything(self) -> list[Record]:
        """Every record that the disk holds, oldest first."""
        ...


class MemoryStore:
    """A `Store` and `Journal` without a file: whole batches of encoded records. The fast mode of the simulation."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._records: list[bytes] = []  # durable
        self._command_ids: list[str] = []
        self._snapshot: tuple[int, bytes] | None = None  # the newest, and the sequence after which it was taken
        self._begun: list[int] = []  # the sequence of each day's beginning
        self._cut: Moment | None = None
        self._trouble: Trouble | None = None

    # ---- a Store ------------------------------------------------------------------------------------------------

    def start(self) -> Journal:
        return self

    def cut_power_at(self, moment: Moment) -> None:
        self._cut = moment

    def stop(self) -> None:
        self._cut = None

    def trouble(self, trouble: Trouble | None) -> None:
        self._trouble = trouble

    def everything(self) -> list[Record]:
        return [_decode(body) for body in self._records]

    # ---- a Journal ----------------------------------------------------------------------------------------------

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        cut, self._cut = self._cut, None
        if cut is Moment.BEFORE_COMMIT or (cut is Moment.DURING_COMMIT and self._rng.random() < 0.5):
            raise PowerCut
        if self._trouble is Trouble.FULL or (self._trouble is Trouble.SYNC_ERROR and self._rng.random() < 0.5):
            raise JournalUnavailable(self._trouble.value)
        self._keep(records, snapshot)
        if cut is not None:
            raise PowerCut
        if self._trouble is Trouble.SYNC_ERROR:
            raise JournalUnavailable(self._trouble.value)

    def kept(self) -> Kept:
        self._see_that_it_reads()
        if self._snapshot is None:
            return Kept(None, self.everything(), {})
        seq, snapshot = self._snapshot
        last_two = [begun for begun in self._begun if begun <= seq][-2:]
        before = last_two[0] - 1 if len(last_two) == 2 else 0
        return Kept(snapshot, [_decode(body) for body in self._records[seq:]], self._answers(before, seq))

    def answer(self, seq: int) -> Record:
        self._see_that_it_reads()
        return _decode(self._records[seq - 1])

    def _keep(self, records: Sequence[Record], snapshot: bytes | None) -> None:
        self._records += map(_encoder.encode, records)
        self._command_ids += [record.command_id for record in records]
        self._begun += [record.seq for record in records if isinstance(record.event, DayStarted)]
        if snapshot is not None:
            self._snapshot = len(self._records), snapshot

    def _answers(self, after: int, until: int) -> Mapping[str, int]:
        return {self._command_ids[seq - 1]: seq for seq in range(after + 1, until + 1)}

    def _see_that_it_reads(self) -> None:
        if self._trouble is Trouble.READ_ERROR:
            raise JournalUnavailable(self._trouble.value)


_encoder = msgspec.json.Encoder()
_decode = msgspec.json.Decoder(Record).decode
