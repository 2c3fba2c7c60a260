"""The estimated wait follows the queue's state, the rules and the hours, and what earlier waits have taught."""

import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from math import exp, log

import pytest

from hall import messages as m
from hall.hours import QueueHours
from hall.priority import PriorityClass
from hall.rules import OrderRules
from hall.wait import Basis
from queue_server.domain.ahead import ahead_count
from queue_server.domain.breaks import Break, breaks_of, clock_s, worked_s
from queue_server.domain.calibration import band, beginner, learn, learn_visit
from queue_server.domain.estimate import WaitEstimate, estimate_error, wait_estimate
from queue_server.domain.snapshot import dump, load
from tests.queue_server.halls import HOURS, MORNING, NOON, Hall, period, small_plan

MINUTE = 60.0


@pytest.fixture
def hall() -> Hall:
    return Hall(small_plan())


def told(hall: Hall, item_key: str, priority: PriorityClass = PriorityClass.ORDINARY) -> WaitEstimate | None:
    """What somebody who came now would be told."""
    item, now = hall.day.plan.items[item_key], hall.clock.now()
    return wait_estimate(hall.day, item, priority, ahead_count(hall.day, item.queue, priority, now), now)


def p50(hall: Hall, item_key: str, priority: PriorityClass = PriorityClass.ORDINARY) -> float:
    estimate = told(hall, item_key, priority)
    assert estimate is not None
    return estimate.p50_s


def busy(hall: Hall, counter_no: str, item_key: str = "a1") -> None:
    """Open a counter and let it serve somebody from now on."""
    hall.open(counter_no, f"T{counter_no}")
    issued = hall.issue(item_key)
    hall.call_ticket(counter_no, issued.ticket_id)
    hall.start(counter_no)


def lived(hall: Hall, *waits_s: float) -> None:
    """Let visitors of queue A be told something and wait so long, one after another, at counter 1."""
    for waited_s in waits_s:
        hall.issue("a1")
        hall.clock.pass_(seconds=waited_s)
        hall.serve("1")


# ---- the queue's state ----------------------------------------------------------------------------------------------


def test_without_an_open_counter_nothing_is_told(hall):
    hall.issue("a1")

    assert told(hall, "a1") is None
    assert hall.events(m.TicketIssued)[-1].wait_p50_s is None


def test_a_paused_counter_is_expected_back(hall):
    hall.open("4", "T4")
    hall.at("4", m.PauseCounter, reason="a drink")

    assert p50(hall, "b1") > MINUTE


def test_for_a_free_counter_the_wait_is_that_for_the_call(hall):
    hall.open("1")

    estimate = told(hall, "a1")

    assert estimate is not None
    assert 0 < estimate.p10_s < estimate.p50_s < estimate.p90_s < MINUTE


def test_people_who_leave_a_counter_free_are_no_line(hall):
    hall.open("1", "T1")
    hall.open("2", "T2")
    hall.issue("a1")

    assert p50(hall, "a1") < MINUTE
    hall.issue("a1")
    assert p50(hall, "a1") > MINUTE


def test_a_wait_grows_with_the_work_of_those_before(hall):
    busy(hall, "4", "b1")

    short = [p50(hall, "b1")]
    for _ in range(5):
        hall.issue("b1")
        short.append(p50(hall, "b1"))
    longer = Hall(small_plan())
    busy(longer, "4", "b1")
    for _ in range(5):
        longer.issue("b2")  # the matter that takes longer

    assert short == sorted(short)
    assert len(set(short)) == len(short)
    assert p50(longer, "b1") > 1.5 * short[-1]


def test_further_matters_of_the_queue_are_work_and_those_of_others_are_not():
    waits = []
    for further in ((), ("b1", "b1"), ("n1", "n1")):
        hall = Hall(small_plan())
        busy(hall, "4", "b1")
        hall.issue("b1", further_items=further)
        waits.append(p50(hall, "b1"))

    alone, with_more, with_others = waits
    assert with_more > 1.5 * alone
    assert with_others == alone


def test_a_second_counter_shortens_the_wait():
    waits = []
    for numbers in (["1"], ["1", "2"]):
        hall = Hall(small_plan())
        for number in numbers:
            busy(hall, number)
        for _ in range(8):
            hall.issue("a1")
        waits.append(p50(hall, "a1"))

    assert waits[1] == pytest.approx(waits[0] / 2, rel=0.25)


