"""The texts that the pages' modules say, by page, and the sentences behind stable codes. English msgids throughout."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from devices.mends import MENDS
from hall.counter import CounterStatus
from hall.rating import RatingLevel
from hall.texts import Texts
from hall.ticket import TicketState

Code = TypeVar("Code", bound=str)

STATUSES = {
    CounterStatus.CLOSED: "Not open",
    CounterStatus.IDLE: "Free",
    CounterStatus.CALLING: "Calling",
    CounterStatus.SERVING: "Being served",
    CounterStatus.RATING: "Awaiting rating",
    CounterStatus.PAUSED: "Paused",
}

TICKET_STATES = {
    TicketState.WAITING: "Waiting",
    TicketState.CALLED: "It is your turn",
    TicketState.SERVING: "Being served",
    TicketState.COMPLETED: "Visit completed",
    TicketState.MISSED: "Your number was missed",
    TicketState.EXPIRED: "Expired",
}

TICKET_HINTS = {
    TicketState.WAITING: "Please stay near the display and listen for your number.",
    TicketState.CALLED: "Please go to the window now.",
    TicketState.SERVING: "Your matter is being handled.",
    TicketState.COMPLETED: "Thank you for your visit.",
    TicketState.MISSED: "Please ask at the guide desk.",
    TicketState.EXPIRED: "Tickets are valid on their own day only. Please take a new one.",
}

LEVELS = {
    RatingLevel.VERY_SATISFIED: "Very satisfied",
    RatingLevel.SATISFIED: "Satisfied",
    RatingLevel.BASICALLY_SATISFIED: "Basically satisfied",
    RatingLevel.DISSATISFIED: "Dissatisfied",
    RatingLevel.VERY_DISSATISFIED: "Very dissatisfied",
}

PAUSE_REASONS = {
    "short_break": "Short break",
    "meal": "Meal",
    "paperwork": "Paperwork",
    "meeting": "Meeting",
    "equipment": "Equipment fault",
    "handover": "Change of shift",
}

REFUSALS = {
    "refused": "This cannot be done now.",
    "unknown_item": "The catalogue has no such matter.",
    "unknown_ticket": "There is no such ticket today.",
    "unknown_counter": "The hall has no such window.",
    "unknown_rating": "There is no such rating today.",
    "queue_full": "Today's numbers of this queue are used up.",
    "queue_empty": "Nobody is waiting for this window.",
    "counter_taken": "Another clerk is at this window.",
    "counter_not_open": "This window is not open; please sit down or resume first.",
    "counter_busy": "This window still has a visitor or is already in service.",
    "no_visitor": "This cannot be done for the visitor now.",
    "rating_over": "This rating is over.",
    "day_not_over": "The business day has not changed.",
    "command_id_reused": "The request was mixed up with another one; please try again.",
    "journal_unavailable": "The server cannot write its journal. Nothing was done; please tell the administrator.",
    "invalid": "Please check what you entered.",
    "not_delivered": "The server did not answer. Please try again.",
    "server_fault": "The server failed. Please try again, or tell the administrator.",
}
"""By the code that the server answers; the last three are the page's own."""

DEVICE_STATUSES = {"ok": "Working", "warning": "Attention", "fault": "Fault", "offline": "Offline"}

DEVICE_KINDS = {
    "server": "Server",
    "kiosk": "Kiosk",
    "printer": "Ticket printer",
    "card_reader": "Document reader",
    "board": "Counter board",
    "bridge": "Board bridge",
    "speaker": "Speaker",
}

DEVICE_CAUSES = {
    "device_error": "The device reports an error.",
    "unavailable": "It does not answer.",
    "protocol_error": "Its answers make no sense.",
    "fault": "It needs attention.",
    "paper_out": "The paper has run out.",
    "paper_near_end": "The paper is nearly used up.",
    "cover_open": "The cover is open.",
    "cutter_fault": "The cutter is stuck.",
    "card_unreadable": "A document could not be read.",
    "reader_fault": "It failed its own test.",
    "board_restarted": "It restarted.",
    "command_refused": "It refused a command.",
    "wrong_firmware": "Its firmware belongs to another release.",
    "too_few_slots": "It has fewer places than counters.",
    "bridge_stopped": "The board bridge has stopped.",
}

COUNTER_SAYS = (
    "{minutes} min",
    "{seconds} s",
    "Called {count} times",
    "Clerk {staff}",
    "Paused: {reason}",
    "Rating is open: please ask the visitor to rate",
    "The visitor's rating has arrived",
    "The last visit was not rated",
    "No rating yet",
    "No visitor at this window",
    "Nobody is waiting",
    "and {count} more",
    "No document shown",
    "ends in {tail}",
    "Sending…",
)

DISPLAY_SAYS = ("Window {counter}", "Now calling", "Latest call")

MANAGER_SAYS = (
    "{minutes} min",
    "< 1 min",
    "{open} / {all}",
    "{open} open · longest {longest}",
    "{open} open",
    "no open window",
    "No ratings yet today",
    "{rate}% satisfied or better",
    "{rated} rated, {not_rated} not rated",
    "No device has reported yet",
    "{count} devices are working",
    "Connected",
    "Not connected: the states of devices may be old",
    "{count} tickets were not printed today",
    "{count} served",
    "Window {counter}",
)

TICKET_SAYS = ("{count} people ahead of you", "You are next", "Window {counter}")


def spoken(texts: Texts, english: Iterable[str]) -> dict[str, str]:
    """Texts by their msgids, as the page's `say` looks them up; named places stay open."""
    return {text: texts(text) for text in english}


def by_code(texts: Texts, table: Mapping[Code, str]) -> dict[str, str]:
    """A table of sentences by code, translated."""
    return {str(code): texts(text) for code, text in table.items()}


def mends(texts: Texts) -> dict[str, str]:
    """What a person does about each device code."""
    return by_code(texts, MENDS)
