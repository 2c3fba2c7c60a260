"""What a kiosk is told (events) and what it asks of its adapters (effects)."""

from msgspec import Struct

from hall.identity import DocumentKind
from kiosk.flow.state import Person, QueueFacts, Ticket

# ---- events: touches ------------------------------------------------------------------------------------------


class Event(Struct, frozen=True):
    """Something that happened."""


class Began(Event, frozen=True):
    """The visitor wants a number without a card."""


class QueueChosen(Event, frozen=True):
    """A queue's card was touched."""

    prefix: str


class MatterChosen(Event, frozen=True):
    """A matter's card was touched."""

    item_key: str


class PageTurned(Event, frozen=True):
    """The visitor leafs to a page, counted from 0."""

    page: int


class LanguageSwitched(Event, frozen=True):
    """The visitor wants to read another language."""

    language: str


class WentBack(Event, frozen=True):
    """One screen back."""


class StartedOver(Event, frozen=True):
    """Back to the beginning; the visit is forgotten."""


class Stayed(Event, frozen=True):
    """The visitor is still there."""


class TookOnScreen(Event, frozen=True):
    """The visitor takes the number without paper."""


class TriedAgain(Event, frozen=True):
    """Ask the same thing again."""


class Finished(Event, frozen=True):
    """The visitor has seen enough of the ticket."""


# ---- events: cards, printer, server, time ---------------------------------------------------------------------


class CardNoticed(Event, frozen=True):
    """Something lies on a reader and is being read."""


class CardGone(Event, frozen=True):
    """It was nothing, or it was lifted."""


class CardRead(Event, frozen=True):
    """A document was read."""

    person: Person


class CardFailed(Event, frozen=True):
    """A document lies on a reader and cannot be read."""


class DeviceChanged(Event, frozen=True):
    """A device is well, unwell or gone."""

    role: str
    status: str
    cause: str | None = None


class PaperReady(Event, frozen=True):
    """The printer can print the ticket of this attempt."""

    command_id: str


class PrinterRefused(Event, frozen=True):
    """The printer cannot print now."""

    command_id: str
    cause: str


class QueuesLoaded(Event, frozen=True):
    """The server told how its queues are."""

    queues: tuple[QueueFacts, ...]


class ServerLost(Event, frozen=True):
    """The server does not answer; the kiosk has numbers of its own for these queues."""

    offline: tuple[str, ...] = ()


class TicketDrawn(Event, frozen=True):
    """The server drew a number."""

    command_id: str
    ticket: Ticket


class DrawRefused(Event, frozen=True):
    """The server refused to draw a number."""

    command_id: str
    code: str


class DrawUnanswered(Event, frozen=True):
    """No answer came: the number may be drawn or not."""

    command_id: str


class TicketPrinted(Event, frozen=True):
    """The paper came out."""

    ticket_id: str


class PrintFailed(Event, frozen=True):
    """The paper did not (surely) come out."""

    ticket_id: str
    cause: str


class Tick(Event, frozen=True):
    """Time has passed."""


# ---- effects --------------------------------------------------------------------------------------------------


class Effect(Struct, frozen=True):
    """Something to be done; its outcome comes back as an event."""


class LoadQueues(Effect, frozen=True):
    """Ask the server how its queues are."""


class AskPaper(Effect, frozen=True):
    """Ask the printer whether it could print."""

    command_id: str


class DrawNumber(Effect, frozen=True):
    """Ask the server for a number; the same `command_id` again gets the same one."""

    command_id: str
    item_key: str
    identity_kind: DocumentKind | None
    masked_number: str | None
    person: str | None = None
    age_years: int | None = None


class PrintTicket(Effect, frozen=True):
    """Put the ticket on paper; the same job again is not printed again."""

    job_id: str
    ticket: Ticket
    masked_number: str | None
    language: str


class TellPrint(Effect, frozen=True):
    """Tell the server what became of the paper."""

    command_id: str
    ticket_id: str
    printed: bool
    cause: str | None = None
