"""What the hall learns as it goes: how long matters take, how waits came true, how many counters a queue has."""

from datetime import datetime

from queue_server.domain.breaks import worked_s
from queue_server.domain.calibration import Calibration, beginner, learn, learn_visit
from queue_server.domain.hall_day import RECENT_ESTIMATES, RECENT_SERVICES, Estimate, HallDay, Ticket
from queue_server.domain.pace import mean_service_s, usual_service_s, visit_s


def expect(hall: HallDay, ticket: Ticket) -> None:
    """Note how long a ticket will keep a counter busy; before it stands in line."""
    ticket.work_s = visit_s(hall.mean_s, hall.plan, ticket.item_key, ticket.further_items)


def note_visit(hall: HallDay, ticket: Ticket) -> None:
    """A visitor came: the mean visit of the queue moves."""
    learn_visit(calibration_of(hall, ticket.prefix), ticket.work_s, ticket.priority)


def note_wait(hall: HallDay, ticket: Ticket, waited_s: float, now: datetime) -> None:
    """A visitor is called for the first time. Tickets merged from a kiosk were told nothing, and teach nothing."""
    p10_s, p50_s, p90_s = ticket.wait_p10_s, ticket.wait_p50_s, ticket.wait_p90_s
    if p10_s is None or p50_s is None or p90_s is None or ticket.arrived_at != ticket.issued_at:
        return
    recent = hall.estimates.setdefault(ticket.prefix, [])
    recent.append(Estimate(p10_s, p50_s, p90_s, waited_s))
    del recent[:-RECENT_ESTIMATES]
    if ticket.wait_basis is None:
        return
    known = calibration_of(hall, ticket.prefix)
    breaks = hall.roster.breaks[ticket.prefix]
    worked = worked_s(breaks, ticket.arrived_at, now, known.most_counters) if breaks else waited_s
    if worked is not None:
        learn(known, ticket.wait_basis, worked)


def note_service(hall: HallDay, item_key: str, served_s: float) -> None:
    """A matter was handled."""
    recent = hall.service_s.setdefault(item_key, [])
    recent.append(served_s)
    del recent[:-RECENT_SERVICES]
    hall.mean_s[item_key] = mean_service_s(hall.plan.items[item_key], recent)


def note_duty(hall: HallDay) -> None:
    """Counters opened or closed."""
    hall.find_duty()
    for prefix, duty in hall.duty.items():
        known = calibration_of(hall, prefix)
        known.most_counters = max(known.most_counters, len(duty.open))


def begin_day(hall: HallDay) -> None:
    """Yesterday's counters are what is usual."""
    for known in hall.calibration.values():
        known.usual_counters, known.most_counters = known.most_counters or known.usual_counters, 0


def calibration_of(hall: HallDay, prefix: str) -> Calibration:
    """What a queue has learned; a beginner knows what is usual."""
    known = hall.calibration.get(prefix)
    if known is None:
        known = hall.calibration[prefix] = beginner(usual_service_s(hall.plan, prefix))
    return known
