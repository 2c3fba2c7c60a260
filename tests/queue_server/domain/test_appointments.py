"""Appointments: slots, one calendar for every channel, and changing one's mind."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hall import messages as m
from hall.appointment import AppointmentRules
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.hours import QueueHours
from hall.rules import HallRules, PersonRules
from queue_server.domain import refusals as no
from queue_server.domain.confirmation import confirmation
from tests.queue_server.domain.booking import RULES, TOMORROW, at, book, booking, go_to, hall_with, left
from tests.queue_server.halls import CALENDAR, MORNING, Hall, period, refused

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


def test_tickets_of_a_day_are_capped_when_they_are_booked():
    hall = hall_with(
        AppointmentRules(share=1.0, one_per_person_and_day=False, book_days_ahead_min=0),
        persons=PersonRules(most_a_day=2),
    )
    today = MORNING.date()
    book(hall, at("10:00"))
    book(hall, at("14:00"))
    hall.issue("a1", person="ann")
    book(hall, at("14:00", today))

    refused(hall, no.DailyCap, m.BookAppointment, **booking(at("16:00")))
    refused(hall, no.DailyCap, m.BookAppointment, **booking(at("16:00", today)))
    assert book(hall, at("16:00", date(2026, 3, 5))).prefix == "H"


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


def test_who_may_not_book_may_not_move_an_appointment_within_its_day_either():
    hall = hall_with(AppointmentRules(share=1.0, no_shows_before_restriction=1))
    book(hall, at("10:00"))
    booked = book(hall, at("10:00", date(2026, 3, 9)))
    banned = book(hall, at("10:00", date(2026, 3, 9)), "ben")
    hall.ask(m.BanPerson, person="ben", until=date(2026, 3, 6), reason="quarrel", by="M1")
    go_to(hall, at("09:00", date(2026, 3, 5)))
    later = {"starts_at": at("14:00", date(2026, 3, 9)), "by": "T1"}

    refused(hall, no.BookingRestricted, m.RebookAppointment, appointment_no=booked.appointment_no, **later)
    refused(hall, no.PersonIsBanned, m.RebookAppointment, appointment_no=banned.appointment_no, **later)


def test_an_appointment_moves_within_its_day_whatever_has_been_drawn_since():
    hall = hall_with(AppointmentRules(share=1.0, book_days_ahead_min=0), persons=PersonRules(most_a_day=1))
    booked = book(hall, at("10:00"))
    go_to(hall, at("07:30"))
    hall.issue("a1", person="ann")

    moved = hall.ask(m.RebookAppointment, appointment_no=booked.appointment_no, person="ann", starts_at=at("14:00"))

    assert moved.starts_at == at("14:00")


# ---- counters that several queues and matters share -----------------------------------------------------------------


MORNINGS = QueueHours(core=(period("08:00-12:00"),))


def hall_of(*counters: Counter, hours: QueueHours = MORNINGS) -> Hall:
    """Queue A with the matters a1 and a2, and queue B with b1; a counter has time for one visit in a slot."""
    items = [
        ServiceItem(key, key, key, "d", key, key[0].upper(), TimeClass.LONG, department_key="d")
        for key in ("a1", "a2", "b1")
    ]
    plan = HallPlan.of(
        "h", "厅", "Hall",
        zones=[Zone("Z", "区", "Zone", 1)],
        queues=[Queue(prefix, prefix, prefix, "Z", hours) for prefix in "AB"],
        counters=counters, items=items, rules=HallRules(appointments=RULES), calendar=CALENDAR,
    )  # fmt: skip
    return Hall(plan)


def counter(number: str, queues: str, *matters: str) -> Counter:
    able = frozenset(("d", matter) for matter in matters) if matters else None
    return Counter(number, CounterKind.COMPREHENSIVE, "Z", tuple(queues), able)


def test_a_counter_of_two_queues_is_not_promised_to_both():
    hall = hall_of(counter("1", "AB"))

    assert left(hall, at("10:00"), "b1") == 1
    book(hall, at("10:00"), item_key="a1")

    assert left(hall, at("10:00"), "a1") == left(hall, at("10:00"), "b1") == 0
    refused(hall, no.SlotFull, m.BookAppointment, **booking(at("10:00"), "ben", item_key="b1"))
    book(hall, at("10:30"), "ben", item_key="b1")


def test_a_matter_of_another_counter_is_not_full_with_this_ones():
    hall = hall_of(counter("1", "A", "a1"), counter("2", "A", "a2"))

    book(hall, at("10:00"), item_key="a1")

    refused(hall, no.SlotFull, m.BookAppointment, **booking(at("10:00"), "ben", item_key="a1"))
    assert book(hall, at("10:00"), "ben", item_key="a2").prefix == "A"


def test_a_moved_appointment_gives_its_time_to_the_other_queue():
    hall = hall_of(counter("1", "AB"))
    booked = book(hall, at("10:00"), item_key="a1")

    hall.ask(m.RebookAppointment, appointment_no=booked.appointment_no, person="ann", starts_at=at("11:00"))

    assert left(hall, at("10:00"), "b1") == 1
    assert left(hall, at("11:00"), "b1") == 0


def test_at_noon_only_counters_on_the_roster_are_promised():
    hours = QueueHours(core=(period("09:00-12:00"),), noon=period("12:00-13:00"), noon_counters=1)
    hall = hall_of(counter("1", "A", "a1"), replace(counter("2", "A", "a2"), opens_at_noon=True), hours=hours)

    assert left(hall, at("11:30"), "a1") == left(hall, at("12:00"), "a2") == 1
    refused(hall, no.SlotNotOffered, m.BookAppointment, **booking(at("12:00"), item_key="a1"))
