"""Visitors who are sent on, and visitors with several matters."""

import pytest

from hall import messages as m
from hall.counter import CounterStatus
from hall.priority import Ground
from hall.rules import PersonRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from tests.queue_server.halls import Hall, audit, refused, small_plan


@pytest.fixture
def hall() -> Hall:
    """Counters 1 (A), 2 (A and B), 3 (a1 and b2) and 4 (B) are open."""
    hall = Hall(small_plan())
    for number in ("1", "2", "3", "4"):
        hall.open(number, f"T{number}")
    return hall


def test_a_transfer_to_another_queue_keeps_the_arrival(hall: Hall):  # domain I7, 9
    sent = hall.issue("a1")
    hall.clock.pass_(minutes=5)
    hall.issue("b1")
    hall.call("1")
    hall.clock.pass_(minutes=5)

    moved = hall.at("1", m.TransferTicket, item_key="b1", reason="wrong queue")

    assert (moved.prefix, moved.item_key, moved.from_counter) == ("B", "b1", "1")
    assert hall.status("1") is CounterStatus.IDLE
    called = hall.call("4")
    assert (called.ticket_id, called.display_number, called.waited_s) == (sent.ticket_id, "A001", 600)
    assert called.why is not None
    assert (called.why.ground, called.why.facts["counter"]) == (Ground.TRANSFERRED, "1")


def test_a_transfer_to_a_counter_is_called_there_and_nowhere_else(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_counter="3", reason="knows it")

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="2")
    assert hall.call("3").ticket_id == sent.ticket_id


def test_a_transfer_to_a_clerk_is_called_where_the_clerk_is(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_staff="T2", reason="knows it")

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="3")
    assert hall.call("2").ticket_id == sent.ticket_id


@pytest.mark.parametrize(
    ("error", "to"),
    [
        (no.WrongTarget, {}),
        (no.WrongTarget, {"item_key": "a1"}),
        (no.WrongTarget, {"to_counter": "1"}),
        (no.WrongTarget, {"to_staff": "T1"}),
        (no.WrongTarget, {"to_counter": "2", "to_staff": "T2"}),
        (no.CannotServe, {"to_counter": "4"}),
        (no.CannotServe, {"to_counter": "3", "item_key": "b1"}),
        (no.CounterNotOpen, {"to_counter": "5", "item_key": "r1"}),
    ],
)
def test_a_transfer_goes_to_one_place_that_can_serve_it(hall: Hall, error, to):
    hall.issue("a1")
    hall.call("1")

    refused(hall, error, m.TransferTicket, counter_no="1", reason="x", **to)


def test_a_visitor_comes_back_to_who_sent_them_when_done_there(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="b1", reason="stamp", comes_back=True)
    hall.issue("a1")
    hall.call("4")

    back = hall.at("4", m.CompleteService)

    assert isinstance(back, m.TicketSentBack)
    assert (back.from_counter, back.to_counter, back.reason) == ("4", "1", "done")
    called = hall.call("1")
    assert called.ticket_id == sent.ticket_id
    assert called.why is not None
    assert called.why.ground is Ground.SENT_BACK
    assert isinstance(hall.complete("1"), m.ServiceCompleted)


def test_who_came_to_the_wrong_place_is_sent_back(hall: Hall):
    sent = hall.issue("a1")
    refused(hall, no.NoVisitor, m.SendBack, counter_no="1", reason="x")
    hall.call("1")
    refused(hall, no.NoSender, m.SendBack, counter_no="1", reason="x")
    hall.at("1", m.TransferTicket, item_key="b1", reason="?")
    hall.call("4")

    hall.at("4", m.SendBack, reason="not ours")

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="2")
    assert hall.call("1").ticket_id == sent.ticket_id


def test_the_sender_may_hold_and_call_again_a_visitor_whose_matter_it_does_not_handle(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="b1", reason="?")
    hall.call("4")
    hall.at("4", m.SendBack, reason="not ours")
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="asks the office")

    assert hall.call_ticket("1", sent.ticket_id).counter_no == "1"


@pytest.mark.parametrize("how", ["sent back", "done"])
def test_a_visitor_whose_sender_has_left_waits_in_the_queue_of_the_matter_they_had_there(hall: Hall, how: str):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="b1", reason="?", comes_back=True)
    hall.at("1", m.CloseCounter)
    hall.call("4")

    back = hall.at("4", m.SendBack, reason="not ours") if how == "sent back" else hall.at("4", m.CompleteService)

    assert (back.prefix, back.item_key, back.to_counter) == (sent.prefix, "a1", None)
    assert hall.state(sent) == TicketState.WAITING
    assert hall.call("2").ticket_id == sent.ticket_id


