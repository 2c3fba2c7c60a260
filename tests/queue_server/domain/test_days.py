"""Business days and the clock: begun by the calendar, ended by a person; time that jumps."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hall import messages as m
from hall.appointment import AppointmentRules
from hall.counter import CounterStatus
from hall.hours import QueueHours
from hall.identity import DocumentKind
from hall.rules import MissedRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.decisions.appointments import slots_of
from queue_server.domain.snapshot import digest
from tests.queue_server.domain.running import Running
from tests.queue_server.halls import (
    MORNING,
    Hall,
    audit,
    period,
    refused,
    small_plan,
)

BERLIN = ZoneInfo("Europe/Berlin")


# ---- days


def test_numbers_start_again_on_the_next_business_day_and_open_tickets_expire():
    hall = Hall(small_plan())
    first, second = hall.issue("a1"), hall.issue("b1")
    hall.open("1")
    hall.clock.pass_(days=1)

    started = hall.ask(m.StartDay)

    assert started == m.DayStarted(day=date(2026, 3, 4), expired=(first.ticket_id, second.ticket_id))
    assert hall.issue("a1").display_number == "A001"
    assert hall.status("1") is CounterStatus.CLOSED


def test_a_day_begins_by_itself_before_the_first_command_that_needs_it():
    hall = Running(small_plan())
    hall.issue()
    hall.clock.pass_(days=1)

    assert hall.issue().display_number == "A001"
    assert [event.day for event in hall.events(m.DayStarted)] == [date(2026, 3, 3), date(2026, 3, 4)]


def test_a_command_that_is_refused_has_begun_the_day_all_the_same_and_nothing_else():
    hall = Running(small_plan())

    assert isinstance(hall.issue("nothing"), no.UnknownItem)
    assert [type(record.event).__name__ for record in hall.journal.records] == ["SiteAdopted", "DayStarted"]


def test_a_day_cannot_start_twice():
    refused(Hall(small_plan()), no.DayNotOver, m.StartDay)


def test_rolling_over_at_midnight_is_the_halls_midnight():
    hall = Running(small_plan(), MORNING.replace(hour=23, minute=59, second=59))
    hall.issue()
    hall.clock.pass_(seconds=1)

    assert hall.issue().business_day == date(2026, 3, 4)


def test_closing_asks_how_many_open_tickets_are_given_up():  # domain I7, 23
    hall = Hall(small_plan(missed=MissedRules(back_after=None)))
    hall.open("1", "T1")
    waiting, called, held, missed = (hall.issue("a1") for _ in range(4))
    hall.call_ticket("1", missed.ticket_id)
    hall.miss("1")
    hall.call_ticket("1", held.ticket_id)
    hall.at("1", m.HoldTicket, reason="form")
    hall.call_ticket("1", called.ticket_id)

    refusal = refused(hall, no.ClosingNeedsConfirmation, m.CloseDay, by="M1", confirmed_open=2)
    closed = hall.ask(m.CloseDay, by="M1", confirmed_open=3)

    assert refusal.facts == {"open": 3}
    assert closed.by == "M1"
    assert set(closed.expired) == {t.ticket_id for t in (waiting, called, held, missed)}
    assert {t.state for t in hall.day.tickets.values()} == {TicketState.EXPIRED}
    assert {c.status for c in hall.day.counters.values()} == {CounterStatus.CLOSED}
    audit(hall.day)


def test_after_closing_nothing_is_issued_nor_opened_until_the_next_day():
    hall = Hall(small_plan())
    card = {"person": "ann", "identity_kind": DocumentKind.RESIDENT}
    hall.issue("a1", **card)
    hall.ask(m.CloseDay, by="M1", confirmed_open=1)

    refused(hall, no.DayIsClosed, m.IssueTicket, item_key="a1", kiosk_id="K01")
    refused(hall, no.DayIsClosed, m.OpenCounter, counter_no="1", staff_no="T1")
    refused(hall, no.DayIsClosed, m.CheckIn, kiosk_id="K01", person="ann")
    refused(hall, no.DayIsClosed, m.LeaseNumbers, kiosk_id="K01", prefix="A", count=1)
    refused(hall, no.DayIsClosed, m.CloseDay, by="M1", confirmed_open=0)
    hall.clock.pass_(days=1)
    hall.ask(m.StartDay)
    assert hall.issue("a1", **card).display_number == "A001"


# ---- the clock


def test_a_second_back_lets_time_stand_still():
    hall = Running(small_plan())
    hall.issue()
    hall.clock.pass_(seconds=-1)

    hall.issue()

    assert hall.journal.records[-1].at == hall.journal.records[-2].at


@pytest.mark.parametrize("back", [{"hours": -1}, {"days": -1}, {"days": -365}])
def test_a_step_back_is_refused_until_a_person_confirms_it(back: dict[str, float]):
    hall = Running(small_plan())
    hall.issue()
    before = digest(hall.engine.hall)
    hall.clock.pass_(**back)

    refusal = hall.issue()

    assert isinstance(refusal, no.ClockSteppedBack)
    assert (refusal.code, digest(hall.engine.hall)) == ("clock_stepped_back", before)
    confirmed = hall.ask(m.ConfirmClock, by="M1")
    assert (confirmed.by, confirmed.was_at.timestamp()) == ("M1", MORNING.timestamp())
    again = hall.issue()
    assert (again.display_number, again.business_day) == ("A002", MORNING.date())  # the day goes on


def test_a_leap_of_a_year_is_refused_until_a_person_confirms_it():
    hall = Running(small_plan())
    hall.issue()
    before = digest(hall.engine.hall)
    hall.clock.pass_(days=365)

    refusal = hall.issue()

    assert isinstance(refusal, no.ClockLeapt)
    assert digest(hall.engine.hall) == before
    hall.ask(m.ConfirmClock, by="M1")
    assert hall.issue().business_day == MORNING.date() + timedelta(days=365)


def test_who_comes_after_the_clock_was_set_back_does_not_stand_before_those_who_wait():
    hall = Running(small_plan())
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    first = hall.issue()
    hall.clock.pass_(hours=-1)
    hall.ask(m.ConfirmClock, by="M1")
    hall.clock.pass_(minutes=5)
    hall.issue()

    called = hall.ask(m.CallNext, counter_no="1")

    assert (called.ticket_id, called.waited_s) == (first.ticket_id, 300)


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_for_a_recall_a_hold_or_a_return():
    hall = Running(small_plan(missed=MissedRules(back_after=1, grace_s=60.0)))
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    missed, held, chosen = hall.issue(), hall.issue(), hall.issue()
    hall.ask(m.CallNext, counter_no="1")
    hall.ask(m.MarkMissed, counter_no="1")
    hall.ask(m.CallNext, counter_no="1")
    hall.ask(m.HoldTicket, counter_no="1", reason="form", minutes=1)
    hall.ask(m.CallTicket, counter_no="1", ticket_id=chosen.ticket_id, reason="x")
    hall.clock.pass_(hours=-1)
    hall.ask(m.ConfirmClock, by="M1")
    hall.clock.pass_(minutes=1)

    assert hall.ask(m.Recall, counter_no="1").call_count == 2
    assert hall.ask(m.ReturnHeld, ticket_id=held.ticket_id).cause == "hold_over"
    hall.ask(m.CompleteService, counter_no="1")
    assert hall.ask(m.CallNext, counter_no="1").ticket_id == missed.ticket_id
    again = hall.started_again()
    again.engine.rebuild()
    assert digest(again.engine.hall) == digest(hall.engine.hall)


# ---- zones whose clocks are set


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 7), 24)])
def test_a_day_on_which_clocks_are_set_is_one_business_day(day: date, hours: int):
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    hall = Running(small_plan(), midnight)
    first_s = midnight.timestamp()
    numbers = []
    for hour in range(hours):
        hall.clock.time = datetime.fromtimestamp(first_s + hour * 3600, BERLIN)
        numbers.append(hall.issue().number)
    hall.clock.time = datetime.fromtimestamp(first_s + hours * 3600, BERLIN)

    assert numbers == list(range(1, hours + 1))
    assert hall.issue().number == 1


def test_waits_and_order_follow_real_time_while_the_clock_is_set_back():
    hall = Running(small_plan(), datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN))
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    first = hall.issue()
    hall.clock.time = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)  # 20 minutes later
    hall.issue()

    called = hall.ask(m.CallNext, counter_no="1")

    assert (called.ticket_id, called.waited_s) == (first.ticket_id, 1200)


def test_places_of_a_repeated_hour_are_counted_apart_and_the_same_after_a_restart():
    night = QueueHours(core=(period("01:00-04:00"),))
    plan = small_plan(
        {"H": night}, appointments=AppointmentRules(share=1.0, book_days_ahead_min=1, working_days_ahead=9)
    )
    plan = replace(plan, calendar=replace(plan.calendar, extra_days=frozenset({date(2026, 10, 25)})))
    hall = Running(plan, datetime(2026, 10, 24, 9, tzinfo=BERLIN))
    second_time = datetime(2026, 10, 25, 2, tzinfo=BERLIN, fold=1)
    hall.ask(m.BookAppointment, item_key="h1", starts_at=second_time, person="ann", masked_name="测*", channel="online")

    again = hall.started_again()
    again.engine.rebuild()

    for each in (hall, again):
        free = [
            left
            for slot, left in slots_of(each.engine.hall, plan.items["h1"], date(2026, 10, 25), hall.clock.now())
            if f"{slot.starts_at:%H:%M}" == "02:00"
        ]
        assert free == [2, 1]
