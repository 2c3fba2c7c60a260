"""`bench call`: 20 counters that call at once while 20,000 wait, and what a call costs in a short and a long line."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from commands.bench.callers import ANSWER_S, Run, threads
from commands.bench.engine import draw, open_counters
from commands.bench.ground import city, counters_by_turns, folder_on_disk
from commands.bench.rows import Row, Wrong, at_least, at_most
from commands.bench.scale import Scale
from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from queue_server.service.engine import Engine
from queue_server.service.writer import Writer, fresh_ids
from settings.load import hall_clock, read_site

COUNTERS = 20
GOAL_PER_S = 2_000.0
GROWTH = 1.5
SHORT = 1_000  # people waiting
BATCHES = 40  # of calls, in which costs are compared
LARGEST_BATCH = 500


def bench(scale: Scale) -> list[Row]:
    """Measure both."""
    with folder_on_disk() as folder:
        plan = city(folder)
        run = _call(plan, folder, scale)
        short_us, long_us = _costs(plan, folder, scale)
    called = len(run.answers)
    return [
        at_least(
            f"call: next visitor to {COUNTERS} counters, {scale.waiting:,} waiting",
            called / run.spent_s,
            "calls/s",
            GOAL_PER_S,
        ),
        at_most(f"call: cost with {scale.longest:,} waiting, of {SHORT:,}", long_us, "us", short_us, goal=GROWTH),
    ]


# ---- many counters at once ------------------------------------------------------------------------------------------


def _call(plan: HallPlan, folder: Path, scale: Scale) -> Run[Record]:
    """Each counter calls, and is done with the visitor at once, until a quarter of those who wait have been called."""
    journal = SqlJournal(folder / "call.sqlite")
    writer = Writer(plan, journal, hall_clock(read_site(folder / "site.toml")))
    writer.start()
    try:
        open_counters(writer, plan)
        _fill(writer, plan, scale.waiting)
        numbers = counters_by_turns(plan, COUNTERS)
        turns = scale.waiting // 4 // COUNTERS

        def call(caller: int, turn: int) -> Record:
            number = numbers[caller]
            called = writer.submit(m.CallNext(command_id=f"call-{caller}-{turn}", counter_no=number)).result(ANSWER_S)
            done = m.CompleteService(command_id=f"done-{caller}-{turn}", counter_no=number)
            writer.submit(done).result(ANSWER_S)
            return called

        run = threads(call, COUNTERS, scale.seconds, turns=turns)
        writer.close()
        check_called(run.answers, list(journal.everything()))
    finally:
        writer.close()
        journal.close()
    return run


def _fill(writer: Writer, plan: HallPlan, count: int) -> None:
    ask = draw(plan)
    for answer in [writer.submit(ask(0, turn)) for turn in range(count)]:
        answer.result(ANSWER_S)


def check_called(answers: Sequence[Record], kept: Sequence[Record]) -> None:
    """See that every answer called somebody else, and that the journal says the same.

    Raises:
        Wrong: not so.
    """
    called = [answer.event.ticket_id for answer in answers if isinstance(answer.event, m.TicketCalled)]
    if len(called) != len(answers):
        raise Wrong("an answer was no call")
    kept_calls = [r.event.ticket_id for r in kept if isinstance(r.event, m.TicketCalled) and r.event.call_count == 1]
    for tickets in (called, kept_calls):
        if len(set(tickets)) != len(tickets):
            raise Wrong(f"{len(tickets) - len(set(tickets))} tickets were called to two counters")
    if not set(called) <= set(kept_calls):
        raise Wrong("a call was answered and not kept")


# ---- a short and a long line ----------------------------------------------------------------------------------------


def _costs(plan: HallPlan, folder: Path, scale: Scale) -> tuple[float, float]:
    """Microseconds of processor time a call, rules and journal, in a short line and in a long one, by turns."""
    halls = [_Hall(plan, folder, waiting) for waiting in (SHORT, scale.longest)]
    try:
        pairs = [[hall.call(batch) for hall in halls] for batch in range(BATCHES)]
    finally:
        for hall in halls:
            hall.close()
    short_us, long_us = (median(column) for column in zip(*pairs, strict=True))
    return short_us, long_us


class _Hall:
    """An engine with a clerk at every counter and so many people who wait."""

    def __init__(self, plan: HallPlan, folder: Path, waiting: int) -> None:
        self._journal = SqlJournal(folder / f"line{waiting}.sqlite")
        clock = hall_clock(read_site(folder / "site.toml"))
        self._engine = Engine(plan, self._journal, clock, new_id=fresh_ids().__next__)
        self._numbers, self._ask, self._turn = counters_by_turns(plan, COUNTERS), draw(plan), 0
        self._engine.carry_out(
            [m.OpenCounter(command_id=f"open-{n}", counter_no=n, staff_no=f"T{n}") for n in plan.counters]
        )
        for _ in range(waiting // LARGEST_BATCH):
            self._draw(LARGEST_BATCH)

    def call(self, batch: int) -> float:
        """Call to every counter in one batch, and be done with everybody in another; as many others come.

        Returns:
            Microseconds a call.
        """
        calls = [m.CallNext(command_id=f"call-{batch}-{n}", counter_no=n) for n in self._numbers]
        began = time.thread_time()
        outcomes, _records = self._engine.carry_out(calls)
        spent_s = time.thread_time() - began
        called = {o.event.ticket_id for o in outcomes if isinstance(o, Record) and isinstance(o.event, m.TicketCalled)}
        if len(called) != len(calls):
            raise Wrong(f"{len(calls)} counters called {len(called)} visitors")
        self._engine.carry_out([m.CompleteService(command_id=f"done-{batch}-{n}", counter_no=n) for n in self._numbers])
        self._draw(len(calls))
        return spent_s / len(calls) * 1e6

    def close(self) -> None:
        """Close its journal."""
        self._journal.close()

    def _draw(self, count: int) -> None:
        self._engine.carry_out([self._ask(0, self._turn + number) for number in range(count)])
        self._turn += count
