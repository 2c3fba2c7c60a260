"""What bars show of a counter's state, and when."""

import random

import pytest

from firmware_bridge.bars import Bars, Call, Idle, Message, Paused, face_of
from hall.counter import CounterStatus
from hall.messages import BarShown, CounterState
from hall.texts import ENGLISH
from settings.locale import texts_in

CHINESE = texts_in("zh_CN")


def state(counter_no, revision, status=CounterStatus.CALLING, *, number="A001", text="", incarnation=""):
    calls = status is CounterStatus.CALLING
    return CounterState(
        counter_no=counter_no,
        revision=revision,
        incarnation=incarnation,
        status=status,
        text=text,
        flashing=calls,
        call_id=f"c{revision}" if calls else None,
        display_number=number if calls else None,
    )


@pytest.mark.parametrize(
    ("status", "text", "face"),
    [
        (CounterStatus.IDLE, "3号窗口 企业开办", Idle("3号窗口 企业开办")),
        (CounterStatus.CLOSED, "3号窗口 未开放", Idle("3号窗口 未开放")),
        (CounterStatus.CALLING, "请A001号到3号窗口办理", Call("A001", "请A001号")),
        (CounterStatus.PAUSED, "暂停服务，请到其他窗口办理", Paused("暂停服务")),
        (CounterStatus.SERVING, "A001号办理中", Message("A001号办理中")),
        (CounterStatus.RATING, "请对本次服务进行评价", Message("请对本次服务进行评价")),
    ],
)
def test_every_status_has_its_face_in_a_few_characters(status, text, face):
    assert face_of(state("3", 1, status, text=text), CHINESE) == face


def test_a_call_without_its_number_is_shown_by_its_sentence():
    assert face_of(state("3", 1, number=None, text="请A001号到3号窗口办理"), CHINESE) == Message(
        "请A001号到3号窗口办理"
    )


def test_a_hall_in_english_has_english_bars():
    assert face_of(state("3", 1), ENGLISH) == Call("A001", "A001, please")


def test_only_the_newest_state_is_due_and_only_once():
    bars = Bars(["3", "4"])
    for revision in range(5):
        bars.want(state("3", revision))
    bars.want(state("3", 2))
    bars.want(state("9", 7))

    assert bars.due() == [state("3", 4)]
    assert bars.shown(state("3", 4), "请A001号") == BarShown(counter_no="3", revision=4, text="请A001号", call_id="c4")
    assert bars.due() == []


def test_what_was_forgotten_is_shown_again_and_not_told_again():
    bars = Bars(["3"])
    bars.want(state("3", 1))
    bars.shown(state("3", 1), "1")

    bars.forget()

    assert bars.due() == [state("3", 1)]
    assert bars.shown(state("3", 1), "1") is None


def test_a_refused_state_waits_for_the_next():
    bars = Bars(["3"])
    bars.want(state("3", 1))

    bars.refused(state("3", 1))

    assert bars.has_refusals
    assert bars.due() == []
    bars.want(state("3", 2))
    assert not bars.has_refusals
    assert bars.due() == [state("3", 2)]


def test_a_state_from_another_journal_is_newer():
    bars = Bars(["3"])
    bars.want(state("3", 9, incarnation="old"))
    bars.shown(state("3", 9, incarnation="old"), "1")

    bars.want(state("3", 1, incarnation="new"))

    assert bars.due() == [state("3", 1, incarnation="new")]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_order_of_arrival_the_newest_of_each_counter_ends_on_its_bar(seed):
    rng, bars, on_bar = random.Random(seed), Bars(["1", "2", "3"]), {}
    states = [state(str(n % 3 + 1), n) for n in range(60)]
    rng.shuffle(states)

    for each in states:
        bars.want(each)
        if rng.random() < 0.3:
            for due in bars.due():
                bars.shown(due, "")
                on_bar[due.counter_no] = due.revision
    for due in bars.due():
        on_bar[due.counter_no] = due.revision

    assert on_bar == {"1": 57, "2": 58, "3": 59}
