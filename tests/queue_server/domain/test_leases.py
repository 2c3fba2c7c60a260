"""Blocks of numbers for kiosks that lose the server: what is leased, handed in, refused and remembered."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from msgspec import structs

from hall import messages as m
from hall.priority import PriorityClass
from hall.ticket import LAST_NUMBER, TicketState
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.domain.leasing import OLD, LeasingHall
from tests.queue_server.halls import MORNING, Hall, audit, refused, replayed, small_plan


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


def test_handed_in_tickets_count_in_the_quota_of_the_time_at_which_their_visitors_came():
    hall = Hall(small_plan())  # queue Q gives 2 numbers from 09:00 and 3 from 10:00
    lease = hall.ask(m.LeaseNumbers, kiosk_id="K01", prefix="Q", count=10)
    hall.clock.set("10:05")

    merged = [hand_in(hall, lease, number, "09:20") for number in (1, 2, 3)]
    late = hand_in(hall, lease, 4, "10:01")

    assert [ticket.quota_interval for ticket in (*merged, late)] == ["09:00", "09:00", "09:00", "10:00"]
    assert hall.day.issued_in == {"Q": 4, "Q 09:00": 3, "Q 10:00": 1}
    refusal = refused(hall, no.QuotaUsed, m.IssueTicket, item_key="q1", kiosk_id="K01")
    assert refusal.facts["of"] == "day"
    assert digest(replayed(hall.day.plan, hall.records)) == digest(hall.day)


def test_a_quota_that_offline_tickets_used_up_gives_no_more():
    hall = Hall(small_plan())
    lease = hall.ask(m.LeaseNumbers, kiosk_id="K01", prefix="Q", count=10)
    hall.clock.set("09:25")
    for number in (1, 2, 3):  # none is refused: they are on paper
        hand_in(hall, lease, number, "09:20")

    refused(hall, no.QuotaUsed, m.IssueTicket, item_key="q1", kiosk_id="K01")


def hand_in(hall: Hall, lease: m.NumbersLeased, number: int, arrived: str) -> m.TicketIssued:
    event = hall.ask(
        m.MergeTicket,
        lease_id=lease.lease_id,
        number=number,
        ticket_id=f"offline-{number}",
        arrived_at=datetime.combine(MORNING.date(), time.fromisoformat(arrived), MORNING.tzinfo),
        item_key="q1",
        kiosk_id="K01",
    )
    assert isinstance(event, m.TicketIssued)
    return event


def test_a_place_that_the_hall_does_not_have_draws_no_number_and_leases_none():
    hall = Hall(small_plan())

    refused(hall, no.UnknownKiosk, m.IssueTicket, item_key="a1", kiosk_id="K99")
    refused(hall, no.UnknownKiosk, m.LeaseNumbers, prefix="A", count=50, kiosk_id="K99")
    refused(hall, no.UnknownKiosk, m.CheckIn, person="ann", kiosk_id="K99")

    assert hall.ask(m.IssueTicket, item_key="a1", kiosk_id="2").display_number == "A001"  # a counter, by its number


def test_what_a_kiosk_gave_out_is_taken_in_after_the_site_file_has_lost_the_kiosk():
    hall = LeasingHall()
    lease = hall.lease("K02")
    hall.day.plan = replace(hall.day.plan, kiosks=frozenset({"K01"}))

    assert hall.merge(lease, 1).display_number == "A001"


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
