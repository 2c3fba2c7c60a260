"""Visitors who wait in the wrong place, and the desk that sends them elsewhere."""

import pytest

from hall import messages as m
from hall.priority import Ground
from hall.rules import MissedRules
from queue_server.domain import refusals as no
from queue_server.domain.ledger import ledgers
from queue_server.domain.snapshot import digest
from tests.queue_server.halls import Hall, audit, refused, replayed, small_plan

DESK = {"by": "M1", "reason": "chose the wrong matter"}


@pytest.fixture
def hall() -> Hall:
    """Counters 1 (A), 2 (A and B), 3 (a1 and b2) and 4 (B) are open."""
    hall = Hall(small_plan(missed=MissedRules(back_after=2, grace_s=60)))
    for number in ("1", "2", "3", "4"):
        hall.open(number, f"T{number}")
    return hall


def test_a_ticket_that_the_desk_redirects_keeps_number_and_arrival(hall: Hall):
    ticket = hall.issue("a1")
    hall.clock.pass_(minutes=5)
    hall.issue("b1")

    moved = hall.ask(m.RedirectTicket, ticket_id=ticket.ticket_id, item_key="b1", **DESK)

    assert (moved.prefix, moved.item_key, moved.by, moved.reason) == ("B", "b1", "M1", DESK["reason"])
    assert hall.day.waiting_count("A") == 0
    called = hall.call("4")
    assert (called.display_number, called.waited_s) == ("A001", 300)
    assert called.why is not None
    assert called.why.ground is Ground.ARRIVAL
    audit(hall.day)
    assert digest(replayed(hall.day.plan, hall.records)) == digest(hall.day)


@pytest.mark.parametrize("to", [{"to_counter": "3"}, {"to_staff": "T3"}])
def test_the_desk_may_send_a_ticket_to_one_counter_or_clerk(hall: Hall, to: dict[str, str]):
    ticket = hall.issue("a1")

    hall.ask(m.RedirectTicket, ticket_id=ticket.ticket_id, **to, **DESK)

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="1")
    assert hall.call("3").ticket_id == ticket.ticket_id


def test_the_desk_may_let_all_counters_call_who_waited_for_one_alone(hall: Hall):
    ticket = hall.issue("a1")
    hall.ask(m.RedirectTicket, ticket_id=ticket.ticket_id, to_counter="3", **DESK)

    hall.ask(m.RedirectTicket, ticket_id=ticket.ticket_id, item_key="a1", **DESK)

    assert hall.call("1").ticket_id == ticket.ticket_id


@pytest.mark.parametrize(
    ("error", "to"),
    [
        (no.WrongTarget, {}),
        (no.WrongTarget, {"item_key": "a1"}),
        (no.WrongTarget, {"to_counter": "2", "to_staff": "T2"}),
        (no.CannotServe, {"to_counter": "4"}),
        (no.CounterNotOpen, {"to_counter": "5", "item_key": "r1"}),
        (no.UnknownItem, {"item_key": "x"}),
        (no.UnknownClerk, {"to_staff": "T9"}),
    ],
)
def test_a_ticket_is_redirected_to_one_place_that_can_serve_it(hall: Hall, error, to):
    ticket = hall.issue("a1")

    refused(hall, error, m.RedirectTicket, ticket_id=ticket.ticket_id, **to, **DESK)


def test_a_ticket_that_a_counter_is_about_to_call_stays(hall: Hall):
    ticket = hall.issue("a1")
    hall.at("1", m.PreviewNext)

    refused(hall, no.TicketReserved, m.RedirectTicket, ticket_id=ticket.ticket_id, item_key="b1", **DESK)


def test_a_missed_visitor_lets_as_many_pass_in_the_other_queue(hall: Hall):
    missed = hall.issue("a1")
    hall.call("1")
    hall.miss("1")
    others = [hall.issue("b1") for _ in range(3)]

    hall.ask(m.RedirectTicket, ticket_id=missed.ticket_id, item_key="b1", **DESK)

    hall.clock.pass_(minutes=2)
    audit(hall.day)
    assert hall.serve_all("4") == [
        others[0].display_number,
        others[1].display_number,
        missed.display_number,
        others[2].display_number,
    ]


def test_a_visitor_who_was_sent_on_still_goes_back_but_not_as_sent_by_the_desk(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="b1", reason="stamp", comes_back=True)
    hall.ask(m.RedirectTicket, ticket_id=sent.ticket_id, item_key="b2", **DESK)
    hall.call("4")

    refused(hall, no.NoSender, m.SendBack, counter_no="4", reason="not ours")
    assert hall.at("4", m.CompleteService).to_counter == "1"


def test_a_wait_that_was_told_for_another_queue_teaches_nothing(hall: Hall):
    ticket = hall.issue("a1")
    hall.ask(m.RedirectTicket, ticket_id=ticket.ticket_id, item_key="b1", **DESK)
    hall.clock.pass_(minutes=5)

    hall.call("4")

    assert hall.day.estimates == {}


def test_the_ledger_says_how_long_it_waited_for_what(hall: Hall):
    ticket = hall.issue("a1")
    hall.clock.pass_(minutes=5)
    hall.ask(m.RedirectTicket, ticket_id=ticket.ticket_id, item_key="b1", **DESK)
    hall.clock.pass_(minutes=2)
    hall.call("4")

    periods = ledgers(hall.records)[ticket.ticket_id].periods

    assert [(p.item_key, p.length_s) for p in periods] == [("a1", 300), ("b1", 120)]
