"""The estimated wait follows the queue's state and the rules."""

import sys
from collections.abc import Callable
from datetime import datetime
from math import log

import pytest

from hall import messages as m
from hall.priority import PriorityClass
from hall.rules import OrderRules
from queue_server.domain.calibration import learn_visit
from queue_server.domain.estimate import wait_estimate
from queue_server.domain.snapshot import dump
from tests.queue_server.domain.estimating import MINUTE, busy, p50, told
from tests.queue_server.halls import Hall, small_plan


@pytest.fixture
def hall() -> Hall:
    return Hall(small_plan())


# ---- the queue's state ----------------------------------------------------------------------------------------------


def test_without_an_open_counter_nothing_is_told(hall):
    hall.issue("a1")

    assert told(hall, "a1") is None
    assert hall.events(m.TicketIssued)[-1].wait_p50_s is None


def test_a_paused_counter_is_expected_back(hall):
    hall.open("4", "T4")
    hall.at("4", m.PauseCounter, reason="a drink")

    assert p50(hall, "b1") > MINUTE


def test_for_a_free_counter_the_wait_is_that_for_the_call(hall):
    hall.open("1")

    estimate = told(hall, "a1")

    assert estimate is not None
    assert 0 < estimate.p10_s < estimate.p50_s < estimate.p90_s < MINUTE


def test_people_who_leave_a_counter_free_are_no_line(hall):
    hall.open("1", "T1")
    hall.open("2", "T2")
    hall.issue("a1")

    assert p50(hall, "a1") < MINUTE
    hall.issue("a1")
    assert p50(hall, "a1") > MINUTE


def test_a_wait_grows_with_the_work_of_those_before(hall):
    busy(hall, "4", "b1")

    short = [p50(hall, "b1")]
    for _ in range(5):
        hall.issue("b1")
        short.append(p50(hall, "b1"))
    longer = Hall(small_plan())
    busy(longer, "4", "b1")
    for _ in range(5):
        longer.issue("b2")  # the matter that takes longer

    assert short == sorted(short)
    assert len(set(short)) == len(short)
    assert p50(longer, "b1") > 1.5 * short[-1]


def test_further_matters_of_the_queue_are_work_and_those_of_others_are_not():
    waits = []
    for further in ((), ("b1", "b1"), ("n1", "n1")):
        hall = Hall(small_plan())
        busy(hall, "4", "b1")
        hall.issue("b1", further_items=further)
        waits.append(p50(hall, "b1"))

    alone, with_more, with_others = waits
    assert with_more > 1.5 * alone
    assert with_others == alone


def test_a_second_counter_shortens_the_wait():
    waits = []
    for numbers in (["1"], ["1", "2"]):
        hall = Hall(small_plan())
        for number in numbers:
            busy(hall, number)
        for _ in range(8):
            hall.issue("a1")
        waits.append(p50(hall, "a1"))

    assert waits[1] == pytest.approx(waits[0] / 2, rel=0.25)


def test_a_visitor_who_is_nearly_served_shortens_the_wait(hall):
    busy(hall, "1")
    at_first = p50(hall, "a1")

    hall.clock.pass_(minutes=4)

    assert p50(hall, "a1") < at_first


def test_recent_services_replace_what_is_usual(hall):
    hall.open("1")
    for _ in range(40):
        hall.issue("a1")
        hall.call("1")
        hall.start("1")
        hall.clock.pass_(seconds=30)
        hall.complete("1")
    hall.call_ticket("1", hall.issue("a1").ticket_id)
    hall.start("1")
    hall.issue("a1")

    quick = p50(hall, "a1")

    usual = Hall(small_plan())
    busy(usual, "1")
    usual.issue("a1")
    assert quick < p50(usual, "a1") / 2


def test_people_of_another_queue_at_the_same_counter_come_before_too(hall):
    busy(hall, "2")
    alone = p50(hall, "a1")

    for _ in range(4):
        hall.issue("b1")

    assert p50(hall, "a1") > 2 * alone


def test_a_counter_that_cannot_do_the_matter_does_not_count(hall):
    hall.open("3", "T3")  # can do (d1, a1) and nothing else of queue A

    assert told(hall, "a1") is not None
    assert told(hall, "a2") is None
    hall.at("3", m.GrantAbility, department="d2", item_key="a2", by="M1")
    assert told(hall, "a2") is not None


def test_a_paused_counter_is_expected_back_for_what_it_can_do_alone(hall):
    hall.open("3", "T3")
    hall.at("3", m.PauseCounter, reason="a drink")

    assert told(hall, "a1") is not None
    assert told(hall, "a2") is None


# ---- the rules ------------------------------------------------------------------------------------------------------


def test_priority_shortens_the_wait_by_those_whom_it_passes(hall):
    busy(hall, "1")
    for _ in range(5):
        hall.issue("a1")
    hall.issue("a1", green_group="pregnant")

    waits = [p50(hall, "a1", priority) for priority in PriorityClass if priority is not PriorityClass.RETURNING]

    assert waits == sorted(waits)
    assert waits[0] < waits[2] / 2


def test_a_line_that_many_priority_visitors_join_takes_longer(hall):
    busy(hall, "1")
    for _ in range(5):
        hall.issue("a1")
    before = p50(hall, "a1")
    for _ in range(40):  # come, and give their tickets back
        issued = hall.issue("a1", green_group="pregnant")
        hall.ask(m.CancelTicket, ticket_id=issued.ticket_id, by="desk", reason="test")

    assert p50(hall, "a1") > 1.3 * before


@pytest.mark.parametrize(("most_in_a_row", "times"), [(1, 2), (3, 4), (None, 10)])
def test_however_many_priority_visitors_come_the_rules_bound_what_a_line_loses_to_them(
    most_in_a_row: int | None, times: float
):
    hall = Hall(small_plan(order=OrderRules(most_in_a_row=most_in_a_row)))
    busy(hall, "1")
    for _ in range(20):
        hall.issue("a1")
    for _ in range(2000):
        learn_visit(hall.day.calibration["A"], 310, PriorityClass.GREEN)

    crowded = told(hall, "a1")
    for _ in range(2000):
        learn_visit(hall.day.calibration["A"], 310, PriorityClass.ORDINARY)
    calm = told(hall, "a1")

    assert crowded is not None
    assert calm is not None
    assert crowded.basis.line_s == pytest.approx(times * calm.basis.line_s)


# ---- cost -----------------------------------------------------------------------------------------------------------


def calls_made(act: Callable[[], object]) -> int:
    """How many functions are called, written in Python or not."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def test_the_cost_does_not_grow_with_the_number_who_wait(hall):
    busy(hall, "1")
    item, now = hall.day.plan.items["a1"], hall.clock.now()
    costs = []
    for waiting in (10, 2000):
        while hall.day.lines.count("A") < waiting:
            hall.issue("a1")
        costs.append(calls_made(lambda: wait_estimate(hall.day, item, PriorityClass.ORDINARY, waiting, now)))  # noqa: B023

    assert costs[0] == costs[1]


def test_estimating_changes_nothing(hall):
    busy(hall, "1")
    hall.issue("a1")
    before = dump(hall.day)

    first, second = told(hall, "a1"), told(hall, "a1")

    assert first == second
    assert dump(hall.day) == before
    assert isinstance(hall.clock.now(), datetime)
    assert log(p50(hall, "a1")) > 0
