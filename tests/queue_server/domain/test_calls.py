"""Calling: again, somebody chosen, those who were missed, and those who stepped aside."""

import pytest

from hall import messages as m
from hall.counter import CounterStatus
from hall.priority import Ground
from hall.rating import RatingChannel, RatingLevel
from hall.rules import CallRules, HoldRules, MissedRules, RatingRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from tests.queue_server.halls import Hall, audit, refused, small_plan


@pytest.fixture
def hall() -> Hall:
    hall = Hall(small_plan())
    hall.open("1", "T1")
    return hall


# ---- calling and calling again --------------------------------------------------------------------------------------


def test_a_call_says_who_waited_how_long_and_why(hall: Hall):
    first = hall.issue("a1")
    hall.clock.pass_(minutes=1)
    hall.issue("a1")
    hall.clock.pass_(minutes=4)

    called = hall.call("1")

    assert (called.ticket_id, called.counter_no, called.staff_no, called.waited_s) == (first.ticket_id, "1", "T1", 300)
    assert called.why is not None
    assert called.why.ground is Ground.ARRIVAL
    assert called.why.facts == {"arrived": "09:00"}


def test_two_counters_never_get_the_same_ticket(hall: Hall):
    hall.open("2", "T2")
    hall.issue("a1")
    hall.issue("a1")

    assert {hall.call("1").display_number, hall.call("2").display_number} == {"A001", "A002"}


def test_a_call_is_repeated_not_too_soon_and_not_too_often(hall: Hall):
    hall.issue("a1")
    first = hall.call("1")
    hall.clock.pass_(seconds=19)
    too_soon = refused(hall, no.RecallTooSoon, m.Recall, counter_no="1")
    hall.clock.pass_(seconds=1)

    second = hall.at("1", m.Recall)
    hall.clock.pass_(seconds=20)
    third = hall.at("1", m.Recall)
    hall.clock.pass_(seconds=20)

    assert too_soon.facts == {"wait_s": 1}
    assert [c.call_count for c in (first, second, third)] == [1, 2, 3]
    assert len({c.call_id for c in (first, second, third)}) == 3
    assert second.why is None
    refused(hall, no.RecallLimit, m.Recall, counter_no="1")
    assert hall.status("1") is CounterStatus.CALLING


def test_somebody_who_is_being_served_can_be_called_again_and_stays_served(hall: Hall):
    ticket = hall.issue("a1")
    hall.call("1")
    hall.start("1")
    hall.clock.pass_(minutes=1)

    hall.at("1", m.Recall)

    assert hall.state(ticket) is TicketState.SERVING
    assert hall.status("1") is CounterStatus.SERVING
    refused(hall, no.WrongState, m.MarkMissed, counter_no="1")


def test_the_calls_of_another_visit_to_a_counter_are_counted_anew(hall: Hall):
    hall.issue("a1")
    hall.call("1")
    hall.clock.pass_(seconds=30)
    hall.at("1", m.Recall)
    ticket_id = hall.at("1", m.HoldTicket, reason="form").ticket_id

    assert hall.call_ticket("1", ticket_id).call_count == 1


def test_a_chosen_ticket_is_called_out_of_order_with_the_reason_kept(hall: Hall):
    hall.issue("a1")
    chosen = hall.issue("a1")

    called = hall.at("1", m.CallTicket, ticket_id=chosen.ticket_id, reason="faints")

    assert called.why.ground is Ground.CHOSEN
    assert called.why.facts == {"reason": "faints"}
    hall.complete("1")
    assert hall.serve_all("1") == ["A001"]


def test_a_chosen_ticket_must_be_one_that_the_counter_handles(hall: Hall):
    other = hall.issue("b1")

    refused(hall, no.CannotServe, m.CallTicket, counter_no="1", ticket_id=other.ticket_id, reason="x")


def test_displays_list_the_last_calls_of_their_zone(hall: Hall):
    for _ in range(14):
        hall.issue("a1")
        hall.serve("1")

    shown = [call.display_number for call in hall.day.calls["Z1"]]

    assert shown == [f"A{number:03d}" for number in range(3, 15)]


# ---- missed ---------------------------------------------------------------------------------------------------------


