"""Halls by their rules of order, and the reason of a call."""

from typing import Any

from hall.priority import Ground
from hall.rules import MissedRules, OrderRules
from tests.queue_server.halls import Hall, small_plan

GREEN = {"green_group": "medic"}


def hall_by(**order: Any) -> Hall:
    hall = Hall(small_plan(order=OrderRules(**order), missed=MissedRules(back_after=None)))
    hall.open("1", "T1")
    return hall


def why(hall: Hall, counter_no: str = "1") -> tuple[str, Ground, dict[str, str]]:
    called = hall.call(counter_no)
    hall.complete(counter_no)
    assert called.why is not None
    return called.display_number, called.why.ground, called.why.facts
