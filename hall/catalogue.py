"""The hall as it is laid out: zones, queues, counters, departments and service items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from hall.calendar import WorkCalendar
from hall.counter import CounterKind
from hall.hours import QueueHours
from hall.rules import HallRules


class TimeClass(StrEnum):
    """How long serving an item usually takes; the load model gives each class its distribution."""

    SHORT = "S"
    MEDIUM = "M"
    LONG = "L"
    CONSULT = "consult"
    COLLECT = "collect"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Zone:
    """A functional zone; sound and displays hang on it."""

    zone_id: str
    name: str
    name_en: str
    floor: int
    name_mn: str | None = None  # traditional Mongolian, for printed papers


class IdentityPolicy(StrEnum):
    """Whether a queue's tickets are drawn with a document (real-name ticketing)."""

    NONE = "none"  # nothing about who draws is kept
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Queue:
    """One line of waiting visitors, told apart by its prefix."""

    prefix: str
    name: str
    name_en: str
    zone_id: str
    hours: QueueHours | None = None  # None: takes tickets at any time
    identity: IdentityPolicy = IdentityPolicy.OPTIONAL


Ability = tuple[str, str]
"""A department's key and the key of one of its matters."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter (shown to people as a window) and what it can do.

    Attributes:
        queues: the queues it serves, most preferred first.
        abilities: the pairs it handles; None means every matter of its queues. A set of pairs, never the product of a
            set of departments and a set of matters.
    """

    counter_no: str
    kind: CounterKind
    zone_id: str
    queues: tuple[str, ...]
    abilities: frozenset[Ability] | None = None
    opens_at_noon: bool = False  # stands on the noon roster: what it handles is drawn then


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """One matter that a visitor can come for."""

    key: str
    name: str
    name_en: str
    department: str
    item_code: str
    queue: str
    time_class: TimeClass
    department_key: str = ""
    weekend_self_service: bool = False
    name_mn: str | None = None

    @property
    def ability(self) -> Ability:
        """What a counter must be able to do for it."""
        return self.department_key, self.key


@dataclass(frozen=True)
class HallPlan:
    """Everything about a hall that does not change during a day, looked up by key. Order is the file's."""

    hall_id: str
    name: str
    name_en: str
    zones: Mapping[str, Zone]
    queues: Mapping[str, Queue]
    counters: Mapping[str, Counter]
    items: Mapping[str, ServiceItem]
    rules: HallRules = field(default_factory=HallRules)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    kiosks: frozenset[str] = frozenset()  # their ids
    name_mn: str | None = None

    @classmethod
    def of(
        cls,
        hall_id: str,
        name: str,
        name_en: str,
        *,
        zones: Iterable[Zone],
        queues: Iterable[Queue],
        counters: Iterable[Counter],
        items: Iterable[ServiceItem],
        rules: HallRules | None = None,
        calendar: WorkCalendar | None = None,
        kiosks: Iterable[str] = (),
        name_mn: str | None = None,
    ) -> "HallPlan":
        """Build the look-up tables from plain sequences."""
        return cls(
            hall_id,
            name,
            name_en,
            MappingProxyType({z.zone_id: z for z in zones}),
            MappingProxyType({q.prefix: q for q in queues}),
            MappingProxyType({c.counter_no: c for c in counters}),
            MappingProxyType({i.key: i for i in items}),
            rules or HallRules(),
            calendar or WorkCalendar(),
            frozenset(kiosks),
            name_mn,
        )

    @cached_property
    def places(self) -> frozenset[str]:
        """Where visitors get numbers: the ids of kiosks, and the numbers of counters, such as the guide desk."""
        return self.kiosks | self.counters.keys()

    def items_of(self, prefix: str) -> tuple[ServiceItem, ...]:
        """The matters that are handled in one queue."""
        return self._items_of.get(prefix, ())

    def counters_of(self, prefix: str) -> tuple[str, ...]:
        """The numbers of the counters that serve one queue, wholly or in part."""
        return self._counters_of.get(prefix, ())

    def keeps_identity(self, *prefixes: str) -> bool:
        """Whether a ticket for matters of these queues says who drew it: where one of them asks."""
        return not self._without_names.issuperset(prefixes)

    def hours_of(self, item_key: str) -> QueueHours | None:
        """The hours of a matter: its queue's, with noon and weekends as they are for this matter. None: at any time."""
        return self._hours_of[item_key]

    def can_serve(self, counter_no: str, item: ServiceItem) -> bool:
        """Whether the plan lets a counter handle a matter; what was granted for today is not in the plan."""
        counter = self.counters[counter_no]
        if counter.abilities is None:
            return item.queue in counter.queues
        return item.ability in counter.abilities

    def able(self, item: ServiceItem) -> frozenset[str]:
        """The numbers of the counters that serve a matter's queue and handle the matter."""
        return self._able.get(item.key, frozenset())

    @cached_property
    def _able(self) -> dict[str, frozenset[str]]:
        return {
            item.key: frozenset(number for number in self.counters_of(item.queue) if self.can_serve(number, item))
            for item in self.items.values()
        }

    @cached_property
    def _items_of(self) -> dict[str, tuple[ServiceItem, ...]]:
        return {prefix: tuple(i for i in self.items.values() if i.queue == prefix) for prefix in self.queues}

    @cached_property
    def _without_names(self) -> frozenset[str]:
        return frozenset(prefix for prefix, queue in self.queues.items() if queue.identity is IdentityPolicy.NONE)

    @cached_property
    def _hours_of(self) -> dict[str, QueueHours | None]:
        return {key: self._own_hours(item) for key, item in self.items.items()}

    def _own_hours(self, item: ServiceItem) -> QueueHours | None:
        hours = self.queues[item.queue].hours
        if hours is None:
            return None
        at_noon = sum(counter.opens_at_noon and self.can_serve(n, item) for n, counter in self.counters.items())
        return hours.for_matter(noon_counters=at_noon, weekend_self_service=item.weekend_self_service)

    @cached_property
    def _counters_of(self) -> dict[str, tuple[str, ...]]:
        return {
            prefix: tuple(number for number, counter in self.counters.items() if prefix in counter.queues)
            for prefix in self.queues
        }