def test_a_visitor_who_is_nearly_served_shortens_the_wait(hall):
    busy(hall, "1")
    at_first = p50(hall, "a1")

    hall.clock.pass_(minutes=4)

    assert p50(hall, "a1") < at_first


def test_recent_services_replace_what_is_usual(hall):
    hall.open("1")
    for _ in range(40):
        hall.issue("a1")
        hall.call("1")
        hall.start("1")
        hall.clock.pass_(seconds=30)
        hall.complete("1")
    hall.call_ticket("1", hall.issue("a1").ticket_id)
    hall.start("1")
    hall.issue("a1")

    quick = p50(hall, "a1")

    usual = Hall(small_plan())
    busy(usual, "1")
    usual.issue("a1")
    assert quick < p50(usual, "a1") / 2


def test_people_of_another_queue_at_the_same_counter_come_before_too(hall):
    busy(hall, "2")
    alone = p50(hall, "a1")

    for _ in range(4):
        hall.issue("b1")

    assert p50(hall, "a1") > 2 * alone


def test_a_counter_that_cannot_do_the_matter_does_not_count(hall):
    hall.open("3", "T3")  # can do (d1, a1) and nothing else of queue A

    assert told(hall, "a1") is not None
    assert told(hall, "a2") is None
    hall.at("3", m.GrantAbility, department="d2", item_key="a2", by="M1")
    assert told(hall, "a2") is not None


def test_a_paused_counter_is_expected_back_for_what_it_can_do_alone(hall):
    hall.open("3", "T3")
    hall.at("3", m.PauseCounter, reason="a drink")

    assert told(hall, "a1") is not None
    assert told(hall, "a2") is None


# ---- the rules ------------------------------------------------------------------------------------------------------


def test_priority_shortens_the_wait_by_those_whom_it_passes(hall):
    busy(hall, "1")
    for _ in range(5):
        hall.issue("a1")
    hall.issue("a1", green_group="pregnant")

    waits = [p50(hall, "a1", priority) for priority in PriorityClass if priority is not PriorityClass.RETURNING]

    assert waits == sorted(waits)
    assert waits[0] < waits[2] / 2


def test_a_line_that_many_priority_visitors_join_takes_longer(hall):
    busy(hall, "1")
    for _ in range(5):
        hall.issue("a1")
    before = p50(hall, "a1")
    for _ in range(40):  # come, and give their tickets back
        issued = hall.issue("a1", green_group="pregnant")
        hall.ask(m.CancelTicket, ticket_id=issued.ticket_id, by="desk", reason="test")

    assert p50(hall, "a1") > 1.3 * before


@pytest.mark.parametrize(("most_in_a_row", "times"), [(1, 2), (3, 4), (None, 10)])
def test_however_many_priority_visitors_come_the_rules_bound_what_a_line_loses_to_them(
    most_in_a_row: int | None, times: float
):
    hall = Hall(small_plan(order=OrderRules(most_in_a_row=most_in_a_row)))
    busy(hall, "1")
    for _ in range(20):
        hall.issue("a1")
    for _ in range(2000):
        learn_visit(hall.day.calibration["A"], 310, PriorityClass.GREEN)

    crowded = told(hall, "a1")
    for _ in range(2000):
        learn_visit(hall.day.calibration["A"], 310, PriorityClass.ORDINARY)
    calm = told(hall, "a1")

    assert crowded is not None
    assert calm is not None
    assert crowded.basis.line_s == pytest.approx(times * calm.basis.line_s)


# ---- hours ----------------------------------------------------------------------------------------------------------

SPLIT = QueueHours(core=(period("09:00-12:00"), period("13:00-17:00")))


def test_who_would_not_be_called_before_the_break_is_told_to_wait_it_out():
    hall = Hall(small_plan({"A": SPLIT}))
    hall.clock.set("11:50")
    busy(hall, "1")
    for _ in range(4):
        hall.issue("a1")

    estimate = told(hall, "a1")

    assert estimate is not None
    assert estimate.p50_s > 70 * MINUTE


def test_a_break_that_is_far_away_changes_nothing():
    waits = []
    for hours in (None, SPLIT):
        hall = Hall(small_plan({"A": hours} if hours else {}))
        busy(hall, "1")
        hall.issue("a1")
        waits.append(told(hall, "a1"))

    assert waits[0] == waits[1]


