"""Visitors who come back to the counters that sent them on, one after another."""

import msgspec
import pytest

from hall import messages as m
from hall.priority import Ground
from hall.ticket import Sender, TicketState
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.halls import Hall, audit, refused, replayed, small_plan


@pytest.fixture
def hall() -> Hall:
    """Counters 1 (A), 2 (A and B), 3 (a1 and b2) and 4 (B) are open."""
    hall = Hall(small_plan())
    for number in ("1", "2", "3", "4"):
        hall.open(number, f"T{number}")
    return hall


def sent_from_1_to_2_and_on_to_4(hall: Hall, *, comes_back: bool) -> m.TicketIssued:
    """Counter 1 wants the visitor back; counter 2 sends them on."""
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_counter="2", reason="asks", comes_back=True)
    hall.call("2")
    hall.at("2", m.TransferTicket, item_key="b1", to_counter="4", reason="stamp", comes_back=comes_back)
    hall.call("4")
    return sent


def test_a_counter_that_sends_on_does_not_keep_the_visitor_from_who_wants_them_back(hall: Hall):
    sent = sent_from_1_to_2_and_on_to_4(hall, comes_back=False)

    back = hall.at("4", m.CompleteService)

    assert isinstance(back, m.TicketSentBack)
    assert (back.to_counter, back.item_key) == ("1", "a1")
    assert hall.call("1").ticket_id == sent.ticket_id
    assert isinstance(hall.complete("1"), m.ServiceCompleted)


def test_counters_that_want_a_visitor_back_have_them_back_the_last_one_first(hall: Hall):
    sent_from_1_to_2_and_on_to_4(hall, comes_back=True)

    ways = [hall.at("4", m.CompleteService)]
    hall.call("2")
    ways.append(hall.at("2", m.CompleteService))
    hall.call("1")

    assert [(back.to_counter, back.item_key) for back in ways] == [("2", "a1"), ("1", "a1")]
    assert isinstance(hall.complete("1"), m.ServiceCompleted)


@pytest.mark.parametrize("comes_back", [False, True])
def test_who_is_sent_back_as_not_ours_still_goes_back_to_the_first_sender(hall: Hall, comes_back: bool):
    sent_from_1_to_2_and_on_to_4(hall, comes_back=comes_back)

    back = hall.at("4", m.SendBack, reason="not ours")
    hall.call("2")
    done = hall.at("2", m.CompleteService)

    assert (back.to_counter, done.to_counter) == ("2", "1")
    assert back.way_back == (Sender("1", "a1"),)
    assert done.way_back == ()


def test_who_comes_back_to_a_sender_who_has_left_goes_back_to_the_one_before_afterwards(hall: Hall):
    sent = sent_from_1_to_2_and_on_to_4(hall, comes_back=True)
    hall.at("2", m.CloseCounter)

    to_queue = hall.at("4", m.CompleteService)
    called = hall.call("1")
    refused(hall, no.NoSender, m.SendBack, counter_no="1", reason="not ours")
    back = hall.at("1", m.CompleteService)

    assert (to_queue.prefix, to_queue.to_counter) == ("A", None)
    assert called.why is not None
    assert called.why.ground is Ground.SENT_BACK
    assert isinstance(back, m.ServiceCompleted)  # counter 1 has just done what it wanted the visitor back for
    assert hall.state(sent) is TicketState.COMPLETED


def test_a_sender_that_does_not_handle_the_matter_any_more_gets_nobody_back(hall: Hall):
    hall.at("4", m.GrantAbility, department="d1", item_key="a1", by="M1")
    sent = hall.issue("a1")
    hall.call("4")
    hall.at("4", m.TransferTicket, to_counter="2", reason="asks", comes_back=True)
    hall.at("4", m.RevokeAbility, department="d1", item_key="a1", by="M1")
    hall.call("2")

    back = hall.at("2", m.SendBack, reason="done with it")

    assert (back.prefix, back.to_counter) == ("A", None)
    assert hall.call("1").ticket_id == sent.ticket_id


@pytest.mark.parametrize("further", ["b1", "a2"])
def test_a_matter_that_follows_another_was_sent_by_nobody(hall: Hall, further: str):
    sent = hall.issue("a1", further_items=(further,))
    hall.call("1")
    hall.at("1", m.CompleteService)
    counter = "1" if further == "a2" else "4"
    if counter == "4":
        hall.call("4")

    refused(hall, no.NoSender, m.SendBack, counter_no=counter, reason="not ours")

    assert hall.ticket(sent).item_key == further


def test_a_matter_that_follows_the_one_that_was_sent_is_not_sent_back_and_lost(hall: Hall):
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.AddMatter, item_key="b2")
    hall.at("1", m.TransferTicket, item_key="b1", reason="stamp", comes_back=True)
    hall.call("4")
    hall.at("4", m.CompleteService)

    refused(hall, no.NoSender, m.SendBack, counter_no="4", reason="not ours")
    assert hall.ticket(sent).item_key == "b2"
    assert hall.at("4", m.CompleteService).to_counter == "1"


def test_old_journals_and_snapshots_know_only_the_last_sender(hall: Hall):
    hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, item_key="b1", reason="stamp", comes_back=True)
    hall.call("4")
    without = [
        msgspec.structs.replace(r, event=msgspec.structs.replace(r.event, way_back=None))
        if isinstance(r.event, m.TicketTransferred)
        else r
        for r in hall.records
    ]
    old = msgspec.json.decode(dump(hall.day))
    for ticket in old["tickets"].values():
        ticket["sender"] = ticket.pop("way_back")[0][0]

    assert digest(replayed(hall.day.plan, without)) == digest(hall.day)
    assert digest(load(hall.day.plan, msgspec.json.encode(old))) == digest(hall.day)
    audit(hall.day)