def test_three_calls_then_missed_then_back_after_three_others_then_void(hall: Hall):  # domain I7, 8
    lost = hall.issue("a1")
    for _ in range(6):
        hall.issue("a1")
    hall.call("1")
    for _ in range(2):
        hall.clock.pass_(seconds=20)
        hall.at("1", m.Recall)
    hall.clock.pass_(seconds=20)

    missed = hall.miss("1")
    assert (missed.returns_after, hall.state(lost)) == (3, TicketState.WAITING)

    hall.clock.pass_(minutes=5)
    assert [hall.serve("1") for _ in range(3)] == ["A002", "A003", "A004"]
    again = hall.call("1")
    assert (again.ticket_id, again.call_count) == (lost.ticket_id, 1)
    assert again.why is not None
    assert (again.why.ground, again.why.facts) == (Ground.RETURNING, {"others": "3"})

    assert hall.miss("1").returns_after is None
    assert hall.state(lost) is TicketState.MISSED
    assert hall.serve_all("1") == ["A005", "A006", "A007"]
    day = hall.ask(m.CloseDay, by="M1", confirmed_open=0)
    assert day.expired == (lost.ticket_id,)


def test_a_missed_visitor_is_not_back_before_the_grace_has_passed(hall: Hall):
    lost, other = hall.issue("a1"), hall.issue("a1")
    hall.call("1")
    hall.miss("1")
    hall.call("1")
    hall.complete("1")
    assert hall.state(other) is TicketState.COMPLETED

    hall.clock.pass_(seconds=89)
    refused(hall, no.QueueEmpty, m.CallNext, counter_no="1")
    hall.clock.pass_(seconds=1)
    called = hall.call("1")

    assert called.ticket_id == lost.ticket_id
    assert called.why is not None
    assert called.why.ground is Ground.NOBODY_ELSE


def test_the_calls_of_another_queue_do_not_bring_a_missed_visitor_back(hall: Hall):
    hall.open("2", "T2")
    hall.open("4", "T4")
    hall.issue("a1")
    for _ in range(5):
        hall.issue("b1")
    hall.call("1")
    hall.miss("1")
    hall.clock.pass_(minutes=5)
    others = hall.issue("a1")

    for _ in range(4):
        hall.serve("4")

    assert hall.call("1").ticket_id == others.ticket_id


def test_a_hall_may_void_missed_tickets_at_once():
    hall = Hall(small_plan(missed=MissedRules(back_after=None, may_requeue=False, may_call=False)))
    hall.open("1")
    lost = hall.issue("a1")
    hall.call("1")

    hall.miss("1")

    assert hall.state(lost) is TicketState.MISSED
    refused(hall, no.NotAllowed, m.RequeueTicket, ticket_id=lost.ticket_id, by="M1")
    refused(hall, no.NotAllowed, m.CallTicket, counter_no="1", ticket_id=lost.ticket_id, reason="here")


@pytest.fixture
def void() -> tuple[Hall, m.TicketIssued]:
    hall = Hall(small_plan(missed=MissedRules(back_after=None)))
    hall.open("1", "T1")
    lost = hall.issue("a1")
    hall.call("1")
    hall.miss("1")
    return hall, lost


def test_the_desk_puts_a_missed_visitor_to_the_end_of_the_line(void):
    hall, lost = void
    hall.issue("a1")
    hall.clock.pass_(minutes=1)

    requeued = hall.ask(m.RequeueTicket, ticket_id=lost.ticket_id, by="M1")

    assert (requeued.cause, requeued.keeps_arrival, requeued.by) == ("desk", False, "M1")
    assert hall.serve_all("1") == ["A002", "A001"]


def test_a_clerk_calls_a_missed_visitor_the_same_day(void):
    hall, lost = void

    assert hall.call_ticket("1", lost.ticket_id).call_count == 1
    hall.complete("1")
    assert hall.ticket(lost).ended_at == hall.clock.now()


# ---- stepping aside -------------------------------------------------------------------------------------------------


def test_a_visitor_on_hold_lets_others_be_served_until_called_back(hall: Hall):
    aside = hall.issue("a1")
    hall.issue("a1")
    hall.call("1")
    hall.start("1")

    held = hall.at("1", m.HoldTicket, reason="form")

    assert (held.reason, held.is_open_ended) == ("form", True)
    assert hall.serve_all("1") == ["A002"]
    assert hall.call_ticket("1", aside.ticket_id).display_number == "A001"


