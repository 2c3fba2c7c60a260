"""Counters."""

from hall import messages as m
from hall.counter import CounterStatus
from queue_server.domain.changes.learning import note_duty
from queue_server.domain.changes.standing import counter_changed
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record


def opened(hall: HallDay, event: m.CounterOpened, record: Record) -> None:
    """A clerk sat down; after a take-over the visitor stays."""
    counter = counter_changed(hall, event.counter_no, record)
    counter.staff_no = event.staff_no
    if counter.status is CounterStatus.CLOSED or (counter.status is CounterStatus.PAUSED and event.took_over_from):
        counter.status, counter.pause_reason, counter.paused_at = CounterStatus.IDLE, None, None
    note_duty(hall)


def closed(hall: HallDay, event: m.CounterClosed, record: Record) -> None:
    """The clerk left."""
    counter = counter_changed(hall, event.counter_no, record)
    counter.status, counter.staff_no = CounterStatus.CLOSED, None
    counter.pause_reason = counter.paused_at = None
    note_duty(hall)


def paused(hall: HallDay, event: m.CounterPaused, record: Record) -> None:
    """Nobody is served."""
    counter = counter_changed(hall, event.counter_no, record)
    counter.status, counter.pause_reason, counter.paused_at = CounterStatus.PAUSED, event.reason, record.at
    note_duty(hall)


def resumed(hall: HallDay, event: m.CounterResumed, record: Record) -> None:
    """Serving again."""
    counter = counter_changed(hall, event.counter_no, record)
    counter.status, counter.pause_reason, counter.paused_at = CounterStatus.IDLE, None, None
    note_duty(hall)


def ability_granted(hall: HallDay, event: m.AbilityGranted, record: Record) -> None:
    """One more matter, today."""
    counter_changed(hall, event.counter_no, record).granted.add((event.department, event.item_key))
    note_duty(hall)


def ability_revoked(hall: HallDay, event: m.AbilityRevoked, record: Record) -> None:
    """That matter no longer."""
    counter_changed(hall, event.counter_no, record).granted.discard((event.department, event.item_key))
    note_duty(hall)
