"""The visitor at a counter: comes or is missed, steps aside, is sent on, has another matter, is done."""

from datetime import datetime

from hall.messages.counters import CounterCommand
from hall.messages.fields import Id, StaffNo, Text
from hall.messages.message import Event
from hall.ticket import Sender

# ---- commands -------------------------------------------------------------------------------------------------------


class StartService(CounterCommand, frozen=True, kw_only=True):
    """The called visitor has come to the counter."""


class MarkMissed(CounterCommand, frozen=True, kw_only=True):
    """The called visitor did not come."""


class HoldTicket(CounterCommand, frozen=True, kw_only=True):
    """Let the visitor step aside, e.g. to fill in a form, and serve others meanwhile."""

    reason: Text
    minutes: float | None = None  # after these the ticket waits again by itself; None: the longest that the rules allow


class TransferTicket(CounterCommand, frozen=True, kw_only=True):
    """Send the counter's visitor on, with the old arrival: to a queue, a counter or a clerk, perhaps with
    another matter.
    """

    reason: Text
    item_key: Id | None = None
    to_counter: Id | None = None
    to_staff: StaffNo | None = None
    comes_back: bool = False  # when done there, the visitor returns to this counter


class SendBack(CounterCommand, frozen=True, kw_only=True):
    """Return a transferred visitor to the counter that sent them."""

    reason: Text


class AddMatter(CounterCommand, frozen=True, kw_only=True):
    """The visitor has one more matter, to be handled on the same ticket."""

    item_key: Id


class CompleteService(CounterCommand, frozen=True, kw_only=True):
    """The visitor's matter has been handled; after the last matter a rating opens."""


# ---- events ---------------------------------------------------------------------------------------------------------


class ServiceStarted(Event, frozen=True, kw_only=True):
    """The called visitor came."""

    ticket_id: str
    counter_no: str


class TicketMissed(Event, frozen=True, kw_only=True):
    """The called visitor did not come."""

    ticket_id: str
    display_number: str
    counter_no: str
    returns_after: int | None = None  # waits again and comes back after so many other calls; None: the ticket is void
    not_before: datetime | None = None  # nor before this instant


class TicketHeld(Event, frozen=True, kw_only=True):
    """The visitor stepped aside."""

    ticket_id: str
    counter_no: str
    staff_no: str
    reason: str
    returns_at: datetime | None = None  # None only in journals from when a hold could be without an end
    # no time was named: until it is called or the counter closes, at `returns_at` the latest
    is_open_ended: bool = False


class TicketTransferred(Event, frozen=True, kw_only=True):
    """The visitor was sent on and waits again with the old arrival."""

    ticket_id: str
    display_number: str
    from_counter: str
    staff_no: str
    prefix: str  # the queue that the ticket now waits in
    item_key: str
    reason: str
    to_counter: str | None = None
    to_staff: str | None = None
    comes_back: bool = False
    way_back: tuple[Sender, ...] | None = None  # who has them back, the next one last; None: who sends, or nobody
    is_return: bool = False  # to the queue of who sent the visitor here and cannot have them back


class TicketSentBack(Event, frozen=True, kw_only=True):
    """A transferred visitor returns to the counter that sent them."""

    ticket_id: str
    display_number: str
    from_counter: str
    prefix: str
    item_key: str
    to_counter: str
    reason: str
    way_back: tuple[Sender, ...] = ()  # who has the visitor back afterwards, the next one last


class MatterAdded(Event, frozen=True, kw_only=True):
    """The ticket has one more matter."""

    ticket_id: str
    counter_no: str
    item_key: str


class MatterCompleted(Event, frozen=True, kw_only=True):
    """One matter of several was handled; the next one follows."""

    ticket_id: str
    counter_no: str
    staff_no: str
    item_key: str
    served_s: float
    next_item: str
    next_prefix: str
    stays: bool  # the same counter goes on; otherwise the ticket waits again with its old arrival


class ServiceCompleted(Event, frozen=True, kw_only=True):
    """The visitor was served and may now rate."""

    ticket_id: str
    counter_no: str
    staff_no: str
    served_s: float
    rating_id: str
