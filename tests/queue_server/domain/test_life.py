"""A ticket's life: the steps of the table happen, and every other one is refused and changes nothing."""

# ruff: noqa: ARG005 (the functions of a table all take the same)

from collections.abc import Callable
from typing import Any

import pytest

from hall import messages as m
from hall.ticket import LAST_NUMBER, LIFE, TicketState, TicketStep
from queue_server.domain import refusals as no
from queue_server.domain.decide import DECISIONS
from queue_server.domain.evolve import CHANGES
from tests.queue_server.halls import Hall, audit, refused, small_plan

S, T = TicketState, TicketStep


def hall_with(state: TicketState) -> tuple[Hall, m.TicketIssued]:
    """Counter 2 serves A and B with one ticket of a1 in a state; 1 and 4 are open and free."""
    hall = Hall(small_plan())
    hall.open("2", "T2")
    hall.open("1", "T1")
    hall.open("4", "T4")
    ticket = hall.issue("a1")
    if state is not S.WAITING and state is not S.CANCELLED:
        hall.call("2")
    if state in (S.SERVING, S.ON_HOLD, S.COMPLETED):
        hall.start("2")
    if state is S.ON_HOLD:
        hall.at("2", m.HoldTicket, reason="form")
    elif state is S.MISSED:
        hall.miss("2")
        hall.clock.pass_(minutes=2)
        hall.call("2")
        hall.miss("2")
    elif state is S.COMPLETED:
        hall.complete("2")
    elif state is S.CANCELLED:
        hall.ask(m.CancelTicket, ticket_id=ticket.ticket_id, by="M1", reason="left")
    elif state is S.EXPIRED:
        hall.ask(m.CloseDay, by="M1", confirmed_open=1)
    hall.clock.pass_(minutes=1)
    assert hall.state(ticket) is state
    return hall, ticket


Attempt = Callable[[Hall, m.TicketIssued], tuple[type[m.Command], dict[str, Any]]]
ATTEMPTS: dict[str, tuple[Attempt, dict[TicketState, TicketState]]] = {
    # an attempt, and the states in which it is allowed with the state that follows
    "call": (
        lambda hall, t: (m.CallTicket, {"counter_no": "1", "ticket_id": t.ticket_id, "reason": "asked"}),
        {S.WAITING: S.CALLED, S.ON_HOLD: S.CALLED, S.MISSED: S.CALLED},
    ),
    "recall": (lambda hall, t: (m.Recall, {"counter_no": "2"}), {S.CALLED: S.CALLED, S.SERVING: S.SERVING}),
    "start": (lambda hall, t: (m.StartService, {"counter_no": "2"}), {S.CALLED: S.SERVING}),
    "complete": (
        lambda hall, t: (m.CompleteService, {"counter_no": "2"}),
        {S.CALLED: S.COMPLETED, S.SERVING: S.COMPLETED},
    ),
    "miss": (lambda hall, t: (m.MarkMissed, {"counter_no": "2"}), {S.CALLED: S.WAITING}),
    "hold": (
        lambda hall, t: (m.HoldTicket, {"counter_no": "2", "reason": "form"}),
        {S.CALLED: S.ON_HOLD, S.SERVING: S.ON_HOLD},
    ),
    "transfer": (
        lambda hall, t: (m.TransferTicket, {"counter_no": "2", "item_key": "b1", "reason": "wrong"}),
        {S.CALLED: S.WAITING, S.SERVING: S.WAITING},
    ),
    "redirect": (
        lambda hall, t: (
            m.RedirectTicket,
            {"ticket_id": t.ticket_id, "item_key": "b1", "by": "M1", "reason": "wrong"},
        ),
        {S.WAITING: S.WAITING},
    ),
    "add a matter": (
        lambda hall, t: (m.AddMatter, {"counter_no": "2", "item_key": "b1"}),
        {S.CALLED: S.CALLED, S.SERVING: S.SERVING},
    ),
    "cancel": (
        lambda hall, t: (m.CancelTicket, {"ticket_id": t.ticket_id, "by": "M1", "reason": "left"}),
        dict.fromkeys((S.WAITING, S.CALLED, S.SERVING, S.ON_HOLD), S.CANCELLED),
    ),
    "requeue": (lambda hall, t: (m.RequeueTicket, {"ticket_id": t.ticket_id, "by": "M1"}), {S.MISSED: S.WAITING}),
    "return from hold": (lambda hall, t: (m.ReturnHeld, {"ticket_id": t.ticket_id}), {}),
    "change priority": (
        lambda hall, t: (m.ChangePriority, {"ticket_id": t.ticket_id, "green_group": "medic", "by": "M1"}),
        {S.WAITING: S.WAITING},
    ),
    "send back": (lambda hall, t: (m.SendBack, {"counter_no": "2", "reason": "back"}), {}),
}
REFUSED_WITH = (no.WrongState, no.NoVisitor, no.CounterNotOpen, no.NoSender)
CASES = [(name, state) for name in ATTEMPTS for state in TicketState]


@pytest.mark.parametrize(("name", "state"), CASES)
def test_each_step_happens_only_where_the_table_has_it(name: str, state: TicketState):
    attempt, allowed = ATTEMPTS[name]
    hall, ticket = hall_with(state)
    kind, values = attempt(hall, ticket)

    if state not in allowed:
        with pytest.raises(REFUSED_WITH) as caught:
            hall.ask(kind, **values)
        refused(hall, caught.type, kind, **values)
        assert hall.state(ticket) is state
        return

    hall.ask(kind, **values)
    assert hall.state(ticket) is allowed[state]
    audit(hall.day)


