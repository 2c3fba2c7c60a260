"""Where a visitor's time went: the periods of each ticket, from a day's records alone: equal records, equal ledgers.

A ticket's periods follow each other without a gap from its arrival to its end: it waits, walks to the counter that
called it, is served, is on hold, was missed; after a transfer, a hold or a missed call it waits again.

A period is marked inaccurate when its length is not what really passed: the day's end closed it, the clock was
confirmed after a jump in between (or ran backwards), or the step that should have ended it was skipped, as when a
service is completed that nobody started. A report then leaves it out instead of averaging it in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Any

from msgspec import Struct

from hall import messages as m
from hall.clock import seconds_between
from queue_server.domain.record import Record


class PeriodKind(StrEnum):
    """What a visitor was doing."""

    WAITING = "waiting"
    WALKING = "walking"  # called, on the way to the counter
    SERVING = "serving"
    HELD = "held"  # stepped aside
    MISSED = "missed"  # was called in vain, until the desk let them in again


class Period(Struct, frozen=True, kw_only=True):
    """One stretch of a ticket's time."""

    kind: PeriodKind
    began_at: datetime
    ended_at: datetime  # never before `began_at`
    item_key: str  # the matter that it was about
    counter_no: str | None = None  # None while it waits or is missed; on hold: the counter that holds it
    staff_no: str | None = None
    is_accurate: bool = True

    @property
    def length_s(self) -> float:
        """Its length, >= 0."""
        return seconds_between(self.began_at, self.ended_at)


class TicketLedger(Struct, frozen=True, kw_only=True):
    """A ticket's periods, oldest first. The one that a ticket is in now is not over, and not among them."""

    ticket_id: str
    periods: tuple[Period, ...]

    def total_s(self, kind: PeriodKind) -> float:
        """How long all of its periods of a kind took together."""
        return sum(period.length_s for period in self.periods if period.kind is kind)

    @property
    def waited_s(self) -> float:
        """In line, all lines together."""
        return self.total_s(PeriodKind.WAITING)

    @property
    def walked_s(self) -> float:
        """From a call until service began or the visitor was missed."""
        return self.total_s(PeriodKind.WALKING)

    @property
    def served_s(self) -> float:
        """At counters."""
        return self.total_s(PeriodKind.SERVING)

    @property
    def held_s(self) -> float:
        """Aside."""
        return self.total_s(PeriodKind.HELD)

    @property
    def is_accurate(self) -> bool:
        """Whether all of its periods are."""
        return all(period.is_accurate for period in self.periods)


def ledgers(records: Iterable[Record]) -> dict[str, TicketLedger]:
    """The ledger of each ticket that was issued in the records.

    Args:
        records: a day's, in order; the event that ended the day may be the last of them.
    """
    book = DayLedger()
    for record in records:
        book.take(record)
    return {ticket_id: book.of(ticket_id) for ticket_id in book.ticket_ids}


@dataclass
class _Running:
    """A ticket's ledger while it is written."""

    business_day: date
    item_key: str
    kind: PeriodKind | None  # None: the ticket has ended
    began_at: datetime
    is_accurate: bool = True
    counter_no: str | None = None
    staff_no: str | None = None
    last_call_at: datetime | None = None
    periods: list[Period] = field(default_factory=list)

    def turn(self, kind: PeriodKind | None, at: datetime) -> None:
        """End the period that runs and begin another, or none.

        A clock that ran backwards gives no negative length: the period ends where it began, and neither it nor the
        next one is accurate.
        """
        if self.kind is None:
            return
        ended_at = max(at, self.began_at)
        is_accurate = self.is_accurate and at >= self.began_at
        is_at_counter = self.kind not in (PeriodKind.WAITING, PeriodKind.MISSED)
        self.periods.append(
            Period(
                kind=self.kind,
                began_at=self.began_at,
                ended_at=ended_at,
                item_key=self.item_key,
                counter_no=self.counter_no if is_at_counter else None,
                staff_no=self.staff_no if is_at_counter else None,
                is_accurate=is_accurate,
            )
        )
        self.kind, self.began_at, self.is_accurate = kind, ended_at, at >= ended_at

    def leave(self, kind: PeriodKind | None, at: datetime) -> None:
        """As `turn`, where a visitor leaves a counter that may not have said that it began to serve."""
        if self.kind is PeriodKind.WALKING:
            self.is_accurate = False
        self.turn(kind, at)

    def finish(self, kind: PeriodKind | None, at: datetime, staff_no: str) -> None:
        """A matter was handled. One that nobody started was served since the last call, as its event counts it."""
        if self.kind is PeriodKind.WALKING:
            called_at = self.last_call_at or self.began_at
            self.is_accurate = False
            if called_at > self.began_at:
                self.turn(PeriodKind.SERVING, called_at)
                self.is_accurate = False
            else:
                self.kind = PeriodKind.SERVING
        self.staff_no = staff_no
        self.turn(kind, at)

    def end_with_day(self, at: datetime) -> None:
        """What still runs ends at midnight at the latest; who was missed and did not come back ended then."""
        if self.kind is not PeriodKind.MISSED:
            offset = timezone(at.utcoffset() or timedelta())  # a journal keeps offsets, not zones
            midnight = datetime.combine(self.business_day + timedelta(days=1), time(), tzinfo=offset)
            self.is_accurate = False
            self.turn(None, min(at, midnight))
        self.kind = None


