"""The hall that is shipped as an example, at its own hours: the rules for service halls that visitors meet there."""

from datetime import datetime

import pytest

from hall import messages as m
from hall.catalogue import HallPlan
from hall.identity import DocumentKind
from hall.priority import PriorityClass
from queue_server.domain import refusals as no
from settings.load import hall_plan
from settings.site import Site
from tests.queue_server.halls import ZONE, Hall

CARD = {"identity_kind": DocumentKind.RESIDENT, "masked_number": "**************0016"}


@pytest.fixture(scope="module")
def city(site: Site) -> HallPlan:
    return hall_plan(site)


def at(city: HallPlan, clock: str, day: int = 3) -> Hall:
    """The hall on a day of March 2026; the 3rd is a Tuesday."""
    return Hall(city, datetime.fromisoformat(f"2026-03-{day:02}T{clock}").replace(tzinfo=ZONE))


def draw(hall: Hall, prefix: str) -> m.TicketIssued:
    return hall.issue(hall.day.plan.items_of(prefix)[0].key, **CARD)


def refused(hall: Hall, prefix: str) -> tuple[object, object]:
    """The cause of a closed queue, and when it opens."""
    with pytest.raises(no.QueueClosed) as refusal:
        draw(hall, prefix)
    return refusal.value.facts["cause"], refusal.value.facts["opens_at"]


def test_in_core_hours_every_queue_gives_numbers(city: HallPlan):
    hall = at(city, "09:30")

    assert [draw(hall, prefix).prefix for prefix in city.queues] == list(city.queues)


def test_before_the_opening_only_who_has_booked_is_let_in(city: HallPlan):
    hall = at(city, "10:00", day=2)
    slot = datetime(2026, 3, 3, 8, 30, tzinfo=ZONE)
    item_key = city.items_of("B")[0].key
    booked = hall.ask(
        m.BookAppointment, item_key=item_key, starts_at=slot, person="1" * 32, masked_name="测*", channel="online"
    )
    hall.clock.time = slot
    hall.ask(m.StartDay)

    assert refused(hall, "B") == ("booked_only", "2026-03-03T09:00:00+08:00")
    came = hall.ask(m.CheckIn, kiosk_id="K01", appointment_no=booked.appointment_no, **CARD)

    assert came.priority is PriorityClass.BOOKED


def test_at_noon_comprehensive_counters_go_on_and_special_ones_do_not(city: HallPlan):
    hall = at(city, "12:20")

    assert draw(hall, "B").prefix == "B"
    assert refused(hall, "D") == ("noon_break", "2026-03-03T13:00:00+08:00")


def test_on_a_saturday_nobody_draws_a_number_and_may_book(city: HallPlan):
    hall = at(city, "10:00", day=7)

    with pytest.raises(no.QueueClosed) as refusal:
        draw(hall, "B")

    assert refusal.value.facts["may_book"] is True
