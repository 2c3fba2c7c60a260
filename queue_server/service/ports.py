"""What the service asks of the world: a journal that keeps, and listeners that are told afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from queue_server.domain.record import Record
from queue_server.service.hand_over import LoopInbox


class JournalUnavailable(Exception):
    """The journal could not be written or read: send the command again, with the same id."""

    code = "journal_unavailable"


class Kept(Struct, frozen=True):
    """What a journal gives back at start.

    Attributes:
        snapshot: the newest state kept whole (see `queue_server.domain.snapshot`); None before the first day.
        records: what happened after it, oldest first.
        answers: for each command up to the snapshot, since the day before the snapshot's own began, the sequence of
            its answer; a command of the records has its own last record as answer.
    """

    snapshot: bytes | None
    records: Sequence[Record]
    answers: Mapping[str, int]


class Journal(Protocol):
    """Keeps records for good. Used by one thread only, the writer's.

    A snapshot belongs to the end of a batch of records: it is kept with it in the same transaction, or not at all.
    """

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        """Keep the records in one transaction, durable on return.

        Args:
            records: a batch, in order, that goes on where the journal ends.
            snapshot: the state after the batch, where it began or ended a day; what is before it is then never
                replayed again.

        Raises:
            JournalUnavailable: nothing was kept, as far as is known.
        """
        ...

    def kept(self) -> Kept:
        """What a start needs.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        ...

    def answer(self, seq: int) -> Record:
        """One record again, for a command that was answered before.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        ...


class Follower(Protocol):
    """Hears of each record once, in order, after it is kept, in the writer's thread; it returns at once."""

    @property
    def inbox(self) -> LoopInbox | None:
        """Where it leaves what it hears for an event loop, which the writer wakes once a batch, answers and all."""
        ...

    def begin(self, kept: Kept) -> None:
        """Take over what the journal holds at the start."""
        ...

    def follow(self, records: Iterable[Record]) -> None:
        """Take note of a batch of at least one record."""
        ...
