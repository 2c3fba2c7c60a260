"""Appointments: slots, one calendar for every channel, check-in, and what becomes of those who stay away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hall import messages as m
from hall.appointment import AppointmentRules, AppointmentState
from hall.identity import DocumentKind
from hall.priority import Ground, PriorityClass
from hall.rules import OneTicket, PersonRules
from queue_server.domain import refusals as no
from queue_server.domain.confirmation import confirmation
from queue_server.domain.decisions.appointments import slots_of
from tests.queue_server.halls import MORNING, ZONE, Hall, audit, refused, small_plan

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


def left(hall: Hall, when: datetime) -> int:
    slots = slots_of(hall.day, hall.day.plan.items["h1"], when.date(), hall.clock.now())
    return next(n for slot, n in slots if slot.starts_at == when)


# ---- booking --------------------------------------------------------------------------------------------------------


def test_a_booking_has_a_number_of_its_day_and_a_slot():
    hall = hall_with()

    first, second = book(hall, at("10:00")), book(hall, at("10:00"), "ben")
    other_day = book(hall, at("10:00", date(2026, 3, 5)), "cem")

    assert (first.appointment_no, second.appointment_no) == ("Y2603040001", "Y2603040002")
    assert other_day.appointment_no == "Y2603050001"
    assert (first.starts_at, first.ends_at, first.prefix) == (at("10:00"), at("10:30"), "H")


def test_every_channel_books_from_the_same_places():
    hall = hall_with(AppointmentRules(share=1.0))
    places = left(hall, at("10:00"))
    channels = ["kiosk", "online", "phone", "desk"]

    for number in range(places):
        book(hall, at("10:00"), f"p{number}", channel=channels[number % 4])

    assert places == 2  # two counters, 30 minutes, 21.6 minutes a visitor
    assert left(hall, at("10:00")) == 0
    refused(hall, no.SlotFull, m.BookAppointment, **booking(at("10:00")))
    assert left(hall, at("10:30")) == places


def test_the_confirmation_has_the_five_fields():
    hall = hall_with()
    booked = book(hall, at("10:00"))

    told = confirmation(hall.day, booked.appointment_no)

    assert told.masked_name == hall.day.appointments[booked.appointment_no].masked_name
    assert (told.slot.starts_at, told.slot.ends_at) == (at("10:00"), at("10:30"))
    assert (told.place.hall.name, told.place.zone.name, told.place.counters) == ("小厅", "一区", ("5", "6"))
    assert told.appointment_no == "Y2603040001"
    assert told.matter.name == "事项h1"
    with pytest.raises(no.UnknownAppointment):
        confirmation(hall.day, "Y1")


def test_an_appointment_that_is_over_is_not_confirmed():
    hall = hall_with()
    booked = book(hall, at("10:00"))
    hall.ask(m.CancelAppointment, appointment_no=booked.appointment_no, by="T1")

    with pytest.raises(no.AppointmentOver, match="cancelled"):
        confirmation(hall.day, booked.appointment_no)


@pytest.mark.parametrize(
    ("starts_at", "error", "cause"),
    [
        (at("10:15"), no.SlotNotOffered, None),
        (at("12:00"), no.SlotNotOffered, None),  # noon: queue H rests
        (at("10:00", date(2026, 3, 3)), no.NotBookable, "too_soon"),
        (at("10:00", date(2026, 3, 2)), no.NotBookable, "too_soon"),
        (at("10:00", date(2026, 3, 12)), no.NotBookable, "too_far"),
        (at("10:00", date(2026, 3, 8)), no.NotBookable, "rest_day"),
        (at("10:00", date(2026, 3, 6)), no.NotBookable, "closure"),
        (datetime.max.replace(tzinfo=UTC), no.NotBookable, "too_far"),
        (at("10:00", date(2026, 4, 6)), no.NotBookable, "holiday"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_its_cause(starts_at, error, cause):
    refusal = refused(hall_with(), error, m.BookAppointment, **booking(starts_at))

    assert refusal.facts.get("cause") == cause


def test_five_working_days_ahead_count_swapped_days_and_leave_out_closures():
    hall = hall_with()

    book(hall, at("10:00", date(2026, 3, 10)))  # 4, 5, (6 closed), 7 swapped, 9, 10

    refused(hall, no.NotBookable, m.BookAppointment, **booking(at("10:00", date(2026, 3, 11))))
    book(hall, at("10:00", date(2026, 3, 7)))  # the swapped Saturday is worked


def test_booked_people_alone_have_the_hours_before_opening_and_after_closing():
    hall = hall_with(AppointmentRules(share=0.0))

    refused(hall, no.SlotNotOffered, m.BookAppointment, **booking(at("10:00")))
    assert book(hall, at("08:30")).starts_at == at("08:30")
    assert book(hall, at("17:30"), "ben").ends_at == at("18:00")


def test_a_rest_day_is_booked_only_where_the_queue_offers_it():
    hall = hall_with(AppointmentRules(working_days_ahead=10))
    sunday = at("09:30", date(2026, 3, 8))

    refused(hall, no.NotBookable, m.BookAppointment, **booking(sunday))
    assert book(hall, sunday, item_key="n1").prefix == "N"


def test_one_person_has_one_appointment_a_day():
    hall = hall_with()
    first = book(hall, at("10:00"))

    refusal = refused(hall, no.HasAppointment, m.BookAppointment, **booking(at("14:00"), item_key="n1"))

    assert refusal.facts == {"appointment_no": first.appointment_no}
    book(hall, at("10:00", date(2026, 3, 5)))


def test_a_slot_that_has_begun_is_not_booked():
    hall = hall_with(AppointmentRules(book_days_ahead_min=0))

    assert refused(hall, no.NotBookable, m.BookAppointment, **booking(MORNING)).facts == {"cause": "begun"}
    book(hall, MORNING + timedelta(minutes=30))


def test_a_banned_person_books_nothing():
    hall = hall_with()
    hall.ask(m.BanPerson, person="ann", until=TOMORROW, reason="quarrel", by="M1")

    refused(hall, no.PersonIsBanned, m.BookAppointment, **booking(at("10:00")))


# ---- changing one's mind --------------------------------------------------------------------------------------------


def test_a_cancelled_place_is_free_again_until_two_hours_before():
    hall = hall_with()
    places = left(hall, at("10:00"))
    booked = book(hall, at("10:00"))
    who = {"appointment_no": booked.appointment_no, "person": "ann"}
    refused(hall, no.NotYours, m.CancelAppointment, appointment_no=booked.appointment_no, person="ben")
    refused(hall, no.NotYours, m.CancelAppointment, appointment_no=booked.appointment_no)
    go_to(hall, at("08:00") + timedelta(seconds=1))
    refused(hall, no.TooLateToCancel, m.CancelAppointment, **who)
    hall.clock.time = at("08:00")

    hall.ask(m.CancelAppointment, **who)

    assert left(hall, at("10:00")) == places
    refused(hall, no.AppointmentOver, m.CancelAppointment, **who)
    assert book_is_possible(hall)


def book_is_possible(hall: Hall) -> bool:
    return book(hall, at("10:00", date(2026, 3, 5))).appointment_no == "Y2603050001"


def test_a_clerk_gives_a_place_back_at_any_time():
    hall = hall_with()
    booked = book(hall, at("10:00"))
    go_to(hall, at("09:59"))

    assert hall.ask(m.CancelAppointment, appointment_no=booked.appointment_no, by="T1").by == "T1"


def test_a_moved_appointment_keeps_its_number_and_gives_its_old_place_back():
    hall = hall_with()
    places = left(hall, at("10:00"))
    booked = book(hall, at("10:00"))

    moved = hall.ask(
        m.RebookAppointment, appointment_no=booked.appointment_no, person="ann", starts_at=at("14:00", date(2026, 3, 5))
    )

    assert moved.appointment_no == booked.appointment_no
    assert hall.day.appointments[booked.appointment_no].starts_at == at("14:00", date(2026, 3, 5))
    assert left(hall, at("10:00")) == places


def test_an_appointment_that_cannot_be_moved_stays_where_it_is():
    hall = hall_with()
    booked = book(hall, at("10:00"))
    book(hall, at("10:00", date(2026, 3, 5)))
    move = {"appointment_no": booked.appointment_no, "person": "ann"}

    refused(hall, no.HasAppointment, m.RebookAppointment, **move, starts_at=at("14:00", date(2026, 3, 5)))
    refused(hall, no.SlotNotOffered, m.RebookAppointment, **move, starts_at=at("12:00"))
    assert hall.ask(m.RebookAppointment, **move, starts_at=at("14:00")).starts_at == at("14:00")
    go_to(hall, at("12:01"))
    refused(hall, no.TooLateToCancel, m.RebookAppointment, **move, starts_at=at("10:00", date(2026, 3, 5)))


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


def test_checking_in_asks_the_rules_about_the_person():
    hall = hall_with(persons=PersonRules(one_ticket=OneTicket.A_QUEUE))
    book(hall, at("10:00"))
    go_to(hall, at("09:45"))
    hall.issue("h1", person="ann", identity_kind=DocumentKind.RESIDENT)

    refused(hall, no.HasTicket, m.CheckIn, kiosk_id="K01", person="ann")


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
