"""Visitors who were sent to one counter or clerk that pauses."""

from typing import Any

import pytest

from hall import messages as m
from hall.rules import TransferRules
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest
from tests.queue_server.domain.running import Running
from tests.queue_server.halls import Hall, audit, refused, small_plan

ALONE = pytest.mark.parametrize("to", [{"to_counter": "2"}, {"to_staff": "T2"}])


def a_hall(*, paused_wait_min: float = 10.0) -> Hall:
    """Counters 1 (A) and 2 (A and B) are open."""
    hall = Hall(small_plan(transfers=TransferRules(paused_wait_min=paused_wait_min)))
    hall.open("1", "T1")
    hall.open("2", "T2")
    return hall


def sent(hall: Hall, to: dict[str, Any]) -> str:
    """Send a visitor from counter 1 to one place; returns the ticket's id."""
    ticket = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, reason="knows it", **to)
    return ticket.ticket_id


@ALONE
def test_who_waits_for_one_that_is_paused_for_long_waits_for_all_with_the_old_arrival(to: dict[str, str]):
    hall = a_hall()
    ticket_id = sent(hall, to)
    hall.clock.pass_(minutes=1)
    hall.issue("a1")
    hall.at("2", m.PauseCounter, reason="meal")
    hall.clock.pass_(minutes=9, seconds=59)
    refused(hall, no.WrongState, m.ReleaseTicket, ticket_id=ticket_id)
    hall.clock.pass_(seconds=1)

    released = hall.ask(m.ReleaseTicket, ticket_id=ticket_id)

    assert (released.cause, released.keeps_arrival) == ("counter_paused", True)
    assert hall.call("1").ticket_id == ticket_id
    audit(hall.day)


@ALONE
def test_the_pause_counts_from_the_moment_the_visitor_was_sent(to: dict[str, str]):
    hall = a_hall()
    hall.at("2", m.PauseCounter, reason="meal")
    hall.clock.pass_(minutes=30)
    ticket_id = sent(hall, to)

    refused(hall, no.WrongState, m.ReleaseTicket, ticket_id=ticket_id)

    hall.clock.pass_(minutes=10)
    assert hall.ask(m.ReleaseTicket, ticket_id=ticket_id).cause == "counter_paused"


@ALONE
def test_a_pause_that_ended_in_between_does_not_count(to: dict[str, str]):
    hall = a_hall()
    ticket_id = sent(hall, to)
    hall.at("2", m.PauseCounter, reason="meal")
    hall.clock.pass_(minutes=8)
    hall.at("2", m.ResumeCounter)
    hall.clock.pass_(minutes=8)
    refused(hall, no.WrongState, m.ReleaseTicket, ticket_id=ticket_id)
    hall.at("2", m.PauseCounter, reason="meal")
    hall.clock.pass_(minutes=8)

    refused(hall, no.WrongState, m.ReleaseTicket, ticket_id=ticket_id)


def test_who_was_sent_back_does_not_wait_for_ever_either():
    hall = a_hall()
    hall.open("4", "T4")
    ticket_id = sent(hall, {"item_key": "b1"})
    hall.call("4")
    hall.at("1", m.PauseCounter, reason="meal")
    hall.at("4", m.SendBack, reason="not ours")
    hall.clock.pass_(minutes=10)

    hall.ask(m.ReleaseTicket, ticket_id=ticket_id)

    assert hall.call("2").ticket_id == ticket_id


def test_a_hall_may_let_others_call_them_at_once():
    hall = a_hall(paused_wait_min=0.0)
    ticket_id = sent(hall, {"to_counter": "2"})
    hall.at("2", m.PauseCounter, reason="meal")

    assert hall.ask(m.ReleaseTicket, ticket_id=ticket_id).cause == "counter_paused"


def test_whoever_waits_for_all_or_is_called_is_not_released():
    hall = a_hall()
    waiting, called = hall.issue("a1"), hall.issue("a1")
    hall.call_ticket("1", called.ticket_id)
    hall.at("2", m.PauseCounter, reason="meal")
    hall.clock.pass_(hours=1)

    refused(hall, no.WrongState, m.ReleaseTicket, ticket_id=waiting.ticket_id)
    refused(hall, no.WrongState, m.ReleaseTicket, ticket_id=called.ticket_id)
    refused(hall, no.UnknownTicket, m.ReleaseTicket, ticket_id="nobody")


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_for_a_pause():
    hall = Running(small_plan())
    hall.ask(m.OpenCounter, counter_no="1", staff_no="T1")
    hall.ask(m.OpenCounter, counter_no="2", staff_no="T2")
    ticket = hall.issue("a1")
    hall.ask(m.CallTicket, counter_no="1", ticket_id=ticket.ticket_id, reason="x")
    hall.ask(m.TransferTicket, counter_no="1", to_counter="2", reason="knows it")
    hall.ask(m.PauseCounter, counter_no="2", reason="meal")
    hall.clock.pass_(hours=-1)
    hall.ask(m.ConfirmClock, by="M1")
    hall.clock.pass_(minutes=10)

    assert hall.ask(m.ReleaseTicket, ticket_id=ticket.ticket_id).cause == "counter_paused"
    again = hall.started_again()
    again.engine.rebuild()
    assert digest(again.engine.hall) == digest(hall.engine.hall)
