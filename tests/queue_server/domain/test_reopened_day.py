"""A day that was ended by mistake, and goes on."""

from datetime import datetime

from hall import messages as m
from hall.appointment import AppointmentState
from hall.counter import CounterStatus
from hall.identity import DocumentKind
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest
from tests.queue_server.domain.running import Running
from tests.queue_server.halls import ZONE, small_plan, without_queue

ANN = {"person": "ann", "identity_kind": DocumentKind.RESIDENT}


def ended() -> Running:
    """Counter 1 has served A001, and A002 waits, when somebody ends the day."""
    hall = Running(small_plan())
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    hall.issue("a1", **ANN)
    hall.issue("a1")
    hall.ask(m.CallNext, counter_no="1")
    hall.ask(m.CompleteService, counter_no="1")
    hall.ask(m.CloseDay, by="M1", confirmed_open=1)
    return hall


def test_numbers_go_on_behind_those_used_and_what_expired_stays_expired():
    hall = ended()
    assert isinstance(hall.issue("a1"), no.DayIsClosed)

    reopened = hall.ask(m.ReopenDay, by="M1")

    assert (reopened.day, reopened.by) == (hall.engine.hall.day, "M1")
    assert hall.issue("a1", **ANN).display_number == "A003"
    states = [ticket.state for ticket in hall.engine.hall.tickets.values()]
    assert states == [TicketState.COMPLETED, TicketState.EXPIRED, TicketState.WAITING]
    assert hall.engine.hall.counters["1"].status is CounterStatus.CLOSED
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    assert hall.ask(m.CallNext, counter_no="1").display_number == "A003"


def test_a_start_after_the_reopening_goes_on_with_the_same_day():
    hall = ended()
    hall.ask(m.ReopenDay, by="M1")
    hall.issue("a1")

    again = hall.started_again()
    again.engine.rebuild()

    assert digest(again.engine.hall) == digest(hall.engine.hall)
    assert again.issue("a1").display_number == "A004"


def test_the_day_is_ended_again_and_the_next_one_begins():
    hall = ended()
    hall.ask(m.ReopenDay, by="M1")
    hall.issue("a1")

    closed = hall.ask(m.CloseDay, by="M1", confirmed_open=1)

    assert len(closed.expired) == 1
    hall.clock.pass_(days=1)
    assert hall.issue("a1").display_number == "A001"


def test_a_day_that_goes_on_or_is_another_one_is_not_reopened():
    hall = Running(small_plan())
    assert isinstance(hall.ask(m.ReopenDay, by="M1"), no.DayGoesOn)
    hall = ended()
    hall.clock.pass_(days=1)

    assert isinstance(hall.ask(m.ReopenDay, by="M1"), no.DayGoesOn)
    assert hall.events(m.DayReopened) == []


def test_a_day_whose_tickets_are_about_what_the_site_has_lost_is_not_reopened():
    hall = ended()
    without = hall.started_again(without_queue(small_plan(), "A"))

    assert isinstance(without.ask(m.ReopenDay, by="M1"), no.UnknownItem)
    back = without.started_again(small_plan())
    assert back.ask(m.ReopenDay, by="M1").by == "M1"


def test_appointments_of_later_today_can_be_kept_again():
    hall = Running(small_plan())
    hall.ask(m.BookAppointment, item_key="h1", starts_at=datetime(2026, 3, 4, 10, tzinfo=ZONE), person="ann",
             masked_name="测*", channel="online")  # fmt: skip
    hall.clock.time = datetime(2026, 3, 4, 9, tzinfo=ZONE)
    hall.issue("a1")
    hall.ask(m.CloseDay, by="M1", confirmed_open=1)
    hall.ask(m.ReopenDay, by="M1")
    hall.clock.set("09:45")

    hall.ask(m.CheckIn, kiosk_id="K01", person="ann")

    assert [a.state for a in hall.engine.hall.appointments.values()] == [AppointmentState.CHECKED_IN]
