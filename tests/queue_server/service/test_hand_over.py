"""Handing things to one thread: order, batches, cancellation, the end."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from itertools import chain

import pytest

from queue_server.service.hand_over import LARGEST_BATCH, HandOver, LoopInbox

ANSWER_S = 10


class Late(Exception):
    """Whatever comes after the end."""


class Doubler:
    """Doubles numbers; a gate keeps it from its next batch, odd ones out can be refused."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.at_work = threading.Event()

    def __call__(self, batch: Sequence[int]) -> Sequence[int | Exception]:
        self.at_work.set()
        self.gate.wait(ANSWER_S)
        self.batches.append(list(batch))
        return [ValueError(number) if number < 0 else number * 2 for number in batch]


@pytest.fixture
def doubler() -> Doubler:
    return Doubler()


@pytest.fixture
def hand_over(doubler: Doubler) -> Iterator[HandOver[int, int]]:
    hand_over: HandOver[int, int] = HandOver(doubler, name="doubler", closed=Late)
    yield hand_over
    doubler.gate.set()
    hand_over.close()


def test_threads_get_their_own_answers(hand_over: HandOver[int, int]):
    hand_over.start()

    answers = [hand_over.submit(number) for number in range(100)]

    assert [answer.result(ANSWER_S) for answer in answers] == [number * 2 for number in range(100)]


def test_what_waits_is_carried_out_in_one_batch_in_the_order_in_which_it_came(
    hand_over: HandOver[int, int], doubler: Doubler
):
    for number in range(LARGEST_BATCH + 10):
        hand_over.submit(number)

    hand_over.start()
    hand_over.close()

    assert [len(batch) for batch in doubler.batches] == [LARGEST_BATCH, 10]
    assert list(chain(*doubler.batches)) == list(range(LARGEST_BATCH + 10))


def test_an_exception_is_raised_to_its_sender_alone(hand_over: HandOver[int, int]):
    good, bad = hand_over.submit(1), hand_over.submit(-1)

    hand_over.start()

    assert good.result(ANSWER_S) == 2
    with pytest.raises(ValueError, match="-1"):
        bad.result(ANSWER_S)


def test_a_loop_gets_its_answers_in_its_own_thread_and_is_woken_once_a_batch(
    hand_over: HandOver[int, int], monkeypatch: pytest.MonkeyPatch
):
    async def ask() -> tuple[list[int], int]:
        loop, woken = asyncio.get_running_loop(), []
        wake = loop.call_soon_threadsafe

        def counted(call: Callable[..., object], *arguments: object) -> asyncio.Handle:
            woken.append(call)
            return wake(call, *arguments)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        asked = [hand_over.ask(number) for number in range(50)]
        hand_over.start()
        return list(await asyncio.gather(*asked)), len(woken)

    answers, woken = asyncio.run(ask())

    assert answers == [number * 2 for number in range(50)]
    assert woken == 1


def test_news_and_answers_of_a_batch_reach_a_loop_in_order(doubler: Doubler):
    heard: list[str] = []

    async def ask() -> None:
        inbox = LoopInbox(asyncio.get_running_loop())

        def work(batch: Sequence[int]) -> Sequence[int | Exception]:
            inbox.put(heard.append, "news")
            return doubler(batch)

        hand_over: HandOver[int, int] = HandOver(work, name="doubler", closed=Late)
        hand_over.share(inbox)
        hand_over.start()
        answer = hand_over.ask(1)
        answer.add_done_callback(lambda _answer: heard.append("answer"))
        await answer
        hand_over.close()

    asyncio.run(ask())

    assert heard == ["news", "answer"]


def test_what_a_thread_cancels_before_its_turn_is_never_carried_out(hand_over: HandOver[int, int], doubler: Doubler):
    gone, waiting = hand_over.submit(1), hand_over.submit(2)
    assert gone.cancel()

    hand_over.start()

    assert waiting.result(ANSWER_S) == 4
    with pytest.raises(CancelledError):
        gone.result(ANSWER_S)
    assert doubler.batches == [[2]]


