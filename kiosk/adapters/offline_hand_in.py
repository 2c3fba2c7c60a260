"""The order in which a kiosk's own tickets come to the server, and what becomes of one that the server fails on.

One ticket must not hold up the others for ever, and a server that fails on everything must not have every ticket
called by hand. The server itself tells the two apart: its journal goes on for others while it fails on one.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from hall.messages import MergeTicket
from hall.ticket import display_number
from kiosk.adapters.hall_client import QueuesAnswer, Refused, ServerAway, ServerFailed
from kiosk.adapters.lease_book import LeaseBook, WaitingTicket
from kiosk.adapters.offline_health import OfflineHealth
from kiosk.adapters.offline_merge import Hall, merged

logger = logging.getLogger(__name__)

TRIES = 5  # then those behind a ticket go on without it; and so often must others' work have been done meanwhile
MOST_IN_VAIN = 5  # failures one after another, of whatever tickets: the rest is left for the next time
TRY_AGAIN_S = 600.0  # between two tries of the tickets that were set aside


@dataclass
class _Failure:
    """How often the server has failed on one ticket."""

    waiting: WaitingTicket
    tries: int = 0
    while_others: int = 0  # of these, how often the journal went on for others
    is_untold: bool = False  # whether it failed since the journal's revision was last heard


@dataclass
class _Run:
    """One walk along the tickets that wait."""

    position: int = 0  # of the last ticket that was looked at
    held: set[str] = field(default_factory=set)  # queues in which an earlier ticket must come first
    in_vain: int = 0
    failure: ServerFailed | None = None


class HandIn:
    """Hands tickets in by arrival. Threads may share one; one ticket is handed in at a time.

    Every method may raise `BookUnavailable`.
    """

    def __init__(
        self, book: LeaseBook, hall: Hall, kiosk_id: str, health: OfflineHealth, seconds: Callable[[], float]
    ) -> None:
        self._book, self._hall, self._kiosk_id = book, hall, kiosk_id
        self._health, self._seconds = health, seconds
        self._alone = threading.Lock()
        self._failures: dict[str, _Failure] = {}  # by ticket
        self._revision: int | None = None  # of the server's journal, as last told
        self._day: date | None = None  # the server's business day, as last told
        self._has_traces = False  # whether the book's log may still say something of visitors that it has forgotten
        self._again_s: float | None = None  # when to try those set aside, by `seconds`; None: when the server answers

    def hand_in(self, prefix: str | None = None, *, until_s: float | None = None) -> None:
        """Hand in every ticket that waits, of one queue or of all, in the order of arrival.

        A ticket that the server fails on keeps those of its queue waiting, for some tries.

        Args:
            until_s: stop then, by `seconds`.

        Raises:
            ServerFailed: on some of them, which wait, with those behind them; the others are handed in.
            ServerAway: not all of them are handed in; the rest waits.
        """
        run = _Run()
        while self._hand_in_next(run, prefix, until_s):
            pass
        if prefix is None:
            self._wipe()
        if run.failure is not None:
            raise run.failure

    def hear(self, told: QueuesAnswer) -> None:
        """Take in how far the server's journal is: tickets that it fails on while it works for others are set aside."""
        with self._alone:
            has_gone_on = self._revision is not None and told.revision > self._revision
            self._revision = told.revision
            self.hear_day(told.business_day)
            for failure in list(self._failures.values()):
                failure.while_others += has_gone_on and failure.is_untold
                failure.is_untold = False
                if failure.while_others >= TRIES:
                    self._set_aside(failure.waiting)

    def hear_day(self, day: date | None) -> None:
        """The server says which day runs: those before it are over, with all that was never handed in."""
        if day is None or day == self._day:
            return
        expired = self._book.forget_before(day)
        self._day = day
        self._failures.clear()
        if expired:
            logger.warning("%d offline tickets of an earlier day were never handed in; they have expired", expired)
            self.tell()

    def server_lost(self) -> None:
        """When it is back it may have been mended: what was set aside is tried then."""
        self._again_s = None

    def try_again(self) -> None:
        """Try the tickets that were set aside, now and then; to be called when the server has just answered."""
        if self._again_s is not None and self._seconds() < self._again_s:
            return
        self._again_s = self._seconds() + TRY_AGAIN_S
        for waiting in self._book.set_aside_tickets():
            try:
                with self._alone:
                    self._hand_in(waiting)
            except ServerFailed as exc:
                logger.warning("the server still fails on %s: %s", _shown(waiting), exc)
            except ServerAway:
                self._again_s = None
                return
            self.tell()
        self._wipe()

    def tell(self) -> None:
        """Say which tickets need a person."""
        self._health.tickets_lost([shown for shown, _code in self._book.left_to_person()])

    # ---- in detail ------------------------------------------------------------------------------------------------

    def _hand_in_next(self, run: _Run, prefix: str | None, until_s: float | None) -> bool:
        """Hand in the next ticket of a walk; returns whether to go on."""
        with self._waiting_for_turn(until_s):
            waiting = self._book.next_to_hand_in(prefix, after=run.position)
            if waiting is None:
                return False
            run.position = waiting.position
            if waiting.prefix in run.held:
                return True
            if until_s is not None and self._seconds() > until_s:
                raise ServerAway("earlier numbers are still to be handed in")
            try:
                self._hand_in(waiting)
            except ServerFailed as exc:
                run.failure = exc
                run.in_vain += 1
                if self._note_failure(waiting, exc) < TRIES:
                    run.held.add(waiting.prefix)
                return run.in_vain < MOST_IN_VAIN
            run.in_vain = 0
            return True

    @contextmanager
    def _waiting_for_turn(self, until_s: float | None) -> Iterator[None]:
        left_s = -1.0 if until_s is None else max(until_s - self._seconds(), 0.0)
        if not self._alone.acquire(timeout=left_s):
            raise ServerAway("earlier numbers are being handed in")
        try:
            yield
        finally:
            self._alone.release()

    def _hand_in(self, waiting: WaitingTicket) -> None:
        ticket = waiting.ticket
        try:
            answer = merged(self._hall, ticket, by=self._kiosk_id)
        except Refused as exc:
            if not self._is_over(ticket):
                logger.error("%s was refused for good and needs a person: %s", _shown(waiting), exc)
                self._book.leave_to_person(ticket, exc.code)
                self.tell()
        else:
            logger.info("%s is handed in", answer.display_number)
            self._book.handed_in(ticket)
        self._failures.pop(ticket.ticket_id, None)
        self._has_traces = True

    def _wipe(self) -> None:
        if self._has_traces:
            self._has_traces = False
            self._book.wipe()

    def _is_over(self, ticket: MergeTicket) -> bool:
        """Whether a ticket was refused because its day is over: then it is forgotten, and nobody need see to it."""
        try:
            self.hear_day(self._hall.queues().business_day)
        except Refused as exc:
            raise ServerFailed(f"it tells no day: {exc}") from exc
        return self._book.given_for(ticket.command_id) is None

    def _note_failure(self, waiting: WaitingTicket, exc: ServerFailed) -> int:
        """Returns how often the server has failed on this ticket."""
        failure = self._failures.setdefault(waiting.ticket.ticket_id, _Failure(waiting))
        if failure.tries == 0:
            logger.warning("the server fails on %s, which is tried again: %s", _shown(waiting), exc)
        failure.tries += 1
        failure.is_untold = True
        return failure.tries

    def _set_aside(self, waiting: WaitingTicket) -> None:
        logger.error("%s needs a person: the server fails on it and works for others", _shown(waiting))
        self._book.set_aside(waiting.ticket)
        self._failures.pop(waiting.ticket.ticket_id, None)
        self.tell()


def _shown(waiting: WaitingTicket) -> str:
    return f"{display_number(waiting.prefix, waiting.ticket.number)} (ticket {waiting.ticket.ticket_id})"
