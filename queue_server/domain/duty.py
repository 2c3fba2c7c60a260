"""Who is on duty for a queue: what a wait depends on beside the people who wait."""

from collections.abc import Mapping, Set

from msgspec import Struct

from hall.catalogue import Ability, HallPlan
from queue_server.domain.breaks import breaks_of


class Duty(Struct, frozen=True):
    """The counters of a queue as they are staffed now."""

    open: tuple[str, ...] = ()
    paused: int = 0
    able: Mapping[str, tuple[tuple[str, ...], int]] = {}  # item: the same two, where not all counters handle it
    rivals: tuple[tuple[str, float], ...] = ()  # queues that share open counters: what share of theirs is ours too

    def of(self, item_key: str) -> tuple[tuple[str, ...], int]:
        """The open counters that handle a matter, and how many more that do are paused."""
        return self.able.get(item_key) or (self.open, self.paused)


class Roster:
    """Finds who is on duty. It knows the plan; the day is given to it."""

    def __init__(self, plan: HallPlan) -> None:
        self._plan = plan
        self.breaks = {prefix: breaks_of(queue.hours) for prefix, queue in plan.queues.items()}
        self._restricted = {prefix for c in plan.counters.values() if c.abilities is not None for prefix in c.queues}
        sharing = {frozenset(c.queues) for c in plan.counters.values() if len(c.queues) > 1}
        self._rivals = {
            prefix: sorted(set().union(*(group for group in sharing if prefix in group)) - {prefix})
            for prefix in plan.queues
        }

    def duty(self, open_now: Set[str], paused: Set[str], granted: Mapping[str, Set[Ability]]) -> dict[str, Duty]:
        """Every queue's duty.

        Args:
            open_now, paused: numbers of counters.
            granted: what counters may handle today beyond the plan.
        """
        staffed = {
            prefix: tuple(number for number in self._plan.counters_of(prefix) if number in open_now)
            for prefix in self._plan.queues
        }
        return {
            prefix: Duty(
                numbers,
                sum(number in paused for number in self._plan.counters_of(prefix)) if paused else 0,
                self._able(prefix, open_now, paused, granted),
                self._shares(prefix, staffed),
            )
            for prefix, numbers in staffed.items()
        }

    def _able(
        self, prefix: str, open_now: Set[str], paused: Set[str], granted: Mapping[str, Set[Ability]]
    ) -> dict[str, tuple[tuple[str, ...], int]]:
        able = {}
        for item in self._plan.items_of(prefix):
            lent = [number for number, pairs in granted.items() if item.ability in pairs]
            if lent or prefix in self._restricted:
                own = [n for n in self._plan.counters_of(prefix) if n not in lent and self._plan.can_serve(n, item)]
                all_able = own + lent
                able[item.key] = tuple(n for n in all_able if n in open_now), sum(n in paused for n in all_able)
        return able

    def _shares(self, prefix: str, staffed: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, float], ...]:
        mine = set(staffed[prefix])
        shared = (
            (rival, len(mine.intersection(staffed[rival])), len(staffed[rival])) for rival in self._rivals[prefix]
        )
        return tuple((rival, both / all_) for rival, both, all_ in shared if both)
