"""Calls: a look before the call, the call, and calling again."""

from hall.messages.counters import CounterCommand
from hall.messages.fields import Id, Text
from hall.messages.message import Event
from hall.priority import Why

# ---- commands -------------------------------------------------------------------------------------------------------


class PreviewNext(CounterCommand, frozen=True, kw_only=True):
    """Look at the next visitor before anybody hears the call; nobody else can call that ticket meanwhile."""


class PutBack(CounterCommand, frozen=True, kw_only=True):
    """Do not call the previewed visitor now: the ticket returns to its place."""

    reason: Text
    if_over: bool = False  # only when the time of the look is over: so the hall itself asks


class CallNext(CounterCommand, frozen=True, kw_only=True):
    """Call the previewed visitor, or else the next one, to the counter."""


class CallTicket(CounterCommand, frozen=True, kw_only=True):
    """Call a chosen ticket: waiting, held or missed."""

    ticket_id: Id
    reason: Text


class Recall(CounterCommand, frozen=True, kw_only=True):
    """Repeat the call of the counter's visitor."""


# ---- events ---------------------------------------------------------------------------------------------------------


class TicketPreviewed(Event, frozen=True, kw_only=True):
    """A clerk sees the next visitor; the public does not know yet."""

    ticket_id: str
    counter_no: str
    why: Why
    passed: tuple[str, ...] = ()  # the classes that were passed over, for the N:1 rule


class TicketPutBack(Event, frozen=True, kw_only=True):
    """A previewed ticket went back to its place."""

    ticket_id: str
    counter_no: str
    reason: str


class TicketCalled(Event, frozen=True, kw_only=True):
    """A visitor was called to a counter, for the first time or again."""

    call_id: str  # the command's id: the same on display, bar and voice
    ticket_id: str
    display_number: str
    counter_no: str
    staff_no: str
    call_count: int  # 1 for the first call
    waited_s: float
    why: Why | None = None  # None for a recall
    passed: tuple[str, ...] = ()
    passed_missed: tuple[str, ...] = ()  # missed tickets of other queues that the counter could have taken: ticket ids
