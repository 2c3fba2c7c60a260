"""A journal of a hall's many years: its last days are lived through the real rules, those before them are copies.

Copies, because ten million events through the rules take a quarter of an hour, and no start reads them.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

from commands.bench.ground import MIDNIGHT
from commands.bench.rows import Wrong
from hall import messages as m
from hall.catalogue import HallPlan
from hall.rating import RatingChannel, RatingLevel
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.decide import decide
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import Refusal
from queue_server.domain.snapshot import dump
from queue_server.service.engine import Engine
from queue_server.service.writer import fresh_ids

DAY = timedelta(days=1)
OPENS, ENDS = timedelta(hours=9), timedelta(hours=17)
LAST_DAY = MIDNIGHT + 2 * DAY
COPY_EVENTS = """
    INSERT INTO event (seq, at, command_id, type, body)
    SELECT seq + :shift, at, command_id || :mark, type, body FROM event WHERE seq <= :last
"""
COPY_DAY = "INSERT INTO day (seq, business_day) SELECT seq + :shift, :older FROM day WHERE seq <= :last"


def write_long_journal(path: Path, plan: HallPlan, *, events: int, tickets_a_day: int) -> HallDay:
    """Write it. Its last day, `LAST_DAY`, is nearly over, so that a start has as much to read as it ever can.

    Args:
        path: a file that does not exist.
        events: at least so many, all days together.
        tickets_a_day: drawn, printed, called, served and rated on each of the days that a start looks at.

    Returns:
        The state at its end.
    """
    hall = _live(path, plan, MIDNIGHT, tickets_a_day)
    hall.seq = _copy_first_day(path, hall.seq, events)
    _begin_day(path, hall, MIDNIGHT + DAY)
    _live(path, plan, MIDNIGHT + DAY, tickets_a_day)
    return _live(path, plan, LAST_DAY, tickets_a_day)


def _copy_first_day(path: Path, last: int, events: int) -> int:
    """Put copies of events 1 to `last` behind them until there are `events`; returns the new last one's number."""
    copies = max(-(-events // last) - 3, 0)  # beside them: the day itself, and two more that follow
    db = sqlite3.connect(path, isolation_level=None)
    try:
        for copy in range(1, copies + 1):
            older = (MIDNIGHT - copy * DAY).date().isoformat()
            what = {"shift": copy * last, "mark": f"-{copy}", "last": last, "older": older}
            db.execute(COPY_EVENTS, what)
            db.execute(COPY_DAY, what)
    finally:
        db.close()
    return last * (copies + 1)


def _begin_day(path: Path, hall: HallDay, now: datetime) -> None:
    """Begin a day behind the copies; its snapshot makes them past."""
    new_id = fresh_ids().__next__
    start = m.StartDay(command_id=new_id())
    (event,) = decide(hall, start, now, new_id)
    record = Record(seq=hall.seq + 1, at=now, command_id=start.command_id, event=event)
    evolve(hall, record)
    journal = SqlJournal(path)
    try:
        journal.append([record], snapshot=dump(hall))
    finally:
        journal.close()


def _live(path: Path, plan: HallPlan, day: datetime, tickets: int) -> HallDay:
    """Let a day pass; in each round every counter serves a visitor."""
    clock, journal = _Clock(day + OPENS), SqlJournal(path)
    try:
        engine = Engine(plan, journal, clock, new_id=fresh_ids().__next__)
        engine.rebuild()
        hall = _Hall(engine, plan, f"{day:%m%d}")
        rounds = -(-tickets // len(hall.doors))
        for number in range(rounds):
            clock.instant = day + OPENS + (ENDS - OPENS) * (number / rounds)
            hall.serve(min(tickets - number * len(hall.doors), len(hall.doors)))
        return engine.hall
    finally:
        journal.close()


class _Clock:
    """A `Clock` that stands where it is set."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class _Hall:
    """A hall with a clerk at every counter, and nothing in it that is refused."""

    def __init__(self, engine: Engine, plan: HallPlan, tag: str) -> None:
        self._engine, self._tag, self._asked = engine, tag, 0
        self.doors = [(n, key) for n in plan.counters if (key := _first_served(plan, n)) is not None]
        self._ask([m.OpenCounter(command_id=self._id(), counter_no=n, staff_no=f"T{n}") for n, _key in self.doors])

    def serve(self, visitors: int) -> None:
        """One for each of so many counters, from the number to the rating; a step of all of them is one transaction."""
        doors = self.doors[:visitors]
        numbers = [number for number, _key in doors]
        drawn = [m.IssueTicket(command_id=self._id(), item_key=key, kiosk_id="K01") for _number, key in doors]
        tickets = [answer.ticket_id for answer in self._ask(drawn) if isinstance(answer, m.TicketIssued)]
        self._ask([m.ReportPrint(command_id=self._id(), ticket_id=ticket_id, printed=True) for ticket_id in tickets])
        self._ask([m.CallNext(command_id=self._id(), counter_no=number) for number in numbers])
        self._ask([m.StartService(command_id=self._id(), counter_no=number) for number in numbers])
        done = self._ask([m.CompleteService(command_id=self._id(), counter_no=number) for number in numbers])
        ratings = [answer.rating_id for answer in done if isinstance(answer, m.ServiceCompleted)]
        self._ask([self._rate(rating_id, level) for rating_id, level in zip(ratings, cycle(RatingLevel), strict=False)])

    def _rate(self, rating_id: str, level: RatingLevel) -> m.Rate:
        return m.Rate(command_id=self._id(), rating_id=rating_id, level=level, channel=RatingChannel.EVALUATOR)

    def _ask(self, commands: Sequence[m.AnyCommand]) -> list[m.AnyEvent]:
        outcomes, _records = self._engine.carry_out(commands)
        for outcome in outcomes:
            if isinstance(outcome, Refusal):
                raise Wrong(f"a visit was refused: {outcome}")
        return [outcome.event for outcome in outcomes if isinstance(outcome, Record)]

    def _id(self) -> str:
        self._asked += 1
        return f"lived-{self._tag}-{self._asked}"


def _first_served(plan: HallPlan, counter_no: str) -> str | None:
    """A matter that a counter handles, of the queue that it calls from first."""
    first = plan.counters[counter_no].queues[0]
    return next((item.key for item in plan.items_of(first) if plan.can_serve(counter_no, item)), None)
