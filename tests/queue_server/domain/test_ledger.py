"""Where visitors' time went, from records alone."""

import contextlib
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall import messages as m
from hall.catalogue import HallPlan
from hall.clock import seconds_between
from queue_server.domain.ledger import DayLedger, Period, PeriodKind, TicketLedger, ledgers
from queue_server.domain.record import Record
from queue_server.domain.refusals import Refusal
from tests.queue_server.halls import MORNING, Hall

W, K, S, H, M = PeriodKind.WAITING, PeriodKind.WALKING, PeriodKind.SERVING, PeriodKind.HELD, PeriodKind.MISSED
CLOSE = pytest.approx


@pytest.fixture
def hall(plan: HallPlan) -> Hall:
    hall = Hall(plan)
    hall.open("3", "T0003")
    hall.open("1", "T0001")
    return hall


def ask(hall: Hall, kind: Any, counter_no: str = "3", **values: Any) -> Any:
    return hall.do(kind(command_id=hall.id(), counter_no=counter_no, **values))


def of_the_only_ticket(hall: Hall) -> TicketLedger:
    (found,) = ledgers(hall.records).values()
    return found


def told(ledger: TicketLedger) -> list[tuple[PeriodKind, float, bool]]:
    return [(p.kind, p.length_s, p.is_accurate) for p in ledger.periods]


def test_a_plain_visit_waits_walks_and_is_served(hall: Hall):
    hall.issue()
    hall.clock.pass_(seconds=60)
    hall.call("3")
    hall.clock.pass_(seconds=20)
    ask(hall, m.StartService)
    hall.clock.pass_(seconds=300)
    done = hall.complete("3")

    ledger = of_the_only_ticket(hall)

    assert told(ledger) == [(W, 60, True), (K, 20, True), (S, 300, True)]
    assert (ledger.waited_s, ledger.walked_s, ledger.served_s, ledger.held_s) == (60, 20, 300, 0)
    assert ledger.served_s == done.served_s
    assert [(p.counter_no, p.staff_no) for p in ledger.periods] == [(None, None), ("3", "T0003"), ("3", "T0003")]


def test_a_service_that_nobody_started_is_served_since_the_last_call_and_not_accurate(hall: Hall):
    hall.issue()
    hall.call("3")
    hall.clock.pass_(seconds=30)
    ask(hall, m.Recall)
    hall.clock.pass_(seconds=100)
    done = hall.complete("3")

    ledger = of_the_only_ticket(hall)

    assert told(ledger) == [(W, 0, True), (K, 30, False), (S, 100, False)]
    assert ledger.served_s == done.served_s


def test_a_hold_is_followed_by_another_wait(hall: Hall):
    ticket = hall.issue()
    hall.call("3")
    ask(hall, m.StartService)
    hall.clock.pass_(seconds=40)
    ask(hall, m.HoldTicket, reason="form", minutes=10)
    hall.clock.pass_(minutes=11)
    hall.do(m.ReturnHeld(command_id=hall.id(), ticket_id=ticket.ticket_id))
    hall.clock.pass_(seconds=7)
    hall.call("3")

    assert told(of_the_only_ticket(hall)) == [(W, 0, True), (K, 0, True), (S, 40, True), (H, 660, True), (W, 7, True)]
    assert of_the_only_ticket(hall).periods[3].counter_no == "3"


def test_a_visitor_who_left_the_walk_without_a_start_makes_the_walk_inaccurate(hall: Hall):
    hall.issue()
    hall.call("3")
    hall.clock.pass_(seconds=40)
    ask(hall, m.HoldTicket, reason="form")

    assert told(of_the_only_ticket(hall)) == [(W, 0, True), (K, 40, False)]


def test_a_transfer_begins_a_wait_for_another_matter(hall: Hall, plan: HallPlan):
    hall.issue()
    hall.call("3")
    ask(hall, m.StartService)
    hall.clock.pass_(seconds=50)
    ask(hall, m.TransferTicket, reason="elsewhere", to_counter="1")
    hall.clock.pass_(seconds=30)
    hall.call("1")
    ask(hall, m.StartService, "1")
    hall.clock.pass_(seconds=20)
    hall.complete("1")

    ledger = of_the_only_ticket(hall)

    assert told(ledger) == [(W, 0, True), (K, 0, True), (S, 50, True), (W, 30, True), (K, 0, True), (S, 20, True)]
    assert [p.counter_no for p in ledger.periods if p.kind is S] == ["3", "1"]
    assert ledger.served_s == 70


def test_one_who_was_missed_waits_again_or_is_out_until_the_desk_lets_them_in(hall: Hall):
    ticket = hall.issue()
    for _ in range(10):
        hall.clock.pass_(minutes=10)
        hall.do(m.CallTicket(command_id=hall.id(), counter_no="3", ticket_id=ticket.ticket_id, reason="again"))
        hall.clock.pass_(seconds=90)
        if ask(hall, m.MarkMissed).returns_after is None:
            break
    hall.clock.pass_(minutes=5)
    hall.do(m.RequeueTicket(command_id=hall.id(), ticket_id=ticket.ticket_id, by="desk"))
    hall.clock.pass_(minutes=1)
    hall.call("3")

    kinds = told(of_the_only_ticket(hall))

    assert kinds[-4:] == [(W, 600, True), (K, 90, True), (M, 300, True), (W, 60, True)]
    assert kinds[:2] == [(W, 600, True), (K, 90, True)]


