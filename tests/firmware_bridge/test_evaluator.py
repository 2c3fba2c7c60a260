import itertools

import pytest

from firmware_bridge.evaluator import DARK, KEYS_BEST_FIRST, Accepted, Evaluator, Ignored
from hall.counter import CounterStatus
from hall.messages import CounterState
from hall.rating import RatingLevel


def state(rating_id=None, status=None, revision=1):
    status = status or (CounterStatus.RATING if rating_id else CounterStatus.IDLE)
    return CounterState(counter_no="3", revision=revision, status=status, text="", rating_id=rating_id)


def an_evaluator(*states):
    evaluator = Evaluator()
    for each in states:
        evaluator.follow(each)
    return evaluator


@pytest.mark.parametrize(
    ("key", "level"),
    [
        (1, RatingLevel.VERY_SATISFIED),
        (2, RatingLevel.SATISFIED),
        (3, RatingLevel.BASICALLY_SATISFIED),
        (4, RatingLevel.DISSATISFIED),
        (5, RatingLevel.VERY_DISSATISFIED),
    ],
)
def test_a_key_pressed_in_an_open_rating_gives_its_level(key, level):
    evaluator = an_evaluator(state("r1"))

    assert evaluator.press(evaluator.session, key) == Accepted("r1", level)


def test_every_level_has_a_key():
    assert sorted(KEYS_BEST_FIRST.values()) == sorted(RatingLevel)


@pytest.mark.parametrize("session", [DARK, 1])
def test_a_press_outside_a_rating_is_ignored(session):
    assert an_evaluator().press(session, 1) is Ignored.NO_RATING
    assert an_evaluator(state("r1"), state()).press(session, 1) is Ignored.NO_RATING


def test_a_press_made_while_the_board_was_dark_is_ignored_in_a_rating_that_opened_since():
    assert an_evaluator(state("r1")).press(DARK, 5) is Ignored.NO_RATING


def test_a_late_press_is_not_counted_for_the_next_visitor():
    evaluator = an_evaluator(state("r1"))
    earlier = evaluator.session
    evaluator.follow(state("r2"))

    assert evaluator.press(earlier, 5) is Ignored.OLD_SESSION
    assert evaluator.press(evaluator.session, 1) == Accepted("r2", RatingLevel.VERY_SATISFIED)


def test_one_press_counts_and_then_the_evaluator_is_dark():
    evaluator = an_evaluator(state("r1"))
    session = evaluator.session
    evaluator.press(session, 1)

    assert evaluator.press(session, 5) is Ignored.ALREADY_RATED
    assert evaluator.session == DARK


def test_the_same_rating_told_again_is_not_open_again():
    evaluator = an_evaluator(state("r1"))
    session = evaluator.session
    evaluator.press(session, 1)
    evaluator.follow(state("r1", revision=2))
    evaluator.follow(state(revision=3))
    evaluator.follow(state("r1", revision=4))

    assert evaluator.session == DARK
    assert evaluator.press(evaluator.session or 2, 5) is Ignored.ALREADY_RATED


@pytest.mark.parametrize("key", [0, 6, 255])
def test_a_key_without_a_level_is_never_guessed_and_leaves_the_rating_open(key):
    evaluator = an_evaluator(state("r1"))

    assert evaluator.press(evaluator.session, key) is Ignored.UNKNOWN_KEY
    assert evaluator.press(evaluator.session, 2) == Accepted("r1", RatingLevel.SATISFIED)


def test_another_key_pads_numbers_can_be_given():
    evaluator = Evaluator({0x10: RatingLevel.DISSATISFIED})
    evaluator.follow(state("r1"))

    assert evaluator.press(evaluator.session, 1) is Ignored.UNKNOWN_KEY
    assert evaluator.press(evaluator.session, 0x10) == Accepted("r1", RatingLevel.DISSATISFIED)


@pytest.mark.parametrize("status", [s for s in CounterStatus if s is not CounterStatus.RATING])
def test_a_rating_is_open_only_while_the_counter_says_so(status):
    assert an_evaluator(state("r1", status=status)).session == DARK


def test_sessions_stay_between_1_and_255_and_differ_from_one_rating_to_the_next():
    evaluator, sessions = Evaluator(), []
    for number in range(600):
        evaluator.follow(state(f"r{number}"))
        sessions.append(evaluator.session)

    assert set(sessions) == set(range(1, 256))
    assert all(a != b for a, b in itertools.pairwise(sessions))
