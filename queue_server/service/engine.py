"""The hall's rules and its journal together: a batch of commands in, one transaction, their answers out.

It knows no threads. The writer runs it in its own; a simulation runs it in one, with a disk that fails when asked to.
"""

import logging
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime

import msgspec
from prometheus_client import Counter

from hall import messages as m
from hall.catalogue import HallPlan
from hall.clock import Clock
from hall.site_parts import changes, digest_of, parts_of
from queue_server.domain.answers import answers, is_again
from queue_server.domain.decide import audited, decide
from queue_server.domain.decisions.days import believed_time, day_has_changed
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import ClockLeapt, ClockSteppedBack, CommandIdReused, Refusal
from queue_server.domain.snapshot import dump, load
from queue_server.service.ports import Journal, JournalUnavailable, Kept

logger = logging.getLogger(__name__)

REFUSALS_REMEMBERED = 2_000  # enough for a network's late copies: minutes of a rush, and under 1 MB

DECIDED = Counter("hq_commands", "Commands by outcome.", ["command", "outcome"])

Outcome = Record | Refusal
"""A command's answer: the record that answers it, or why it was refused."""

Found = tuple[Kept, HallDay]
"""What a journal holds, and the hall's state by it."""


def read(journal: Journal, plan: HallPlan) -> Found:
    """What a journal holds, and the hall's state by it.

    Raises:
        JournalUnavailable: it cannot be read, or does not fit the plan.
    """
    kept = journal.kept()
    return kept, day_in(kept, plan)


def day_in(kept: Kept, plan: HallPlan) -> HallDay:
    """The hall's state as a journal holds it.

    Raises:
        JournalUnavailable: the site file has lost something that the day is about.
    """
    hall = HallDay(plan)
    try:
        if kept.snapshot is not None:
            hall = load(plan, kept.snapshot)
        for record in kept.records:
            evolve(hall, record)
    except KeyError as exc:
        raise _lost(str(exc), hall) from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise JournalUnavailable(f"the journal's snapshot cannot be read: {exc}; restore a backup") from exc
    if not hall.is_closed:  # else nobody waits any more, and tickets are only looked at
        named = {key for ticket in hall.tickets.values() for key in (ticket.item_key, *ticket.further_items)}
        if lost := named - plan.items.keys():
            raise _lost(repr(min(lost)), hall)
    return hall


def _lost(what: str, hall: HallDay) -> JournalUnavailable:
    return JournalUnavailable(
        f"the journal of {hall.day} is about {what}, which the site file or its catalogue no longer has: "
        f"put it back, and take it out once the day has been ended"
    )


