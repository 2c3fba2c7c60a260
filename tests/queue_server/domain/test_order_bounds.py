"""Whom a counter calls next in random halls: nobody is passed over beyond the bounds, and who is ahead."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall import messages as m
from hall.priority import RANK, Ground, PriorityClass
from hall.rules import MissedRules, OrderPolicy, OrderRules
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.ahead import ahead_count, ahead_of
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.order import Choice, can_serve, next_ticket
from queue_server.domain.snapshot import dump, load
from tests.queue_server.domain.ordering import GREEN, hall_by
from tests.queue_server.halls import Hall, audit, replayed, small_plan

BOUNDED = settings(max_examples=120, derandomize=True, deadline=None, database=None)


# ---- random halls ---------------------------------------------------------------------------------------------------

ARRIVAL = st.tuples(
    st.sampled_from(["a1", "a2", "b1", "b2"]), st.sampled_from([None, None, "medic", "booked"]), st.integers(0, 12)
)
ORDERS = st.builds(
    OrderRules,
    policy=st.sampled_from(list(OrderPolicy)),
    most_in_a_row=st.sampled_from([None, 1, 2, 3, 5]),
    preference_step_min=st.sampled_from([0.0, 0.0, 5.0]),
    green_head_start_min=st.sampled_from([0.0, 15.0, 30.0]),
)
ABILITIES = st.lists(
    st.sampled_from([("d1", "a1"), ("d2", "a2"), ("d1", "b1"), ("d2", "b2")]), min_size=1, max_size=4, unique=True
)
DEEDS = ["1", "2", "3", "4", "miss 2", "miss 3", "send to 3", "send to T2"]
STEPS = st.lists(st.one_of(ARRIVAL, st.sampled_from(DEEDS)), min_size=5, max_size=60)
BACK_AFTER = 2


def hall_of(order: OrderRules, abilities: list[tuple[str, str]]) -> Hall:
    """Counter 3 has the abilities that are drawn, by way of grants; the others have their own."""
    hall = Hall(small_plan(order=order, missed=MissedRules(back_after=BACK_AFTER, grace_s=0.0)))
    for number in ("1", "2", "3", "4"):
        hall.open(number, f"T{number}")
    for department, item_key in abilities:
        hall.at("3", m.GrantAbility, department=department, item_key=item_key, by="M1")
    return hall


def callable_by(hall: HallDay, counter_no: str) -> list[Ticket]:
    """Everybody who was not missed and whom a counter could call, found the slow way."""
    counter = hall.counters[counter_no]
    return [
        t
        for t in hall.tickets.values()
        if t.state is TicketState.WAITING and t.back_at_call is None and is_for(hall, counter, t)
    ]


def is_for(hall: HallDay, counter: CounterDay, ticket: Ticket) -> bool:
    """Whether a ticket waits for this counter: in a line, or for it or its clerk alone."""
    if ticket.for_counter is not None or ticket.for_staff is not None:
        return counter.counter_no == ticket.for_counter or counter.staff_no == ticket.for_staff
    return can_serve(hall, counter, hall.plan.items[ticket.item_key])


def run(hall: Hall, steps: list[Any], look: Any) -> None:
    """Let people come and counters call; `look(counter_no, who waited, event)` sees each first call by the order."""
    for step in steps:
        if isinstance(step, tuple):
            item_key, group, minutes = step
            hall.clock.pass_(minutes=minutes)
            issued = hall.issue(item_key, green_group=None if group == "booked" else group)
            if group == "booked":
                hall.count_as_booked(issued)
            continue
        counter_no = "1" if step.startswith("send") else step.removeprefix("miss ")
        before = callable_by(hall.day, counter_no)
        try:
            called = hall.call(counter_no)
        except no.QueueEmpty:
            assert before == []
            continue
        look(counter_no, before, called)
        finish(hall, counter_no, step)
    audit(hall.day)


def finish(hall: Hall, counter_no: str, step: str) -> None:
    """What becomes of a visitor who was called: missed, sent to one counter or clerk, or done."""
    if step.startswith("miss"):
        hall.miss(counter_no)
        return
    if step.startswith("send to "):
        name = step.removeprefix("send to ")
        target = {"to_staff": name} if name.startswith("T") else {"to_counter": name}
        try:
            hall.at(counter_no, m.TransferTicket, reason="knows it", **target)
            return
        except no.CannotServe:
            pass
    hall.complete(counter_no)


@BOUNDED
@given(ORDERS, ABILITIES, STEPS)
def test_nobody_is_passed_over_by_their_own_class_and_nobody_is_called_who_cannot_be_served(order, abilities, steps):
    hall = hall_of(msgspec.structs.replace(order, preference_step_min=0.0), abilities)

    def look(counter_no: str, before: list[Ticket], called: m.TicketCalled) -> None:
        ticket = hall.day.tickets[called.ticket_id]
        assert can_serve(hall.day, hall.day.counters[counter_no], hall.day.plan.items[ticket.item_key])
        if ticket.missed_count == 0:
            same = [t for t in before if t.priority is ticket.priority]
            assert ticket.place == min(t.place for t in same)

    run(hall, steps, look)


@BOUNDED
@given(ORDERS, ABILITIES, STEPS)
def test_while_somebody_of_a_class_waits_it_is_called_within_the_bound(order, abilities, steps):
    """Counts each counter's calls in a row that pass a class over; N + C - 1 with C <= 4 is the most until its own.

    Whoever was missed counts as waiting at a counter from its call R on that it could have made for them.
    """
    hall = hall_of(order, abilities)
    most = order.most_in_a_row
    passed: dict[tuple[str, str], int] = {}
    let_pass: dict[tuple[str, str], int] = {}  # counter and missed ticket: calls since that could have been of it

    def look(counter_no: str, before: list[Ticket], called: m.TicketCalled) -> None:
        assert called.why is not None
        missed = [t for t in waiting_missed(hall.day) if is_for(hall.day, hall.day.counters[counter_no], t)]
        back = [t for t in missed if let_pass.get((counter_no, t.ticket_id), 0) >= BACK_AFTER]
        for ticket in missed:
            let_pass[counter_no, ticket.ticket_id] = let_pass.get((counter_no, ticket.ticket_id), 0) + 1
        if called.why.ground is Ground.NOBODY_ELSE:
            assert before == back == []
            return
        waiting = {t.priority for t in before if t.ticket_id != called.ticket_id}
        waiting |= {PriorityClass.RETURNING for _ in back}
        own = next((t.priority for t in before if t.ticket_id == called.ticket_id), PriorityClass.RETURNING)
        for priority in PriorityClass:
            key = (counter_no, priority.value)
            passed[key] = passed.get(key, 0) + 1 if priority in waiting and priority != own else 0
            if most is not None:
                assert passed[key] <= most + 4 - 2  # the next one, N + C - 1, is its own

    run(hall, steps, look)


def waiting_missed(hall: HallDay) -> list[Ticket]:
    return [t for t in hall.tickets.values() if t.state is TicketState.WAITING and t.back_at_call is not None]


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_the_bound_in_calls_is_not_passed_while_all_four_classes_wait(most: int):
    """Every other green is missed and comes back as the first of all."""
    hall = Hall(small_plan(order=OrderRules(most_in_a_row=most), missed=MissedRules(back_after=0, grace_s=0.0)))
    hall.open("1", "T1")
    for _ in range(100):
        hall.issue("a1", **GREEN)
        hall.issue("a1", **GREEN)
        hall.count_as_booked(hall.issue("a1"))
        hall.issue("a1")
    called_as: list[str] = []
    for number in range(140):
        called = hall.call("1")
        ticket = hall.day.tickets[called.ticket_id]
        called_as.append("returning" if ticket.missed_count else ticket.priority.value)
        if ticket.missed_count == 0 and ticket.priority is PriorityClass.GREEN and number % 2 == 0:
            hall.miss("1")
        else:
            hall.complete("1")

    bound = most + 4 - 1
    gaps = {each: longest_gap(called_as, each) for each in ("green", "booked", "ordinary")}
    assert max(gaps.values()) <= bound
    assert gaps["ordinary"] > most


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_the_bound_in_calls_is_as_small_as_can_be(most: int):
    """With three classes that all wait, an ordinary visitor is called exactly as late as the bound says."""
    hall = hall_by(most_in_a_row=most)
    for _ in range(60):
        hall.issue("a1", **GREEN)
        hall.count_as_booked(hall.issue("a1"))
        hall.issue("a1")

    called_as = []
    for _ in range(60):
        called_as.append(hall.day.tickets[hall.call("1").ticket_id].priority.value)
        hall.complete("1")

    assert longest_gap(called_as, "ordinary") == most + 3 - 1


def longest_gap(called_as: list[str], each: str) -> int:
    """The most calls from one of a class to the next one, the first counted from the beginning."""
    numbers = [-1, *(number for number, name in enumerate(called_as) if name == each)]
    return max(later - earlier for earlier, later in pairwise(numbers))


@BOUNDED
@given(ORDERS.filter(lambda order: order.policy is OrderPolicy.BALANCED), ABILITIES, STEPS)
def test_in_the_balanced_order_nobody_is_passed_over_by_more_than_the_head_start(order, abilities, steps):
    hall = hall_of(order, abilities)
    starts = [order.head_start_min(priority) for priority in PriorityClass]

    def look(counter_no: str, before: list[Ticket], called: m.TicketCalled) -> None:
        assert called.why is not None
        ticket = hall.day.tickets[called.ticket_id]
        if called.why.ground in (Ground.TURN_OF_OTHERS, Ground.RETURNING, Ground.NOBODY_ELSE):
            return
        for other in before:
            most_min = max(starts) - order.head_start_min(other.priority) + order.preference_step_min
            assert ticket.arrived_at - other.arrived_at <= timedelta(minutes=most_min)

    run(hall, steps, look)


@BOUNDED
@given(ORDERS, ABILITIES, STEPS)
def test_states_that_are_the_same_choose_the_same_however_they_came_about(order, abilities, steps):
    hall = hall_of(order, abilities)

    def look(_counter_no: str, _before: list[Ticket], _called: m.TicketCalled) -> None:
        pass

    run(hall, steps, look)
    now = hall.clock.now()
    others = [
        replayed(hall.day.plan, hall.records),
        load(hall.day.plan, dump(hall.day)),
        filled_backwards(hall.day),
    ]

    for number in ("1", "2", "3", "4"):
        chosen = [choice(each, number, now) for each in (hall.day, *others)]
        assert chosen == chosen[:1] * 4


def choice(hall: HallDay, counter_no: str, now: datetime) -> Choice | None:
    return next_ticket(hall, hall.counters[counter_no], now)


def filled_backwards(hall: HallDay) -> HallDay:
    """The same state with every dict filled from its other end."""
    other = load(hall.plan, dump(hall))
    other.tickets = dict(reversed(other.tickets.items()))
    other.aside = dict(reversed(other.aside.items()))
    other.counters = dict(reversed(other.counters.items()))
    for prefix in hall.plan.queues:
        lines = other.lines.of(prefix)
        turned = dict(reversed(lines.items()))
        lines.clear()  # type: ignore[attr-defined]
        lines.update(turned)  # type: ignore[attr-defined]
    return other


# ---- people ahead ---------------------------------------------------------------------------------------------------


@BOUNDED
@given(st.sampled_from(list(OrderPolicy)), STEPS, st.sampled_from(["A", "B"]))
def test_people_ahead_are_counted_as_the_order_would_call_them(policy, steps, prefix):
    order = OrderRules(policy=policy, most_in_a_row=None)
    hall = hall_of(order, [("d1", "a1")])
    run(hall, steps, lambda *_: None)
    waiting = [t for t in hall.day.tickets.values() if t.state is TicketState.WAITING and t.prefix == prefix]

    def key(ticket: Ticket) -> tuple[Any, ...]:
        if ticket.back_at_call is not None:
            return (-1,)
        if policy is OrderPolicy.STRICT:
            return (RANK[ticket.priority], ticket.place)
        return (0, ticket.arrived_at - timedelta(minutes=order.head_start_min(ticket.priority)), ticket.place)

    for ticket in waiting:
        if ticket.back_at_call is None:
            assert ahead_of(hall.day, ticket) == sum(key(other) < key(ticket) for other in waiting)
    for priority in (PriorityClass.ORDINARY, PriorityClass.GREEN):
        new = ahead_count(hall.day, prefix, priority, hall.clock.now())
        issued = hall.issue("a1" if prefix == "A" else "b1", green_group="medic" if priority == "green" else None)
        assert issued.ahead_count == new == ahead_of(hall.day, hall.ticket(issued))


def test_a_visitor_sent_to_one_counter_is_not_ahead_of_the_green_channel_nor_of_themselves():
    hall = hall_by()
    hall.open("2", "T2")
    sent = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_counter="2", reason="knows it")

    assert ahead_of(hall.day, hall.ticket(sent)) == 0
    assert hall.issue("a1", **GREEN).ahead_count == 0
    assert hall.issue("a1").ahead_count == 2
