"""Who waits, in the order of arrival: one line for each queue, matter and priority, so that its head is found at once.

A line is a sorted list of places with its head moving along, so that taking the head, adding at the end and asking for
either cost the same for ten people and for a hundred thousand. Only somebody who comes in between costs more.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from heapq import merge

from msgspec import Struct

from hall.priority import PriorityClass

COMPACT_FROM = 64  # places taken from the front before the list is shortened


_latest: tuple[datetime | None, int] = (None, 0)


def arrival_us(at: datetime) -> int:
    """Microseconds since 1970. Whoever is decided at one instant shares it, so the last one is remembered."""
    global _latest
    known = _latest  # another thread may put its own in its place
    if known[0] is not at:
        known = _latest = (at, round(at.timestamp() * 1_000_000))
    return known[1]


class Place(Struct, frozen=True, order=True, gc=False):
    """Where somebody stands: earlier arrival first, then the order in which the hall heard of them."""

    arrival_us: int  # microseconds since 1970
    seq: int  # the journal's sequence at which the ticket was issued
    ticket_id: str


class Line:
    """Places in order. At most one a ticket."""

    __slots__ = ("_head", "_places")

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._head = 0

    def __len__(self) -> int:
        return len(self._places) - self._head

    def __iter__(self) -> Iterator[Place]:
        for index in range(self._head, len(self._places)):
            yield self._places[index]

    @property
    def first(self) -> Place:
        """The head; the line must not be empty."""
        return self._places[self._head]

    def add(self, place: Place) -> None:
        """Put a place where it belongs."""
        if not self._places or self._places[-1] < place:
            self._places.append(place)
        else:
            insort(self._places, place, lo=self._head)

    def remove(self, place: Place) -> None:
        """Take a place out, which must be there."""
        if self._places[self._head] == place:
            self._head += 1
            if self._head >= COMPACT_FROM and self._head * 2 > len(self._places):
                del self._places[: self._head]
                self._head = 0
            return
        index = bisect_left(self._places, place, lo=self._head)
        assert self._places[index] == place  # noqa: S101 (the caller's promise)
        del self._places[index]

    def count_before(self, place: Place) -> int:
        """How many stand before a place."""
        if self._places and self._places[-1] < place:  # asked for whoever comes now: everybody does
            return len(self._places) - self._head
        return bisect_left(self._places, place, lo=self._head) - self._head


class LineKey(Struct, frozen=True, gc=False):
    """What the people of one line have in common."""

    prefix: str
    item_key: str
    priority: PriorityClass


class _QueueLines:
    __slots__ = ("count", "latest_us", "lines")

    def __init__(self) -> None:
        self.lines: dict[LineKey, Line] = {}  # none of them empty
        self.count = 0  # of everybody in them
        self.latest_us = 0  # the latest arrival of all who ever stood in one


class Lines:
    """All lines that anybody stands in, by queue."""

    def __init__(self, prefixes: Iterable[str]) -> None:
        self._queues = {prefix: _QueueLines() for prefix in prefixes}

    def add(self, key: LineKey, place: Place) -> None:
        """Somebody begins to wait."""
        queue = self._queues[key.prefix]
        line = queue.lines.get(key)
        if line is None:
            line = queue.lines[key] = Line()
        line.add(place)
        queue.count += 1
        if place.arrival_us > queue.latest_us:
            queue.latest_us = place.arrival_us

    def remove(self, key: LineKey, place: Place) -> None:
        """Somebody waits no longer."""
        queue = self._queues[key.prefix]
        line = queue.lines[key]
        line.remove(place)
        queue.count -= 1
        if not line:
            del queue.lines[key]

    def count(self, prefix: str) -> int:
        """How many wait in a queue."""
        return self._queues[prefix].count

    def count_before_latest(self, prefix: str, arrival_us: int) -> int | None:
        """How many wait in a queue, all before somebody who comes now; None where somebody arrived later."""
        queue = self._queues[prefix]
        return queue.count if arrival_us >= queue.latest_us else None

    def of(self, prefix: str) -> Mapping[LineKey, Line]:
        """A queue's lines, none of them empty."""
        return self._queues[prefix].lines

    def places(self, *prefixes: str) -> Iterator[Place]:
        """Everybody who waits in these queues, by arrival."""
        return merge(*(line for prefix in prefixes for line in self._queues[prefix].lines.values()))
