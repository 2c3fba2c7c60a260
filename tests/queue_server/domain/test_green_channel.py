"""Who is admitted to the green channel, by age or by declaration, and that each call says which of the two it was."""

import pytest

from hall import messages as m
from hall.priority import Ground, PriorityClass
from hall.rules import GreenGroup, OrderRules
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.halls import Hall, replayed, small_plan


def a_hall() -> Hall:
    hall = Hall(small_plan())
    hall.open("1")
    return hall


@pytest.mark.parametrize(
    ("declared", "age_years", "group", "ground", "facts"),
    [
        (None, 70, "elderly", Ground.AGE, {"age": "70"}),
        ("elderly", 75, "elderly", Ground.AGE, {"age": "70"}),
        ("elderly", None, "elderly", Ground.GREEN, {"group": "elderly"}),  # no card: the desk sees who it is
        ("soldier", 75, "soldier", Ground.GREEN, {"group": "soldier"}),
        ("soldier", 30, "soldier", Ground.GREEN, {"group": "soldier"}),
    ],
)
def test_a_call_says_whether_age_or_declaration_admitted(declared, age_years, group: str, ground: Ground, facts):
    hall = a_hall()
    ticket = hall.issue("a1", green_group=declared, age_years=age_years)

    why = hall.call("1").why

    assert why is not None
    assert (ticket.priority, ticket.green_group) == (PriorityClass.GREEN, group)
    assert (why.ground, why.facts) == (ground, {**facts, "arrived": "09:00"})
    assert digest(replayed(hall.day.plan, hall.records)) == digest(load(hall.day.plan, dump(hall.day)))


@pytest.mark.parametrize("age_years", [30, 69])
def test_a_declared_age_group_counts_for_nothing_where_the_card_says_another_age(age_years: int):
    hall = a_hall()

    ticket = hall.issue("a1", green_group="elderly", age_years=age_years)

    assert (ticket.priority, ticket.green_group) == (PriorityClass.ORDINARY, None)


def test_who_is_too_young_for_the_declared_group_is_admitted_to_the_one_that_fits():
    groups = [GreenGroup(key=f"from_{age}", name=f"{age}", name_en=f"{age}", from_age=age) for age in (80, 60)]
    hall = Hall(small_plan(order=OrderRules(green_groups=tuple(groups))))
    hall.open("1")

    ticket = hall.issue("a1", green_group="from_80", age_years=65)

    assert ticket.green_group == "from_60"
    assert hall.call("1").why.facts["age"] == "60"  # type: ignore[union-attr]


def test_who_was_admitted_by_the_desk_is_not_said_to_be_old():
    hall = a_hall()
    ticket = hall.issue("a1", age_years=71)

    hall.ask(m.ChangePriority, ticket_id=ticket.ticket_id, green_group="elderly", by="M1")

    assert hall.call("1").why.ground is Ground.GREEN  # type: ignore[union-attr]


def test_a_ticket_from_before_this_was_kept_is_called_by_the_name_of_its_group():
    hall = a_hall()
    ticket = hall.issue("a1", age_years=71)
    hall.ticket(ticket).green_by_age = False  # as an older journal gives it back

    assert hall.call("1").why.facts["group"] == "elderly"  # type: ignore[union-attr]