def test_the_table_and_what_is_done_agree_on_every_step():
    steps = {
        "call": T.CALL,
        "recall": T.RECALL,
        "start": T.START,
        "complete": T.COMPLETE,
        "miss": T.COME_BACK_LATER,
        "hold": T.HOLD,
        "transfer": T.TRANSFER,
        "redirect": T.REDIRECT,
        "cancel": T.CANCEL,
    }

    for name, step in steps.items():
        assert ATTEMPTS[name][1] == {state: LIFE[state][step] for state in LIFE if step in LIFE[state]}, name


def test_what_is_over_stays_over():
    assert [state for state, steps in LIFE.items() if not steps] == [S.COMPLETED, S.CANCELLED, S.EXPIRED]


def test_every_command_has_a_decision_and_every_event_a_change():
    assert set(DECISIONS) == set(m.AnyCommand.__args__)
    assert set(CHANGES) == set(m.AnyEvent.__args__)


def test_numbers_count_up_within_each_prefix():
    hall = Hall(small_plan())

    numbers = [hall.issue(item).display_number for item in ("a1", "b1", "a2", "b2")]

    assert numbers == ["A001", "B001", "A002", "B002"]


def test_after_999_numbers_get_a_fourth_digit_and_never_wrap():
    hall = Hall(small_plan())
    hall.day.last_number["A"] = 999
    assert hall.issue("a1").display_number == "A1000"

    hall.day.last_number["A"] = LAST_NUMBER
    refused(hall, no.QueueFull, m.IssueTicket, item_key="a1", kiosk_id="K01")


BAD_INPUT = [
    (no.UnknownItem, m.IssueTicket, {"item_key": "x", "kiosk_id": "K01"}),
    (no.UnknownItem, m.IssueTicket, {"item_key": "a1", "further_items": ("x",), "kiosk_id": "K01"}),
    (no.UnknownGroup, m.IssueTicket, {"item_key": "a1", "green_group": "giant", "kiosk_id": "K01"}),
    (no.UnknownTicket, m.CancelTicket, {"ticket_id": "x", "by": "M1", "reason": ""}),
    (no.UnknownTicket, m.CallTicket, {"counter_no": "4", "ticket_id": "x", "reason": ""}),
    (no.UnknownTicket, m.MarkTicket, {"ticket_id": "x", "by": "M1"}),
    (no.UnknownTicket, m.ReportPrint, {"ticket_id": "x", "printed": True}),
    (no.UnknownQueue, m.LeaseNumbers, {"kiosk_id": "K01", "prefix": "X", "count": 5}),
    (no.UnknownCounter, m.OpenCounter, {"counter_no": "99", "staff_no": "T9"}),
    (no.UnknownCounter, m.CallNext, {"counter_no": "99"}),
    (no.UnknownCounter, m.GrantAbility, {"counter_no": "99", "department": "d1", "item_key": "a1", "by": "M1"}),
    (no.CounterNotOpen, m.CallNext, {"counter_no": "3"}),
    (no.QueueEmpty, m.CallNext, {"counter_no": "4"}),
    (no.CounterBusy, m.CallNext, {"counter_no": "2"}),
    (no.CounterBusy, m.PreviewNext, {"counter_no": "2"}),
    (no.CounterBusy, m.PauseCounter, {"counter_no": "2", "reason": "tea"}),
    (no.CounterBusy, m.CloseCounter, {"counter_no": "2"}),
    (no.CounterBusy, m.ResumeCounter, {"counter_no": "4"}),
    (no.NoPreview, m.PutBack, {"counter_no": "4", "reason": ""}),
    (no.NoVisitor, m.CompleteService, {"counter_no": "4"}),
    (no.UnknownRating, m.CloseRating, {"rating_id": "x"}),
    (no.UnknownAppointment, m.CheckIn, {"kiosk_id": "K01", "appointment_no": "Y1"}),
    (no.UnknownAppointment, m.CheckIn, {"kiosk_id": "K01"}),
    (no.NotBanned, m.LiftBan, {"person": "p", "reason": "", "by": "M1"}),
    (no.UnknownItem, m.TransferTicket, {"counter_no": "2", "item_key": "x", "reason": ""}),
    (no.UnknownCounter, m.TransferTicket, {"counter_no": "2", "to_counter": "99", "reason": ""}),
    (no.UnknownClerk, m.TransferTicket, {"counter_no": "2", "to_staff": "T9", "reason": ""}),
    (no.UnknownItem, m.AddMatter, {"counter_no": "2", "item_key": "x"}),
]


@pytest.mark.parametrize(("error", "kind", "values"), BAD_INPUT)
def test_bad_input_is_a_typed_refusal_with_a_code_and_changes_nothing(error, kind, values):
    hall, _ticket = hall_with(S.CALLED)

    refusal = refused(hall, error, kind, **values)

    assert refusal.code == error.code
    assert str(refusal)


def test_codes_are_stable_and_each_belongs_to_one_refusal():
    codes = [kind.code for kind in vars(no).values() if isinstance(kind, type) and issubclass(kind, no.Refusal)]

    assert len(codes) == len(set(codes))
    assert all(code.islower() and code.replace("_", "").isalpha() for code in codes)
