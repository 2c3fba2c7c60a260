"""Queues that keep nobody's identity, whoever sends one, and those that ask for it."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from hall import messages as m
from hall.appointment import AppointmentRules
from hall.catalogue import HallPlan, IdentityPolicy
from hall.identity import DocumentKind
from hall.priority import PriorityClass
from queue_server.domain import refusals as no
from tests.queue_server.domain.booking import at, go_to
from tests.queue_server.halls import MORNING, Hall, refused, small_plan

ANN = {"person": "hash-ann", "identity_kind": DocumentKind.RESIDENT, "masked_number": "**************1234"}


def a_plan(*without_names: str, **rules) -> HallPlan:
    """The small plan, with queues that keep nobody's identity."""
    plan = small_plan(**rules)
    queues = {
        prefix: replace(queue, identity=IdentityPolicy.NONE) if prefix in without_names else queue
        for prefix, queue in plan.queues.items()
    }
    return replace(plan, queues=MappingProxyType(queues))


def said_of(ticket: m.TicketIssued) -> tuple[object, ...]:
    return ticket.person, ticket.identity_kind, ticket.masked_number


NOTHING = (None, None, None)


def test_nothing_is_kept_of_who_draws_where_no_document_is_asked():
    hall = Hall(a_plan("A"))

    ticket = hall.issue("a1", age_years=30, **ANN)
    others = [hall.issue("a1", **{field: value}) for field, value in ANN.items()]

    assert {said_of(each) for each in (ticket, *others)} == {NOTHING}
    assert "ann" not in repr(hall.day.tickets)
    assert hall.day.tickets_of == {}


def test_rules_about_one_person_do_not_hold_where_nobody_is_known():
    hall = Hall(a_plan("A"))

    assert [hall.issue("a1", **ANN).display_number for _ in range(7)][-1] == "A007"
    assert hall.issue("b1", **ANN).person == "hash-ann"


def test_an_age_still_admits_to_the_green_channel():
    ticket = Hall(a_plan("A")).issue("a1", age_years=75, **ANN)

    assert (ticket.priority, said_of(ticket)) == (PriorityClass.GREEN, NOTHING)


@pytest.mark.parametrize(
    ("first", "further", "is_named"), [("a1", ("a2",), False), ("a1", ("b1",), True), ("b1", ("a1",), True)]
)
def test_a_ticket_for_several_queues_says_who_draws_where_one_of_them_asks(first: str, further, is_named: bool):
    ticket = Hall(a_plan("A")).issue(first, further_items=further, **ANN)

    assert (ticket.person is not None) is is_named


def test_a_second_matter_of_a_queue_that_wants_a_document_is_not_drawn_without():
    hall = Hall(a_plan("A"))

    refused(hall, no.IdentityRequired, m.IssueTicket, item_key="a1", further_items=("r1",), kiosk_id="K01")
    assert said_of(hall.issue("a1", further_items=("r1",), **ANN)) == tuple(ANN.values())


def test_a_ticket_that_a_kiosk_hands_in_says_nothing_either():
    hall = Hall(a_plan("A"))
    lease = hall.ask(m.LeaseNumbers, kiosk_id="K01", prefix="A", count=5)

    merged = hall.ask(
        m.MergeTicket, lease_id=lease.lease_id, number=1, ticket_id="offline-1", arrived_at=MORNING, item_key="a1",
        kiosk_id="K01", **ANN,
    )  # fmt: skip

    assert said_of(merged) == NOTHING


def test_a_booked_visitor_is_known_by_the_appointment_and_the_ticket_names_nobody():
    hall = Hall(a_plan("H", appointments=AppointmentRules()))
    hall.ask(
        m.BookAppointment, item_key="h1", starts_at=at("10:00"), person="hash-ann", masked_name="测*", channel="online"
    )
    go_to(hall, at("09:45"))

    ticket = hall.ask(m.CheckIn, kiosk_id="K01", **ANN)

    assert (ticket.priority, said_of(ticket)) == (PriorityClass.BOOKED, NOTHING)
