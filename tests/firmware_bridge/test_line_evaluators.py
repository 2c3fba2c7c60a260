import pytest

from firmware_bridge.evaluator import Ignored
from firmware_bridge.line_evaluators import EvaluatorPlace, LineEvaluators
from hall.counter import CounterStatus
from hall.messages import CounterState, LevelPressed
from hall.rating import RatingLevel

FOUR_KEYS = {0: RatingLevel.VERY_SATISFIED, 1: RatingLevel.SATISFIED, 3: RatingLevel.DISSATISFIED}


def state(rating_id=None, revision=1, counter_no="3"):
    status = CounterStatus.RATING if rating_id else CounterStatus.IDLE
    return CounterState(counter_no=counter_no, revision=revision, status=status, text="", rating_id=rating_id)


@pytest.fixture
def evaluators():
    return LineEvaluators([EvaluatorPlace(1, "3", FOUR_KEYS), EvaluatorPlace(2, "4", FOUR_KEYS)])


def test_an_evaluator_asks_once_for_each_rating(evaluators):
    evaluators.follow(state("r1"))
    assert [evaluators.next_to_ask(), evaluators.next_to_ask()] == [1, None]
    evaluators.follow(state(revision=2))
    assert evaluators.next_to_ask() is None
    evaluators.follow(state("r2", revision=3))

    assert evaluators.next_to_ask() == 1


def test_a_new_line_asks_again_where_a_rating_is_open(evaluators):
    evaluators.follow(state("r1"))
    evaluators.next_to_ask()
    evaluators.forget()

    assert [evaluators.next_to_ask(), evaluators.next_to_ask()] == [1, None]


def test_a_press_in_an_open_rating_counts_once(evaluators):
    evaluators.follow(state("r1"))

    first, second = evaluators.press(1, 3, "p1"), evaluators.press(1, 0, "p2")

    assert first == LevelPressed(press_id="p1", counter_no="3", rating_id="r1", level=RatingLevel.DISSATISFIED)
    assert isinstance(second, Ignored)


@pytest.mark.parametrize("address", [1, 2, 99])
def test_outside_a_rating_and_at_an_unknown_address_a_press_is_ignored(evaluators, address):
    evaluators.follow(state("r1"))
    evaluators.follow(state(revision=2))

    assert evaluators.press(address, 0, "p1") is Ignored.NO_RATING


def test_a_value_that_was_not_learnt_is_never_guessed(evaluators):
    evaluators.follow(state("r1"))

    assert evaluators.press(1, 2, "p1") is Ignored.UNKNOWN_KEY
    assert isinstance(evaluators.press(1, 0, "p2"), LevelPressed)


def test_a_press_is_told_again_until_its_rating_is_closed(evaluators):
    evaluators.follow(state("r1"))
    press = evaluators.press(1, 0, "p1")

    assert [evaluators.presses_to_repeat() for _check in range(3)] == [[], [press], [press]]
    evaluators.follow(state(revision=2))
    assert evaluators.presses_to_repeat() == []


def test_an_older_state_opens_no_rating(evaluators):
    evaluators.follow(state(revision=5))
    evaluators.follow(state("r1", revision=4))

    assert evaluators.press(1, 0, "p1") is Ignored.NO_RATING
