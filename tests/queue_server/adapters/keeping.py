"""A hall whose records go into a journal, batch by batch, as the engine sends them."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hall import messages as m
from hall.catalogue import HallPlan
from hall.ticket import OPEN_STATES
from queue_server.domain.refusals import Refusal
from queue_server.domain.snapshot import dump
from queue_server.service.ports import Journal
from tests.queue_server.halls import Hall

COUNTERS = ("1", "2", "3")


class KeptHall(Hall):
    """Decides like `Hall`; `keep()` appends what is new."""

    def __init__(self, plan: HallPlan, journal: Journal) -> None:
        self.journal = journal
        self._kept = 0
        super().__init__(plan)

    def keep(self) -> None:
        """Append what happened since, with a snapshot when a day began or was closed."""
        new = self.records[self._kept :]
        if not new:
            return
        turns_day = any(isinstance(record.event, m.DayStarted | m.DayClosed) for record in new)
        self.journal.append(new, snapshot=dump(self.day) if turns_day else None)
        self._kept = len(self.records)

    def close_day(self) -> None:
        """End the day, whoever is still there, and keep everything."""
        still_open = sum(ticket.state in OPEN_STATES for ticket in self.day.tickets.values())
        self.do(m.CloseDay(command_id=self.id(), by="M1", confirmed_open=still_open))
        self.keep()

    def next_day(self) -> None:
        """Go on a day and keep everything."""
        self.clock.pass_(days=1)
        self.do(m.StartDay(command_id=self.id()))
        self.keep()

    def try_(self, kind: type[msgspec.Struct], **values: Any) -> bool:
        """Carry a command out unless it is refused."""
        try:
            self.do(kind(command_id=self.id(), **values))
        except Refusal:
            return False
        return True

    def busy_day(self, tickets: int, seed: int = 1) -> None:
        """Some visits of every kind; kept in batches."""
        rng = random.Random(seed)
        for number, counter_no in enumerate(COUNTERS, 1):
            self.open(counter_no, f"T{number:04d}")
        for _ in range(tickets):
            self.issue()
            for counter_no in COUNTERS:
                self.clock.pass_(seconds=rng.uniform(5, 60))
                self._one_step(counter_no, rng)
            if rng.random() < 0.2:
                self.keep()
        self.keep()

    def _one_step(self, counter_no: str, rng: random.Random) -> None:
        counter = self.day.counters[counter_no]
        if counter.ticket_id is None:
            self.try_(m.CallNext, counter_no=counter_no)
            return
        act = rng.choice([m.StartService, m.CompleteService, m.CompleteService, m.MarkMissed, m.HoldTicket, m.Recall])
        self.try_(act, counter_no=counter_no, **({"reason": "form"} if act is m.HoldTicket else {}))


def over_sqlite(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> Callable[[], sqlite3.Connection]:
    """A `connect` for `SqlJournal` that lets a test look at, or limit, the journal's own connection."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False)
        prepare(connection)
        return connection

    return connect
