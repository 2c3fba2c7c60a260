"""Where a ticket stands while it waits: in its line, or aside when no line may hold it. Every change comes here."""

from hall.priority import RANK
from hall.ticket import LIFE, TicketState, TicketStep
from queue_server.domain.hall_day import CounterDay, HallDay, Ticket
from queue_server.domain.record import Record


def stand(hall: HallDay, ticket: Ticket) -> None:
    """Let a waiting ticket stand where it belongs."""
    if belongs_aside(ticket):
        hall.aside[ticket.ticket_id] = None
    else:
        hall.lines.add(ticket.line, ticket.place)
    hall.backlog[ticket.prefix].add(RANK[ticket.priority], 1, ticket.work_s)


def leave(hall: HallDay, ticket: Ticket) -> None:
    """Take a ticket away from where it stands; before anything changes that its place depends on."""
    if ticket.state is TicketState.ON_HOLD:
        hall.held.pop(ticket.ticket_id, None)
    elif ticket.state is TicketState.MISSED:
        hall.missed.pop(ticket.ticket_id, None)
    elif ticket.state is not TicketState.WAITING:
        return
    else:
        if ticket.ticket_id in hall.aside:
            del hall.aside[ticket.ticket_id]
        else:
            hall.lines.remove(ticket.line, ticket.place)
        hall.backlog[ticket.prefix].add(RANK[ticket.priority], -1, -ticket.work_s)


def come_back(hall: HallDay, ticket: Ticket) -> None:
    """Undo `leave`."""
    if ticket.state is TicketState.WAITING:
        stand(hall, ticket)
    elif ticket.state is TicketState.ON_HOLD:
        hall.held[ticket.ticket_id] = None
    elif ticket.state is TicketState.MISSED:
        hall.missed[ticket.ticket_id] = None


def belongs_aside(ticket: Ticket) -> bool:
    """Whether no line may hold a waiting ticket: it is previewed, waits for one place alone, or lets others pass."""
    return (
        ticket.previewed_by is not None
        or ticket.for_counter is not None
        or ticket.for_staff is not None
        or ticket.back_at_call is not None
    )


def step(ticket: Ticket, what: TicketStep) -> None:
    """Go one step in the ticket's life."""
    ticket.state = LIFE[ticket.state][what]


def free(ticket: Ticket) -> None:
    """Forget what tied a waiting ticket to one place or made it let others pass."""
    ticket.previewed_by = ticket.for_counter = ticket.for_staff = None
    ticket.back_at_call = ticket.not_before = ticket.returns_at = ticket.held_reason = ticket.held_at = None
    ticket.alone_since, ticket.is_open_ended = None, False


def look_away(counter: CounterDay) -> None:
    """The counter looks at no ticket any more."""
    counter.preview_id = counter.preview_why = counter.preview_at = None
    counter.preview_passed = ()


def counter_changed(hall: HallDay, counter_no: str, record: Record) -> CounterDay:
    """A counter, marked as changed by this record."""
    counter = hall.counters[counter_no]
    counter.revision = record.seq
    return counter
