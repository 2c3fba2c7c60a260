"""Agents who take tickets on behalf of others."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from hall import messages as m
from hall.identity import DocumentKind
from hall.rules import OneTicket, PersonRules
from hall.texts import ENGLISH
from queue_server.adapters.mqtt import counter_state
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import dump, load
from queue_server.service.sign_view import sign_view
from queue_server.service.staff_views import counter_view, manager_view
from queue_server.service.views import display_view, place_view
from tests.queue_server.halls import MORNING, Hall, audit, found_again, refused, small_plan

CARD = {"identity_kind": DocumentKind.RESIDENT}
AGENT, ANN, BEN = "hash-agent", "hash-ann", "hash-ben"
KIOSK = {"kiosk_id": "K01"}


def hall_where(**persons: Any) -> Hall:
    hall = Hall(small_plan(persons=PersonRules(**persons)))
    hall.open("1")
    return hall


def draw(hall: Hall, item_key: str = "a1", **values: Any) -> m.TicketIssued:
    return hall.issue(item_key, person=AGENT, **CARD, **values)


def not_drawn(hall: Hall, error: type[no.Refusal], person: str = AGENT, **values: Any) -> no.Refusal:
    return refused(hall, error, m.IssueTicket, item_key="a1", person=person, **KIOSK, **CARD, **values)


@pytest.mark.parametrize("own_first", [True, False])
def test_an_agent_holds_an_own_ticket_and_one_on_behalf_of_somebody(*, own_first: bool):
    hall = hall_where()
    for is_representative in (False, True) if own_first else (True, False):
        draw(hall, is_representative=is_representative)

    not_drawn(hall, no.HasTicket)
    not_drawn(hall, no.HasTicket, is_representative=True)
    audit(hall.day)


def test_an_agent_takes_one_ticket_for_each_person_who_is_known():
    hall = hall_where()
    draw(hall)
    for_ann = draw(hall, principal=ANN)
    draw(hall, principal=BEN)
    draw(hall, is_representative=True)

    refusal = not_drawn(hall, no.HasTicket, principal=ANN)

    assert refusal.facts["display_number"] == for_ann.display_number
    assert (for_ann.is_representative, for_ann.principal) == (True, ANN)


def test_who_has_a_ticket_drawn_on_their_behalf_gets_none_of_their_own_and_the_other_way_round():
    hall = hall_where()
    draw(hall, principal=ANN)
    hall.issue("a1", person=BEN, **CARD)

    not_drawn(hall, no.HasTicket, person=ANN)
    not_drawn(hall, no.HasTicket, principal=BEN)
    assert hall.issue("b1", person=ANN, **CARD).display_number == "B001"


def test_one_ticket_in_the_whole_hall_counts_the_principals_too():
    hall = hall_where(one_ticket=OneTicket.A_HALL)
    draw(hall, "b1", principal=ANN)

    not_drawn(hall, no.HasTicket, principal=ANN)
    draw(hall)


@pytest.mark.parametrize("banned", [AGENT, ANN])
def test_a_ban_is_asked_of_both(banned: str):
    hall = hall_where()
    hall.ask(m.BanPerson, person=banned, until=MORNING.date() + timedelta(days=1), reason="quarrel", by="M1")

    not_drawn(hall, no.PersonIsBanned, principal=ANN)
    if banned == ANN:
        draw(hall, is_representative=True)


def test_the_days_cap_is_the_agents():
    hall = hall_where(most_a_day=2)
    draw(hall, principal=ANN)
    draw(hall, principal=BEN)

    not_drawn(hall, no.DailyCap)
    hall.ask(m.CancelTicket, ticket_id=next(iter(hall.day.tickets)), by="M1", reason="left")
    assert hall.issue("a1", person=ANN, **CARD).display_number == "A003"


def test_a_hall_may_have_no_representatives():
    hall = hall_where(may_represent=False)

    not_drawn(hall, no.NotAllowed, is_representative=True)
    not_drawn(hall, no.NotAllowed, principal=ANN)
    draw(hall)


def test_a_queue_with_real_names_wants_the_agents_document():
    refused(hall_where(), no.IdentityRequired, m.IssueTicket, item_key="r1", principal=ANN, **KIOSK)


def test_principals_are_found_again_in_a_snapshot_and_still_count_once_the_day_was_closed():
    hall = hall_where()
    draw(hall, principal=ANN)

    assert found_again(load(hall.day.plan, dump(hall.day))) == found_again(hall.day)
    hall.ask(m.CloseDay, by="M1", confirmed_open=1)
    audit(hall.day)


def test_principals_are_told_to_nobody():
    hall = hall_where()
    ticket = draw(hall, principal=ANN)
    hall.call("1")
    now = hall.clock.now()

    told = [
        display_view(hall.day, ENGLISH, None, 9, now),
        place_view(hall.day, hall.ticket(ticket), ENGLISH),
        counter_view(hall.day, ENGLISH, "1", now, [ENGLISH]),
        manager_view(hall.day, ENGLISH, now, [], [], broker_connected=True),
        counter_state(hall.day, "1", ENGLISH, "incarnation"),
        sign_view(hall.day, "1", [ENGLISH]),
    ]

    assert hall.ticket(ticket).principal == ANN
    assert ANN.encode() not in msgspec.json.encode(told)