def test_before_opening_a_hall_that_knows_its_counters_tells_how_long_it_is_until_then():
    hall = Hall(small_plan({"B": SPLIT}))
    hall.clock.set("10:00")
    hall.open("4", "T4")
    hall.clock.time = MORNING + timedelta(days=1)
    hall.clock.set("08:30")
    hall.ask(m.StartDay)

    estimate = told(hall, "b1")

    assert estimate is not None
    assert 30 * MINUTE <= estimate.p50_s < 32 * MINUTE
    assert estimate.p10_s < estimate.p50_s < estimate.p90_s


def test_before_opening_on_the_first_day_nothing_is_told():
    hall = Hall(small_plan({"B": SPLIT}))
    hall.clock.set("08:30")

    assert told(hall, "b1") is None


def test_breaks_are_what_the_hours_leave_between():
    assert breaks_of(None) == ()
    assert breaks_of(NOON) == (Break(0, 9 * 3600, 0, is_early=True), Break(12 * 3600, 13 * 3600, 1))
    assert breaks_of(HOURS) == (
        Break(0, 8 * 3600, 0, is_early=True),
        Break(8 * 3600, 9 * 3600, None, is_early=True),
        Break(12 * 3600, 13 * 3600, 0),
    )


@pytest.mark.parametrize(
    ("at", "work_min", "takes_min"),
    [
        ("10:00", 30, 30),
        ("11:50", 9, 9),
        ("11:50", 11, 10 + 4 * 1),  # one of four stays at noon
        ("11:50", 10 + 15 + 5, 10 + 60 + 5),
        ("16:00", 90, 90),  # clerks stay until all have been called
    ],
)
def test_work_takes_longer_by_the_clock_where_fewer_counters_stay(at: str, work_min: float, takes_min: float):
    hour, minute = map(int, at.split(":"))

    passed_s = clock_s(
        breaks_of(NOON), (hour * 60 + minute) * MINUTE, work_min * MINUTE, 0.0, staffed=4, full=4, unit=4
    )

    assert passed_s == pytest.approx(takes_min * MINUTE)


@pytest.mark.parametrize("seed", range(20))
def test_what_the_clock_stretches_is_found_again(seed: int):
    rng = random.Random(seed)
    begin = MORNING + timedelta(minutes=rng.randrange(0, 179))
    at_s, work_s = (begin - MORNING).total_seconds() + 9 * 3600, rng.uniform(1, 4 * 3600)

    passed_s = clock_s(breaks_of(NOON), at_s, work_s, 0.0, staffed=4, full=4, unit=4)

    again_s = worked_s(breaks_of(NOON), begin, begin + timedelta(seconds=passed_s), 4)
    assert again_s == pytest.approx(work_s, abs=0.001)


def test_nothing_is_learned_from_who_came_in_a_break_and_was_called_after_it():
    noon = MORNING.replace(hour=12, minute=30)

    assert worked_s(breaks_of(NOON), noon, noon + timedelta(minutes=40), 4) is None
    assert worked_s(breaks_of(NOON), noon, noon + timedelta(minutes=20), 4) == 20 * MINUTE


# ---- learning -------------------------------------------------------------------------------------------------------

WAITS: dict[str, Callable[[random.Random, float], float]] = {
    "exponential": lambda rng, mean_s: rng.expovariate(1 / mean_s),
    "three times as long as counted out": lambda rng, mean_s: 3 * mean_s * rng.gammavariate(4, 0.25),
    "nearly constant": lambda rng, mean_s: mean_s * rng.gauss(1, 0.1),
    "heavy-tailed": lambda rng, mean_s: mean_s * rng.lognormvariate(0, 1),
}


@pytest.mark.parametrize("drawn", WAITS)
@pytest.mark.parametrize("basis", [Basis(90.0, 0.0, 1.0), Basis(60.0, 900.0, 0.4)])
def test_four_of_five_waits_come_to_lie_inside_whatever_their_distribution(drawn: str, basis: Basis):
    rng, known, inside, below = random.Random(7), beginner(600.0), 0, 0
    for number in range(3000):
        waited_s = WAITS[drawn](rng, basis.first_s + basis.line_s)
        found = band(known, basis)
        if number >= 1000:
            inside += found.p10_s <= waited_s <= found.p90_s
            below += waited_s < found.p50_s
        learn(known, basis, waited_s)

    assert inside / 2000 == pytest.approx(0.8, abs=0.03)
    assert below / 2000 == pytest.approx(0.5, abs=0.06)


