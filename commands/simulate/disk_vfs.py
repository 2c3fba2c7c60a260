"""SQLite on a `Disk`: an APSW VFS, registered once, with every disk of the process behind it.

It knows what SQLite asks of an operating system, not what a database holds. Locks are those of one process.
"""

import contextlib
import random
import weakref
from collections.abc import Sequence
from functools import partial
from typing import Any

import apsw

from commands.simulate import apsw_dbapi
from commands.simulate.disk import Disk, DiskError, Fault
from commands.simulate.disk_file import SECTOR

LOGS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
IO_ERROR = "disk I/O error"
ERRORS = {  # the code that SQLite's unix VFS would give, and SQLite's words for it
    Fault.DISK_FULL: (apsw.SQLITE_FULL, "database or disk is full"),
    Fault.WRITE_ERROR: (apsw.SQLITE_IOERR_WRITE, IO_ERROR),
    Fault.READ_ERROR: (apsw.SQLITE_IOERR_READ, IO_ERROR),
    Fault.SYNC_ERROR: (apsw.SQLITE_IOERR_FSYNC, IO_ERROR),
}

_disks: weakref.WeakValueDictionary[str, Disk] = weakref.WeakValueDictionary()
_locks: weakref.WeakKeyDictionary[Disk, dict[str, dict["DiskFile", int]]] = weakref.WeakKeyDictionary()
"""Who holds which lock level, by disk and name."""


def connect(
    disk: Disk, name: str = "hall.sqlite", *, pragmas: Sequence[str] = (), checkpoint_pages: int = 1000
) -> apsw_dbapi.Connection:
    """Open a database on a disk, for SQLAlchemy's `creator`; exclusive, because the VFS has no shared memory.

    Args:
        disk: it lives as long as its caller keeps it.
        name: the database's file.
        pragmas: run before the program's own, such as "page_size=512".
        checkpoint_pages: how long the log grows before it is copied into the database; the default is SQLite's.
    """
    connection = open_database(disk, name)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.set_wal_hook(partial(_checkpoint, checkpoint_pages))
    return apsw_dbapi.Connection(connection)


def open_database(disk: Disk, name: str = "hall.sqlite") -> apsw.Connection:
    """Open a database on a disk with APSW itself. The disk lives as long as its caller keeps it."""
    folder = str(disk.number)
    _disks[folder] = disk
    connection = apsw.Connection(f"/{folder}/{name}", vfs=_vfs.NAME)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    return connection


def _checkpoint(checkpoint_pages: int, connection: apsw.Connection, name: str, pages: int) -> int:
    """What SQLite's own hook does after a commit: a checkpoint that fails is tried again later, the commit stands.

    With SQLite's hook APSW would raise the failure out of a commit that has succeeded.
    """
    if pages >= checkpoint_pages:
        with contextlib.suppress(apsw.Error):
            connection.wal_checkpoint(name, apsw.SQLITE_CHECKPOINT_PASSIVE)
    return apsw.SQLITE_OK


def seed_sqlite(seed: int) -> None:
    """Let SQLite's random numbers (salts of write-ahead logs, `random()`) begin anew from a seed, process-wide."""
    for _ in range(2):  # part of the generator's state is set only by the second seeding of a process
        _seeds.reseed(seed)
        apsw.randomness(0)  # forgets the state, so that the next call asks the default VFS for a new one
        apsw.randomness(1)


