"""Booked visitors who come, early, in time or late, and what becomes of those who stay away."""

from datetime import date

import pytest

from hall import messages as m
from hall.appointment import AppointmentRules, AppointmentState
from hall.identity import DocumentKind
from hall.priority import Ground, PriorityClass
from hall.rules import OneTicket, PersonRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from tests.queue_server.domain.booking import TOMORROW, at, book, booking, go_to, hall_with
from tests.queue_server.halls import HOURS, Hall, audit, refused

# ---- coming ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def booked() -> tuple[Hall, m.AppointmentBooked]:
    hall = hall_with()
    return hall, book(hall, at("10:00"))


@pytest.mark.parametrize(
    ("time", "priority"),
    [
        ("09:30", PriorityClass.BOOKED),
        ("09:35", PriorityClass.BOOKED),
        ("10:15", PriorityClass.BOOKED),
        ("10:16", PriorityClass.ORDINARY),
        ("15:00", PriorityClass.ORDINARY),
    ],
)
def test_check_in_is_from_thirty_minutes_before_to_fifteen_after(booked, time, priority):
    hall, appointment = booked
    go_to(hall, at(time))

    ticket = hall.ask(m.CheckIn, kiosk_id="K01", appointment_no=appointment.appointment_no, person="ann")

    assert (ticket.priority, ticket.appointment_no) == (priority, appointment.appointment_no)
    assert hall.ticket(ticket).arrived_at == at(time)  # who is late is a walk-in from now on
    state = hall.day.appointments[appointment.appointment_no]
    assert (state.state, state.ticket_id) == (AppointmentState.CHECKED_IN, ticket.ticket_id)
    audit(hall.day)


@pytest.mark.parametrize("day", [date(2026, 3, 3), TOMORROW])
def test_who_comes_too_early_is_told_when_to_come(booked, day: date):
    hall, appointment = booked
    go_to(hall, at("09:29", day))

    refused(hall, no.TooEarly, m.CheckIn, kiosk_id="K01", appointment_no=appointment.appointment_no)


def test_a_booked_visitor_goes_before_walk_ins_and_never_queues_twice(booked):  # domain I7, 7
    hall, _appointment = booked
    go_to(hall, at("09:00"))
    hall.open("6")
    walk_ins = [hall.issue("h1") for _ in range(2)]
    hall.clock.time = at("09:35")

    ticket = hall.ask(m.CheckIn, kiosk_id="K01", person="ann", identity_kind=DocumentKind.RESIDENT)
    called = hall.call("6")

    assert called.ticket_id == ticket.ticket_id
    assert called.why is not None
    assert (called.why.ground, called.why.facts) == (Ground.BOOKED, {"slot": "10:00", "arrived": "09:35"})
    hall.complete("6")
    assert hall.serve_all("6") == [each.display_number for each in walk_ins]


def test_a_second_check_in_is_refused(booked):
    hall, appointment = booked
    go_to(hall, at("09:45"))
    hall.ask(m.CheckIn, kiosk_id="K01", appointment_no=appointment.appointment_no)

    refused(hall, no.AppointmentOver, m.CheckIn, kiosk_id="K01", appointment_no=appointment.appointment_no)
    refused(hall, no.UnknownAppointment, m.CheckIn, kiosk_id="K01", person="ann")


def test_somebody_elses_number_checks_nobody_in(booked):
    hall, appointment = booked
    go_to(hall, at("09:45"))

    refused(hall, no.NotYours, m.CheckIn, kiosk_id="K01", appointment_no=appointment.appointment_no, person="ben")


def test_before_opening_walk_ins_are_offered_to_book_and_the_booked_are_let_in():  # domain I7, 4
    hall = hall_with()
    book(hall, at("08:30"))
    go_to(hall, at("08:30"))

    refusal = refused(hall, no.QueueClosed, m.IssueTicket, item_key="h1", kiosk_id="K01")
    ticket = hall.ask(m.CheckIn, kiosk_id="K01", person="ann")

    assert (refusal.facts["cause"], refusal.facts["may_book"]) == ("booked_only", True)
    assert refusal.facts["opens_at"] == at("09:00").isoformat()
    assert ticket.display_number == "H001"


