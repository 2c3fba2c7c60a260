"""Which buttons a clerk may press in each status of the counter: one table, handed to the page as it is.

The page only greys out what is pointless; the server decides, and refuses what the table would let through by mistake.
"""

from hall.counter import CounterStatus

BUTTONS: dict[CounterStatus, tuple[str, ...]] = {
    CounterStatus.CLOSED: ("open", "take-over"),
    CounterStatus.IDLE: ("call-next", "pause", "close"),
    CounterStatus.CALLING: ("recall", "start", "missed", "complete"),
    CounterStatus.SERVING: ("recall", "complete"),
    CounterStatus.RATING: ("call-next", "pause", "close"),
    CounterStatus.PAUSED: ("resume", "close"),
}
"""By the last part of the command's address under `/api/v1/counters/{counter_no}/`; a take-over insists on `open`."""

KEYS = {"call-next": "1", "recall": "2", "start": "3", "missed": "4", "complete": "5", "resume": "6"}
"""Digits that press a button while no field has the focus; the number pad works too."""
