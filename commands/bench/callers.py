"""Callers: threads, or coroutines, that each wait for their own answer before they ask again."""

import asyncio
import resource
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from msgspec import Struct

A = TypeVar("A")

ANSWER_S = 60.0


class Run(Struct, Generic[A], frozen=True):
    """What callers got.

    Attributes:
        answers: in the order in which each caller got them, caller by caller.
        spent_s: real seconds from the first question to the last answer.
        cpu_s: processor seconds of this process meanwhile.
    """

    answers: list[A]
    spent_s: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.spent_s

    @property
    def cpu_us(self) -> float:
        """Processor microseconds an answer."""
        return self.cpu_s / max(len(self.answers), 1) * 1e6


def threads(ask: Callable[[int, int], A], callers: int, seconds: float, *, turns: int = sys.maxsize) -> Run[A]:
    """Let threads ask for a while.

    Args:
        ask: gets the caller's number and its turn, both from 0, and waits for the answer.
        turns: a caller stops after so many.
    """
    answers: list[list[A]] = [[] for _ in range(callers)]
    failed: list[BaseException] = []
    over = threading.Event()

    def work(caller: int) -> None:
        mine, turn = answers[caller], 0
        try:
            while turn < turns and not over.is_set():
                mine.append(ask(caller, turn))
                turn += 1
        except Exception as exc:  # noqa: BLE001 (raised again below, in the thread that asked)
            failed.append(exc)
            over.set()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(callers)]
    began, cpu = time.perf_counter(), _cpu_s()
    for worker in workers:
        worker.start()
    alarm = threading.Timer(seconds, over.set)
    alarm.start()
    for worker in workers:
        worker.join()
    alarm.cancel()
    spent_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    if failed:
        raise failed[0]
    return Run([answer for mine in answers for answer in mine], spent_s, cpu_s)


def coroutines(ask: Callable[[int, int], Awaitable[A]], callers: int, seconds: float) -> Run[A]:
    """The same with coroutines in one event loop, as the server's requests are."""
    answers: list[A] = []

    async def work(caller: int, until: float) -> None:
        turn = 0
        while time.perf_counter() < until:
            answers.append(await ask(caller, turn))
            turn += 1

    async def everybody() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(work(number, until) for number in range(callers)))

    began, cpu = time.perf_counter(), _cpu_s()
    asyncio.run(everybody())
    return Run(answers, time.perf_counter() - began, _cpu_s() - cpu)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
