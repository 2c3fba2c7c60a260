"""What several decisions ask of the hall's day."""

from collections.abc import Callable

from hall.catalogue import ServiceItem
from hall.counter import CounterStatus
from hall.ticket import LIFE, TicketStep
from queue_server.domain import refusals as no
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket

NewId = Callable[[], str]


def item_of(hall: HallDay, item_key: str) -> ServiceItem:
    """A matter; raises `UnknownItem`."""
    item = hall.plan.items.get(item_key)
    if item is None:
        raise no.UnknownItem(f"the catalogue has no item {item_key!r}")
    return item


def ticket_of(hall: HallDay, ticket_id: str) -> Ticket:
    """A ticket of today; raises `UnknownTicket`."""
    ticket = hall.tickets.get(ticket_id)
    if ticket is None:
        raise no.UnknownTicket(f"there is no ticket {ticket_id!r} today")
    return ticket


def counter_of(hall: HallDay, counter_no: str) -> CounterDay:
    """A counter, whatever it is doing; raises `UnknownCounter`."""
    if counter_no not in hall.plan.counters:
        raise no.UnknownCounter(f"the hall has no counter {counter_no!r}")
    return hall.counters[counter_no]


def check_place(hall: HallDay, place: str) -> None:
    """See that numbers are drawn there: at a kiosk, or at a counter by its number; raises `UnknownKiosk`."""
    if place not in hall.plan.places:
        raise no.UnknownKiosk(f"the hall has no kiosk {place!r}, nor a counter of that number")


def staffed_counter(hall: HallDay, counter_no: str) -> CounterDay:
    """A counter with a clerk, perhaps paused; raises `UnknownCounter`, `CounterNotOpen`."""
    counter = counter_of(hall, counter_no)
    if counter.status is CounterStatus.CLOSED:
        raise no.CounterNotOpen(f"counter {counter_no} is not open")
    return counter


def free_counter(hall: HallDay, counter_no: str) -> CounterDay:
    """A staffed counter without a visitor; an open rating does not hold it. Raises also `CounterBusy`."""
    counter = staffed_counter(hall, counter_no)
    if counter.ticket_id is not None:
        raise no.CounterBusy(f"counter {counter_no} still has {hall.tickets[counter.ticket_id].display_number}")
    return counter


def ready_counter(hall: HallDay, counter_no: str) -> CounterDay:
    """A free counter that is not paused: it may call."""
    counter = free_counter(hall, counter_no)
    if counter.status is CounterStatus.PAUSED:
        raise no.CounterNotOpen(f"counter {counter_no} is paused")
    return counter


def visitor_at(hall: HallDay, counter_no: str) -> tuple[CounterDay, Ticket]:
    """A counter and the ticket it has; raises also `NoVisitor`."""
    counter = staffed_counter(hall, counter_no)
    if counter.ticket_id is None:
        raise no.NoVisitor(f"counter {counter_no} has no visitor")
    return counter, hall.tickets[counter.ticket_id]


def check_step(ticket: Ticket, step: TicketStep) -> None:
    """See that a ticket's life has the step now; raises `WrongState`."""
    if step not in LIFE[ticket.state]:
        raise no.WrongState(f"ticket {ticket.display_number} is {ticket.state}: it cannot {step.replace('_', ' ')}")
