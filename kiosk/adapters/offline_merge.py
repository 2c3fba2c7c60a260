"""Handing one ticket in that a kiosk gave out by itself, so that its visitor never ends with two live numbers.

The draw that got no answer may have been carried out. So the ticket is handed in under that draw's id: of the two
commands the server carries out one, whichever reaches it first, and answers the other with it. docs/decisions/0009.
"""

import logging
import uuid
from typing import Protocol

from msgspec import structs

from hall.messages import AnyCommand, AnyEvent, CancelTicket, MergeTicket, TicketIssued
from kiosk.adapters.hall_client import QueuesAnswer, Refused, ServerFailed

logger = logging.getLogger(__name__)

REPLACED = "offline_number"  # why the twin is cancelled: its visitor holds the kiosk's own number
DAY_CLOSED = "day_closed"  # a draw may be refused so, and handing in never
NO_RULE = "http_"  # how the codes begin that `HallClient` makes up: no rule of the hall has spoken


class Hall(Protocol):
    """The server, as far as offline numbers need it (`HallClient`)."""

    def carry_out(self, command: AnyCommand) -> AnyEvent:
        """Have a command carried out; raises `ServerAway`, `Refused`."""
        ...

    def queues(self) -> QueuesAnswer:
        """How the queues are, and which business day runs; raises `ServerAway`, `Refused`."""
        ...


def merged(hall: Hall, ticket: MergeTicket, *, by: str) -> TicketIssued:
    """Hand a ticket in; harmless to repeat after any failure.

    Args:
        ticket: with the id of the draw that got no answer as its `command_id`.
        by: the kiosk, for the journal.

    Raises:
        ServerAway: it may be handed in or not; try again.
        Refused: for good.
    """
    by_itself = structs.replace(ticket, command_id=_derived(ticket, "merge"))
    try:
        answer = _issued(hall, ticket)
    except Refused as exc:
        if exc.code != DAY_CLOSED:
            raise
        return _issued(hall, by_itself)  # that answered the draw, and there is no twin: this draw stays refused
    if answer.ticket_id == ticket.ticket_id:
        return answer
    logger.warning("%s was drawn as well and not told: it is cancelled", answer.display_number)
    cancel = CancelTicket(command_id=_derived(ticket, "cancel"), ticket_id=answer.ticket_id, by=by, reason=REPLACED)
    try:
        _carried_out(hall, cancel)
    except Refused as exc:  # called in vain and missed, or expired: it is not live
        logger.warning("%s could not be cancelled: %s", answer.display_number, exc)
    return _issued(hall, by_itself)


def _issued(hall: Hall, ticket: MergeTicket) -> TicketIssued:
    answer = _carried_out(hall, ticket)
    if not isinstance(answer, TicketIssued):
        raise Refused("command_id_reused", f"the answer is a {type(answer).__name__}")
    return answer


def _carried_out(hall: Hall, command: AnyCommand) -> AnyEvent:
    try:
        return hall.carry_out(command)
    except Refused as exc:
        if exc.code.startswith(NO_RULE):
            raise ServerFailed(f"this is no hall server: {exc}") from exc
        raise


def _derived(ticket: MergeTicket, step: str) -> str:
    """An id that is the same at every try of a step with a ticket."""
    return str(uuid.uuid5(uuid.UUID(int=0), f"{ticket.ticket_id} {step}"))
