"""How the hall changes with each event. It never refuses: what the journal holds has happened."""

from collections.abc import Callable
from typing import Any

from hall import messages as m
from queue_server.domain.changes import counters, days, register, serving, tickets
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record


def evolve(hall: HallDay, record: Record) -> None:
    """Change the hall by one recorded event."""
    hall.seq, hall.at = record.seq, record.at
    event = record.event
    kind = type(event)
    if kind is not m.TicketIssued:  # another ticket changes nothing of what a queue looks like to whoever comes next
        hall.outlooks.clear()
    CHANGES[kind](hall, event, record)


CHANGES: dict[type[m.Event], Callable[[HallDay, Any, Record], None]] = {
    m.RulesAdopted: days.rules_adopted,
    m.SiteAdopted: days.site_adopted,
    m.RuleApplied: days.rule_applied,
    m.DayStarted: days.started,
    m.DayClosed: days.closed,
    m.DayReopened: days.reopened,
    m.ClockConfirmed: days.clock_confirmed,
    m.TicketIssued: tickets.issued,
    m.TicketPrinted: tickets.printed,
    m.TicketNotPrinted: tickets.printed,
    m.TicketCancelled: tickets.cancelled,
    m.PriorityChanged: tickets.priority_changed,
    m.TicketMarked: tickets.marked,
    m.TicketRedirected: tickets.redirected,
    m.TicketRequeued: tickets.requeued,
    m.CounterOpened: counters.opened,
    m.CounterClosed: counters.closed,
    m.CounterPaused: counters.paused,
    m.CounterResumed: counters.resumed,
    m.AbilityGranted: counters.ability_granted,
    m.AbilityRevoked: counters.ability_revoked,
    m.TicketPreviewed: serving.previewed,
    m.TicketPutBack: serving.put_back,
    m.TicketCalled: serving.called,
    m.ServiceStarted: serving.service_started,
    m.TicketMissed: serving.missed,
    m.TicketHeld: serving.held,
    m.TicketTransferred: serving.transferred,
    m.TicketSentBack: serving.sent_back,
    m.MatterAdded: serving.matter_added,
    m.MatterCompleted: serving.matter_completed,
    m.ServiceCompleted: serving.completed,
    m.ServiceRated: register.rated,
    m.RatingClosed: register.rating_closed,
    m.NumbersLeased: register.numbers_leased,
    m.AppointmentBooked: register.appointment_booked,
    m.AppointmentMoved: register.appointment_moved,
    m.AppointmentCancelled: register.appointment_cancelled,
    m.PersonBanned: register.banned,
    m.BanLifted: register.ban_lifted,
}
