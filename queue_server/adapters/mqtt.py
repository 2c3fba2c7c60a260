"""The hall over MQTT: counters and queues are told as retained states, presses and devices' health are heard."""

import logging
from collections.abc import Sequence

from devices.broker_link import BrokerLink
from hall import messages as m
from hall.counter import CounterStatus
from hall.rating import RatingChannel
from hall.texts import Texts
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import Refusal
from queue_server.domain.signs import bar_text
from queue_server.service.live_hall import LiveHall
from queue_server.service.ports import JournalUnavailable
from queue_server.service.writer import Writer

logger = logging.getLogger(__name__)

COMMIT_WAIT_S = 5.0


class HallOverMqtt:
    """Tells what has changed, in the loop's thread; the link tells it again after each connect."""

    def __init__(self, link: BrokerLink, live: LiveHall, writer: Writer, texts: Texts, incarnation: str) -> None:
        """Join the link and the hall; before either starts.

        Args:
            incarnation: the journal's, by which listeners know that revisions begin anew.
        """
        self._link = link
        self._writer = writer
        self._texts = texts
        self._incarnation = incarnation
        self._revisions: dict[str, int] = {}  # counter: the revision told last
        self._waiting: dict[str, int] = {}  # prefix: the count told last
        live.listen(self._changed)
        link.hear(m.LevelPressed, self._pressed)
        link.hear(m.DeviceHealth, live.hear_device)

    def _changed(self, hall: HallDay, _records: Sequence[Record]) -> None:
        for counter in hall.counters.values():
            if self._revisions.get(counter.counter_no) != counter.revision:
                self._revisions[counter.counter_no] = counter.revision
                self._link.tell(counter_state(hall, counter.counter_no, self._texts, self._incarnation))
        for prefix in hall.plan.queues:
            waiting = hall.waiting_count(prefix)
            if self._waiting.get(prefix) != waiting:
                self._waiting[prefix] = waiting
                state = m.QueueState(prefix=prefix, revision=hall.seq, incarnation=self._incarnation, waiting=waiting)
                self._link.tell(state)

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
        except JournalUnavailable as exc:
            logger.error("counter %s: a rating could not be kept: %s", press.counter_no, exc)
        except TimeoutError:
            logger.error("counter %s: a rating was not kept within %s s", press.counter_no, COMMIT_WAIT_S)


def counter_state(hall: HallDay, counter_no: str, texts: Texts, incarnation: str) -> m.CounterState:
    """What a counter's bar and evaluator should be doing."""
    counter = hall.counters[counter_no]
    ticket = hall.tickets.get(counter.ticket_id or "")
    is_calling = counter.status is CounterStatus.CALLING
    return m.CounterState(
        counter_no=counter_no,
        revision=counter.revision,
        incarnation=incarnation,
        status=counter.status,
        text=bar_text(texts, hall, counter_no),
        flashing=is_calling,
        call_id=ticket.call_id if ticket and is_calling else None,
        rating_id=counter.rating_id,
        display_number=ticket.display_number if ticket else None,
    )
