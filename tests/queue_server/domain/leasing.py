"""A hall with two queues whose kiosks lease numbers, for the tests of blocks."""

from msgspec import structs

from hall import messages as m
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.rules import HallRules, LeaseRules
from tests.queue_server.halls import Hall

ITEM = {"A": "I1", "B": "I2"}
OLD = 80


def small_plan(**leases: int) -> HallPlan:
    """Two queues, one counter for both, no opening hours."""
    return HallPlan.of(
        "h",
        "厅",
        "Hall",
        zones=[Zone("Z", "区", "Zone", 1)],
        queues=[Queue(prefix, prefix, prefix, "Z") for prefix in ITEM],
        counters=[Counter("1", CounterKind.COMPREHENSIVE, "Z", tuple(ITEM))],
        items=[ServiceItem(key, key, key, "D", key, prefix, TimeClass.SHORT) for prefix, key in ITEM.items()],
        rules=HallRules(leases=LeaseRules(**leases)),
        kiosks=[f"K{number:02d}" for number in range(1, 10)],
    )


class LeasingHall(Hall):
    """A hall with what these tests say often."""

    def __init__(self, **leases: int) -> None:
        super().__init__(small_plan(**leases))
        self.day.rules = self.day.plan.rules

    def lease(self, kiosk_id: str = "K01", prefix: str = "A", count: int = 5) -> m.NumbersLeased:
        event = self.do(m.LeaseNumbers(command_id=self.id(), kiosk_id=kiosk_id, prefix=prefix, count=count))
        assert isinstance(event, m.NumbersLeased)
        return event

    def merge(self, lease: m.NumbersLeased, number: int, **changes: object) -> m.TicketIssued:
        event = self.do(structs.replace(self.offline(lease, number), **changes))
        assert isinstance(event, m.TicketIssued)
        return event

    def offline(self, lease: m.NumbersLeased, number: int) -> m.MergeTicket:
        return m.MergeTicket(
            command_id=self.id(),
            lease_id=lease.lease_id,
            number=number,
            ticket_id=f"offline-{lease.lease_id}-{number}",
            arrived_at=self.clock.now(),
            item_key=ITEM[lease.prefix],
            kiosk_id=lease.kiosk_id,
        )

    def waiting(self, prefix: str = "A") -> list[str]:
        return [self.day.tickets[place.ticket_id].display_number for place in self.day.lines.places(prefix)]
