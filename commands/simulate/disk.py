"""A disk that loses power at will: files in memory, with everything that was not synced hanging in the air.

What the model says, and SQLite is held to:

- Synced bytes stay. Of the writes since a file's last sync any part may be on the platters, in any order, torn where
  512-byte sectors meet; a sector under the head may be half old and half new, or garbage (`Tear`).
- The order of two files' writes means nothing without a sync between them.
- Names are durable apart from contents. A file that was made or deleted may be back, or gone, after a cut until its
  folder was synced, each name for itself. As SQLite's unix VFS does it: `xDelete` syncs the folder only when asked to,
  and the first sync of a journal or write-ahead log after it was opened syncs the folder too; that of a database does
  not. Source: SQLite, os_unix.c, UNIXFILE_DIRSYNC.
- With `powersafe_overwrite` (Linux: SQLite assumes it) a cut never harms bytes next to those being written. Without
  it a torn sector is lost whole; the disk then says so to SQLite, which pads its log to whole sectors.
- A sync that failed leaves its sectors in doubt and forgotten: a later success does not write them.

Not in the model: drives that lie about a sync, bytes that rot by themselves (`corrupt` does it on demand), several
processes, and shared memory (a connection must use `PRAGMA locking_mode=EXCLUSIVE`; `disk_vfs.connect` sets it).
"""

import copy
import itertools
import random
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from commands.simulate.disk_file import StoredFile, Tear

__all__ = ["Disk", "DiskError", "Fault", "Kind", "Operation", "Tear"]

_numbers = itertools.count(1)


class Kind(Enum):
    """What an operation does."""

    CREATE = "create"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    LOST_SYNC = "lost sync"  # a sync that failed
    DELETE = "delete"
    SYNC_FOLDER = "sync folder"
    MARK = "mark"  # a note of the workload's, such as an acknowledgement


class Operation(NamedTuple):
    """One line of the trace."""

    kind: Kind
    name: str
    at: int = 0  # offset of a write, new size, seed of a lost sync, value of a mark
    data: bytes = b""


class Fault(Enum):
    """What can go wrong without a power cut."""

    DISK_FULL = "disk full"
    WRITE_ERROR = "write error"
    READ_ERROR = "read error"
    SYNC_ERROR = "sync error"