@pytest.mark.parametrize(("arrived_min", "waited_s"), [(10, 600), (25, 0)])
def test_a_ticket_handed_in_after_the_closing_waited_until_the_closing_and_says_that_this_is_inaccurate(
    hall: Hall, arrived_min: int, waited_s: float
):
    lease = hall.do(m.LeaseNumbers(command_id="lease", kiosk_id="K01", prefix="A", count=1))
    assert isinstance(lease, m.NumbersLeased)
    hall.clock.pass_(minutes=20)
    hall.do(m.CloseDay(command_id="close", by="M1", confirmed_open=0))
    hall.clock.pass_(minutes=10)
    hall.do(
        m.MergeTicket(
            command_id="merge",
            lease_id=lease.lease_id,
            number=1,
            ticket_id="offline",
            arrived_at=MORNING + timedelta(minutes=arrived_min),
            item_key="I001",
            kiosk_id="K01",
        )
    )
    hall.clock.pass_(days=1)
    hall.do(m.StartDay(command_id="next"))

    assert told(of_the_only_ticket(hall)) == [(W, waited_s, False)]


def test_the_days_end_closes_what_is_open_at_midnight_and_says_so(hall: Hall):
    hall.issue()
    hall.clock.pass_(hours=23)
    hall.do(m.StartDay(command_id="next"))

    assert told(of_the_only_ticket(hall)) == [(W, 15 * 3600, False)]


def test_one_who_was_missed_and_did_not_come_back_ended_then(hall: Hall):
    ticket = hall.issue()
    while hall.day.tickets[ticket.ticket_id].state != "missed":
        hall.do(m.CallTicket(command_id=hall.id(), counter_no="3", ticket_id=ticket.ticket_id, reason="again"))
        ask(hall, m.MarkMissed)
    before = of_the_only_ticket(hall)
    hall.clock.pass_(days=1)
    hall.do(m.StartDay(command_id="next"))

    after = of_the_only_ticket(hall)

    assert after == before
    assert after.is_accurate
    assert after.periods[-1].kind is K


def test_a_clock_that_was_confirmed_makes_inaccurate_what_it_cut(hall: Hall):
    hall.issue()
    hall.issue()
    hall.clock.pass_(seconds=60)
    hall.call("3")
    ask(hall, m.StartService)
    hall.clock.pass_(hours=1)
    hall.do(m.ConfirmClock(command_id="sure", by="T1"))
    hall.complete("3")

    first, second = ledgers(hall.records).values()

    assert told(first) == [(W, 60, True), (K, 0, True), (S, 3600, False)]
    assert told(second) == []
    hall.clock.pass_(minutes=1)
    hall.call("1")
    assert told(ledgers(hall.records)[second.ticket_id]) == [(W, 3720, False)]


def test_a_clock_set_back_gives_no_negative_time(hall: Hall):
    hall.issue()
    hall.clock.pass_(hours=-2)
    hall.do(m.ConfirmClock(command_id="sure", by="T1"))
    hall.clock.pass_(seconds=60)
    hall.call("3")
    hall.clock.pass_(seconds=60)
    ask(hall, m.StartService)
    hall.clock.pass_(hours=3)
    hall.complete("3")

    ledger = of_the_only_ticket(hall)

    assert told(ledger) == [(W, 0, False), (K, 0, False), (S, 3600 + 120, False)]
    assert not ledger.is_accurate


def test_an_offline_ticket_waits_since_it_was_drawn(hall: Hall):
    lease = hall.do(m.LeaseNumbers(command_id=hall.id(), kiosk_id="K01", prefix="A", count=5))
    hall.clock.pass_(minutes=30)
    hall.do(
        m.MergeTicket(
            command_id=hall.id(),
            lease_id=lease.lease_id,
            number=lease.first,
            ticket_id="offline",
            arrived_at=MORNING + timedelta(minutes=10),
            item_key="I001",
            kiosk_id="K01",
        )
    )
    hall.call("3")

    assert told(of_the_only_ticket(hall)) == [(W, 20 * 60, True)]


def test_events_of_tickets_that_it_never_saw_are_passed_over():
    strange = m.ServiceStarted(ticket_id="of another day", counter_no="3")

    assert ledgers([Record(seq=1, at=MORNING, command_id="c", event=strange)]) == {}


# ---- any day at all -------------------------------------------------------------------------------------------------

