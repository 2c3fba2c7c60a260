"""What an auditor reads of a day: what rules refused, and what people decided beside or against the rules' course.

Ordinary visits are not here; reports count those. Whom an entry is about stays the journal's to know.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from hall import messages as m
from hall.priority import Ground
from queue_server.domain.bans import ban_id_of
from queue_server.domain.record import Record


def _always(_event: Any) -> bool:
    return True


AUDITED: dict[type[m.Event], Callable[[Any], bool]] = {
    m.RulesAdopted: _always,
    m.SiteAdopted: _always,
    m.RuleApplied: _always,
    m.DayStarted: _always,
    m.DayClosed: _always,
    m.DayReopened: _always,
    m.ClockConfirmed: _always,
    m.TicketCalled: lambda event: event.why is not None and event.why.ground is Ground.CHOSEN,
    m.TicketPutBack: _always,
    m.TicketCancelled: _always,
    m.TicketRedirected: _always,
    m.TicketRequeued: lambda event: event.cause == "desk",
    m.PriorityChanged: _always,
    m.CounterOpened: lambda event: event.took_over_from is not None,
    m.AbilityGranted: _always,
    m.AbilityRevoked: _always,
    m.AppointmentMoved: lambda event: event.by is not None,
    m.AppointmentCancelled: lambda event: event.by is not None,
    m.PersonBanned: _always,
    m.BanLifted: _always,
}
"""By kind of event, which of them."""


class AuditEntry(Struct, frozen=True):
    """One of them, as the journal has it, without the person: a ban has its `ban_id` in place of the hash."""

    seq: int
    at: datetime
    type: str
    event: dict[str, Any]


class AuditPage(Struct, frozen=True):
    """Entries of a day, oldest first."""

    day: date
    entries: list[AuditEntry]
    next_after: int | None  # `after` for the next page; None when there is no more


class Audit(Protocol):
    """Reads the journal beside its writer, from any thread."""

    def entries(self, day: date, after: int, most: int) -> list[Record]:
        """The audited records of a business day, oldest first.

        Args:
            after: the sequence after which to begin.
            most: at most so many.

        Raises:
            JournalUnavailable: it cannot be read.
        """
        ...


def is_audited(event: m.AnyEvent) -> bool:
    """Whether an event belongs into the audit."""
    return AUDITED.get(type(event), _never)(event)


def _never(_event: Any) -> bool:
    return False


def audit_page(audit: Audit, day: date, after: int, most: int) -> AuditPage:
    """A page of the audit; raises `JournalUnavailable`."""
    found = audit.entries(day, after, most + 1)
    entries = [AuditEntry(r.seq, r.at, type(r.event).__name__, _told(r.event)) for r in found[:most]]
    return AuditPage(day, entries, entries[-1].seq if len(found) > most else None)


def _told(event: m.AnyEvent) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(event)
    del told["type"]
    person = told.pop("person", None)
    if person is not None:
        told["ban_id"] = ban_id_of(person)
    return told
