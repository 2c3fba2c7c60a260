"""A queue's hours as one of its matters has them: noon where a counter stays for it, weekends where devices do it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from hall import messages as m
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from hall.hours import QueueHours
from queue_server.domain import refusals as no
from queue_server.domain.decisions.appointments import slots_of
from tests.queue_server.domain.booking import at
from tests.queue_server.halls import CALENDAR, MORNING, NOON, Hall, interval, period, refused

KIOSK = {"kiosk_id": "K01"}
PENSION, ALLOWANCE = "I008", "I018"
TODAY = MORNING.date()


def a_plan(hours: QueueHours = NOON) -> HallPlan:
    """Queue B with a pension matter, which counter 9 handles at noon, and an allowance that only counter 10 does."""
    matters = ((PENSION, "RSJ", True), (ALLOWANCE, "MZJ", False))
    kind = CounterKind.COMPREHENSIVE
    return HallPlan.of(
        "h",
        "厅",
        "Hall",
        zones=[Zone("B", "区", "Zone", 1)],
        queues=[Queue("B", "社会事务综合", "Social affairs", "B", hours)],
        counters=[
            Counter("9", kind, "B", ("B",), frozenset({("RSJ", PENSION)}), opens_at_noon=True),
            Counter("10", kind, "B", ("B",)),
        ],
        items=[
            ServiceItem(key, key, key, department, key, "B", TimeClass.SHORT, department, weekend)
            for key, department, weekend in matters
        ],
        calendar=CALENDAR,
        kiosks=["K01"],
    )


@pytest.fixture
def hall() -> Hall:
    hall = Hall(a_plan())
    hall.open("9", "T9")
    return hall


def test_at_noon_a_matter_is_drawn_that_a_noon_counter_handles_and_no_other(hall: Hall):  # domain I7, 5
    hall.clock.set("12:20")

    refusal = refused(hall, no.QueueClosed, m.IssueTicket, item_key=ALLOWANCE, **KIOSK)
    ticket = hall.issue(PENSION)

    assert (refusal.facts["cause"], refusal.facts["opens_at"]) == ("noon_break", at("13:00", TODAY).isoformat())
    assert hall.call("9").ticket_id == ticket.ticket_id
    refused(hall, no.QueueClosed, m.IssueTicket, item_key=PENSION, further_items=(ALLOWANCE,), **KIOSK)
    hall.clock.set("13:00")
    assert hall.issue(ALLOWANCE).display_number == "B002"


def test_a_matter_that_a_noon_counter_was_granted_for_today_is_drawn_at_noon(hall: Hall):
    hall.at("9", m.GrantAbility, department="MZJ", item_key=ALLOWANCE, by="M1")
    hall.clock.set("12:20")

    assert hall.issue(ALLOWANCE).display_number == "B001"
    hall.at("9", m.RevokeAbility, department="MZJ", item_key=ALLOWANCE, by="M1")
    refused(hall, no.QueueClosed, m.IssueTicket, item_key=ALLOWANCE, **KIOSK)


def test_what_a_counter_off_the_noon_roster_was_granted_opens_nothing_at_noon(hall: Hall):
    hall.at("10", m.GrantAbility, department="MZJ", item_key=ALLOWANCE, by="M1")
    hall.clock.set("12:20")

    refused(hall, no.QueueClosed, m.IssueTicket, item_key=ALLOWANCE, **KIOSK)


def test_a_clerk_who_stays_at_noon_may_call_whoever_waits(hall: Hall):
    waiting = hall.issue(ALLOWANCE)
    hall.open("10", "T10")  # not on the noon roster
    hall.clock.set("12:20")

    assert hall.call("10").ticket_id == waiting.ticket_id


def test_an_interval_that_reaches_over_noon_goes_on_after_it_with_one_quota():
    hall = Hall(a_plan(replace(NOON, intervals=(interval("11:00-14:00", 2),))))
    hall.clock.set("11:30")
    hall.issue(ALLOWANCE)
    hall.clock.set("12:30")

    refusal = refused(hall, no.QueueClosed, m.IssueTicket, item_key=ALLOWANCE, **KIOSK)
    hall.clock.set("13:30")
    assert refusal.facts["opens_at"] == at("13:00", TODAY).isoformat()
    assert hall.issue(ALLOWANCE).quota_interval == "11:00"
    refused(hall, no.QuotaUsed, m.IssueTicket, item_key=ALLOWANCE, **KIOSK)


def test_noon_slots_are_offered_for_what_a_noon_counter_handles_only(hall: Hall):
    def times(item_key: str) -> set[str]:
        item = hall.day.plan.items[item_key]
        return {f"{slot.starts_at:%H:%M}" for slot, _left in slots_of(hall.day, item, date(2026, 3, 4), MORNING)}

    assert "12:30" in times(PENSION)
    assert "12:30" not in times(ALLOWANCE)
    assert "13:00" in times(ALLOWANCE)


@pytest.mark.parametrize(("item_key", "is_self_service"), [(PENSION, True), (ALLOWANCE, False)])
def test_on_a_weekend_devices_serve_the_matters_that_the_catalogue_marks(item_key: str, is_self_service: bool):
    saturday = datetime(2026, 3, 14, 10, 0, tzinfo=MORNING.tzinfo)  # domain I7, 6
    hall = Hall(a_plan(), saturday)

    refusal = refused(hall, no.QueueClosed, m.IssueTicket, item_key=item_key, **KIOSK)

    assert refusal.facts["is_self_service"] is is_self_service


def test_a_plan_says_a_matters_hours_and_none_for_one_that_may_always_come():
    plan = a_plan()

    assert plan.hours_of(PENSION) == replace(NOON, weekend_self_service=True)
    assert plan.hours_of(ALLOWANCE) == replace(NOON, noon=None, noon_counters=0)


def test_a_matter_that_nobody_handles_while_its_queue_gives_numbers_is_told():
    plan = a_plan(replace(NOON, intervals=(interval("12:00-13:00", 5),)))

    with pytest.raises(ValueError, match="only at noon"):
        plan.hours_of(ALLOWANCE)


def test_hours_that_count_no_noon_counters_hold_for_every_matter():
    hours = QueueHours(core=(period("09:00-12:00"), period("13:00-17:00")), noon=period("12:00-13:00"))

    assert a_plan(hours).hours_of(ALLOWANCE) == hours
