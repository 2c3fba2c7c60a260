"""Missed visitors who come back: whose calls count for them, within which bound they are called, who is ahead."""

import random
from typing import Any

import msgspec
import pytest

from hall import messages as m
from hall.rules import MissedRules, OrderPolicy, OrderRules
from queue_server.domain.ahead import ahead_of
from queue_server.domain.hall_day import Ticket
from tests.queue_server.halls import Hall, replayed, small_plan

CLASSES = 4


def hall_with_missed(*item_keys: str, **missed: Any) -> tuple[Hall, list[Ticket]]:
    """Counter 2, which calls from A and B, has called each of these in vain."""
    hall = Hall(small_plan(order=OrderRules(most_in_a_row=None), missed=MissedRules(grace_s=0.0, **missed)))
    hall.open("2", "T2")
    for item_key in item_keys:
        hall.issue(item_key)
    for _ in item_keys:
        hall.call("2")
        hall.miss("2")
    return hall, [ticket for ticket in hall.day.tickets.values() if ticket.missed_count]


@pytest.mark.parametrize("policy", OrderPolicy)
@pytest.mark.parametrize("group", [None, "medic"])
def test_a_missed_visitor_comes_back_also_when_their_own_queue_is_called_no_more(
    policy: OrderPolicy, group: str | None
):
    """Counter 2 calls from A and B; somebody of A comes before each of its calls, and of B nobody else."""
    hall = Hall(small_plan(order=OrderRules(policy=policy)))
    hall.open("2", "T2")
    hall.issue("b1")
    hall.call("2")
    hall.miss("2")

    numbers = []
    for _ in range(5):
        hall.clock.pass_(minutes=2)
        hall.issue("a1", green_group=group)
        numbers.append(hall.serve("2"))

    assert numbers == ["A001", "A002", "A003", "B001", "A004"]


def test_a_call_counts_for_a_missed_visitor_of_another_queue_only_where_it_could_have_been_theirs():
    hall, (missed,) = hall_with_missed("b1")
    hall.open("1", "T1")  # serves A only
    for _ in range(3):
        hall.issue("a1")

    elsewhere, here = hall.call("1"), hall.call("2")

    assert (elsewhere.passed_missed, here.passed_missed) == ((), (missed.ticket_id,))
    assert ahead_of(hall.day, missed) == 2


def test_a_chosen_ticket_passes_the_missed_too_and_one_that_did_not_wait_passes_nobody():
    hall, (missed,) = hall_with_missed("b1")
    chosen = hall.issue("a1")

    called = hall.call_ticket("2", chosen.ticket_id)
    hall.at("2", m.HoldTicket, reason="form")
    again = hall.call_ticket("2", chosen.ticket_id)

    assert (called.passed_missed, again.passed_missed) == ((missed.ticket_id,), ())


def test_of_two_missed_visitors_with_nobody_else_the_one_who_lets_fewer_pass_is_called():
    """A has made many calls today and B few: the counts of two queues say nothing about each other."""
    hall, _ = hall_with_missed()
    for _ in range(5):
        hall.issue("a1")
        hall.serve("2")
    first = hall.issue("a1")
    hall.call("2")
    hall.miss("2")
    second = hall.issue("b1")
    hall.call("2")
    hall.miss("2")

    assert [hall.serve("2"), hall.serve("2")] == [first.display_number, second.display_number]


@pytest.mark.parametrize("back_after", [1, 2, 4])
def test_people_ahead_of_a_missed_visitor_are_those_who_are_called_before(back_after: int):
    """Two are missed at the same time, at two counters: both are back after as many, and one of them is first."""
    hall, _ = hall_with_missed(back_after=back_after)
    hall.open("1", "T1")
    missed = [hall.issue("a1") for _ in range(2)]
    for number in ("1", "2"):
        hall.call(number)
    for number in ("2", "1"):
        hall.miss(number)
    for _ in range(9):
        hall.issue("a1")
    told = {issued.display_number: ahead_of(hall.day, hall.ticket(issued)) for issued in missed}

    called = hall.serve_all("2")

    assert told == {number: called.index(number) for number in told} == {"A001": back_after, "A002": back_after + 1}


def test_calls_of_a_journal_that_did_not_note_whom_they_passed_count_for_their_own_queue_only():
    hall, (missed,) = hall_with_missed("b1")
    for _ in range(3):
        hall.issue("a1")
        hall.serve("2")
    without = [
        msgspec.structs.replace(record, event=msgspec.structs.replace(record.event, passed_missed=()))
        if isinstance(record.event, m.TicketCalled)
        else record
        for record in hall.records
    ]

    old = replayed(hall.day.plan, without)

    assert ahead_of(hall.day, missed) == 0
    assert ahead_of(old, old.tickets[missed.ticket_id]) == 3


@pytest.mark.parametrize("seed", range(40))
def test_whoever_was_missed_is_called_within_the_bound(seed: int):
    """Counter 2 calls from A and B, where somebody always waits, after some turns of one queue alone."""
    rng = random.Random(seed)
    back_after, most = rng.choice([1, 2, 3, 5]), rng.choice([1, 2, 3])
    order = OrderRules(policy=rng.choice(list(OrderPolicy)), most_in_a_row=most)
    hall = Hall(small_plan(order=order, missed=MissedRules(back_after=back_after, grace_s=0.0)))
    hall.open("2", "T2")
    items = rng.choice([["a1"], ["b1"], ["a1", "b1"]])
    calls: dict[str, int] = {}  # missed ticket: calls of counter 2 since
    for turn in range(60):
        hall.clock.pass_(minutes=1)
        for item_key in rng.choices(["a1", "b1"], k=2) if turn < 4 else [rng.choice(items)]:
            hall.issue(item_key, green_group=rng.choice([None, "medic"]))
        called = hall.call("2").ticket_id
        was_missed = calls.pop(called, None) is not None
        calls = {ticket_id: count + 1 for ticket_id, count in calls.items()}
        if turn < 4 and not was_missed:
            hall.miss("2")
            calls[called] = 0
        else:
            hall.complete("2")
        for ticket_id, count in calls.items():
            place = hall.day.tickets[ticket_id].place
            before = sum(t.missed_count > 0 and t.place < place for t in hall.day.tickets.values())
            assert count < back_after + (before + 1) * (most + CLASSES - 1)
    assert not calls