def test_a_loop_that_goes_away_before_its_turn_or_after_it_disturbs_nobody(
    hand_over: HandOver[int, int], doubler: Doubler
):
    async def ask() -> None:
        early, late, waiting = hand_over.ask(1), hand_over.ask(2), hand_over.ask(3)
        early.cancel()
        doubler.gate.clear()
        hand_over.start()
        await asyncio.to_thread(doubler.at_work.wait, ANSWER_S)
        late.cancel()  # its turn has come: it is carried out, and nobody hears of it
        doubler.gate.set()
        async with asyncio.timeout(ANSWER_S):
            assert await waiting == 6

    asyncio.run(ask())

    assert doubler.batches == [[2, 3]]


def test_a_loop_that_was_closed_meanwhile_keeps_no_other_answer_back(hand_over: HandOver[int, int], doubler: Doubler):
    async def ask_and_leave() -> None:
        hand_over.ask(1)

    asyncio.run(ask_and_leave())
    waiting = hand_over.submit(2)

    hand_over.start()

    assert waiting.result(ANSWER_S) == 4
    assert doubler.batches == [[1, 2]]


def test_a_work_that_breaks_is_the_answer_to_its_batch_and_the_next_one_is_carried_out():
    def work(batch: Sequence[int]) -> Sequence[int | Exception]:
        if 0 in batch:
            raise ZeroDivisionError
        return batch

    hand_over: HandOver[int, int] = HandOver(work, name="fragile", closed=Late)
    hand_over.start()

    with pytest.raises(ZeroDivisionError):
        hand_over.submit(0).result(ANSWER_S)
    assert hand_over.submit(1).result(ANSWER_S) == 1
    hand_over.close()


def test_closing_carries_out_what_waits_and_answers_whoever_comes_later(
    hand_over: HandOver[int, int], doubler: Doubler
):
    doubler.gate.clear()
    hand_over.start()
    waiting = [hand_over.submit(number) for number in range(5)]
    doubler.gate.set()

    hand_over.close()

    assert [answer.result(0) for answer in waiting] == [0, 2, 4, 6, 8]
    with pytest.raises(Late):
        hand_over.submit(9).result(0)


def test_what_waited_for_a_start_that_never_came_is_answered_at_the_end(hand_over: HandOver[int, int]):
    waiting = hand_over.submit(1)

    hand_over.close()

    with pytest.raises(Late):
        waiting.result(0)


@pytest.mark.parametrize("attempt", range(50))
def test_everybody_is_answered_however_the_end_and_the_last_questions_meet(doubler: Doubler, attempt: int):
    hand_over: HandOver[int, int] = HandOver(doubler, name="doubler", closed=Late)
    hand_over.start()
    begin = threading.Barrier(5)
    answers: list[int | str] = []

    def ask() -> None:
        begin.wait()
        for number in range(20):
            try:
                answers.append(hand_over.submit(number).result(ANSWER_S))
            except Late:
                answers.append("late")

    callers = [threading.Thread(target=ask) for _ in range(4)]
    for caller in callers:
        caller.start()
    begin.wait()
    hand_over.close()
    for caller in callers:
        caller.join(ANSWER_S)

    assert len(answers) == 80


def test_a_question_that_comes_while_the_end_is_coming_is_answered(hand_over: HandOver[int, int]):
    class ClosesFirst(queue.SimpleQueue):  # type: ignore[type-arg]
        """A queue at whose first question the hand-over ends."""

        def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:
            hand_over._waiting = queue.SimpleQueue()
            hand_over.close()
            hand_over._waiting = self
            super().put(item)

    hand_over._waiting = ClosesFirst()

    with pytest.raises(Late):
        hand_over.submit(1).result(0)


def test_a_loop_that_has_not_come_to_its_news_is_not_woken_again(monkeypatch: pytest.MonkeyPatch):
    heard: list[int] = []

    async def listen() -> int:
        loop, woken = asyncio.get_running_loop(), []
        inbox, wake = LoopInbox(loop), loop.call_soon_threadsafe
        monkeypatch.setattr(loop, "call_soon_threadsafe", lambda call: (woken.append(call), wake(call)))
        for number in range(10):
            inbox.put(heard.append, number)
            inbox.wake()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return len(woken)

    assert asyncio.run(listen()) == 1
    assert heard == list(range(10))


def test_a_call_that_fails_in_the_loop_keeps_the_others_not_back():
    heard: list[int] = []

    async def listen() -> None:
        inbox = LoopInbox(asyncio.get_running_loop())
        inbox.put(int, "not a number")
        inbox.put(heard.append, 1)
        inbox.wake()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(listen())

    assert heard == [1]
