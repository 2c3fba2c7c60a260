"""The hall over MQTT: counters and queues are told as retained states, presses and devices' health are heard."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError

from devices.broker_link import BrokerLink
from hall import messages as m
from hall.counter import CounterStatus
from hall.rating import RatingChannel
from hall.texts import Texts
from queue_server.domain.evolve import Record
from queue_server.domain.hall_day import HallDay
from queue_server.domain.refusals import Refusal
from queue_server.domain.signs import bar_text
from queue_server.service.live_hall import LiveHall
from queue_server.service.ports import JournalUnavailable
from queue_server.service.writer import Writer

logger = logging.getLogger(__name__)

COMMIT_WAIT_S = 5.0


class HallOverMqtt:
    """Tells what has changed, in the loop's thread, and everything after each connect."""

    def __init__(
        self, link: BrokerLink, live: LiveHall, writer: Writer, texts: Texts, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._link = link
        self._live = live
        self._writer = writer
        self._texts = texts
        self._revisions: dict[str, int] = {}  # counter: the revision told last
        self._waiting: dict[str, int] = {}  # prefix: the count told last
        live.listen(self._changed)
        link.hear(m.LevelPressed, self._pressed)
        link.hear(m.DeviceHealth, live.hear_device)
        self._loop = loop
        link.on_connect(self._connected)

    def _changed(self, hall: HallDay, _records: Sequence[Record]) -> None:
        for counter in hall.counters.values():
            if self._revisions.get(counter.counter_no) != counter.revision:
                self._revisions[counter.counter_no] = counter.revision
                self._link.tell(counter_state(hall, counter.counter_no, self._texts))
        for prefix, tickets in hall.waiting.items():
            if self._waiting.get(prefix) != len(tickets):
                self._waiting[prefix] = len(tickets)
                self._link.tell(m.QueueState(prefix=prefix, revision=hall.seq, waiting=len(tickets)))

    def _connected(self) -> None:
        self._loop.call_soon_threadsafe(self._tell_everything)

    def _tell_everything(self) -> None:
        """The broker may have lost what it retained: tell all of it again."""
        self._revisions.clear()
        self._waiting.clear()
        self._changed(self._live.hall, [])

    def _pressed(self, press: m.LevelPressed) -> None:
        """Store a rating; returns (and so acknowledges) once it is kept, or refused."""
        command = m.Rate(
            command_id=press.press_id,
            rating_id=press.rating_id,
            level=press.level,
            channel=RatingChannel.EVALUATOR,
        )
        try:
            self._writer.submit(command).result(timeout=COMMIT_WAIT_S)
        except Refusal as refusal:
            logger.warning("counter %s: a press was ignored: %s", press.counter_no, refusal.code)
        except (JournalUnavailable, FutureTimeoutError) as exc:
            logger.error("counter %s: a rating could not be kept: %s", press.counter_no, exc)


def counter_state(hall: HallDay, counter_no: str, texts: Texts) -> m.CounterState:
    """What a counter's bar and evaluator should be doing."""
    counter = hall.counters[counter_no]
    ticket = hall.tickets.get(counter.ticket_id or "")
    is_calling = counter.status is CounterStatus.CALLING
    return m.CounterState(
        counter_no=counter_no,
        revision=counter.revision,
        status=counter.status,
        text=bar_text(texts, hall, counter_no),
        flashing=is_calling,
        call_id=ticket.call_id if ticket and is_calling else None,
        rating_id=counter.rating_id,
    )
