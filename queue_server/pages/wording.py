"""The texts that the pages' modules say, by page, and the sentences behind stable codes. English msgids throughout."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from devices.mends import MENDS
from hall.counter import CounterKind, CounterStatus
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

COUNTER_KINDS = {
    CounterKind.COMPREHENSIVE: "Comprehensive window",
    CounterKind.SPECIAL: "Special-area window",
    CounterKind.OUTLET: "Outlet window",
    CounterKind.PROBLEM: "Problem window",
    CounterKind.ASSISTANCE: "Assistance window",
    CounterKind.CROSS_REGION: "Cross-region window",
    CounterKind.ONE_THING: "One-thing window",
    CounterKind.GUIDE: "Guide desk",
}

TICKET_STATES = {
    TicketState.WAITING: "Waiting",
    TicketState.CALLED: "It is your turn",
    TicketState.SERVING: "Being served",
    TicketState.ON_HOLD: "Stepped aside",
    TicketState.COMPLETED: "Visit completed",
    TicketState.MISSED: "Your number was missed",
    TicketState.CANCELLED: "Given back",
    TicketState.EXPIRED: "Expired",
}

TICKET_HINTS = {
    TicketState.WAITING: "Please stay near the display and listen for your number.",
    TicketState.CALLED: "Please go to the window now.",
    TicketState.SERVING: "Your matter is being handled.",
    TicketState.ON_HOLD: "You keep your place; the window calls you again.",
    TicketState.COMPLETED: "Thank you for your visit.",
    TicketState.MISSED: "Please ask at the guide desk.",
    TicketState.CANCELLED: "This number was given back. Please take a new one if you need it.",
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

PAUSE_REASONS_OF_DEVICES = {"call_pad": "From the call pad"}
"""Nobody chooses these on a page."""

REFUSALS = {
    "refused": "This cannot be done now.",
    "rule": "A rule of this hall does not allow it.",
    "unknown_item": "The catalogue has no such matter.",
    "unknown_queue": "The hall has no such queue.",
    "unknown_ticket": "There is no such ticket today.",
    "unknown_counter": "The hall has no such window.",
    "unknown_kiosk": "The hall has no such ticket machine.",
    "unknown_clerk": "No such clerk is at a window now.",
    "unknown_rating": "There is no such rating today.",
    "unknown_group": "The green channel has no such group.",
    "unknown_lease": "There is no such block of numbers today.",
    "unknown_appointment": "There is no such appointment.",
    "queue_full": "Today's numbers of this queue are used up.",
    "quota_used": "The numbers for this time are used up.",
    "queue_closed": "This queue gives no numbers at this time.",
    "has_ticket": "You hold a number of this queue already; it can be printed again.",
    "daily_cap": "You have drawn as many numbers today as one person may.",
    "identity_required": "Please show a document for this queue.",
    "person_banned": "No numbers can be drawn for now. Please ask at the guide desk.",
    "party_too_large": "One number cannot stand for so many people.",
    "too_many_items": "One number cannot carry so many matters.",
    "not_banned": "This person is not banned.",
    "no_person": "This number was drawn without a document; it does not tell whose it is.",
    "unclear_person": "Please say in one way only whom this is about.",
    "past_day": "This day has passed.",
    "queue_empty": "Nobody is waiting for this window.",
    "wrong_state": "The ticket is at another step now.",
    "ticket_reserved": "Another window is about to call this ticket.",
    "recall_too_soon": "It was called a moment ago; please wait a little.",
    "recall_limit": "It was called often enough; please mark it missed.",
    "too_few_calls": "Calls still to make before it may be marked missed: {calls_left}.",
    "missed_too_soon": "The visitor may be on the way; it may be marked missed in {wait_s} s.",
    "ticket_void": "It was missed too often and is void; the visitor takes a new number.",
    "not_allowed": "This hall does not use this.",
    "hold_too_long": "A visitor cannot step aside for so long.",
    "too_many_held": "This window has let enough visitors step aside.",
    "wrong_target": "Please choose one other place to send the visitor to.",
    "cannot_serve": "That window does not handle this matter.",
    "no_sender": "Nobody sent this visitor here.",
    "counter_taken": "Another clerk is at this window.",
    "clerk_elsewhere": "You are signed in at another window.",
    "no_preview": "This window looks at no ticket.",
    "rating_running": "The visitor may still rate; please wait a moment.",
    "lease_too_large": "This is more numbers than a kiosk may have.",
    "not_in_lease": "The number does not belong to this kiosk.",
    "number_used": "This number was handed in before.",
    "slot_not_offered": "There is no such time to book.",
    "slot_full": "This time is taken; please choose another.",
    "not_bookable": "This day cannot be booked.",
    "has_appointment": "There is an appointment on that day already.",
    "booking_restricted": "Too many appointments were missed; please come without one.",
    "too_late_to_cancel": "It is too late to change this appointment.",
    "too_early": "It is too early to check in.",
    "appointment_over": "This appointment was used, given back or missed.",
    "not_yours": "This is another person's appointment.",
    "day_closed": "The day is over; numbers are drawn again tomorrow.",
    "day_goes_on": "The day was not ended.",
    "closing_needs_confirmation": "Tickets are still open; please confirm how many.",
    "clock_stepped_back": "The server's clock has jumped back; a manager must set or confirm it.",
    "clock_leapt": "The server's clock has jumped ahead; a manager must set or confirm it.",
    "bad_request": "Please check what you entered.",
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
    "scanner": "Code scanner",
    "board": "Counter board",
    "counter_display": "Bars above counters",
    "pad_line": "Line of call pads",
    "evaluator": "Evaluator",
    "bridge": "Board bridge",
    "speaker": "Speaker",
    "switches": "Door, light and presence",
    "ups": "Emergency power",
    "credentials": "Credential platform",
    "camera": "Document camera",
    "offline_numbers": "Numbers without the server",
}

DEVICE_CAUSES = {
    "device_error": "The device reports an error.",
    "unavailable": "It is not there.",
    "no_reply": "It gives no answer.",
    "hanging": "It hangs.",
    "protocol_error": "Its answers make no sense.",
    "fault": "It needs attention.",
    "paper_out": "The paper has run out.",
    "paper_near_end": "The paper is nearly used up.",
    "paper_unknown": "It cannot say whether it has paper.",
    "cover_open": "The cover is open.",
    "cutter_fault": "The cutter is stuck.",
    "card_unreadable": "A document could not be read.",
    "needs_security_module": "An identity card was laid on a reader that cannot open it.",
    "credential_refused": "A visitor's code was refused.",
    "credential_expired": "A visitor's code had expired.",
    "credential_used": "A visitor's code had been used before.",
    "reader_fault": "It failed its own test.",
    "device_refused": "It understands what it is asked and does not do it.",
    "on_battery": "The mains are gone; it runs on its battery.",
    "battery_low": "The mains are gone and the battery is nearly empty.",
    "unknown_ups": "The power service knows no supply of this name.",
    "scans_unreadable": "What it sends cannot be read.",
    "scan_too_large": "A scan was larger than allowed.",
    "ocr_missing": "It cannot suggest which document a page is.",
    "board_restarted": "It restarted.",
    "command_refused": "It refused a command.",
    "wrong_firmware": "Its firmware belongs to another release.",
    "too_few_slots": "It has fewer places than counters.",
    "book_unavailable": "Its book of numbers cannot be used: no numbers without the server.",
    "tickets_need_person": "Numbers on paper could not be handed in.",
    "other_key": "It hashes people with another key than other kiosks: one person counts as several.",
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
    "{count} people",
    "on behalf of somebody else",
    "then: {matter}",
    "for this window only",
    "Stepped aside: {numbers}",
    "Missed: {numbers}",
    "Sending…",
)

DISPLAY_SAYS = ("Window {counter}", "Now calling", "Latest call")

MANAGER_SAYS = (
    "{minutes} min",
    "< 1 min",
    "{open} / {all}",
    "{open} open · longest {longest}",
    "{open} open",
    "told waits are {error} off on average, {share}% in the range",
    "no open window",
    "No ratings yet today",
    "{rate}% satisfied or better",
    "{rated} rated, {not_rated} not rated",
    "No device has reported yet",
    "{count} devices are working",
    "failed {count} times in a row",
    "Connected",
    "Not connected: the states of devices may be old",
    "{count} tickets were not printed today",
    "{count} served",
    "{share}% of the visitors called today went to comprehensive windows",
    "Window {counter}",
)

TRIAL_SAYS = (
    "Test",
    "Testing…",
    "Test passed",
    "Test failed",
    "No answer to the test",
    "The test could not be started",
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
