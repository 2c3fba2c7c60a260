"""What the hall does by itself: ratings and looks at a ticket end, visitors come back, a new business day begins."""

import asyncio
import logging
import uuid

from hall import messages as m
from hall.clock import Clock
from queue_server.domain.decisions.calling import preview_is_over
from queue_server.domain.decisions.days import day_has_changed
from queue_server.domain.decisions.tickets import waits_in_vain
from queue_server.domain.refusals import Refusal
from queue_server.service.live_hall import LiveHall
from queue_server.service.ports import JournalUnavailable
from queue_server.service.writer import Writer

logger = logging.getLogger(__name__)

TICK_S = 0.2
RETRY_S = 5.0  # after the journal could not be written: a full disk must not fill up with log lines


async def keep_house(live: LiveHall, writer: Writer, clock: Clock, rating_s: float) -> None:
    """Run until cancelled.

    Args:
        live: what is seen.
        writer: what is asked.
        clock: the hall's time.
        rating_s: how long a rating stays open, in hall seconds.
    """
    while True:
        await asyncio.sleep(TICK_S)
        try:
            for command in due(live, clock, rating_s):
                await _carry_out(command, writer)
        except JournalUnavailable as exc:
            logger.warning("housekeeping: %s", exc)
            await asyncio.sleep(RETRY_S)
        except Exception:  # a task begins here, and the hall's day must go on
            logger.exception("housekeeping failed in an unexpected way")
            await asyncio.sleep(RETRY_S)


async def _carry_out(command: m.AnyCommand, writer: Writer) -> None:
    try:
        await writer.ask(command)
    except Refusal as refusal:  # somebody was quicker: a press, a call
        logger.debug("housekeeping: %s", refusal.code)


def due(live: LiveHall, clock: Clock, rating_s: float) -> list[m.AnyCommand]:
    """The commands that time alone asks for now."""
    now, hall = clock.now(), live.hall
    if day_has_changed(hall, now):
        return [m.StartDay(command_id=str(uuid.uuid4()))]
    over: list[m.AnyCommand] = []
    for rating_id in hall.open_ratings:
        if (now - hall.ratings[rating_id].opened_at).total_seconds() < rating_s:
            break  # oldest first
        over.append(m.CloseRating(command_id=str(uuid.uuid4()), rating_id=rating_id))
    for ticket_id in hall.held:
        returns_at = hall.tickets[ticket_id].returns_at
        if returns_at is not None and returns_at <= now:
            over.append(m.ReturnHeld(command_id=str(uuid.uuid4()), ticket_id=ticket_id))
    for number, counter in hall.counters.items():
        if preview_is_over(hall, counter, now):
            over.append(m.PutBack(command_id=str(uuid.uuid4()), counter_no=number, reason="preview_over", if_over=True))
    in_vain = [ticket_id for ticket_id in hall.aside if waits_in_vain(hall, hall.tickets[ticket_id], now)]
    over += [m.ReleaseTicket(command_id=str(uuid.uuid4()), ticket_id=ticket_id) for ticket_id in in_vain]
    return over