COUNTERS = ("1", "3")
ACTS: dict[str, dict[str, Any]] = {
    "CallNext": {},
    "Recall": {},
    "StartService": {},
    "MarkMissed": {},
    "CompleteService": {},
    "HoldTicket": {"reason": "form"},
    "SendBack": {"reason": "back"},
    "PreviewNext": {},
    "PutBack": {"reason": "later"},
    "CloseCounter": {},
    "AddMatter": {"item_key": "I002"},
}


def act(hall: Hall, rng: random.Random, *, with_jumps: bool) -> None:
    """Something that may happen in a hall, whether or not the rules let it."""
    what = rng.choice([*ACTS, *ACTS, "issue", "issue", "transfer", "requeue", "choose", "cancel", "open", "take over"])
    counter_no = rng.choice(COUNTERS)
    tickets = list(hall.day.tickets) or [""]
    some = {"command_id": hall.id(), "counter_no": counter_no}
    command: m.AnyCommand
    if with_jumps and rng.random() < 0.1:
        hall.clock.pass_(minutes=rng.choice([-90, -5, 30, 600]))
        command = m.ConfirmClock(command_id=hall.id(), by="T1")
    elif what in ACTS:
        command = getattr(m, what)(**some, **ACTS[what])
    elif what == "issue":
        command = m.IssueTicket(command_id=hall.id(), item_key=rng.choice(["I001", "I002"]), kiosk_id="K01")
    elif what == "transfer":
        to = next(number for number in COUNTERS if number != counter_no)
        command = m.TransferTicket(**some, reason="there", to_counter=to, comes_back=rng.random() < 0.5)
    elif what == "requeue":
        command = m.RequeueTicket(command_id=hall.id(), ticket_id=rng.choice(tickets), by="desk")
    elif what == "choose":
        command = m.CallTicket(**some, ticket_id=rng.choice(tickets), reason="chosen")
    elif what == "cancel":
        command = m.CancelTicket(command_id=hall.id(), ticket_id=rng.choice(tickets), by="desk", reason="left")
    else:
        command = m.OpenCounter(**some, staff_no=f"T{counter_no}{what == 'take over'}", take_over=what == "take over")
    with contextlib.suppress(Refusal):
        hall.do(command)
    hall.clock.pass_(seconds=rng.choice([0, 1, 30, 200]))


def a_day(plan: HallPlan, rng: random.Random, *, with_jumps: bool = False) -> Sequence[Record]:
    hall = Hall(plan)
    for number in COUNTERS:
        hall.open(number, f"T{number}False")
    for _ in range(rng.randint(5, 120)):
        act(hall, rng, with_jumps=with_jumps)
    hall.clock.time = max(hall.clock.time, hall.day.at or MORNING, MORNING) + timedelta(days=1)
    hall.do(m.StartDay(command_id="the next day"))
    return hall.records


def arrivals(records: Sequence[Record]) -> dict[str, datetime]:
    return {r.event.ticket_id: r.event.arrived_at or r.at for r in records if isinstance(r.event, m.TicketIssued)}


@settings(derandomize=True, max_examples=80, deadline=None)
@given(rng=st.randoms(use_true_random=False), with_jumps=st.booleans())
def test_periods_follow_each_other_from_arrival_to_end_whatever_happens(
    plan: HallPlan, rng: random.Random, with_jumps: bool
):
    records = a_day(plan, rng, with_jumps=with_jumps)

    found = ledgers(records)

    for ticket_id, arrived_at in arrivals(records).items():
        periods = found[ticket_id].periods
        assert periods[0].kind is W
        assert periods[0].began_at == arrived_at
        assert all(one.ended_at == other.began_at for one, other in pairwise(periods))
        assert all(period.began_at <= period.ended_at for period in periods)
        assert all((one.kind, other.kind) != (W, W) for one, other in pairwise(periods))
        assert sum(p.length_s for p in periods) == CLOSE(seconds_between(arrived_at, periods[-1].ended_at))
    assert ledgers(records) == found


@settings(derandomize=True, max_examples=80, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_its_sums_agree_with_what_the_events_say(plan: HallPlan, rng: random.Random):
    records = a_day(plan, rng)
    since = arrivals(records)
    book = DayLedger()
    for record in records:
        book.take(record)
        event = record.event
        if isinstance(event, m.TicketRequeued) and not event.keeps_arrival:
            since[event.ticket_id] = record.at
        elif isinstance(event, m.TicketCalled) and event.call_count == 1:
            periods = [p for p in book.of(event.ticket_id).periods if p.began_at >= since[event.ticket_id]]
            assert sum(p.length_s for p in periods) == CLOSE(event.waited_s)
        elif isinstance(event, m.ServiceCompleted | m.MatterCompleted):
            last = book.of(event.ticket_id).periods[-1]
            assert last.kind is S
            assert last.length_s == CLOSE(event.served_s)
            assert (last.counter_no, last.staff_no) == (event.counter_no, event.staff_no)


def test_a_period_is_compared_by_instants_not_by_zones():
    one, other = (
        Period(kind=W, began_at=at, ended_at=at, item_key="I001")
        for at in (MORNING, datetime.fromisoformat(MORNING.isoformat()))
    )

    assert one == other
