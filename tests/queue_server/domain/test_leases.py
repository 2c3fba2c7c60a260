"""Blocks of numbers for kiosks that lose the server: what is leased, handed in, refused and remembered."""

from datetime import datetime, time, timedelta

import pytest
from msgspec import structs

from hall import messages as m
from hall.priority import PriorityClass
from hall.ticket import LAST_NUMBER, TicketState
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.domain.leasing import OLD, LeasingHall
from tests.queue_server.halls import MORNING, audit, refused, replayed


def test_a_block_follows_the_last_number_and_the_next_number_follows_the_block():
    hall = LeasingHall()
    hall.issue("I1")

    lease = hall.lease(count=5)

    assert (lease.first, lease.last) == (2, 6)
    assert hall.issue("I1").display_number == "A007"
    assert hall.issue("I2").display_number == "B001"


def test_two_kiosks_never_get_the_same_numbers():
    hall = LeasingHall()

    first, second = hall.lease("K01"), hall.lease("K02")

    assert first.last < second.first


def test_a_merged_ticket_takes_the_place_of_its_arrival():
    hall = LeasingHall()
    lease = hall.lease()
    arrived = hall.clock.now()
    hall.clock.pass_(minutes=1)
    hall.issue("I1")
    hall.clock.pass_(minutes=10)

    merged = hall.merge(lease, 1, arrived_at=arrived)

    assert hall.waiting() == ["A001", "A006"]
    assert (merged.ahead_count, merged.lease_id) == (0, lease.lease_id)


@pytest.mark.parametrize(
    ("claimed", "counted"),
    [
        (MORNING + timedelta(days=400), MORNING + timedelta(minutes=5)),
        (MORNING - timedelta(days=400), datetime.combine(MORNING.date(), time(), MORNING.tzinfo)),
        (MORNING + timedelta(minutes=1), MORNING + timedelta(minutes=1)),
    ],
)
def test_a_kiosk_with_a_wrong_clock_cannot_arrive_tomorrow_or_yesterday(claimed: datetime, counted: datetime):
    hall = LeasingHall()
    lease = hall.lease()
    hall.clock.pass_(minutes=5)

    merged = hall.merge(lease, 1, arrived_at=claimed)

    assert merged.arrived_at == counted


def test_an_old_visitor_of_an_offline_kiosk_has_priority_all_the_same():
    hall = LeasingHall()

    merged = hall.merge(hall.lease(), 1, age_years=OLD)

    assert merged.priority is PriorityClass.GREEN


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kiosk_id": "K02"}, no.UnknownLease),
        ({"lease_id": "nobody's"}, no.UnknownLease),
        ({"number": 6}, no.NotInLease),
        ({"number": 0}, no.NotInLease),
        ({"item_key": "I2"}, no.NotInLease),
        ({"item_key": "I9"}, no.UnknownItem),
    ],
)
def test_a_ticket_that_cannot_be_this_kiosk_s_is_refused_and_changes_nothing(
    changes: dict[str, object], refusal: type[no.Refusal]
):
    hall = LeasingHall()
    lease = hall.lease()
    before = digest(hall.day)

    with pytest.raises(refusal):
        hall.do(structs.replace(hall.offline(lease, 1), **changes))

    assert digest(hall.day) == before


def test_a_number_and_a_ticket_are_merged_once():
    hall = LeasingHall()
    lease = hall.lease()
    hall.merge(lease, 1)

    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 1, ticket_id="another")
    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 2, ticket_id=f"offline-{lease.lease_id}-1")

    assert hall.waiting() == ["A001"]


@pytest.mark.parametrize("count", [0, -1, 11])
def test_a_block_has_a_size_that_the_rules_allow(count: int):
    with pytest.raises(no.LeaseTooLarge):
        LeasingHall(largest_block=10).lease(count=count)


def test_a_kiosk_holds_so_many_blocks_of_a_queue_and_gets_more_as_it_hands_tickets_in():
    hall = LeasingHall(most_open=2)
    first, _second = hall.lease(count=2), hall.lease(count=2)
    with pytest.raises(no.LeaseTooLarge):
        hall.lease(count=2)
    assert hall.lease("K02").first > 4  # another kiosk has its own
    assert hall.lease(prefix="B").first == 1  # and another queue

    hall.merge(first, first.first)
    hall.merge(first, first.last)

    assert hall.lease(count=2).prefix == "A"


def test_a_block_ends_with_the_day_s_numbers():
    hall = LeasingHall()
    hall.day.last_number["A"] = LAST_NUMBER - 2

    assert hall.lease(count=5).last == LAST_NUMBER
    with pytest.raises(no.QueueFull):
        hall.lease(count=5)


def test_a_block_is_worth_nothing_on_the_next_day():
    hall = LeasingHall()
    lease = hall.lease()
    hall.clock.pass_(days=1)
    hall.do(m.StartDay(command_id=hall.id()))

    with pytest.raises(no.UnknownLease):
        hall.merge(lease, 1)

    assert hall.issue("I1").display_number == "A001"


def test_a_ticket_that_is_handed_in_after_the_closing_is_written_down_and_over_at_once():
    hall = LeasingHall()
    lease = hall.lease()
    hall.do(m.CloseDay(command_id=hall.id(), by="M1", confirmed_open=0))
    hall.clock.pass_(minutes=5)

    merged = hall.merge(lease, 1)

    ticket = hall.day.tickets[merged.ticket_id]
    assert (merged.after_closing, merged.ahead_count, merged.wait_p50_s) == (True, 0, None)
    assert (ticket.state, ticket.ended_at) == (TicketState.EXPIRED, hall.clock.now())
    assert hall.waiting() == []
    audit(hall.day)
    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 1, ticket_id="another")
    for kind, values in ((m.IssueTicket, {"item_key": "I1"}), (m.LeaseNumbers, {"prefix": "A", "count": 1})):
        refused(hall, no.DayIsClosed, kind, kiosk_id="K01", **values)


def test_a_ticket_handed_in_after_the_closing_teaches_nothing_and_is_gone_the_next_day():
    hall = LeasingHall()
    lease = hall.lease()
    hall.do(m.CloseDay(command_id=hall.id(), by="M1", confirmed_open=0))
    learned = dict(hall.day.calibration)
    hall.merge(lease, 1)
    assert hall.day.calibration == learned
    assert digest(load(hall.day.plan, dump(hall.day))) == digest(replayed(hall.day.plan, hall.records))
    hall.clock.pass_(days=1)

    started = hall.do(m.StartDay(command_id=hall.id()))

    assert started.expired == ()
    with pytest.raises(no.UnknownLease):
        hall.merge(lease, 2)


def test_a_snapshot_remembers_blocks_and_what_was_used_of_them():
    hall = LeasingHall()
    lease = hall.lease()
    hall.merge(lease, 1)

    hall.day = load(hall.day.plan, dump(hall.day))

    with pytest.raises(no.NumberUsed):
        hall.merge(lease, 1, ticket_id="another")
    assert hall.merge(lease, 2).display_number == "A002"