def test_who_is_late_for_a_slot_that_only_the_booked_have_is_a_walk_in_and_waits_for_the_opening():
    hall = hall_with()
    book(hall, at("08:00"))
    go_to(hall, at("08:16"))

    refused(hall, no.QueueClosed, m.CheckIn, kiosk_id="K01", person="ann")
    hall.clock.time = at("09:00")
    assert hall.ask(m.CheckIn, kiosk_id="K01", person="ann").priority == "ordinary"


def test_an_elderly_booked_visitor_keeps_the_better_of_the_two(booked):
    hall, _appointment = booked
    go_to(hall, at("09:45"))

    ticket = hall.ask(m.CheckIn, kiosk_id="K01", person="ann", age_years=80)

    assert (ticket.priority, ticket.green_group) == ("green", "elderly")
    hall.ask(m.ChangePriority, ticket_id=ticket.ticket_id, green_group=None, by="M1")
    assert hall.ticket(ticket).priority is PriorityClass.BOOKED


def test_who_came_late_does_not_become_booked_by_way_of_the_green_channel(booked):
    hall, _appointment = booked
    go_to(hall, at("11:00"))
    ticket = hall.ask(m.CheckIn, kiosk_id="K01", person="ann")

    hall.ask(m.ChangePriority, ticket_id=ticket.ticket_id, green_group="medic", by="M1")
    hall.ask(m.ChangePriority, ticket_id=ticket.ticket_id, green_group=None, by="M1")

    assert hall.ticket(ticket).priority is PriorityClass.ORDINARY


def test_with_two_on_a_day_the_card_finds_the_one_that_is_due():
    hall = hall_with(AppointmentRules(one_per_person_and_day=False))
    book(hall, at("10:00"))
    second = book(hall, at("14:00"))
    go_to(hall, at("13:40"))

    assert hall.ask(m.CheckIn, kiosk_id="K01", person="ann").appointment_no == second.appointment_no


def test_whoever_has_booked_checks_in_whatever_they_have_drawn_since():
    hall = hall_with(persons=PersonRules(one_ticket=OneTicket.A_QUEUE, most_a_day=1))
    book(hall, at("10:00"))
    go_to(hall, at("09:45"))
    walk_in = hall.issue("h1", person="ann", identity_kind=DocumentKind.RESIDENT)

    refused(hall, no.DailyCap, m.IssueTicket, item_key="a1", kiosk_id="K01", person="ann")
    ticket = hall.ask(m.CheckIn, kiosk_id="K01", person="ann")

    assert ticket.priority is PriorityClass.BOOKED
    assert hall.ticket(walk_in).state is TicketState.WAITING
    go_to(hall, at("09:00", date(2026, 3, 5)))
    assert hall.day.no_shows == {}


def test_what_a_booked_visitor_has_counts_for_the_next_walk_in():
    hall = hall_with(persons=PersonRules(one_ticket=OneTicket.A_QUEUE))
    book(hall, at("10:00"))
    go_to(hall, at("09:45"))
    hall.ask(m.CheckIn, kiosk_id="K01", person="ann")

    refused(hall, no.HasTicket, m.IssueTicket, item_key="h1", kiosk_id="K01", person="ann")


def test_who_is_banned_is_not_let_in_and_did_not_stay_away_either(booked):
    hall, appointment = booked
    book(hall, at("10:00"), "ben")
    go_to(hall, at("09:45"))
    hall.ask(m.BanPerson, person="ann", until=TOMORROW, reason="quarrel", by="M1")

    refused(hall, no.PersonIsBanned, m.CheckIn, kiosk_id="K01", appointment_no=appointment.appointment_no)
    go_to(hall, at("09:00", date(2026, 3, 5)))

    assert hall.day.no_shows == {"ben": [TOMORROW]}


