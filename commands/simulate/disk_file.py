"""One file on a disk that can lose power: what programs see, what the platters hold, and what lies between.

It knows bytes and sectors, neither names nor SQLite. See `commands.simulate.disk` for the model as a whole.
"""

import random
from enum import Enum
from itertools import pairwise

SECTOR = 512  # bytes that a drive writes as one; larger sectors tear less, so this is the harder case
SURVIVES = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0)  # how likely a cut keeps an unsynced piece; drawn once a file

Write = tuple[int, bytes]
Pending = Write | int
"""A write (offset, data) or a new size, not yet synced."""


class Tear(Enum):
    """How finely a power cut may take an unsynced write apart."""

    WRITES = "writes"  # a write is there or not
    SECTORS = "sectors"  # each of its sectors is there or not
    BYTES = "bytes"  # and a sector under the head may hold some new bytes and some old ones
    GARBAGE = "garbage"  # or anything at all, and so may what the file grew by


class StoredFile:
    """Bytes with a volatile and a durable side.

    Attributes:
        cached: what programs read; the operating system's cache.
        durable: what the platters hold for certain.
        pending: the operations since the last sync, oldest first.
    """

    __slots__ = ("cached", "durable", "pending")

    def __init__(self, data: bytes = b"") -> None:
        self.cached = bytearray(data)
        self.durable = bytearray(data)
        self.pending: list[Pending] = []

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer at the end."""
        return bytes(self.cached[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        """Write into the cache; a gap before `offset` reads as zeros."""
        _put(self.cached, offset, data)
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        """Set the size in the cache, smaller or larger."""
        _resize(self.cached, size)
        self.pending.append(size)

    def sync(self) -> None:
        """Make durable every sector that was written since the last sync, and the size."""
        for lo, hi in self._settle_size():
            self.durable[lo:hi] = self.cached[lo:hi]

    def lose_sync(self, rng: random.Random) -> None:
        """A sync that failed: any sectors may have reached the platters, and all count as clean from now on.

        Programs go on reading the new bytes, but a later sync that succeeds does not write them: a sector must be
        written again. Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
        """
        for lo, hi in self._settle_size():
            for sector in range(lo - lo % SECTOR, hi, SECTOR):
                if rng.random() < 0.5:
                    end = min(sector + SECTOR, hi)
                    self.durable[sector:end] = self.cached[sector:end]

    def _settle_size(self) -> list[tuple[int, int]]:
        """Give the durable side its new size and forget what was pending; returns the dirty ranges, sector-aligned."""
        size = len(self.cached)
        for op in self.pending:
            if isinstance(op, int):
                del self.durable[op:]
        _resize(self.durable, size)
        dirty = [_sectors(op, size) for op in self.pending if not isinstance(op, int)]
        self.pending.clear()
        return dirty

    def after_cut(self, rng: random.Random, tear: Tear, *, powersafe_overwrite: bool) -> bytearray:
        """What the platters may hold if the power fails now; the file itself is not changed.

        Args:
            rng: decides which of the unsynced operations survive, in which order, and how torn.
            tear: how finely.
            powersafe_overwrite: garbage stays inside the bytes that were being written; otherwise it takes the sector.
        """
        data = bytearray(self.durable)
        if not self.pending:
            return data
        survives = rng.choice(SURVIVES)
        run: list[Write] = []  # writes between two truncations reach the platters in any order
        for op in (*self.pending, None):
            if isinstance(op, tuple):
                run.append(op)
                continue
            self._keep_some(data, run, survives, rng, tear, powersafe_overwrite=powersafe_overwrite)
            run = []
            if op is not None and rng.random() < survives:
                _resize(data, op)
        if len(data) < len(self.cached) and rng.random() < 0.5:  # the size was recorded before the bytes
            grown = len(self.cached) - len(data)
            data += rng.randbytes(grown) if tear is Tear.GARBAGE else bytes(grown)
        return data

    @staticmethod
    def _keep_some(
        data: bytearray,
        run: list[Write],
        survives: float,
        rng: random.Random,
        tear: Tear,
        *,
        powersafe_overwrite: bool,
    ) -> None:
        pieces = run if tear is Tear.WRITES else [piece for write in run for piece in _pieces(write)]
        kept: list[Write] = []
        torn: list[Write] = []
        for piece in pieces:
            (kept if rng.random() < survives else torn).append(piece)
        if rng.random() < 0.5:
            rng.shuffle(kept)
        for offset, new in kept:
            _put(data, offset, new)
        if tear in (Tear.BYTES, Tear.GARBAGE) and torn and rng.random() < 0.5:
            offset, new = rng.choice(torn)  # the sector under the head; the others were never begun
            if tear is Tear.BYTES:
                cut = rng.randint(0, len(new))
                _put(data, offset, new[:cut]) if rng.random() < 0.5 else _put(data, offset + cut, new[cut:])
            else:
                lo, hi = (offset, offset + len(new)) if powersafe_overwrite else _sectors((offset, new), 1 << 62)
                _put(data, lo, rng.randbytes(hi - lo))


def _put(data: bytearray, offset: int, new: bytes) -> None:
    if offset > len(data):
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(new)] = new


def _resize(data: bytearray, size: int) -> None:
    if size < len(data):
        del data[size:]
    else:
        data.extend(bytes(size - len(data)))


def _sectors(write: Write, size: int) -> tuple[int, int]:
    """The range of a write, rounded outwards to sectors, not beyond `size`."""
    offset, data = write
    return offset - offset % SECTOR, min(-(-(offset + len(data)) // SECTOR) * SECTOR, size)


def _pieces(write: Write) -> list[Write]:
    """A write, split where sectors meet."""
    offset, data = write
    first = SECTOR - offset % SECTOR
    cuts = [0, *range(first, len(data), SECTOR), len(data)]
    return [(offset + lo, data[lo:hi]) for lo, hi in pairwise(cuts)]
