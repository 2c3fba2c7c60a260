"""What becomes of a drawn number in the hall's state."""

from datetime import timedelta

from msgspec import structs

from hall import messages as m
from hall.identity import DocumentKind
from hall.priority import PriorityClass
from hall.wait import Basis
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import Ticket
from queue_server.domain.record import Record
from tests.queue_server.halls import Hall, small_plan


def test_a_new_ticket_says_all_that_its_event_says_under_the_same_names():
    hall = Hall(small_plan())
    now = hall.clock.now()
    event = m.TicketIssued(
        ticket_id="t-1",
        display_number="A012",
        business_day=now.date(),
        prefix="A",
        number=12,
        item_key="a1",
        kiosk_id="K01",
        ahead_count=3,
        wait_p10_s=10.0,
        wait_p50_s=50.0,
        wait_p90_s=90.0,
        wait_basis=Basis(1.0, 2.0, 0.5),
        identity_kind=DocumentKind.RESIDENT,
        masked_number="1101**********0011",
        person="a-person",
        priority=PriorityClass.GREEN,
        green_group="age",
        further_items=("b1",),
        party_size=4,
        note="a note",
        special_need="wheelchair",
        is_representative=True,
        arrived_at=now - timedelta(minutes=5),
        principal="a-principal",
        green_by_age=True,
    )

    evolve(hall.day, Record(seq=1, at=now, command_id="c-1", event=event))

    ticket = hall.day.tickets["t-1"]
    shared = [name for name in Ticket.__struct_fields__ if name in m.TicketIssued.__struct_fields__]
    assert [getattr(ticket, name) for name in shared] == [getattr(event, name) for name in shared]
    told = structs.asdict(event).keys() - Ticket.__struct_fields__
    assert told == {
        "business_day",
        "ahead_count",
        "identity_kind",
        "lease_id",
        "quota_interval",
        "after_closing",
        "further_quotas",
    }
    assert (ticket.seq, ticket.issued_at) == (1, now)