@pytest.mark.parametrize("person", [None, "ann"])
def test_a_queue_with_real_names_wants_the_document_again_at_the_check_in(person):
    hall = hall_with(zone_hours={"R": HOURS})
    booked = book(hall, at("10:00"), item_key="r1")
    go_to(hall, at("09:45"))
    who = {"kiosk_id": "K01", "appointment_no": booked.appointment_no, "person": person}

    refusal = refused(hall, no.IdentityRequired, m.CheckIn, **who)

    assert refusal.prefix == "R"
    assert hall.ask(m.CheckIn, **who, identity_kind=DocumentKind.RESIDENT).display_number == "R001"


# ---- staying away ---------------------------------------------------------------------------------------------------


def test_who_stays_away_is_recorded_at_the_end_of_the_day(booked):
    hall, appointment = booked
    go_to(hall, at("09:00"))
    go_to(hall, at("09:00", date(2026, 3, 5)))

    started = hall.events(m.DayStarted)[-1]
    assert started.no_shows == (appointment.appointment_no,)
    assert hall.day.no_shows == {"ann": [TOMORROW]}
    assert hall.day.appointments == {}


def test_who_was_called_and_missed_is_not_a_no_show(booked):
    hall, _appointment = booked
    go_to(hall, at("09:45"))
    hall.open("6")
    hall.ask(m.CheckIn, kiosk_id="K01", person="ann")
    hall.call("6")
    hall.miss("6")
    go_to(hall, at("09:00", date(2026, 3, 5)))

    assert hall.day.no_shows == {}


def test_closing_the_day_records_those_whose_time_has_passed_and_no_others():
    hall = hall_with()
    gone = book(hall, at("10:00"))
    still_ahead = book(hall, at("16:00"), "ben")
    go_to(hall, at("15:00"))

    closed = hall.ask(m.CloseDay, by="M1", confirmed_open=0)
    go_to(hall, at("09:00", date(2026, 3, 5)))

    assert closed.no_shows == (gone.appointment_no,)
    assert hall.events(m.DayStarted)[-1].no_shows == ()  # the hall was shut at 16:00: nobody could come
    assert hall.day.no_shows == {"ann": [TOMORROW]}
    assert still_ahead.appointment_no not in hall.day.appointments


def test_too_many_no_shows_bar_from_booking_for_a_while_and_not_for_ever():
    hall = hall_with(AppointmentRules(no_shows_before_restriction=2, restriction_days=30))
    for day in (TOMORROW, date(2026, 3, 5)):
        book(hall, at("10:00", day))
    go_to(hall, at("09:00", date(2026, 3, 9)))

    refusal = refused(hall, no.BookingRestricted, m.BookAppointment, **booking(at("10:00", date(2026, 3, 10))))
    assert refusal.facts == {"until": "2026-04-04"}
    book(hall, at("10:00", date(2026, 3, 10)), "ben")
    go_to(hall, at("09:00", date(2026, 4, 7)))
    book(hall, at("10:00", date(2026, 4, 8)))


def test_noon_queues_are_open_at_noon_and_the_others_say_when_they_open_again():  # domain I7, 5
    hall = hall_with()
    hall.clock.set("12:20")

    refusal = refused(hall, no.QueueClosed, m.IssueTicket, item_key="h1", kiosk_id="K01")

    assert hall.issue("n1").display_number == "N001"
    assert refusal.facts["cause"] == "noon_break"
    assert refusal.facts["opens_at"] == at("13:00", date(2026, 3, 3)).isoformat()


def test_on_a_saturday_there_is_nothing_but_booking_and_on_a_swapped_one_all():  # domain I7, 6
    hall = hall_with()
    go_to(hall, at("10:00", date(2026, 3, 7)))
    assert hall.issue("h1").display_number == "H001"

    go_to(hall, at("10:00", date(2026, 3, 14)))
    refusal = refused(hall, no.QueueClosed, m.IssueTicket, item_key="h1", kiosk_id="K01")
    assert (refusal.facts["cause"], refusal.facts["may_book"]) == ("rest_day", True)
