"""A ticket's life as one table, and how its number is written."""

from enum import StrEnum
from typing import NamedTuple


class TicketState(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    ON_HOLD = "on_hold"
    MISSED = "missed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TicketStep(StrEnum):
    """What can happen to a ticket."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    NEXT_MATTER = "next_matter"
    COMPLETE = "complete"
    MARK_MISSED = "mark_missed"
    COME_BACK_LATER = "come_back_later"
    HOLD = "hold"
    TRANSFER = "transfer"
    REDIRECT = "redirect"
    REQUEUE = "requeue"
    CANCEL = "cancel"
    EXPIRE = "expire"


LIFE: dict[TicketState, dict[TicketStep, TicketState]] = {
    TicketState.WAITING: {
        TicketStep.CALL: TicketState.CALLED,
        TicketStep.REDIRECT: TicketState.WAITING,
        TicketStep.CANCEL: TicketState.CANCELLED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.CALLED: {
        TicketStep.RECALL: TicketState.CALLED,
        TicketStep.START: TicketState.SERVING,
        TicketStep.NEXT_MATTER: TicketState.SERVING,
        TicketStep.COMPLETE: TicketState.COMPLETED,
        TicketStep.MARK_MISSED: TicketState.MISSED,
        TicketStep.COME_BACK_LATER: TicketState.WAITING,
        TicketStep.HOLD: TicketState.ON_HOLD,
        TicketStep.TRANSFER: TicketState.WAITING,
        TicketStep.CANCEL: TicketState.CANCELLED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.SERVING: {
        TicketStep.RECALL: TicketState.SERVING,
        TicketStep.NEXT_MATTER: TicketState.SERVING,
        TicketStep.COMPLETE: TicketState.COMPLETED,
        TicketStep.HOLD: TicketState.ON_HOLD,
        TicketStep.TRANSFER: TicketState.WAITING,
        TicketStep.CANCEL: TicketState.CANCELLED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.ON_HOLD: {
        TicketStep.CALL: TicketState.CALLED,
        TicketStep.REQUEUE: TicketState.WAITING,
        TicketStep.CANCEL: TicketState.CANCELLED,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.MISSED: {
        TicketStep.CALL: TicketState.CALLED,
        TicketStep.REQUEUE: TicketState.WAITING,
        TicketStep.EXPIRE: TicketState.EXPIRED,
    },
    TicketState.COMPLETED: {},
    TicketState.CANCELLED: {},
    TicketState.EXPIRED: {},
}
"""What the table lacks is refused. A transfer, a send-back and a next matter elsewhere are all the step TRANSFER;
what the desk does for somebody who waits in the wrong place is REDIRECT."""

OPEN_STATES = frozenset(state for state, steps in LIFE.items() if TicketStep.EXPIRE in steps) - {TicketState.MISSED}
"""The states in which a visitor may expect to be served today; one who was missed has to come to the desk first."""


class Sender(NamedTuple):
    """A counter that sent a visitor on and has them back when that is done, and the matter that they were there for."""

    counter_no: str
    item_key: str


LAST_NUMBER = 9999
"""Numbers run 001 to 999 and then 1000 to 9999 within a day; they never wrap."""


def display_number(prefix: str, number: int) -> str:
    """Write a ticket's number as people read it, e.g. ("A", 1) as "A001".

    Args:
        prefix: the queue's letters, 1 or 2 of A to Z without I and O.
        number: 1 to `LAST_NUMBER`.
    """
    return prefix + str(number).zfill(3)  # at a third of the cost of `:03d`
