"""Whom a counter calls next, and why."""

from itertools import groupby

import pytest

from hall import messages as m
from hall.priority import Ground, PriorityClass
from hall.rules import GreenGroup, OrderPolicy
from queue_server.domain import refusals as no
from tests.queue_server.domain.ordering import GREEN, hall_by, why
from tests.queue_server.halls import refused

# ---- strict ---------------------------------------------------------------------------------------------------------


def test_greens_go_first_but_only_three_in_a_row():
    hall = hall_by()
    hall.issue("a1")
    for _ in range(5):
        hall.issue("a1", **GREEN)

    assert hall.serve_all("1") == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_each_call_says_why():
    hall = hall_by()
    hall.issue("a1")
    hall.issue("a1", age_years=70)
    for _ in range(3):
        hall.issue("a1", **GREEN)

    assert why(hall) == ("A002", Ground.AGE, {"age": "70", "arrived": "09:00"})
    assert why(hall) == ("A003", Ground.GREEN, {"group": "medic", "arrived": "09:00"})
    assert why(hall)[0] == "A004"
    assert why(hall) == ("A001", Ground.TURN_OF_OTHERS, {"calls": "3", "arrived": "09:00"})


@pytest.mark.parametrize(("age", "expected"), [(None, "ordinary"), (69, "ordinary"), (70, "green"), (77, "green")])
def test_the_age_on_the_document_admits_to_the_green_channel(age: int | None, expected: str):  # domain I7, 1
    assert hall_by().issue("a1", age_years=age).priority == expected


def test_the_age_is_the_halls_to_choose():
    groups = (GreenGroup(key="elderly", name="老年人", name_en="Elderly people", from_age=60),)

    assert hall_by(green_groups=groups).issue("a1", age_years=60).priority == "green"


def test_calls_of_previewed_visitors_count_for_the_rule():
    hall = hall_by()
    hall.issue("a1")
    for _ in range(5):
        hall.issue("a1", **GREEN)
    numbers = []
    for _ in range(6):
        hall.at("1", m.PreviewNext)
        numbers.append(hall.serve("1"))

    assert numbers == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_without_the_rule_greens_may_pass_for_ever():
    hall = hall_by(most_in_a_row=None)
    hall.issue("a1")
    for _ in range(20):
        hall.issue("a1", **GREEN)

    assert hall.serve_all("1")[-1] == "A001"


def test_a_waiting_ticket_is_admitted_to_the_green_channel_and_taken_out_again():
    hall = hall_by()
    hall.issue("a1")
    second = hall.issue("a1")

    hall.ask(m.ChangePriority, ticket_id=second.ticket_id, green_group="pregnant", by="M1")
    assert hall.ticket(second).priority is PriorityClass.GREEN
    hall.ask(m.ChangePriority, ticket_id=second.ticket_id, green_group=None, by="M1")
    assert hall.serve_all("1") == ["A001", "A002"]

    hall.issue("a1")
    third = hall.issue("a1")
    hall.ask(m.ChangePriority, ticket_id=third.ticket_id, green_group="pregnant", by="M1")
    assert hall.serve_all("1") == ["A004", "A003"]
    refused(hall, no.UnknownGroup, m.IssueTicket, item_key="a1", kiosk_id="K01", green_group="giant")


def test_a_turn_never_goes_to_somebody_who_came_later_in_the_same_class():
    hall = hall_by()
    hall.open("2", "T2")  # serves A and B
    for item_key in ("a1", "a1", "a1", "a1", "b1"):
        hall.clock.pass_(minutes=1)
        hall.issue(item_key)

    assert hall.serve_all("2") == ["A001", "A002", "A003", "A004", "B001"]


def test_a_counter_may_prefer_a_queue_by_so_many_minutes():
    hall = hall_by(preference_step_min=5)
    hall.open("2", "T2")
    hall.issue("b1")
    hall.clock.pass_(minutes=4)
    hall.issue("a1")
    hall.clock.pass_(minutes=2)
    hall.issue("a1")

    assert hall.serve_all("2") == ["A001", "B001", "A002"]


# ---- balanced -------------------------------------------------------------------------------------------------------


def test_in_the_balanced_order_a_wait_makes_up_for_priority():
    hall = hall_by(policy=OrderPolicy.BALANCED)
    hall.issue("a1")
    hall.clock.pass_(minutes=29)
    hall.issue("a1", **GREEN)
    hall.clock.pass_(minutes=2)
    hall.issue("a1", **GREEN)

    assert why(hall) == ("A002", Ground.HEAD_START, {"minutes": "30", "class": "green", "arrived": "09:29"})
    assert why(hall)[:2] == ("A001", Ground.ARRIVAL)
    assert why(hall)[:2] == ("A003", Ground.GREEN)


def test_the_reasons_of_a_day_come_in_blocks_that_the_rule_allows():
    """The worked example of the order's docstring, with the greens that keep coming."""
    hall = hall_by()
    for _ in range(12):
        hall.issue("a1", **GREEN)
        hall.issue("a1")

    kinds = [hall.day.tickets[e.ticket_id].priority for e in (hall.call("1") for _ in range(12)) if hall.complete("1")]

    assert [len(list(run_)) for kind, run_ in groupby(kinds) if kind is PriorityClass.GREEN] == [3, 3, 3]
