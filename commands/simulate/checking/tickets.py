"""Tickets and counters: each ticket's life, one place at a time, and numbers that are used once."""

from collections.abc import Iterator

from commands.simulate.checking.book import Book, Counter, Ticket
from commands.simulate.checking.order import may_take
from hall import messages as m
from hall.priority import Ground
from queue_server.domain.record import Record

AT_A_COUNTER = ("called", "serving")
FROM: dict[type[m.Event], tuple[str, ...]] = {
    m.TicketPreviewed: ("waiting",),
    m.TicketPutBack: ("waiting",),
    m.PriorityChanged: ("waiting",),
    m.TicketRedirected: ("waiting",),
    m.ServiceStarted: ("called",),
    m.TicketMissed: ("called",),
    m.TicketHeld: AT_A_COUNTER,
    m.TicketTransferred: AT_A_COUNTER,
    m.TicketSentBack: AT_A_COUNTER,
    m.MatterAdded: AT_A_COUNTER,
    m.MatterCompleted: AT_A_COUNTER,
    m.ServiceCompleted: AT_A_COUNTER,
    m.TicketCancelled: ("waiting", "called", "serving", "on_hold"),
}
"""From which states each event may happen to a ticket; calls and requeues depend on more, see below."""

REQUEUED_FROM = {
    "hold_over": ("on_hold",),
    "desk": ("missed",),
    "counter_paused": ("waiting",),
    "counter_closed": ("waiting", "on_hold", "called", "serving"),
}
BY_THE_COUNTER = (
    m.ServiceStarted,
    m.TicketMissed,
    m.TicketHeld,
    m.TicketTransferred,
    m.TicketSentBack,
    m.MatterAdded,
    m.MatterCompleted,
    m.ServiceCompleted,
)


def life(book: Book, record: Record) -> Iterator[str]:
    """A ticket exists, and its life has this step now."""
    event = record.event
    ticket_id = getattr(event, "ticket_id", None)
    if ticket_id is None or isinstance(event, m.TicketIssued | m.ServiceRated | m.RatingClosed):
        return
    ticket = book.tickets.get(ticket_id)
    if ticket is None:
        yield f"{type(event).__name__} is about a ticket that does not exist today: {ticket_id}"
        return
    allowed = FROM.get(type(event))
    if isinstance(event, m.TicketCalled):
        is_first = event.why is not None
        allowed = ("waiting", "on_hold", "missed") if is_first else AT_A_COUNTER
    if isinstance(event, m.TicketRequeued):
        allowed = REQUEUED_FROM.get(event.cause, ())
    if allowed is not None and ticket.state not in allowed:
        yield f"{type(event).__name__} happened to {ticket.shown}, which was {ticket.state}"


def one_place(book: Book, record: Record) -> Iterator[str]:
    """A ticket is at one counter, a counter has one ticket, and whoever acts on it has it."""
    event = record.event
    if isinstance(event, m.TicketPreviewed) or (isinstance(event, m.TicketCalled) and event.why is not None):
        yield from _free_for(book, event)
    elif isinstance(event, m.TicketCalled):
        if book.counters[event.counter_no].ticket_id != event.ticket_id:
            yield f"counter {event.counter_no} called {event.display_number} again, and does not have it"
    elif isinstance(event, BY_THE_COUNTER):
        number = event.from_counter if isinstance(event, m.TicketTransferred | m.TicketSentBack) else event.counter_no
        if book.counters[number].ticket_id != event.ticket_id:
            yield f"{type(event).__name__} at counter {number} is about a ticket that is not there"


def _free_for(book: Book, event: m.TicketPreviewed | m.TicketCalled) -> Iterator[str]:
    counter, ticket = book.counters[event.counter_no], book.tickets.get(event.ticket_id)
    if counter.staff is None or counter.is_paused:
        yield f"counter {counter.number} called while it was closed or paused"
    if counter.ticket_id is not None:
        yield f"counter {counter.number} called {event.ticket_id} while it had {counter.ticket_id}"
    if ticket is None:
        return
    if ticket.at_counter is not None:
        yield f"{ticket.shown} went to counter {counter.number} while it was at counter {ticket.at_counter}"
    if ticket.previewed_by not in (None, counter.number):
        yield f"{ticket.shown} went to counter {counter.number} while counter {ticket.previewed_by} looked at it"
    if not may_take(book, counter, ticket) and not _is_expected(counter, ticket):
        yield f"counter {counter.number} does not handle {ticket.item_key} of {ticket.shown}"
    if event.why and event.why.ground is Ground.CHOSEN and not book.rules.calls.may_choose:
        yield f"{ticket.shown} was chosen, which the hall's rules do not allow"