class DiskFile:
    """An open file of a disk, as SQLite sees it."""

    def __init__(self, disk: Disk, name: str, *, syncs_folder: bool) -> None:
        self._disk = disk
        self._name = name
        self._syncs_folder = syncs_folder
        self._holders = _locks.setdefault(disk, {}).setdefault(name, {})

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        data: bytes = _told(self._disk.read, self._name, offset, amount)
        return data

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        _told(self._disk.write, self._name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        _told(self._disk.truncate, self._name, newsize)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802
        _told(self._disk.sync, self._name)
        if self._syncs_folder:  # once, as SQLite's unix VFS does
            self._syncs_folder = False
            _told(self._disk.sync_folder)

    def xFileSize(self) -> int:  # noqa: N802
        return self._disk.size(self._name)

    def xLock(self, level: int) -> None:  # noqa: N802
        others = max((held for file, held in self._holders.items() if file is not self), default=0)
        limit = {
            apsw.SQLITE_LOCK_SHARED: apsw.SQLITE_LOCK_PENDING,
            apsw.SQLITE_LOCK_RESERVED: apsw.SQLITE_LOCK_RESERVED,
        }
        if others >= limit.get(level, apsw.SQLITE_LOCK_SHARED):
            raise apsw.exception_for(apsw.SQLITE_BUSY)
        self._holders[self] = max(level, self._holders.get(self, 0))

    def xUnlock(self, level: int) -> None:  # noqa: N802
        self._holders[self] = min(level, self._holders.get(self, 0))

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return any(held >= apsw.SQLITE_LOCK_RESERVED for held in self._holders.values())

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: ARG002, N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE if self._disk.powersafe_overwrite else 0

    def xClose(self) -> None:  # noqa: N802
        self._holders.pop(self, None)


class ScratchFile(DiskFile):
    """A temporary file without a name: it is gone after a cut, so no disk need know of it."""

    def __init__(self) -> None:
        disk = Disk()
        disk.create("scratch")
        super().__init__(disk, "scratch", syncs_folder=False)


class DiskVfs(apsw.VFS):
    """Finds the disk by the first part of a path: `/<number>/<name>`."""

    NAME = "hallq-disk"

    def __init__(self) -> None:
        super().__init__(self.NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> DiskFile:  # type: ignore[override]  # noqa: N802  need not inherit
        if name is None:
            return ScratchFile()
        path = name if isinstance(name, str) else name.filename()
        disk, base = _find(path)
        may_create = bool(flags[0] & apsw.SQLITE_OPEN_CREATE)
        if not disk.exists(base):
            if not may_create or disk.read_only:
                raise apsw.exception_for(apsw.SQLITE_CANTOPEN)
            _told(disk.create, base)
        flags[1] = flags[0]
        return DiskFile(disk, base, syncs_folder=may_create and bool(flags[0] & LOGS))

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        disk, base = _find(filename)
        if not disk.exists(base):
            raise apsw.exception_for(apsw.SQLITE_IOERR_DELETE_NOENT)
        _told(disk.delete, base)
        if syncdir:
            _told(disk.sync_folder)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        disk, base = _find(pathname)
        return disk.exists(base) and not (flags == apsw.SQLITE_ACCESS_READWRITE and disk.read_only)

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class SeededVfs(apsw.VFS):
    """The system's own files, with random numbers from a seed: SQLite asks only the default VFS for them."""

    def __init__(self, seed: int) -> None:
        super().__init__("hallq-seeded", "", makedefault=True)
        self._rng = random.Random(seed)

    def xRandomness(self, numbytes: int) -> bytes:  # noqa: N802
        return self._rng.randbytes(numbytes)


class Seeds:
    """Registers the seeded VFS when it is first asked for, and keeps it: SQLite holds a pointer to it."""

    def __init__(self) -> None:
        self._vfs: SeededVfs | None = None

    def reseed(self, seed: int) -> None:
        """Make the process's default VFS one that begins anew from a seed."""
        if self._vfs is not None:
            self._vfs.unregister()
        self._vfs = SeededVfs(seed)


def _find(path: str) -> tuple[Disk, str]:
    _root, folder, name = path.split("/", 2)
    return _disks[folder], name


def _told(act: Any, *arguments: Any) -> Any:
    """Do something on a disk; a fault becomes an error of SQLite's."""
    try:
        return act(*arguments)
    except DiskError as exc:
        code, words = ERRORS[exc.fault]
        error = apsw.exception_for(code)
        error.args = (words,)
        raise error from exc


_vfs = DiskVfs()
_seeds = Seeds()
