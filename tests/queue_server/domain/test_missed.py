"""Marking a visitor missed: not too soon, and void when it is over."""

from typing import Any

import pytest

from hall import messages as m
from hall.identity import DocumentKind
from hall.rules import CallRules, MissedRules, OneTicket, PersonRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from tests.queue_server.domain.running import Running
from tests.queue_server.halls import Hall, refused, small_plan

ANN = {"person": "ann", "identity_kind": DocumentKind.RESIDENT}


def a_hall(*, most_calls: int = 3, one_ticket: OneTicket = OneTicket.A_QUEUE, **missed: Any) -> Hall:
    plan = small_plan(
        calls=CallRules(most_calls=most_calls),
        missed=MissedRules(**{"least_calls": 3, "least_wait_s": 90.0, "void_is_final": True} | missed),
        persons=PersonRules(one_ticket=one_ticket),
    )
    hall = Hall(plan)
    hall.open("1", "T1")
    return hall


def call_in_vain(hall: Hall, ticket: m.TicketIssued) -> m.TicketMissed:
    """As often and as long as the rules ask."""
    hall.call_ticket("1", ticket.ticket_id)
    for _ in range(2):
        hall.clock.pass_(seconds=20)
        hall.at("1", m.Recall)
    hall.clock.pass_(seconds=90)
    return hall.miss("1")


# ---- not too soon ---------------------------------------------------------------------------------------------------


def test_nobody_is_missed_before_three_calls_and_ninety_seconds_after_the_last():  # domain D7
    hall = a_hall()
    ticket = hall.issue("a1")
    hall.call("1")
    hall.clock.pass_(minutes=5)
    after_one = refused(hall, no.TooFewCalls, m.MarkMissed, counter_no="1")
    hall.at("1", m.Recall)
    hall.clock.pass_(seconds=20)
    after_two = refused(hall, no.TooFewCalls, m.MarkMissed, counter_no="1")
    hall.at("1", m.Recall)
    hall.clock.pass_(seconds=89.5)
    too_soon = refused(hall, no.MissedTooSoon, m.MarkMissed, counter_no="1")
    hall.clock.pass_(seconds=0.5)

    hall.miss("1")

    assert [each.facts for each in (after_one, after_two)] == [{"calls_left": 2}, {"calls_left": 1}]
    assert too_soon.facts == {"wait_s": 1}
    assert hall.ticket(ticket).missed_count == 1


def test_where_a_ticket_is_called_less_often_than_that_the_last_call_is_enough():
    hall = a_hall(most_calls=2, least_wait_s=0.0)
    hall.issue("a1")
    hall.call("1")
    refused(hall, no.TooFewCalls, m.MarkMissed, counter_no="1")
    hall.clock.pass_(seconds=20)
    hall.at("1", m.Recall)

    hall.miss("1")


def test_the_calls_at_another_counter_do_not_count():
    hall = a_hall(least_wait_s=0.0)
    ticket = hall.issue("a1")
    hall.open("2", "T2")
    call_in_vain(hall, ticket)

    hall.call_ticket("2", ticket.ticket_id)

    refused(hall, no.TooFewCalls, m.MarkMissed, counter_no="2")


def test_who_was_refused_to_mark_a_visitor_missed_is_kept_without_the_visitor():
    hall = Running(small_plan(missed=MissedRules(least_calls=2, least_wait_s=90.0)))
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    hall.issue()
    hall.ask(m.CallNext, counter_no="1")
    hall.ask(m.MarkMissed, counter_no="1")
    hall.clock.pass_(seconds=20)
    hall.ask(m.Recall, counter_no="1")

    hall.ask(m.MarkMissed, counter_no="1")

    kept = [(e.rule, e.command, e.place, e.prefix) for e in hall.events(m.RuleApplied)]
    assert kept == [("too_few_calls", "MarkMissed", "1", None), ("missed_too_soon", "MarkMissed", "1", None)]


# ---- void -----------------------------------------------------------------------------------------------------------


def test_a_visitor_who_was_missed_again_takes_a_new_number():  # domain D7 (c), then (a)
    hall = a_hall()
    lost = hall.issue("a1", **ANN)
    call_in_vain(hall, lost)
    assert call_in_vain(hall, lost).returns_after is None

    refused(hall, no.TicketVoid, m.RequeueTicket, ticket_id=lost.ticket_id, by="M1")

    assert hall.state(lost) is TicketState.MISSED
    assert hall.issue("a1", **ANN).display_number == "A002"


def test_where_nobody_comes_back_by_themselves_the_desk_lets_them_in_as_often_as_the_rules_say():
    hall = a_hall(back_after=None, most_returns=2)
    lost = hall.issue("a1")
    for _ in range(2):
        call_in_vain(hall, lost)
        hall.ask(m.RequeueTicket, ticket_id=lost.ticket_id, by="M1")
    call_in_vain(hall, lost)

    refused(hall, no.TicketVoid, m.RequeueTicket, ticket_id=lost.ticket_id, by="M1")


def test_a_hall_may_let_the_desk_decide_whether_void_is_void():
    hall = a_hall(void_is_final=False)
    lost = hall.issue("a1")
    for _ in range(4):
        call_in_vain(hall, lost)
    hall.ask(m.RequeueTicket, ticket_id=lost.ticket_id, by="M1")

    assert hall.state(lost) is TicketState.WAITING


@pytest.mark.parametrize("kind", [m.RequeueTicket, m.CallTicket])
def test_a_further_matter_of_a_missed_ticket_counts_too(kind: type[m.Command]):
    hall = a_hall(back_after=None)
    lost = hall.issue("a1", **ANN, further_items=("b1",))
    call_in_vain(hall, lost)
    other = hall.issue("b1", **ANN)
    asked = {"by": "M1"} if kind is m.RequeueTicket else {"counter_no": "1", "reason": "is here"}

    held = refused(hall, no.HasTicket, kind, ticket_id=lost.ticket_id, **asked)

    assert (held.facts["ticket_id"], held.prefix) == (other.ticket_id, "B")


@pytest.mark.parametrize(
    ("one_ticket", "item_key", "is_second"),
    [
        (OneTicket.A_QUEUE, "a1", True),
        (OneTicket.A_QUEUE, "b1", False),
        (OneTicket.A_HALL, "b1", True),
        (OneTicket.OFF, "a1", False),
    ],
)
@pytest.mark.parametrize("kind", [m.RequeueTicket, m.CallTicket])
def test_a_missed_ticket_does_not_come_back_beside_another_one_of_the_same_person(
    kind: type[m.Command], one_ticket: OneTicket, item_key: str, is_second: bool
):
    hall = a_hall(back_after=None, one_ticket=one_ticket)
    lost = hall.issue("a1", **ANN)
    call_in_vain(hall, lost)
    other = hall.issue(item_key, **ANN)
    asked = {"by": "M1"} if kind is m.RequeueTicket else {"counter_no": "1", "reason": "is here"}

    if not is_second:
        hall.ask(kind, ticket_id=lost.ticket_id, **asked)
        return
    held = refused(hall, no.HasTicket, kind, ticket_id=lost.ticket_id, **asked)
    assert held.facts["ticket_id"] == other.ticket_id
    hall.ask(m.CancelTicket, ticket_id=other.ticket_id, by="M1", reason="has the old one")
    hall.ask(kind, ticket_id=lost.ticket_id, **asked)
