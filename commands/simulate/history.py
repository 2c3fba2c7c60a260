"""What the world outside saw: who sent what, what came back, and what happened to the hall's box.

It is written by the world, never by the engine, so that the two can be held against each other.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from hall import messages as m
from queue_server.domain.record import Record


class Entry(Struct, frozen=True, kw_only=True, tag=True):
    """One line; `at` is the true time, whatever the server's clock says."""

    at: datetime


class Sent(Entry, frozen=True, kw_only=True):
    """A client sent a command, for the first time or again."""

    sender: str
    command: m.AnyCommand


class Answered(Entry, frozen=True, kw_only=True):
    """A client was told that its command was carried out."""

    sender: str
    command_id: str
    record: Record


class Refused(Entry, frozen=True, kw_only=True):
    """A client was told no."""

    sender: str
    command_id: str
    code: str


class GaveUp(Entry, frozen=True, kw_only=True):
    """A client stopped asking without having heard anything."""

    sender: str
    command_id: str


class SlotOffered(Entry, frozen=True, kw_only=True):
    """The page showed a slot for a matter, with so many places as long as nothing else is booked."""

    item_key: str
    starts_at: datetime
    capacity: int


class Happened(Entry, frozen=True, kw_only=True):
    """Something befell the hall: a crash, a full disk, a clock that was set."""

    what: str
    detail: str = ""


AnyEntry = Sent | Answered | Refused | GaveUp | SlotOffered | Happened

_encoder = msgspec.json.Encoder()


def write_trace(path: Path, entries: Iterable[AnyEntry], records: Iterable[Record]) -> None:
    """Add a history to a file, as JSON lines, then the journal's records."""
    with path.open("ab") as file:
        for line in (*entries, *records):
            file.write(_encoder.encode(line) + b"\n")
