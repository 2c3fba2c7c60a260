"""Counters: what they can do, who sits there, pauses and previews."""

import pytest

from hall import messages as m
from hall.catalogue import HallPlan
from hall.counter import CounterStatus
from hall.rules import CallRules
from queue_server.domain import refusals as no
from queue_server.domain.snapshot import digest
from tests.queue_server.halls import Hall, audit, refused, small_plan


@pytest.fixture
def hall() -> Hall:
    return Hall(small_plan())


def test_a_counter_handles_its_pairs_and_never_the_cross_product(hall: Hall):
    hall.open("3")
    for item_key in ("a2", "b1", "a1", "b2", "a2", "b1"):
        hall.issue(item_key)

    assert hall.serve_all("3") == ["A002", "B002"]  # (d1, a1) and (d2, b2), though d2 has a2 and d1 has b1
    assert hall.day.waiting_count("A") == hall.day.waiting_count("B") == 2


def test_a_pair_of_another_department_lets_a_counter_do_nothing(hall: Hall):
    mixed = {("d2", "a1"), ("d1", "a2"), ("d2", "b1"), ("d1", "b2")}
    plan = small_plan()
    counters = [
        c if number != "3" else type(c)(c.counter_no, c.kind, c.zone_id, c.queues, frozenset(mixed))
        for number, c in plan.counters.items()
    ]
    hall = Hall(
        HallPlan.of(
            "x", "x", "x", zones=plan.zones.values(), queues=plan.queues.values(), counters=counters,
            items=plan.items.values(), kiosks=plan.kiosks,
        )
    )  # fmt: skip
    hall.open("3")
    for item_key in ("a1", "a2", "b1", "b2"):
        hall.issue(item_key)

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="3")


def test_a_counter_calls_only_from_its_own_queues(hall: Hall):
    hall.open("4")
    hall.issue("a1")

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="4")


def test_an_ability_granted_for_today_counts_at_once_and_ends_with_the_day(hall: Hall):
    hall.open("4", "T4")
    hall.issue("a2")
    hall.at("4", m.GrantAbility, department="d2", item_key="a2", by="M1")
    hall.issue("a1")

    assert hall.serve_all("4") == ["A001"]  # a2, and nothing else of queue A

    hall.clock.pass_(days=1)
    hall.ask(m.StartDay)
    hall.open("4", "T4")
    hall.issue("a2")
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="4")


def test_an_ability_survives_that_the_clerk_leaves_and_is_taken_back_by_name(hall: Hall):
    grant = {"counter_no": "4", "department": "d2", "item_key": "a2", "by": "M1"}
    hall.ask(m.GrantAbility, **grant)
    hall.open("4")
    hall.at("4", m.CloseCounter)
    hall.open("4")
    hall.issue("a2")
    hall.ask(m.RevokeAbility, **grant)

    refused(hall, no.QueueEmpty, m.CallNext, counter_no="4")
    refused(hall, no.UnknownItem, m.RevokeAbility, **grant)


def test_a_granted_pair_must_be_one_of_the_catalogue(hall: Hall):
    refused(hall, no.UnknownItem, m.GrantAbility, counter_no="4", department="d1", item_key="a2", by="M1")


def test_what_the_plan_gives_cannot_be_taken_back(hall: Hall):
    refused(hall, no.UnknownItem, m.RevokeAbility, counter_no="3", department="d1", item_key="a1", by="M1")


def test_a_second_clerk_takes_an_occupied_counter_only_in_so_many_words(hall: Hall):
    hall.open("1", "T1")
    hall.issue("a1")
    hall.call("1")

    refusal = refused(hall, no.CounterTaken, m.OpenCounter, counter_no="1", staff_no="T2")
    taken = hall.open("1", "T2", take_over=True)

    assert refusal.facts == {"staff_no": "T1"}
    assert taken == m.CounterOpened(counter_no="1", staff_no="T2", took_over_from="T1")
    assert hall.day.counters["1"].staff_no == "T2"
    assert hall.status("1") is CounterStatus.CALLING  # the visitor stays
    hall.complete("1")
    audit(hall.day)


def test_a_clerk_is_at_one_counter_only(hall: Hall):
    hall.open("1", "T1")

    refusal = refused(hall, no.ClerkElsewhere, m.OpenCounter, counter_no="2", staff_no="T1")
    hall.open("2", "T1", take_over=True)

    assert refusal.facts == {"counter_no": "1"}
    assert (hall.status("1"), hall.status("2")) == (CounterStatus.CLOSED, CounterStatus.IDLE)


def test_a_clerk_cannot_walk_away_from_a_visitor(hall: Hall):
    hall.open("1", "T1")
    hall.issue("a1")
    hall.call("1")

    refused(hall, no.CounterBusy, m.OpenCounter, counter_no="2", staff_no="T1", take_over=True)


