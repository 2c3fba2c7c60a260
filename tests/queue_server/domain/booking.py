"""A hall that takes appointments, in a few words."""

from datetime import date, datetime
from typing import Any

from hall import messages as m
from hall.appointment import AppointmentRules
from queue_server.domain.decisions.appointments import slots_of
from tests.queue_server.halls import ZONE, Hall, small_plan

TOMORROW = date(2026, 3, 4)
RULES = AppointmentRules(share=1.0)


def at(text: str, day: date = TOMORROW) -> datetime:
    return datetime.combine(day, datetime.strptime(text, "%H:%M").time(), tzinfo=ZONE)  # noqa: DTZ007


def hall_with(rules: AppointmentRules = RULES, **others: Any) -> Hall:
    """Tuesday 09:00, with counters 5 and 6 for queue H."""
    return Hall(small_plan(appointments=rules, **others))


def booking(starts_at: datetime, person: str = "ann", item_key: str = "h1", **values: Any) -> dict[str, Any]:
    return {
        "item_key": item_key,
        "starts_at": starts_at,
        "person": person,
        "masked_name": "测*",
        "channel": "online",
        **values,
    }


def book(hall: Hall, *args: Any, **values: Any) -> m.AppointmentBooked:
    booked = hall.ask(m.BookAppointment, **booking(*args, **values))
    assert isinstance(booked, m.AppointmentBooked)
    return booked


def go_to(hall: Hall, when: datetime) -> None:
    """Move the clock; begin the day when it is another."""
    hall.clock.time = when
    if when.date() != hall.day.day:
        hall.ask(m.StartDay)


def left(hall: Hall, when: datetime, item_key: str = "h1") -> int:
    slots = slots_of(hall.day, hall.day.plan.items[item_key], when.date(), hall.clock.now())
    return next(n for slot, n in slots if slot.starts_at == when)
