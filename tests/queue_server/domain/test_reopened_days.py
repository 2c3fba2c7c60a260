"""A day that was ended by mistake and reopened: nobody is the worse for the time in between."""

from datetime import timedelta

import pytest

from hall import messages as m
from hall.rules import AppointmentRules
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.halls import MORNING, Hall, small_plan


@pytest.fixture
def hall() -> Hall:
    return Hall(small_plan(appointments=AppointmentRules(book_days_ahead_min=0)))


def closed_from(hall: Hall, begin: str, end: str) -> None:
    hall.clock.set(begin)
    hall.ask(m.CloseDay, by="M1", confirmed_open=0)
    hall.clock.set(end)
    hall.ask(m.ReopenDay, by="M1")


@pytest.mark.parametrize("ends_by", ["calendar", "person"])
def test_who_could_not_come_meanwhile_is_no_no_show(hall: Hall, ends_by: str):
    hall.ask(
        m.BookAppointment,
        item_key="h1",
        starts_at=MORNING + timedelta(hours=1),
        person="1" * 32,
        masked_name="*",
        channel="desk",
    )
    closed_from(hall, "09:30", "11:30")

    if ends_by == "person":
        ended = hall.ask(m.CloseDay, by="M1", confirmed_open=0)
        assert ended.no_shows == ()
    hall.clock.pass_(days=1)

    assert hall.ask(m.StartDay).no_shows == ()


def test_counters_go_on_with_what_they_had_done_and_been_allowed(hall: Hall):
    hall.open("1")
    hall.issue("a1")
    hall.serve("1")
    closed_from(hall, "10:00", "10:05")
    hall.open("1")

    assert hall.day.counters["1"].completed == 1
    assert digest(load(hall.day.plan, dump(hall.day))) == digest(hall.day)