def test_whoever_takes_over_does_not_inherit_a_preview(hall: Hall):
    hall.open("1", "T1")
    ticket = hall.issue("a1")
    hall.at("1", m.PreviewNext)

    hall.open("1", "T2", take_over=True)

    assert hall.day.counters["1"].preview_id is None
    assert hall.ticket(ticket).previewed_by is None
    audit(hall.day)


def test_a_visitor_sent_to_a_clerk_is_not_called_twice_after_a_take_over(hall: Hall):
    hall.open("1", "T1")
    hall.open("2", "T2")
    ticket = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_staff="T2", reason="knows it")
    hall.at("2", m.PreviewNext)
    hall.open("2", "T3", take_over=True)

    assert hall.call("1").ticket_id == ticket.ticket_id
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="2")


def test_a_paused_counter_calls_nobody_until_it_resumes_and_says_why(hall: Hall):
    hall.open("1")
    hall.issue("a1")
    hall.at("1", m.PauseCounter, reason="lunch")

    assert hall.day.counters["1"].pause_reason == "lunch"
    refused(hall, no.CounterNotOpen, m.CallNext, counter_no="1")
    refused(hall, no.CounterNotOpen, m.PreviewNext, counter_no="1")

    hall.at("1", m.ResumeCounter)
    assert hall.call("1").display_number == "A001"


def test_a_preview_shows_the_ticket_to_one_clerk_and_hides_it_from_the_others(hall: Hall):
    hall.open("1", "T1")
    hall.open("2", "T2")
    first, second = hall.issue("a1"), hall.issue("a1")

    looked = hall.at("1", m.PreviewNext)

    assert looked.ticket_id == first.ticket_id
    refused(hall, no.TicketReserved, m.CallTicket, counter_no="2", ticket_id=first.ticket_id, reason="x")
    refused(hall, no.TicketReserved, m.ChangePriority, ticket_id=first.ticket_id, green_group="medic", by="M1")
    refused(hall, no.CounterBusy, m.PreviewNext, counter_no="1")
    assert hall.call("2").ticket_id == second.ticket_id
    assert hall.call("1").ticket_id == first.ticket_id


@pytest.mark.parametrize("how", ["put back", "pause", "close", "choose another"])
def test_a_preview_that_comes_to_nothing_leaves_the_ticket_in_its_place(hall: Hall, how: str):
    hall.open("1", "T1")
    hall.open("2", "T2")
    first, _second, third = hall.issue("a1"), hall.issue("a1"), hall.issue("a1")
    hall.at("1", m.PreviewNext)

    if how == "put back":
        hall.at("1", m.PutBack, reason="not mine")
    elif how == "pause":
        hall.at("1", m.PauseCounter, reason="phone")
    elif how == "close":
        hall.at("1", m.CloseCounter)
    else:
        hall.call_ticket("1", third.ticket_id)

    assert hall.call("2").ticket_id == first.ticket_id
    audit(hall.day)


def test_a_preview_that_is_put_back_does_not_use_up_anybodys_turn(hall: Hall):
    hall.open("1")
    ordinary = hall.issue("a1")
    for _ in range(6):
        hall.issue("a1", green_group="medic")
    for _ in range(3):
        hall.serve("1")

    for _ in range(3):
        assert hall.at("1", m.PreviewNext).ticket_id == ordinary.ticket_id
        hall.at("1", m.PutBack, reason="not mine")

    assert hall.call("1").ticket_id == ordinary.ticket_id


def test_a_previewed_ticket_that_is_given_back_frees_the_counter(hall: Hall):
    hall.open("1")
    ticket = hall.issue("a1")
    hall.at("1", m.PreviewNext)

    hall.ask(m.CancelTicket, ticket_id=ticket.ticket_id, by="M1", reason="left")

    assert hall.day.counters["1"].preview_id is None
    assert hall.day.counters["1"].revision == hall.day.seq  # its page is told
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="1")


def test_a_ticket_given_back_at_the_counter_frees_it(hall: Hall):
    hall.open("1")
    ticket = hall.issue("a1")
    hall.call("1")

    hall.ask(m.CancelTicket, ticket_id=ticket.ticket_id, by="M1", reason="left")

    assert hall.status("1") is CounterStatus.IDLE


def test_a_hall_without_previews_says_so():
    hall = Hall(small_plan(calls=CallRules(may_preview=False, may_choose=False)))
    hall.open("1")
    ticket = hall.issue("a1")

    refused(hall, no.NotAllowed, m.PreviewNext, counter_no="1")
    refused(hall, no.NotAllowed, m.CallTicket, counter_no="1", ticket_id=ticket.ticket_id, reason="x")


def test_two_halls_told_the_same_are_the_same(hall: Hall):
    other = Hall(small_plan())
    for each in (hall, other):
        each.open("1")
        each.issue("a1")
        each.call("1")

    assert digest(hall.day) == digest(other.day)
