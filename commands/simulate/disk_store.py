"""The hall's own journal on a disk that loses power in the middle of a commit: the real mode of the simulation."""

import random
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk, Fault
from commands.simulate.disk_vfs import connect, seed_sqlite
from commands.simulate.stores import Moment, PowerCut, Trouble
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from queue_server.service.ports import Journal, JournalUnavailable, Kept

NAME = Path("hall.sqlite")
AS_LONG_AS_IT_LASTS = 1_000_000_000
FAULTS = {Trouble.FULL: Fault.DISK_FULL, Trouble.SYNC_ERROR: Fault.SYNC_ERROR, Trouble.READ_ERROR: Fault.READ_ERROR}


class DiskStore:
    """A `Store`: `SqlJournal` on a simulated disk. While a process runs, it is also the `Journal` that it uses."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        seed_sqlite(rng.getrandbits(63))
        self._disk = _with_empty_journal().after_kill()
        self._journal: SqlJournal | None = None
        self._cut: Moment | None = None
        self._trouble: Trouble | None = None
        self._has_cut = False  # the power has failed, and `_disk` is what that left

    # ---- a Store ------------------------------------------------------------------------------------------------

    def start(self) -> Journal:
        self._journal = _open(self._disk)
        return self

    def cut_power_at(self, moment: Moment) -> None:
        self._cut = moment

    def stop(self) -> None:
        if not self._has_cut:
            is_kill = self._rng.random() < 0.5
            self._replace_disk(self._disk.after_kill() if is_kill else self._disk.after_cut(rng=self._rng))
        self._cut, self._has_cut = None, False

    def trouble(self, trouble: Trouble | None) -> None:
        self._trouble = trouble
        for kind, fault in FAULTS.items():
            self._disk.fail_next(fault, AS_LONG_AS_IT_LASTS if kind is trouble else 0)

    def everything(self) -> list[Record]:
        journal = _open(self._disk.after_cut(rng=self._rng))
        try:
            return list(journal.everything())
        finally:
            journal.close()

    # ---- a Journal ----------------------------------------------------------------------------------------------

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        if self._cut is None:
            self._running.append(records, snapshot=snapshot)
            return
        self._disk.start_trace()
        try:
            self._running.append(records, snapshot=snapshot)
        except JournalUnavailable:
            self._cut = None
            raise
        last = len(self._disk.trace or ())
        position = {Moment.BEFORE_COMMIT: 0, Moment.AFTER_COMMIT: last}.get(self._cut, self._rng.randint(0, last))
        self._replace_disk(self._disk.after_cut(position, self._rng))
        self._has_cut = True
        raise PowerCut

    def kept(self) -> Kept:
        return self._running.kept()

    def answer(self, seq: int) -> Record:
        return self._running.answer(seq)

    @property
    def _running(self) -> SqlJournal:
        assert self._journal is not None  # noqa: S101 (`start()` comes first)
        return self._journal

    def _replace_disk(self, disk: Disk) -> None:
        dead, self._disk = self._disk, disk
        dead.power_off()
        if self._journal is not None:
            self._journal.close()
        self.trouble(self._trouble)  # a disk is as full after a crash as before


def _open(disk: Disk) -> SqlJournal:
    return SqlJournal(NAME, connect=partial(connect, disk), dbapi=apsw_dbapi)


@lru_cache(maxsize=1)
def _with_empty_journal() -> Disk:
    """Tables are made once a run: half a second each time would be most of a day."""
    disk = Disk()
    _open(disk).close()
    return disk
