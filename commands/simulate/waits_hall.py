"""A hall in simulated time: visitors and clerks by the load model, on the real rules. One thread, one seed.

All decisions are the real `decide`, all state the real `evolve`; there is no journal and no clock but this one.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count

from commands.simulate.waits_clerks import Clerks
from commands.simulate.waits_plan import WaitPreset, wait_plan
from commands.simulate.waits_visitors import Visitors, at
from hall import messages as m
from queue_server.domain.decide import decide
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import Refusal

FIRST_DAY = date(2026, 3, 2)  # a Monday
DAY_BEFORE = date(2026, 2, 27)

Watcher = Callable[[HallDay, Record], None]
"""Sees the hall as it is before an event changes it, and the event."""


class WaitingHall:
    """The hall, day after day."""

    def __init__(self, preset: WaitPreset, seed: int, watch: Watcher) -> None:
        self.preset = preset
        self.rng = random.Random(seed)
        self.day = HallDay(wait_plan(preset))
        self.now = at(DAY_BEFORE, time(20))
        self.visitors, self.clerks = Visitors(self), Clerks(self)
        self._watch = watch
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._ids, self._planned = count(1), count(1)

    def run(self, days: int) -> None:
        """Live through so many working days, from a Monday on."""
        today = FIRST_DAY
        self.do(m.StartDay(command_id=self.id()))
        self.visitors.book(today)
        for _ in range(days):
            self.now = max(self.now, at(today, time(7)))
            self.do(m.StartDay(command_id=self.id()))
            self.visitors.plan_day(today)
            self.clerks.plan_day(today)
            while self._agenda:
                moment, _number, act = heappop(self._agenda)
                self.now = max(moment, self.now)
                act()
            self.now = max(self.now, at(today, time(20)))
            today = self.day.plan.calendar.add_working_days(today, 1)
            self.visitors.book(today)

    def do(self, command: m.AnyCommand) -> m.AnyEvent:
        """Carry a command out; raises what `decide` raises."""
        events = decide(self.day, command, self.now, self.id)
        for event in events:
            record = Record(seq=self.day.seq + 1, at=self.now, command_id=command.command_id, event=event)
            self._watch(self.day, record)
            evolve(self.day, record)
        return events[-1]

    def attempt(self, command: m.AnyCommand) -> m.AnyEvent | None:
        """Carry a command out that the rules may refuse."""
        try:
            return self.do(command)
        except Refusal:
            return None

    def id(self) -> str:
        """A fresh id, the same in every run of a seed."""
        return f"{next(self._ids):07d}"

    def plan(self, moment: datetime, act: Callable[[], None]) -> None:
        """Let something happen at an instant of this day."""
        heappush(self._agenda, (moment, next(self._planned), act))

    def plan_in(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen after a while."""
        self.plan(self.now + timedelta(seconds=seconds), act)
