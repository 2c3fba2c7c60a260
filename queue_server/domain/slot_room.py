"""How many more visitors a slot takes: as many as the counters could still serve, together with all who are booked.

A counter has one time for all of its queues and matters, and a matter only has the counters that can serve it. So a
place is left exactly when the time of all visits, the asked one among them, can be laid over counters that can serve
them, in their slots, with no counter given more than it has for booked visitors. That is a flow, from visits through
counters: by Hall's condition it exists when no set of visits needs more time than the counters have that can serve
any of them. A visit is a mean and no promise about one visitor, so its time may be divided among counters and is
counted as time, not as a whole: 3 counters with 21 minutes each have room for 7 visits of 9 minutes.

Example: counter 1 handles a1, counter 2 handles a1 and a2, and each has time for one visit in a slot. Whoever is booked
for a1 may be served by counter 1, so a2 still has a place, and so has a1. Once that second a1 is booked, counter 2 is
needed for it, and a2 is full although nobody has booked it.

A visit that takes longer than all that its counters have takes just that: a slot that is offered holds somebody.
Slots of different queues may overlap; then time is cut where any of them begins or ends. Where more is booked than can
be served, since a site file has changed, that leaves alone whoever needs none of the counters that lack time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from queue_server.domain.max_flow import Network
from queue_server.domain.slots import PARTS

SOURCE, SINK = "source", "sink"


class Visit(Struct, frozen=True, kw_only=True):
    """A place that is booked or asked for: when, by whom it can be served, and what that takes."""

    begin_s: int
    end_s: int  # later than `begin_s`
    queue: str
    counters: frozenset[str]  # the numbers of those that can serve it then
    most_counters: int  # of its queue that work then, whichever they are
    parts: int  # of each of their seconds that booked visitors of this period may have, up to `PARTS`
    takes: int  # parts

    @property
    def slot(self) -> tuple[str, int, int, int]:
        """The queue's slot."""
        return self.queue, self.begin_s, self.end_s, self.parts

    @property
    def counted(self) -> int:
        """What it takes of its counters' time, which is never more than all of it."""
        counters = min(self.most_counters, len(self.counters))
        return min(self.takes, counters * (self.end_s - self.begin_s) * self.parts)


def room(asked: Sequence[Visit], booked: Mapping[Visit, int]) -> list[int]:
    """How many more of each asked visit there is room for, each asked for by itself.

    Args:
        booked: how many of each visit have a place.
    """
    near = _near(asked, booked)
    network, openings = _laid([*near, *asked])
    for visit, people in near.items():
        network.caps[openings[visit]] = people * visit.counted
    network.push(SOURCE, SINK)
    as_booked = network.caps.copy()
    left = []
    for visit in asked:
        network.caps = as_booked.copy()
        network.caps[openings[visit]] += visit.takes + (visit.end_s - visit.begin_s) * PARTS * len(visit.counters)
        more = network.push(SOURCE, SINK)
        left.append(more // visit.counted if visit.counted else 0)
    return left


def _near(asked: Sequence[Visit], booked: Mapping[Visit, int]) -> dict[Visit, int]:
    """The booked visits that can matter: those that share a time and a counter with the asked, or with such a visit."""
    if not asked:
        return {}
    begin_s, end_s = min(v.begin_s for v in asked), max(v.end_s for v in asked)
    counters = set[str]().union(*(visit.counters for visit in asked))
    found: dict[Visit, int] = {}
    others = dict(booked)
    while touching := [v for v in others if v.begin_s < end_s and begin_s < v.end_s and v.counters & counters]:
        for visit in touching:
            found[visit] = others.pop(visit)
            begin_s, end_s = min(begin_s, visit.begin_s), max(end_s, visit.end_s)
            counters |= visit.counters
    return found


def _laid(visits: Sequence[Visit]) -> tuple[Network, dict[Visit, int]]:
    """The network, with the pipe of each visit, which is shut: its capacity is how much of it is to be served.

    From the source to a queue's slot (what counters the queue has then), to a visit, to the counters that can serve it
    in each stretch of its slot, first to the part that is for booked visitors, to the sink.
    """
    network = Network()
    alike = _alike({visit.counters for visit in visits})
    stretches = list(pairwise(sorted({at for visit in visits for at in (visit.begin_s, visit.end_s)})))
    openings: dict[Visit, int] = {}
    known: set[object] = set()
    for visit in dict.fromkeys(visits):
        if visit.slot not in known:
            known.add(visit.slot)
            network.join(SOURCE, visit.slot, visit.most_counters * (visit.end_s - visit.begin_s) * visit.parts)
        openings[visit] = network.join(visit.slot, visit, 0)
        for stretch in stretches:
            if visit.begin_s <= stretch[0] and stretch[1] <= visit.end_s:
                for number, (sets, count) in enumerate(alike):
                    if visit.counters in sets:
                        counters = _Counters(number, *stretch)
                        _join_counters(network, known, counters, visit.parts, count)
                        network.join(visit, (counters, visit.parts), count * (stretch[1] - stretch[0]) * visit.parts)
    return network, openings


class _Counters(Struct, frozen=True):
    """Counters that are alike, in a stretch of time."""

    number: int
    begin_s: int
    end_s: int


def _join_counters(network: Network, known: set[object], counters: _Counters, parts: int, count: int) -> None:
    """Lay the pipes from the counters' part for one kind of period to all of their time, and to the sink."""
    time = count * (counters.end_s - counters.begin_s)
    if (counters, parts) not in known:
        known.add((counters, parts))
        network.join((counters, parts), counters, time * parts)
    if counters not in known:
        known.add(counters)
        network.join(counters, SINK, time * PARTS)


def _alike(sets: set[frozenset[str]]) -> list[tuple[frozenset[frozenset[str]], int]]:
    """Counters that are in the same sets, and how many there are: they stand in the network as one."""
    numbers = frozenset[str]().union(*sets)
    return list(Counter(frozenset(each for each in sets if number in each) for number in numbers).items())
