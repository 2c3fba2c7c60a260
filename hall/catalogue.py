"""The hall as it is laid out: zones, queues, counters, departments and service items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hall.counter import CounterKind


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


@dataclass(frozen=True, slots=True)
class Queue:
    """One line of waiting visitors, told apart by its prefix."""

    prefix: str
    name: str
    name_en: str
    zone_id: str


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter (shown to people as a window) and the queues it serves, most preferred first."""

    counter_no: str
    kind: CounterKind
    zone_id: str
    queues: tuple[str, ...]


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
        )

    def items_of(self, prefix: str) -> tuple[ServiceItem, ...]:
        """The matters that are handled in one queue."""
        return tuple(item for item in self.items.values() if item.queue == prefix)

    def counters_of(self, prefix: str) -> tuple[str, ...]:
        """The numbers of the counters that serve one queue."""
        return tuple(c.counter_no for c in self.counters.values() if prefix in c.queues)