def _is_expected(counter: Counter, ticket: Ticket) -> bool:
    """Whether a visitor was sent here, or stepped aside here or was missed here, whatever the matter."""
    was_sent = counter.number == ticket.for_counter or (counter.staff is not None and counter.staff == ticket.for_staff)
    return was_sent or (ticket.state in ("on_hold", "missed") and ticket.last_counter == counter.number)


def clerks(book: Book, record: Record) -> Iterator[str]:
    """One clerk a counter, one counter a clerk; nobody leaves a visitor behind."""
    event = record.event
    if isinstance(event, m.CounterOpened):
        counter = book.counters[event.counter_no]
        if counter.staff not in (event.took_over_from, event.staff_no):
            yield f"{event.staff_no} took counter {counter.number} from {event.took_over_from}, not {counter.staff}"
        elsewhere = [c.number for c in book.counters.values() if c.staff == event.staff_no and c is not counter]
        if elsewhere:
            yield f"{event.staff_no} opened counter {counter.number} and is at counter {elsewhere[0]}"
    if isinstance(event, m.CounterClosed | m.CounterPaused):
        counter = book.counters[event.counter_no]
        if counter.ticket_id is not None:
            yield f"counter {counter.number} closed or paused with {counter.ticket_id}"
    if isinstance(event, m.TicketCalled) and event.staff_no != book.counters[event.counter_no].staff:
        yield f"{event.staff_no} called at counter {event.counter_no}, where {book.counters[event.counter_no].staff} is"


def numbers(book: Book, record: Record) -> Iterator[str]:
    """A number once a day and queue, a ticket id once for ever, and blocks of kiosks that never meet."""
    event = record.event
    known = book.plan.kiosks | book.plan.counters.keys()
    if isinstance(event, m.TicketIssued | m.NumbersLeased) and event.kiosk_id not in known:
        yield f"{event.kiosk_id} was given numbers of queue {event.prefix}, and the hall has no such kiosk"
    if isinstance(event, m.TicketIssued):
        yield from _issued(book, event)
    if isinstance(event, m.NumbersLeased):
        if book.is_closed:
            yield f"{event.kiosk_id} was given a block of queue {event.prefix} on a day that had been closed"
        block = range(event.first, event.last + 1)
        if any((event.business_day, event.prefix, number) in book.numbers for number in block):
            yield f"the block {event.prefix}{event.first}-{event.last} holds a number that was given out"
        for other in book.leases.values():
            if other.prefix == event.prefix and other.first <= event.last and event.first <= other.last:
                yield f"the block {event.prefix}{event.first}-{event.last} meets {other.first}-{other.last}"


def _issued(book: Book, event: m.TicketIssued) -> Iterator[str]:
    if event.ticket_id in book.ticket_ids:
        yield f"the ticket id {event.ticket_id} was used before"
    if (event.business_day, event.prefix, event.number) in book.numbers:
        yield f"{event.display_number} was given out twice on {event.business_day}"
    yield from _of_its_day(book, event)
    if event.display_number != f"{event.prefix}{event.number:03d}" or not 1 <= event.number <= 9999:
        yield f"the number {event.number} of queue {event.prefix} is shown as {event.display_number}"
    if event.lease_id is None:
        holders = [b for b in book.leases.values() if b.prefix == event.prefix and b.first <= event.number <= b.last]
        if holders:
            yield f"the server gave out {event.display_number}, which is leased to {holders[0].kiosk_id}"
        return
    block = book.leases.get(event.lease_id)
    if block is None or block.kiosk_id != event.kiosk_id or block.prefix != event.prefix:
        yield f"{event.display_number} was merged from a block that is not the kiosk's"
    elif not block.first <= event.number <= block.last:
        yield f"{event.display_number} was merged from the block {block.first}-{block.last}"


def _of_its_day(book: Book, event: m.TicketIssued) -> Iterator[str]:
    if event.business_day != book.day:
        yield f"{event.display_number} was given out for {event.business_day} on {book.day}"
    if book.is_closed and event.lease_id is None:
        yield f"{event.display_number} was drawn on a day that had been closed"
    if event.after_closing != book.is_closed:
        yield f"{event.display_number} says after_closing={event.after_closing}, on a day with closed={book.is_closed}"
