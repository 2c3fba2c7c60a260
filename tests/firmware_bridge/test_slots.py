import random

import pytest
from msgspec import structs

from devices.boards.link_messages import CloseRating, Key, OpenRating, Show
from firmware_bridge.evaluator import Ignored
from firmware_bridge.slots import Slots
from hall.counter import CounterStatus
from hall.messages import BarShown, CounterState, LevelPressed
from hall.rating import RatingLevel


def state(counter_no, revision, text="", *, call_id=None, rating_id=None):
    return CounterState(
        counter_no=counter_no,
        revision=revision,
        status=CounterStatus.RATING if rating_id else CounterStatus.CALLING,
        text=text,
        flashing=rating_id is None,
        call_id=call_id,
        rating_id=rating_id,
    )


def slots_wanting(*states):
    slots = Slots(["3", "4"])
    for each in states:
        slots.want(each)
    return slots


def carry_out(slots):
    """Do every job; the commands, and what was told."""
    commands, told = [], []
    while (job := slots.next_job()) is not None:
        commands.append(job.command)
        told.append(slots.done(job))
    return commands, [t for t in told if t is not None]


def test_a_call_is_shown_in_its_slot_and_told_with_its_id():
    slots = slots_wanting(state("4", 7, "请A001号", call_id="c1"))

    assert carry_out(slots) == (
        [Show(1, "请A001号", True)],
        [BarShown(counter_no="4", revision=7, text="请A001号", call_id="c1")],
    )
    assert slots.next_job() is None


def test_only_the_newest_of_many_texts_is_sent():
    slots = slots_wanting(*(state("3", revision, f"text {revision}") for revision in range(50)))

    assert carry_out(slots)[0] == [Show(0, "text 49", True)]


def test_an_older_state_and_another_boards_are_ignored():
    slots = slots_wanting(state("3", 5, "new"), state("3", 4, "old"), state("9", 6, "elsewhere"))

    assert carry_out(slots)[0] == [Show(0, "new", True)]


def test_a_state_that_came_while_the_earlier_was_being_sent_is_sent_next():
    slots = slots_wanting(state("3", 1, "one"))
    job = slots.next_job()
    slots.want(state("3", 2, "two"))

    assert slots.done(job) == BarShown(counter_no="3", revision=1, text="one")
    assert carry_out(slots)[0] == [Show(0, "two", True)]


def test_a_rating_opens_and_closes_with_the_state():
    slots = slots_wanting(state("3", 1, "请评价", rating_id="r1"))
    assert carry_out(slots)[0] == [OpenRating(0, 1), Show(0, "请评价", False)]

    slots.want(state("3", 2, "3号窗口"))

    assert carry_out(slots)[0] == [CloseRating(0), Show(0, "3号窗口", True)]


def test_a_board_that_has_forgotten_everything_gets_everything_and_nothing_is_told_twice():
    slots = slots_wanting(state("3", 1, "请评价", rating_id="r1"), state("4", 2, "请A001号", call_id="c1"))
    carry_out(slots)
    slots.forget()

    commands, told = carry_out(slots)

    assert set(map(repr, commands)) == set(
        map(repr, [OpenRating(0, 1), Show(0, "请评价", False), Show(1, "请A001号", True)])
    )
    assert told == []


def test_a_valid_press_is_told_and_darkens_the_evaluator():
    slots = slots_wanting(state("3", 1, rating_id="r1"))
    carry_out(slots)

    pressed = slots.press(Key(0, 1, 4), "p1")

    assert pressed == LevelPressed(press_id="p1", counter_no="3", rating_id="r1", level=RatingLevel.DISSATISFIED)
    assert carry_out(slots)[0] == [CloseRating(0)]
    assert slots.press(Key(0, 1, 1), "p2") is Ignored.ALREADY_RATED


def test_a_press_is_repeated_until_the_counters_state_shows_that_it_was_stored():
    slots = slots_wanting(state("3", 1, rating_id="r1"))
    pressed = slots.press(Key(0, 1, 4), "p1")
    assert slots.presses_to_repeat() == []  # it was told only just now
    assert slots.presses_to_repeat() == [pressed]
    slots.want(state("3", 2, rating_id="r1"))
    assert slots.presses_to_repeat() == [pressed]

    slots.want(state("3", 3))

    assert slots.presses_to_repeat() == []


@pytest.mark.parametrize("slot", [1, 2, 255])
def test_a_press_in_a_slot_without_rating_or_without_counter_is_ignored(slot):
    slots = slots_wanting(state("3", 1, rating_id="r1"))

    assert slots.press(Key(slot, 1, 1), "p1") is Ignored.NO_RATING


def test_a_refused_command_is_not_sent_for_ever_and_the_next_state_is_tried():
    slots = slots_wanting(state("3", 1, "one"))
    slots.refused(slots.next_job())
    assert (slots.next_job(), slots.has_refusals) == (None, True)

    slots.want(state("3", 2, "two"))

    assert carry_out(slots)[0] == [Show(0, "two", True)]
    assert not slots.has_refusals


def test_a_busy_counter_does_not_starve_its_neighbour():
    slots = slots_wanting(state("3", 0, "0"), state("4", 0, "me too"))
    sent = []
    for revision in range(1, 5):
        job = slots.next_job()
        sent.append(job.command.slot)
        slots.done(job)
        slots.want(state("3", revision, str(revision)))

    assert 1 in sent[:2]


def test_a_text_that_is_too_long_for_the_bar_is_told_as_it_was_shown():
    slots = slots_wanting(state("3", 1, "窗" * 100))

    (show,), (told,) = carry_out(slots)

    assert show.text == told.text == "窗" * 40


@pytest.mark.parametrize("seed", range(50))
def test_whatever_happens_the_board_ends_up_as_the_newest_states_say(seed):
    rng = random.Random(seed)
    counters = ["3", "4", "5"]
    slots, newest = Slots(counters), {}
    bars, lit = {}, {}

    def do(job):
        match job.command:
            case Show(slot=slot, text=text):
                bars[slot] = text
            case OpenRating(slot=slot):
                lit[slot] = True
            case CloseRating(slot=slot):
                lit[slot] = False
        slots.done(job)

    for revision in range(60):
        counter_no = rng.choice(counters)
        told = state(counter_no, revision, f"t{revision}", rating_id=rng.choice((None, f"r{revision}")))
        match rng.randrange(4):
            case 0 | 1:
                newest[counter_no] = told
                slots.want(told)
            case 2 if (job := slots.next_job()) is not None:
                do(job)
            case 3 if rng.random() < 0.3:
                bars.clear(), lit.clear()
                slots.forget()
    while (job := slots.next_job()) is not None:
        do(job)

    assert bars == {counters.index(no): s.text for no, s in newest.items()}
    assert {slot for slot, on in lit.items() if on} == {counters.index(no) for no, s in newest.items() if s.rating_id}


def test_a_restored_journal_counts_anew_and_its_states_are_followed_all_the_same():
    slots = slots_wanting(state("3", 900, "before"))
    slots.done(slots.next_job())

    slots.want(structs.replace(state("3", 5, "after"), incarnation="restored"))

    job = slots.next_job()
    assert job.command.text == "after"
    assert slots.done(job) is not None
    slots.want(structs.replace(state("3", 4, "older"), incarnation="restored"))
    assert slots.next_job() is None
