"""An engine on a journal in memory, with a clock: what outlasts a process, in a few words."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.domain.record import Record
from queue_server.service.engine import Engine, Outcome
from queue_server.service.ports import Kept
from tests.queue_server.halls import (
    MORNING,
    Clock,
    as_kept,
    audit,
)


class MemoryJournal:
    """A journal that forgets nothing while the test runs."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.snapshot: bytes | None = None
        self.after = 0

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        self.records += map(as_kept, records)
        if snapshot is not None:
            self.snapshot, self.after = snapshot, len(self.records)

    def kept(self) -> Kept:
        return Kept(
            self.snapshot, self.records[self.after :], {r.command_id: r.seq for r in self.records[: self.after]}
        )

    def answer(self, seq: int) -> Record:
        return self.records[seq - 1]


class Running:
    """An engine on its journal, with a clock."""

    def __init__(self, plan: HallPlan, now: datetime = MORNING, journal: MemoryJournal | None = None) -> None:
        self.clock = Clock(now)
        self.journal = journal or MemoryJournal()
        ids = count(1)
        self.engine = Engine(
            plan, self.journal, self.clock, new_id=lambda: f"new-{len(self.journal.records)}-{next(ids)}"
        )
        self._commands = count(1)

    def ask(self, kind: type[m.Command], **values: Any) -> Any:
        """The event or the refusal."""
        command: Any = kind(command_id=f"c-{len(self.journal.records)}-{next(self._commands)}", **values)
        outcomes: list[Outcome]
        outcomes, _records = self.engine.carry_out([command])
        audit(self.engine.hall)
        return outcomes[0].event if isinstance(outcomes[0], Record) else outcomes[0]

    def issue(self, item_key: str = "a1", **values: Any) -> Any:
        return self.ask(m.IssueTicket, item_key=item_key, kiosk_id="K01", **values)

    def events(self, kind: type[m.Event]) -> list[Any]:
        return [record.event for record in self.journal.records if isinstance(record.event, kind)]

    def started_again(self, plan: HallPlan | None = None) -> "Running":
        return Running(plan or self.engine.hall.plan, self.clock.time, self.journal)
