"""What the service asks of the world: a journal that keeps, and listeners that are told afterwards."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from queue_server.domain.evolve import Record


class JournalUnavailable(Exception):
    """The journal could not be written or read: send the command again, with the same id."""

    code = "journal_unavailable"


class Journal(Protocol):
    """Keeps records for good. Used by one thread only, the writer's."""

    def append(self, records: Sequence[Record]) -> None:
        """Keep the records and the rows that reports read, all in one transaction, durable on return.

        Raises:
            JournalUnavailable: nothing was kept.
        """
        ...

    def answers(self, command_ids: Sequence[str]) -> dict[str, Record]:
        """The answers given earlier to those of these commands that were carried out.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        ...

    def current_day(self) -> Iterable[Record]:
        """The records since the last business day began, oldest first.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        ...


class Follower(Protocol):
    """Hears of each record once, in order, after it is kept, in the writer's thread; it returns at once."""

    def follow(self, records: Sequence[Record]) -> None:
        """Take note of a batch of at least one record."""
        ...
