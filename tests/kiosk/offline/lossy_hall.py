"""A hall's real engine at the end of a bad line: requests and answers get lost or come late, and it restarts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from hall import messages as m
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind
from kiosk.adapters.hall_client import NeverSent, QueuesAnswer, Refused, ServerAway, ServerFailed
from kiosk.flow.state import Ticket
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import ClockLeapt, ClockSteppedBack, Refusal
from queue_server.service.engine import Engine
from queue_server.service.ports import Kept

ITEM = {"A": "I1", "B": "I2"}


def small_plan(*queues: Queue) -> HallPlan:
    """Two queues, one counter for both; without opening hours if none are given."""
    return HallPlan.of(
        "h",
        "厅",
        "Hall",
        zones=[Zone("Z", "区", "Zone", 1)],
        queues=queues or [Queue(prefix, prefix, prefix, "Z") for prefix in ITEM],
        counters=[Counter("1", CounterKind.COMPREHENSIVE, "Z", tuple(ITEM))],
        items=[ServiceItem(key, key, key, "D", key, prefix, TimeClass.SHORT) for prefix, key in ITEM.items()],
        kiosks=["K01", "K02"],
    )


class MemoryJournal:
    """A journal that outlasts its server."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, records: Sequence[Record], *, snapshot: bytes | None = None) -> None:
        self.records += records

    def kept(self) -> Kept:
        return Kept(None, list(self.records), {})

    def answer(self, seq: int) -> Record:
        return self.records[seq - 1]


class LossyHall:
    """Stands where `HallClient` stands. Set `line`, then look at `asked`, `day` and the journal.

    Attributes:
        line: what becomes of each next request: "ok", "refused" (no connection), "lost" (the request), "unheard" (the
            answer), "late" (the request comes when `deliver_late()` is called), "failed" (an HTTP 500, nothing
            done). When it is used up, all goes well.
        away: no connection at all.
        fails: every command is answered with an HTTP 500.
        fails_on: the ids of commands that are answered so.
        loses_questions: commands come through, and what is only asked does not.
        incarnation: the journal's name, as the queues' answer tells it.
    """

    def __init__(self, plan: HallPlan, now: Callable[[], datetime]) -> None:
        self.journal = MemoryJournal()
        self.line: list[str] = []
        self.away = self.loses_questions = self.fails = False
        self.fails_on: set[str] = set()
        self.incarnation = "first"
        self.asked: list[m.AnyCommand] = []
        self._late: list[m.AnyCommand] = []
        self._plan, self._now = plan, now
        self._ids = (f"server-{n}" for n in count(1))
        self.restart()

    @property
    def day(self) -> HallDay:
        return self._engine.hall

    def restart(self) -> None:
        """The server's process ends and begins again; what was not kept is gone."""
        self._engine = Engine(self._plan, self.journal, self, new_id=lambda: next(self._ids))
        self._engine.rebuild()

    def restore(self, seq: int) -> None:
        """A backup that ends with record `seq` is put in the journal's place."""
        self.journal.records = self.journal.records[:seq]
        self.incarnation += "'"
        self.restart()

    def now(self) -> datetime:
        return self._now()

    # ---- what a kiosk asks ----------------------------------------------------------------------------------------

    def carry_out(self, command: m.AnyCommand) -> m.AnyEvent:
        return self._over_the_line(command).event

    def issue(self, command: m.IssueTicket) -> Ticket:
        record = self._over_the_line(command)
        event = record.event
        assert isinstance(event, m.TicketIssued)
        return Ticket(
            ticket_id=event.ticket_id,
            display_number=event.display_number,
            prefix=event.prefix,
            item_key=event.item_key,
            ahead_count=event.ahead_count,
            wait_p50_s=None,
            wait_p90_s=None,
            issued_at=record.at,
            status_url=f"http://hall/t/{event.ticket_id}",
        )

    def queues(self) -> QueuesAnswer:
        """What is told is read, not done: it does not use up `line`."""
        if self.away or self.loses_questions:
            raise NeverSent("no connection")
        return QueuesAnswer(self.day.seq, (), self.incarnation, self.day.day)

    def close(self) -> None:
        pass

    # ---- what a test does -----------------------------------------------------------------------------------------

    def do(self, command: m.AnyCommand) -> Record:
        """Carry a command out beside the line, as somebody in the hall would; raises `Refusal`."""
        (outcome,), _records = self._engine.carry_out([command])
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def deliver_late(self) -> None:
        """What was held up somewhere arrives now; nobody waits for the answers any more."""
        while self._late:
            self._engine.carry_out([self._late.pop(0)])

    def _over_the_line(self, command: m.AnyCommand) -> Record:
        self.asked.append(command)
        happens = "refused" if self.away else self.line.pop(0) if self.line else "ok"
        if happens == "refused":
            raise NeverSent("no connection")
        if happens == "failed" or self.fails or command.command_id in self.fails_on:
            raise ServerFailed("HTTP 500")
        if happens == "late":
            self._late.append(command)
        if happens in ("lost", "late"):
            raise ServerAway("no answer")
        try:
            record = self.do(command)
        except (ClockSteppedBack, ClockLeapt) as exc:
            raise ServerFailed("HTTP 503") from exc
        except Refusal as exc:
            record = None
            refused = Refused(exc.code, str(exc))
        if happens == "unheard":
            raise ServerAway("the connection ended")
        if record is None:
            raise refused
        return record
