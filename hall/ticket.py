"""A ticket's life as one table, and how its number is written."""

from enum import StrEnum


class TicketState(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    COMPLETED = "completed"
    MISSED = "missed"
    EXPIRED = "expired"


class TicketStep(StrEnum):
    """What can happen to a ticket."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    COMPLETE = "complete"
    MARK_MISSED = "mark_missed"
    EXPIRE = "expire"


LIFE: dict[TicketState, dict[TicketStep, TicketState]] = {
    TicketState.WAITING: {
        TicketStep.CALL: TicketState.CALLED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.CALLED: {
        TicketStep.RECALL: TicketState.CALLED,
        TicketStep.START: TicketState.SERVING,
        TicketStep.COMPLETE: TicketState.COMPLETED,
        TicketStep.MARK_MISSED: TicketState.MISSED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.SERVING: {
        TicketStep.RECALL: TicketState.SERVING,
        TicketStep.COMPLETE: TicketState.COMPLETED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.MISSED: {},
    TicketState.COMPLETED: {},
    TicketState.EXPIRED: {},
}
"""What the table lacks is refused."""

LAST_NUMBER = 9999
"""Numbers run 001 to 999 and then 1000 to 9999 within a day; they never wrap."""


def display_number(prefix: str, number: int) -> str:
    """Write a ticket's number as people read it, e.g. ("A", 1) as "A001".

    Args:
        prefix: the queue's letters, 1 or 2 of A to Z without I and O.
        number: 1 to `LAST_NUMBER`.
    """
    return f"{prefix}{number:03d}"