def test_a_timed_hold_returns_to_the_line_with_its_old_arrival(hall: Hall):
    aside = hall.issue("a1")
    hall.clock.pass_(minutes=1)
    hall.issue("a1")
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="form", minutes=10)
    hall.clock.pass_(minutes=9.9)
    refused(hall, no.WrongState, m.ReturnHeld, ticket_id=aside.ticket_id)
    hall.clock.pass_(minutes=0.1)

    back = hall.ask(m.ReturnHeld, ticket_id=aside.ticket_id)

    assert (back.cause, back.keeps_arrival) == ("hold_over", True)
    called = hall.call("1")
    assert called.ticket_id == aside.ticket_id
    assert called.why is not None
    assert called.why.ground is Ground.HELD


@pytest.mark.parametrize("minutes", [0, -1, 120.1, float("nan"), float("inf")])
def test_nobody_is_held_longer_than_the_rules_say(hall: Hall, minutes: float):
    hall.issue("a1")
    hall.call("1")

    refused(hall, no.HoldTooLong, m.HoldTicket, counter_no="1", reason="form", minutes=minutes)


def test_a_counter_holds_only_so_many():
    hall = Hall(small_plan(hold=HoldRules(most_a_counter=1)))
    hall.open("1", "T1")
    hall.open("2", "T2")
    for _ in range(3):
        hall.issue("a1")
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="form")
    hall.call("1")
    hall.call("2")

    refused(hall, no.TooManyHeld, m.HoldTicket, counter_no="1", reason="form")
    hall.at("2", m.HoldTicket, reason="form")  # the other counter holds its own


def test_whoever_is_held_without_a_time_waits_again_when_the_counter_closes(hall: Hall):
    untimed, timed = hall.issue("a1"), hall.issue("a1")
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="form")
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="form", minutes=5)

    hall.at("1", m.CloseCounter)

    assert hall.state(untimed) is TicketState.WAITING
    assert hall.state(timed) is TicketState.ON_HOLD
    audit(hall.day)


# ---- ratings --------------------------------------------------------------------------------------------------------


def test_a_completed_service_opens_a_rating_that_takes_one_level(hall: Hall):
    ticket = hall.issue("a1")
    hall.call("1")
    done = hall.complete("1")
    rate = {"rating_id": done.rating_id, "level": RatingLevel.SATISFIED, "channel": RatingChannel.EVALUATOR}

    rated = hall.ask(m.Rate, **rate)

    assert (rated.ticket_id, rated.counter_no, rated.staff_no) == (ticket.ticket_id, "1", "T1")
    assert hall.status("1") is CounterStatus.IDLE
    refused(hall, no.RatingOver, m.Rate, **rate)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (m.CallNext, "next_call"),
        (m.PreviewNext, "next_call"),
        (m.PauseCounter, "counter_paused"),
        (m.CloseCounter, "counter_closed"),
    ],
)
def test_what_a_clerk_does_next_closes_an_open_rating_and_is_its_cause(hall: Hall, kind, cause):
    hall.issue("a1")
    hall.issue("a1")
    hall.call("1")
    done = hall.complete("1")

    hall.at("1", kind, **({"reason": "tea"} if kind is m.PauseCounter else {}))

    assert [(e.rating_id, e.cause) for e in hall.events(m.RatingClosed)] == [(done.rating_id, cause)]
    assert hall.day.ratings[done.rating_id].level is None


def test_a_rating_may_have_a_least_time():
    hall = Hall(small_plan(ratings=RatingRules(least_s=30), calls=CallRules()))
    hall.open("1")
    hall.issue("a1")
    hall.issue("a1")
    hall.call("1")
    hall.complete("1")

    hall.clock.pass_(seconds=29)
    refused(hall, no.RatingRunning, m.CallNext, counter_no="1")
    hall.clock.pass_(seconds=1)
    hall.call("1")


def test_a_rating_that_nobody_gives_ends_by_time(hall: Hall):
    hall.issue("a1")
    hall.call("1")
    done = hall.complete("1")

    closed = hall.ask(m.CloseRating, rating_id=done.rating_id)

    assert closed.cause == "timeout"
    assert hall.status("1") is CounterStatus.IDLE
