"""Kiosks and their visitors: numbers from the server, and from leased blocks while the server cannot be reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from commands.simulate.world import Person, World, event_of
from hall import messages as m
from hall.identity import DocumentKind
from hall.ticket import LAST_NUMBER
from queue_server.domain.record import Record

HALF_HOURS = (  # shares of a day's visitors from 08:00 on, half-hour by half-hour
    (0.7, 0.8, 9.0, 12.0, 13.5, 12.0, 8.5, 5.0, 1.8, 1.7, 3.5, 5.5, 7.5, 7.0, 5.5, 3.0, 1.5, 1.0, 0.3, 0.2)
)
OPENING_H = 8.0
GREEN_SHARE, WITH_DOCUMENT, FEW_PEOPLE = 0.08, 0.7, 400


@dataclass
class Kiosk:
    """A kiosk, with what its own disk remembers."""

    kiosk_id: str
    clock_error_s: float = 0.0
    is_offline: bool = False
    blocks: dict[str, list[tuple[str, Iterator[int]]]] = field(default_factory=dict)  # prefix: lease, numbers left
    to_merge: list[m.MergeTicket] = field(default_factory=list)

    def draw(self, prefix: str) -> tuple[str, int] | None:
        """A lease and its next number; None when there is none left."""
        for lease_id, numbers in self.blocks.get(prefix, []):
            number = next(numbers, None)
            if number is not None:
                return lease_id, number
        return None


def arrivals(world: World, count: int) -> list[float]:
    """When visitors come, in hours of the day."""
    bins = world.rng.choices(range(len(HALF_HOURS)), HALF_HOURS, k=count)
    return sorted(OPENING_H + (number + world.rng.random()) / 2 for number in bins)


def visit(world: World, kiosk: Kiosk) -> Person:
    """One visitor at a kiosk."""
    rng = world.rng
    item = rng.choice(list(world.plan.items.values()))
    document = _document(world)
    if kiosk.is_offline:
        _draw_offline(world, kiosk, item.key, item.queue, document)
        return
    issue = m.IssueTicket(
        command_id=world.new_id(),
        item_key=item.key,
        kiosk_id=kiosk.kiosk_id if world.chance(0.995) else "K99",  # a machine with a wrong id
        green_group=rng.choice(("soldier", "elderly")) if world.chance(GREEN_SHARE / 2) else None,
        further_items=tuple(rng.choices(list(world.plan.items), k=rng.choice((0,) * 12 + (1, 1, 2)))),
        party_size=rng.choice((1,) * 20 + (2, 5, 30)),
        special_need="wheelchair" if world.chance(0.01) else None,
        is_representative=world.chance(0.03),
        principal=f"person-{rng.randrange(FEW_PEOPLE)}" if world.chance(0.03) else None,
        **document,
    )
    issued = event_of((yield issue))
    if not isinstance(issued, m.TicketIssued):
        return
    yield rng.uniform(1, 5)
    is_printed = not world.chance(0.02)
    yield m.ReportPrint(
        command_id=world.new_id(),
        ticket_id=issued.ticket_id,
        printed=is_printed,
        cause=None if is_printed else "paper_jam",
    )
    if world.chance(0.04):
        yield rng.uniform(60, 2400)
        yield m.CancelTicket(
            command_id=world.new_id(), ticket_id=issued.ticket_id, by=kiosk.kiosk_id, reason="visitor left"
        )


def lease(world: World, kiosk: Kiosk, prefix: str) -> Person:
    """Take a block for bad times."""
    if kiosk.is_offline:
        return
    count = world.rng.choice((3, 5, 8, 20, 60))
    outcome = yield m.LeaseNumbers(command_id=world.new_id(), kiosk_id=kiosk.kiosk_id, prefix=prefix, count=count)
    leased = event_of(outcome)
    if isinstance(leased, m.NumbersLeased):
        kiosk.blocks.setdefault(prefix, []).append((leased.lease_id, iter(range(leased.first, leased.last + 1))))


def lose_link(world: World, kiosk: Kiosk, for_s: float) -> Person:
    """The kiosk cannot reach the server for a while, and then hands in what it gave out, in any order."""
    kiosk.is_offline = True
    world.note("kiosk offline", kiosk.kiosk_id)
    yield for_s
    kiosk.is_offline = False
    merges, kiosk.to_merge = kiosk.to_merge, []
    world.rng.shuffle(merges)
    for merge in merges:
        world.spawn(kiosk.kiosk_id, _hand_in(world, merge), world.rng.uniform(0, 300))


def forget_blocks(kiosk: Kiosk) -> None:
    """Yesterday's numbers are over."""
    kiosk.blocks.clear()


def _hand_in(world: World, merge: m.MergeTicket) -> Person:
    outcome = yield merge
    world.counts["offline merges"] += isinstance(outcome, Record)


def _draw_offline(world: World, kiosk: Kiosk, item_key: str, prefix: str, document: dict[str, Any]) -> None:
    drawn = kiosk.draw(prefix)
    if drawn is None:
        return
    lease_id, number = drawn
    if world.chance(0.01):
        number = world.rng.choice((0, number + 1000, LAST_NUMBER))  # a kiosk with a fault
    kiosk.to_merge.append(
        m.MergeTicket(
            command_id=world.new_id(),
            lease_id=lease_id,
            number=number,
            ticket_id=world.new_id(),
            arrived_at=world.now + timedelta(seconds=kiosk.clock_error_s),
            item_key=item_key,
            kiosk_id=kiosk.kiosk_id,
            **document,
        )
    )


def _document(world: World) -> dict[str, Any]:
    """What a visitor showed. There are few people, so that some come twice."""
    if not world.chance(WITH_DOCUMENT):
        return {}
    number = world.rng.randrange(FEW_PEOPLE)
    return {
        "identity_kind": DocumentKind.RESIDENT,
        "masked_number": f"**************{number:04d}",
        "person": f"person-{number}",
        "age_years": 18 + number * 7 % 65,
    }