class Engine:
    """Owns the hall's state. Used by one thread at a time."""

    def __init__(self, plan: HallPlan, journal: Journal, clock: Clock, *, new_id: Callable[[], str]) -> None:
        """Prepare; `rebuild()` reads the journal.

        Args:
            new_id: makes a fresh UUID.
        """
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._site = parts_of(plan)
        self._is_other_site = True  # whether the journal's last site is not this one
        self.hall = HallDay(plan)
        self._is_stale = True  # whether the state may differ from the journal
        self._answers: dict[str, int] = {}  # command id: the sequence of its answer, today
        self._older_answers: dict[str, int] = {}  # the same of the business day before
        self._refused: dict[str, tuple[m.AnyCommand, Refusal]] = {}  # by id, oldest first; lost with the process
        self._odd: Tally[tuple[type[m.Command], str]] = Tally()  # outcomes of the batch other than "done"

    def rebuild(self) -> Kept:
        """Read the state from the journal.

        Returns:
            What it holds, for followers.

        Raises:
            JournalUnavailable: it cannot be read, or does not fit the plan.
        """
        kept, hall = read(self._journal, self._plan)
        self.adopt(kept, hall)
        return kept

    def adopt(self, kept: Kept, hall: HallDay) -> None:
        """Go on from what somebody has just `read`; `hall` is the engine's own from now on."""
        self.hall = hall
        self._is_other_site = hall.site != self._site
        self._older_answers = {command_id: seq for command_id, seq in kept.answers.items() if seq < hall.began}
        self._answers = {command_id: seq for command_id, seq in kept.answers.items() if seq >= hall.began}
        self._answers.update((record.command_id, record.seq) for record in kept.records)
        self._is_stale = False

    def carry_out(self, commands: Sequence[m.AnyCommand]) -> tuple[list[Outcome], list[Record]]:
        """Decide in order, each on the state that the one before left, and keep what follows in one transaction.

        Returns:
            An outcome for each command, and the records that are new in the journal.

        Raises:
            JournalUnavailable: perhaps nothing was kept; no command has an answer, and the state is read again.
        """
        if self._is_stale:
            self.rebuild()
        try:
            return self._carry_out(commands)
        except BaseException:
            self._is_stale = True  # a failed write may have been kept after all
            raise

    @property
    def is_stale(self) -> bool:
        """Whether the state must be read again from the journal."""
        return self._is_stale

    def _carry_out(self, commands: Sequence[m.AnyCommand]) -> tuple[list[Outcome], list[Record]]:
        self._odd.clear()
        records: list[Record] = []
        outcomes: list[Outcome] = []
        batch: dict[str, tuple[m.AnyCommand, Outcome]] = {}  # by id
        began, is_closed = self.hall.began, self.hall.is_closed
        clock_says = self._clock.now()  # once: a batch is decided at one instant, in the order of its commands
        for command in commands:
            command_id = command.command_id
            outcome = _again(command, *batch[command_id]) if command_id in batch else self._earlier(command)
            if outcome is None:
                outcome = self._decide(command, clock_says, records)
                batch[command_id] = (command, outcome)
            outcomes.append(outcome)
        if records:
            has_turned = self.hall.began != began or self.hall.is_closed != is_closed
            self._journal.append(records, snapshot=dump(self.hall) if has_turned else None)
        if self.hall.began != began:
            self._older_answers, self._answers = self._answers, {}
        for command_id, (command, outcome) in batch.items():
            if isinstance(outcome, Record):
                self._answers[command_id] = outcome.seq
            elif not isinstance(outcome, ClockSteppedBack | ClockLeapt):  # those go with the clock's mending
                self._refused[command_id] = (command, copy(outcome))  # raising the other one fills it with frames
        while len(self._refused) > REFUSALS_REMEMBERED:
            del self._refused[next(iter(self._refused))]
        self._count(commands)
        return outcomes, records

    def _earlier(self, command: m.AnyCommand) -> Outcome | None:
        """The first answer to a command that is repeated. A late copy of what was refused must not be carried out."""
        seq = self._answers.get(command.command_id) or self._older_answers.get(command.command_id)
        if seq is None:
            refused = self._refused.get(command.command_id)
            return _again(command, *refused) if refused else None
        self._odd[type(command), "repeated"] += 1
        return _again(command, None, self._journal.answer(seq))

    def _decide(self, command: m.AnyCommand, clock_says: datetime, records: list[Record]) -> Outcome:
        now = clock_says
        try:
            if type(command) is m.ConfirmClock:
                return self._confirm_clock(command, now, records)
            if clock_says is not self.hall.at:  # else a record of this very instant has passed all that
                now = believed_time(self.hall, clock_says)
                self._begin_day(command, now, records)
            self._take(command.command_id, decide(self.hall, command, now, self._new_id), now, records)
        except Refusal as refusal:
            self._odd[type(command), refusal.code] += 1
            if (event := audited(command, refusal)) is not None:
                self._take(self._new_id(), [event], now, records)
            return refusal
        return records[-1]

    def _confirm_clock(self, command: m.ConfirmClock, now: datetime, records: list[Record]) -> Record:
        """First the clock, which nothing believes before: whatever follows from it is of the confirmed time."""
        self._take(command.command_id, decide(self.hall, command, now, self._new_id), now, records)
        answer = records[-1]
        self._begin_day(command, now, records)
        return answer

    def _begin_day(self, command: m.AnyCommand, now: datetime, records: list[Record]) -> None:
        """Adopt the site and its rules and begin a new business day, before the first command that needs them."""
        if self._is_other_site:
            changed = changes(self.hall.site, self._site) if self.hall.site else ()
            adopted = m.SiteAdopted(digest=digest_of(self._site), parts=self._site, changed=changed)
            self._take(self._new_id(), [adopted], now, records)
            self._is_other_site = False
            logger.info("the site is adopted: %s", ", ".join(changed) or "the first that this journal names")
        if self.hall.rules != self._plan.rules:
            self._take(self._new_id(), [m.RulesAdopted(rules=self._plan.rules)], now, records)
        if day_has_changed(self.hall, now) and not isinstance(command, m.StartDay):
            start = m.StartDay(command_id=self._new_id())
            self._take(start.command_id, decide(self.hall, start, now, self._new_id), now, records)

    def _take(self, command_id: str, events: Sequence[m.AnyEvent], now: datetime, records: list[Record]) -> None:
        for event in events:
            record = Record(seq=self.hall.seq + 1, at=now, command_id=command_id, event=event)
            evolve(self.hall, record)
            records.append(record)

    def _count(self, commands: Sequence[m.AnyCommand]) -> None:
        """Hand the batch's outcomes to the metrics: a command by itself would pay for two look-ups and a lock."""
        done = Tally[type[m.Command]](map(type, commands))
        for (kind, outcome), count in self._odd.items():
            done[kind] -= count
            DECIDED.labels(kind.__name__, outcome).inc(count)
        for kind, count in done.items():
            DECIDED.labels(kind.__name__, "done").inc(count)


def _again(command: m.AnyCommand, first: m.AnyCommand | None, outcome: Outcome) -> Outcome:
    """The first answer to a command whose id comes again; a refusal where the id was another request's.

    Args:
        first: what the id was first used for; None where only its answer is known.
    """
    if isinstance(outcome, Record):
        if answers(outcome.event, command):
            return outcome
    elif first is not None and is_again(first, command):
        return copy(outcome)
    return CommandIdReused("this command_id was used for another request: make a new one")