class DiskError(Exception):
    """An operation failed; the VFS tells SQLite the code that belongs to the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Disk:
    """Files in one folder. Used by one thread.

    Attributes:
        number: names the disk within this process.
        powersafe_overwrite: what the disk promises SQLite about bytes next to a torn write.
        trace: every operation since `start_trace()`; `None` before.
        read_only: changes fail, as after the kernel remounted a failing disk.
    """

    def __init__(self, *, powersafe_overwrite: bool = True, seed: int = 0) -> None:
        self.number = next(_numbers)
        self.powersafe_overwrite = powersafe_overwrite
        self.trace: list[Operation] | None = None
        self.read_only = False
        self._origin: Disk | None = None
        self._rng = random.Random(seed)
        self._is_off = False
        self._faults: dict[tuple[Fault, str | None], int] = {}  # how often, by the one file that meets it or None
        self._files: dict[str, StoredFile] = {}
        self._durable_names: dict[str, StoredFile] = {}
        self._unsynced_names: dict[str, list[StoredFile | None]] = {}  # what each has stood for since its last sync

    # ---- what a program does ------------------------------------------------------------------------------------

    def exists(self, name: str) -> bool:
        """Whether a program sees a file of this name."""
        return name in self._files

    def names(self) -> list[str]:
        """The files that a program sees."""
        return sorted(self._files)

    def size(self, name: str) -> int:
        """Bytes."""
        return len(self._files[name].cached)

    def read(self, name: str, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer at the end of the file."""
        self._meet(Fault.READ_ERROR, name)
        return self._files[name].read(offset, size)

    def create(self, name: str) -> None:
        """Make an empty file."""
        self.perform(Operation(Kind.CREATE, name))

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Write into the cache.

        Raises:
            DiskError: nothing was written, or, on a full disk, only a first part.
        """
        self._meet(Fault.WRITE_ERROR, name)
        if self._is_due(Fault.DISK_FULL, name):
            self.perform(Operation(Kind.WRITE, name, offset, data[: self._rng.randrange(len(data) or 1)]))
            raise DiskError(Fault.DISK_FULL)
        self.perform(Operation(Kind.WRITE, name, offset, data))

    def truncate(self, name: str, size: int) -> None:
        """Set a file's size in bytes."""
        self._meet(Fault.WRITE_ERROR, name)
        self.perform(Operation(Kind.TRUNCATE, name, size))

    def sync(self, name: str) -> None:
        """Make a file's contents durable, though not its name.

        Raises:
            DiskError: which sectors are durable is unknown, and none will be written again by itself.
        """
        if self._is_due(Fault.SYNC_ERROR, name):
            self.perform(Operation(Kind.LOST_SYNC, name, self._rng.getrandbits(32)))
            raise DiskError(Fault.SYNC_ERROR)
        self.perform(Operation(Kind.SYNC, name))

    def sync_folder(self) -> None:
        """Make every name durable: files that were made stay, deleted ones stay away."""
        self.perform(Operation(Kind.SYNC_FOLDER, ""))

    def delete(self, name: str) -> None:
        """Take a file's name away; until the folder is synced a cut may bring it back."""
        self._meet(Fault.WRITE_ERROR, name)
        self.perform(Operation(Kind.DELETE, name))

    def mark(self, value: int) -> None:
        """Note in the trace that something happened outside, such as an answer to a client."""
        self.perform(Operation(Kind.MARK, "", value))

    @property
    def is_settled(self) -> bool:
        """Whether nothing hangs in the air, so that every cut leaves the same."""
        return not self._unsynced_names and not any(file.pending for file in self._files.values())

    # ---- what goes wrong ----------------------------------------------------------------------------------------

    def fail_next(self, fault: Fault, times: int = 1, *, name: str | None = None) -> None:
        """Let the next operations that can meet this fault meet it.

        Args:
            fault: what to meet.
            times: how often, in place of what was left of an earlier such call; 0 calls it off.
            name: only on this file, such as the database itself for the faults of a checkpoint.
        """
        self._faults[fault, name] = times

    def corrupt(self, name: str, offset: int, length: int = 1) -> None:
        """Turn bits of a file on the platters and in the cache, behind everybody's back."""
        file = self._files[name]
        for side in (file.cached, file.durable):
            for at in range(offset, min(offset + length, len(side))):
                side[at] ^= 0xFF

    def power_off(self) -> None:
        """Let every operation from now on fail: for an engine that is still running while its disk is dead."""
        self._is_off = True

    def after_cut(
        self, position: int | None = None, rng: random.Random | None = None, *, tear: Tear = Tear.BYTES
    ) -> "Disk":
        """What the platters hold if the power fails right before `trace[position]`; `None`: now.

        Args:
            position: 0 to `len(trace)`; needs a trace.
            rng: decides what of the unsynced survives; by default from a fixed seed.
            tear: how finely unsynced writes come apart.

        Returns:
            Another disk, powered, with nothing unsynced; this one is not changed.
        """
        rng = rng or random.Random(0)
        before = self if position is None else self._at(position)
        survived = Disk(powersafe_overwrite=self.powersafe_overwrite, seed=rng.getrandbits(32))
        contents: dict[StoredFile, StoredFile] = {}
        for name in before._durable_names | before._unsynced_names:
            file = rng.choice([before._durable_names.get(name), *before._unsynced_names.get(name, ())])
            if file is None:
                continue
            if file not in contents:
                left = file.after_cut(rng, tear, powersafe_overwrite=self.powersafe_overwrite)
                contents[file] = StoredFile(left)
            survived._files[name] = survived._durable_names[name] = contents[file]
        return survived

    def after_kill(self) -> "Disk":
        """The same disk once its process has died and the operating system has not: nothing is lost, locks are."""
        twin = copy.copy(self)
        twin.number = next(_numbers)
        twin.trace = twin._origin = None
        twin._faults = dict(self._faults)
        twin._files, twin._durable_names, twin._unsynced_names = copy.deepcopy(
            (self._files, self._durable_names, self._unsynced_names)
        )
        return twin

    # ---- the trace ----------------------------------------------------------------------------------------------

    def start_trace(self) -> None:
        """Keep every operation from now on, for `after_cut(position)`."""
        self._origin = self.after_kill()
        self.trace = []

    def perform(self, operation: Operation) -> None:
        """Carry out one operation of a trace.

        Raises:
            DiskError: the power is off, or the disk is read-only.
        """
        if operation.kind is not Kind.MARK and (self._is_off or self.read_only):
            raise DiskError(Fault.SYNC_ERROR if operation.kind is Kind.SYNC else Fault.WRITE_ERROR)
        if self.trace is not None:
            self.trace.append(operation)
        kind, name, at, data = operation
        if kind is Kind.WRITE:
            self._files[name].write(at, data)
        elif kind is Kind.SYNC:
            self._files[name].sync()
        elif kind is Kind.TRUNCATE:
            self._files[name].truncate(at)
        elif kind is Kind.LOST_SYNC:
            self._files[name].lose_sync(random.Random(at))
        elif kind is Kind.CREATE:
            self._rename(name, StoredFile())
        elif kind is Kind.DELETE:
            self._rename(name, None)
        elif kind is Kind.SYNC_FOLDER:
            self._durable_names = dict(self._files)
            self._unsynced_names.clear()

    def states(self, operations: Iterable[Operation]) -> Iterator["Disk"]:
        """Carry out a trace on this disk, stopping before each operation, and once more at the end."""
        for operation in operations:
            yield self
            self.perform(operation)
        yield self

    def _at(self, position: int) -> "Disk":
        if self._origin is None or self.trace is None:
            raise ValueError("a cut in the past needs start_trace()")
        past = self._origin.after_kill()
        for operation in self.trace[:position]:
            past.perform(operation)
        return past

    def _rename(self, name: str, file: StoredFile | None) -> None:
        self._unsynced_names.setdefault(name, []).append(file)
        if file is None:
            del self._files[name]
        else:
            self._files[name] = file

    def _is_due(self, fault: Fault, name: str) -> bool:
        for due in ((fault, name), (fault, None)):
            if self._faults.get(due, 0) > 0:
                self._faults[due] -= 1
                return True
        return False

    def _meet(self, fault: Fault, name: str) -> None:
        if self._is_off or self._is_due(fault, name):
            raise DiskError(fault)