class DayLedger:
    """Writes the ledgers of a day's tickets, record by record. It never refuses: what a journal holds has happened."""

    def __init__(self) -> None:
        self._tickets: dict[str, _Running] = {}
        self._ended_at: datetime | None = None  # the day

    @property
    def ticket_ids(self) -> Iterable[str]:
        """The tickets issued so far."""
        return self._tickets.keys()

    def of(self, ticket_id: str) -> TicketLedger:
        """A ticket's ledger so far."""
        return TicketLedger(ticket_id=ticket_id, periods=tuple(self._tickets[ticket_id].periods))

    def take(self, record: Record) -> None:
        """Write down what a record means for tickets' time."""
        event = record.event
        if isinstance(event, m.TicketIssued):
            self._issued(event, record.at)
        elif isinstance(event, m.DayStarted | m.DayClosed):
            self._end_day(record.at)
        elif isinstance(event, m.ClockConfirmed):
            for running in self._tickets.values():
                running.is_accurate = False
        elif (change := CHANGES.get(type(event))) is not None:
            running_ticket = self._tickets.get(event.ticket_id)  # type: ignore[union-attr]
            if running_ticket is not None:
                change(running_ticket, event, record.at)

    def _issued(self, event: m.TicketIssued, at: datetime) -> None:
        arrived_at = event.arrived_at or at
        running = _Running(event.business_day, event.item_key, PeriodKind.WAITING, arrived_at)
        self._tickets[event.ticket_id] = running
        if event.after_closing:  # it waited until the day ended, as everybody did
            running.end_with_day(self._ended_at or at)

    def _end_day(self, at: datetime) -> None:
        self._ended_at = at
        for running in self._tickets.values():
            running.end_with_day(at)


def _called(ticket: _Running, event: m.TicketCalled, at: datetime) -> None:
    ticket.last_call_at = at
    if event.call_count > 1:
        return
    ticket.turn(PeriodKind.WALKING, at)
    ticket.counter_no, ticket.staff_no = event.counter_no, event.staff_no


def _started(ticket: _Running, _event: m.ServiceStarted, at: datetime) -> None:
    ticket.turn(PeriodKind.SERVING, at)


def _missed(ticket: _Running, event: m.TicketMissed, at: datetime) -> None:
    ticket.turn(PeriodKind.MISSED if event.returns_after is None else PeriodKind.WAITING, at)


def _held(ticket: _Running, event: m.TicketHeld, at: datetime) -> None:
    ticket.staff_no = event.staff_no
    ticket.leave(PeriodKind.HELD, at)


def _requeued(ticket: _Running, _event: m.TicketRequeued, at: datetime) -> None:
    if ticket.kind is not PeriodKind.WAITING:  # one that waited for a counter alone has waited all the time
        ticket.leave(PeriodKind.WAITING, at)


def _redirected(ticket: _Running, event: m.TicketRedirected, at: datetime) -> None:
    ticket.turn(PeriodKind.WAITING, at)
    ticket.item_key = event.item_key


def _transferred(ticket: _Running, event: m.TicketTransferred, at: datetime) -> None:
    ticket.staff_no = event.staff_no
    ticket.leave(PeriodKind.WAITING, at)
    ticket.item_key = event.item_key


def _sent_back(ticket: _Running, event: m.TicketSentBack, at: datetime) -> None:
    ticket.leave(PeriodKind.WAITING, at)
    ticket.item_key = event.item_key


def _matter_completed(ticket: _Running, event: m.MatterCompleted, at: datetime) -> None:
    ticket.finish(PeriodKind.SERVING if event.stays else PeriodKind.WAITING, at, event.staff_no)
    ticket.item_key = event.next_item


def _completed(ticket: _Running, event: m.ServiceCompleted, at: datetime) -> None:
    ticket.finish(None, at, event.staff_no)


def _cancelled(ticket: _Running, _event: m.TicketCancelled, at: datetime) -> None:
    ticket.turn(None, at)


CHANGES: dict[type[m.Event], Callable[[_Running, Any, datetime], None]] = {
    m.TicketCalled: _called,
    m.ServiceStarted: _started,
    m.TicketMissed: _missed,
    m.TicketHeld: _held,
    m.TicketRequeued: _requeued,
    m.TicketRedirected: _redirected,
    m.TicketTransferred: _transferred,
    m.TicketSentBack: _sent_back,
    m.MatterCompleted: _matter_completed,
    m.ServiceCompleted: _completed,
    m.TicketCancelled: _cancelled,
}
"""What each event does to its ticket's time; the others do nothing."""
