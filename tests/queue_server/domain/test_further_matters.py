"""Several matters on one ticket: each of them is asked what a single one is asked, and all of them count."""

import pytest

from hall import messages as m
from hall.identity import DocumentKind
from hall.rules import OneTicket, PersonRules
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.halls import Hall, refused, replayed, small_plan

CARD = {"identity_kind": DocumentKind.RESIDENT}
ANN = {"person": "hash-ann", **CARD}
KIOSK = {"kiosk_id": "K01"}


def a_hall(**persons) -> Hall:
    return Hall(small_plan(persons=PersonRules(**persons)))


@pytest.mark.parametrize(
    ("clock", "further", "refusal", "prefix"),
    [
        ("09:30", ("r1",), no.IdentityRequired, "R"),
        ("07:00", ("h1",), no.QueueClosed, "H"),
        ("07:00", ("a2", "q1"), no.QueueClosed, "Q"),
        ("12:30", ("n1", "h1"), no.QueueClosed, "H"),
    ],
)
def test_a_further_matter_is_refused_where_it_would_be_by_itself(clock: str, further, refusal, prefix: str):
    hall = a_hall()
    hall.clock.set(clock)

    found = refused(hall, refusal, m.IssueTicket, item_key="a1", further_items=further, **KIOSK)

    assert found.prefix == prefix
    refused(hall, refusal, m.IssueTicket, item_key=further[-1], **KIOSK)


def test_further_matters_that_may_be_drawn_are_drawn_with_the_first():
    hall = a_hall()

    ticket = hall.issue("a1", further_items=("r1", "h1", "n1"), **ANN)

    assert hall.ticket(ticket).further_items == ("r1", "h1", "n1")


def test_who_holds_a_number_of_a_queue_gets_none_that_stands_for_another_matter_of_it():
    hall = a_hall()
    held = hall.issue("b1", **ANN)

    refusal = refused(hall, no.HasTicket, m.IssueTicket, item_key="a1", further_items=("b1", "b2"), **KIOSK, **ANN)

    assert refusal.prefix == "B"
    assert refusal.facts == {"ticket_id": held.ticket_id, "display_number": "B001"}
    assert hall.issue("a1", **ANN).display_number == "A001"


def test_a_number_whose_further_matter_waits_counts_in_that_queue_until_it_is_handled():
    hall = a_hall()
    hall.open("2")
    hall.issue("a1", further_items=("b1",), **ANN)

    refused(hall, no.HasTicket, m.IssueTicket, item_key="b2", **KIOSK, **ANN)
    hall.call("2")
    assert hall.at("2", m.CompleteService).next_item == "b1"
    assert hall.issue("a2", **ANN).display_number == "A002"
    refused(hall, no.HasTicket, m.IssueTicket, item_key="b2", **KIOSK, **ANN)
    hall.complete("2")
    assert hall.issue("b2", **ANN).display_number == "B001"


def test_one_ticket_may_carry_several_matters_of_one_queue():
    hall = a_hall(one_ticket=OneTicket.A_QUEUE)

    assert hall.issue("a1", further_items=("a2", "b1", "b2"), **ANN).display_number == "A001"


def test_a_further_matter_uses_up_one_of_its_queues_quota_whatever_their_number():
    hall = a_hall()

    first = hall.issue("a1", further_items=("q1", "q1"))
    hall.issue("q1")

    assert first.further_quotas == ("Q", "Q 09:00")
    for asked in ({"item_key": "q1"}, {"item_key": "a1", "further_items": ("q1",)}):
        refusal = refused(hall, no.QuotaUsed, m.IssueTicket, **asked, **KIOSK)
        assert (refusal.prefix, refusal.facts["of"]) == ("Q", "09:00")


def test_a_second_matter_of_the_tickets_own_queue_uses_up_nothing_more():
    hall = a_hall()
    hall.issue("q1", further_items=("q1",))

    assert hall.issue("q1").display_number == "Q002"


def test_what_further_matters_used_up_is_the_same_after_a_restart():
    hall = a_hall()
    hall.issue("a1", further_items=("q1", "b1"))

    assert hall.day.issued_in == {"A": 1, "Q": 1, "Q 09:00": 1, "B": 1}
    assert digest(replayed(hall.day.plan, hall.records)) == digest(hall.day)
    assert digest(load(hall.day.plan, dump(hall.day))) == digest(hall.day)


# ---- how many -------------------------------------------------------------------------------------------------------


def test_matters_that_were_handled_count_among_those_that_a_ticket_carries():
    hall = a_hall(most_items=2)
    hall.open("1")
    ticket = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.AddMatter, item_key="a2")
    hall.at("1", m.CompleteService)

    refused(hall, no.TooManyItems, m.AddMatter, counter_no="1", item_key="a1")

    assert hall.ticket(ticket).done_items == ("a1",)
    assert digest(replayed(hall.day.plan, hall.records)) == digest(hall.day)


def test_a_transfer_changes_a_matter_and_adds_none():
    hall = a_hall(most_items=2)
    hall.open("1")
    hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="a2", reason="belongs there")
    hall.call("1")

    assert hall.at("1", m.AddMatter, item_key="a1").item_key == "a1"
