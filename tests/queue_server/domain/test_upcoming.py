"""Who a counter's clerk is told comes next: the very people whom the counter then calls, in that order."""

import random
from typing import Any

import pytest

from hall import messages as m
from hall.rules import MissedRules, OrderPolicy, OrderRules
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest, dump, load
from queue_server.domain.upcoming import sent_to, upcoming, waiting_for
from tests.queue_server.any_command import BUILDERS
from tests.queue_server.domain.ordering import GREEN
from tests.queue_server.halls import Hall, small_plan

MOST = 12


def told(hall: Hall, counter_no: str = "1", most: int = MOST) -> list[str]:
    before = digest(hall.day)
    tickets = upcoming(hall.day, hall.day.counters[counter_no], hall.clock.now(), most)
    assert digest(hall.day) == before
    return [ticket.display_number for ticket in tickets]


def called(hall: Hall, counter_no: str, most: int = MOST) -> list[str]:
    """Whom the counter calls, with nobody else doing anything; those who were called leave."""
    numbers: list[str] = []
    while len(numbers) < most:
        try:
            call = hall.call(counter_no)
        except no.QueueEmpty:
            break
        numbers.append(call.display_number)
        hall.ask(m.CancelTicket, ticket_id=call.ticket_id, by="M1", reason="seen")
    return numbers


def counted(hall: Hall, counter_no: str) -> int:
    return waiting_for(hall.day, hall.day.counters[counter_no])


def hall_with(*open_counters: str, **order: Any) -> Hall:
    hall = Hall(small_plan(order=OrderRules(**order), missed=MissedRules(back_after=2, grace_s=0.0)))
    for number in open_counters:
        hall.open(number, f"T{number}")
    return hall


def test_the_clerk_sees_the_order_of_the_rules_and_not_that_of_arrival():
    hall = hall_with("1", most_in_a_row=2)
    hall.issue("a1")
    for _ in range(3):
        hall.issue("a2", **GREEN)

    assert told(hall) == ["A002", "A003", "A001", "A004"]
    assert told(hall, most=2) == ["A002", "A003"]


def test_whom_a_counter_cannot_serve_is_neither_shown_nor_counted():
    hall = hall_with("3")
    hall.issue("a1")
    hall.issue("a2")
    hall.issue("b2")

    assert told(hall, "3") == ["A001", "B001"]
    assert counted(hall, "3") == 2


def test_who_was_sent_to_a_counter_alone_is_shown_there_and_nowhere_else():
    hall = hall_with("1", "2", "4")
    hall.issue("b1")
    sent = hall.issue("a1")
    hall.call_ticket("1", sent.ticket_id)
    hall.at("1", m.TransferTicket, to_counter="2", reason="there")

    assert told(hall, "2") == ["B001", "A001"]
    assert told(hall, "1") == []
    assert (counted(hall, "2"), counted(hall, "4"), counted(hall, "1")) == (2, 1, 0)
    assert [t.display_number for t in sent_to(hall.day, hall.day.counters["2"])] == ["A001"]


def test_the_ticket_that_is_looked_at_comes_first_and_is_nobody_else_s():
    hall = hall_with("1", "2")
    hall.issue("a1")
    hall.issue("a1", **GREEN)
    hall.at("1", m.PreviewNext)

    assert told(hall, "1") == ["A002", "A001"]
    assert told(hall, "2") == ["A001"]


def test_a_missed_visitor_is_shown_where_enough_others_will_have_passed():
    hall = hall_with("1")
    for _ in range(5):
        hall.issue("a1")
    hall.call("1")
    hall.miss("1")

    assert told(hall) == ["A002", "A003", "A001", "A004", "A005"] == called(hall, "1")


def test_the_last_one_is_a_missed_visitor_who_would_still_let_others_pass():
    hall = hall_with("1")
    hall.issue("a1")
    hall.call("1")
    hall.miss("1")

    assert told(hall) == ["A001"]


@pytest.mark.parametrize("seed", range(40))
def test_who_is_told_to_come_next_is_who_is_called_next(seed: int):
    rng = random.Random(seed)
    hall = hall_with(
        *"123467",
        policy=rng.choice(list(OrderPolicy)),
        most_in_a_row=rng.choice([None, 1, 2, 3]),
        preference_step_min=rng.choice([0.0, 5.0]),
    )
    kinds = [m.IssueTicket, m.CallNext, m.CompleteService, m.MarkMissed, m.TransferTicket, m.PreviewNext, m.HoldTicket]
    for _ in range(120):
        hall.clock.pass_(seconds=rng.randint(0, 90))
        kind = rng.choices(kinds, (14, 6, 3, 3, 3, 1, 1))[0]
        try:
            hall.ask(kind, **BUILDERS[kind](hall.day, rng.choice, hall.clock.now()))
        except no.Refusal:
            continue
    for counter_no, counter in list(hall.day.counters.items()):
        if counter.ticket_id is None and counter.staff_no is not None:
            alone = Hall(hall.day.plan)
            alone.clock, alone.day = hall.clock, load(hall.day.plan, dump(hall.day))

            assert told(alone, counter_no) == called(alone, counter_no), f"counter {counter_no}"