def test_a_visitor_who_comes_back_has_the_matter_that_they_left_with(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="b1", reason="stamp", comes_back=True)
    hall.call("4")

    back = hall.at("4", m.CompleteService)

    assert (back.prefix, back.item_key, back.to_counter) == (sent.prefix, "a1", "1")
    assert hall.call("1").ticket_id == sent.ticket_id


@pytest.mark.parametrize(
    ("to", "how"),
    [
        ({"to_counter": "3"}, "closes"),
        ({"to_counter": "3"}, "moves"),
        ({"to_staff": "T3"}, "closes"),
        ({"to_staff": "T3"}, "is taken over"),
    ],
)
def test_who_waits_for_a_counter_or_a_clerk_that_leaves_waits_for_all(hall: Hall, to, how):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, reason="knows it", **to)

    if how == "closes":
        hall.at("3", m.CloseCounter)
    elif how == "moves":
        hall.at("4", m.CloseCounter)
        hall.open("4", "T3", take_over=True)
    else:
        hall.open("3", "T9", take_over=True)

    assert [e.cause for e in hall.events(m.TicketRequeued)] == ["counter_closed"]
    assert hall.call("2").ticket_id == sent.ticket_id
    audit(hall.day)


@pytest.mark.parametrize("how", ["next", "chosen"])
def test_who_was_sent_to_a_clerk_is_called_where_the_clerk_moves_to(hall: Hall, how: str):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, reason="knows it", to_staff="T3")
    hall.at("2", m.CloseCounter)

    hall.open("2", "T3", take_over=True)

    audit(hall.day)
    assert hall.events(m.TicketRequeued) == []
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="1")
    called = hall.call("2") if how == "next" else hall.call_ticket("2", sent.ticket_id)
    assert called.ticket_id == sent.ticket_id


def test_who_was_sent_to_a_clerk_that_moves_where_their_matter_is_not_handled_waits_for_all(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, reason="knows it", to_staff="T3")
    hall.at("4", m.CloseCounter)

    hall.open("4", "T3", take_over=True)

    audit(hall.day)
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="4")
    assert hall.call("2").ticket_id == sent.ticket_id


# ---- several matters ------------------------------------------------------------------------------------------------


def test_several_matters_are_handled_one_after_another_at_a_counter_that_can(hall: Hall):
    hall.at("1", m.CloseCounter)
    hall.at("3", m.CloseCounter)
    ticket = hall.issue("a1", further_items=("b1",))
    hall.call("2")
    hall.clock.pass_(minutes=5)

    next_one = hall.at("2", m.CompleteService)

    assert isinstance(next_one, m.MatterCompleted)
    assert (next_one.item_key, next_one.served_s, next_one.next_item, next_one.stays) == ("a1", 300, "b1", True)
    assert hall.state(ticket) is TicketState.SERVING
    hall.clock.pass_(minutes=2)
    done = hall.complete("2")
    assert done.served_s == 120
    assert hall.day.service_s["a1"] == [300]
    assert hall.day.service_s["b1"] == [120]


def test_a_further_matter_that_the_counter_cannot_do_waits_elsewhere_with_the_old_arrival(hall: Hall):
    ticket = hall.issue("a1", further_items=("b1",))
    hall.clock.pass_(minutes=1)
    hall.issue("b1")
    hall.call("1")

    moved = hall.at("1", m.CompleteService)

    assert not moved.stays
    assert hall.status("1") is CounterStatus.IDLE
    assert hall.call("4").ticket_id == ticket.ticket_id
    assert isinstance(hall.complete("4"), m.ServiceCompleted)


def test_a_matter_is_added_at_the_counter_up_to_what_a_ticket_carries():
    hall = Hall(small_plan(persons=PersonRules(most_items=2)))
    hall.open("1")
    ticket = hall.issue("a1")
    hall.call("1")

    hall.at("1", m.AddMatter, item_key="a2")

    assert hall.ticket(ticket).further_items == ("a2",)
    refused(hall, no.TooManyItems, m.AddMatter, counter_no="1", item_key="a2")
    refused(hall, no.TooManyItems, m.IssueTicket, item_key="a1", kiosk_id="K01", further_items=("a1", "a2"))
