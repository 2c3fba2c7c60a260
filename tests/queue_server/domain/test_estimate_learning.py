"""What earlier waits have taught the estimate, and how good it was."""

import random
from collections.abc import Callable
from datetime import timedelta
from math import exp

import pytest

from hall import messages as m
from hall.wait import Basis
from queue_server.domain.calibration import band, beginner, learn
from queue_server.domain.estimate import estimate_error
from queue_server.domain.snapshot import dump, load
from tests.queue_server.domain.estimating import lived, p50, told
from tests.queue_server.halls import Hall, small_plan


@pytest.fixture
def hall() -> Hall:
    return Hall(small_plan())


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