def test_calls_by_free_clerks_teach_how_quick_they_are():
    rng, known, at_once, inside = random.Random(3), beginner(600.0), Basis(0.0, 0.0, 0.0), 0
    for number in range(1000):
        waited_s = rng.uniform(40, 60)
        found = band(known, at_once)
        inside += number >= 200 and found.p10_s <= waited_s <= found.p90_s
        learn(known, at_once, waited_s)

    assert inside / 800 == pytest.approx(0.8, abs=0.05)
    assert exp(known.at_once[1]) == pytest.approx(50, abs=5)


def test_no_wait_however_odd_makes_a_range_senseless():
    known, basis = beginner(600.0), Basis(60.0, 900.0, 0.4)

    for waited_s in (0.0, 1e9) * 300 + (0.0,) * 500:
        learn(known, basis, waited_s)
        learn(known, Basis(0.0, 0.0, 0.0), waited_s)
        for each in (basis, Basis(0.0, 0.0, 0.0), Basis(60.0, 0.0, 1.0)):
            found = band(known, each)
            assert 0 < found.p10_s <= found.p50_s <= found.p90_s < 1e10


def test_waits_that_come_true_move_the_next_estimate(hall):
    hall.open("1")
    before = p50(hall, "a1")

    lived(hall, *[120.0] * 30)

    assert before < 30
    assert p50(hall, "a1") == pytest.approx(120, rel=0.3)


def test_what_was_learned_outlasts_the_day_and_a_snapshot(hall):
    hall.open("1")
    lived(hall, *[120.0] * 30)
    hall.clock.time += timedelta(days=1)
    hall.ask(m.StartDay)
    hall.open("1")

    tomorrow = told(hall, "a1")
    hall.day = load(hall.day.plan, dump(hall.day))

    assert tomorrow is not None
    assert tomorrow.p50_s > 60
    assert told(hall, "a1") == tomorrow


def test_the_error_of_a_queues_estimates_is_recorded(hall):
    assert estimate_error(hall.day, "A") is None
    hall.open("1")
    lived(hall, 6.0, 600.0)

    error = estimate_error(hall.day, "A")

    assert error is not None
    assert error.count == 2
    assert error.inside == 0.5
    assert 290 < error.mean_absolute_s < 300
    assert -300 < error.bias_s < -290  # people waited longer than told
    assert estimate_error(hall.day, "B") is None


def test_a_ticket_that_a_kiosk_gave_out_by_itself_was_told_nothing_and_is_not_counted(hall):
    hall.open("1")
    lease = hall.ask(m.LeaseNumbers, kiosk_id="K01", prefix="A", count=5)
    arrived_at = hall.clock.now()
    hall.clock.pass_(minutes=30)
    hall.ask(
        m.MergeTicket,
        lease_id=lease.lease_id,
        number=lease.first,
        ticket_id="off-1",
        arrived_at=arrived_at,
        item_key="a1",
        kiosk_id="K01",
    )

    hall.serve("1")

    assert estimate_error(hall.day, "A") is None


# ---- cost -----------------------------------------------------------------------------------------------------------


def calls_made(act: Callable[[], object]) -> int:
    """How many functions are called, written in Python or not."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def test_the_cost_does_not_grow_with_the_number_who_wait(hall):
    busy(hall, "1")
    item, now = hall.day.plan.items["a1"], hall.clock.now()
    costs = []
    for waiting in (10, 2000):
        while hall.day.lines.count("A") < waiting:
            hall.issue("a1")
        costs.append(calls_made(lambda: wait_estimate(hall.day, item, PriorityClass.ORDINARY, waiting, now)))  # noqa: B023

    assert costs[0] == costs[1]


def test_estimating_changes_nothing(hall):
    busy(hall, "1")
    hall.issue("a1")
    before = dump(hall.day)

    first, second = told(hall, "a1"), told(hall, "a1")

    assert first == second
    assert dump(hall.day) == before
    assert isinstance(hall.clock.now(), datetime)
    assert log(p50(hall, "a1")) > 0
