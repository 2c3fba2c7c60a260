"""What is written about a counter and its calls: one sentence for the display and the bar alike."""

from typing import Protocol

from hall.counter import CounterStatus
from hall.texts import Texts
from queue_server.domain.hall_day import HallDay


class Named(Protocol):
    """A hall, zone, queue or matter."""

    @property
    def name(self) -> str: ...

    @property
    def name_en(self) -> str: ...


def name_of(thing: Named, texts: Texts) -> str:
    """A thing's name in the reader's language."""
    return thing.name_en if texts.language == "en" else thing.name


def call_text(texts: Texts, display_number: str, counter_no: str) -> str:
    """The sentence of a call, e.g. "Ticket A001, please go to window 3"."""
    return texts("Ticket {number}, please go to window {counter}", number=display_number, counter=counter_no)


def bar_text(texts: Texts, hall: HallDay, counter_no: str) -> str:
    """What the bar above a counter shows now."""
    counter = hall.counters[counter_no]
    ticket = hall.tickets.get(counter.ticket_id or "")
    if counter.status is CounterStatus.CALLING and ticket:
        return call_text(texts, ticket.display_number, counter_no)
    if counter.status is CounterStatus.SERVING and ticket:
        return texts("Serving {number}", number=ticket.display_number)
    if counter.status is CounterStatus.RATING:
        return texts("Please rate this service")
    if counter.status is CounterStatus.PAUSED:
        return texts("Service paused, please use another window")
    if counter.status is CounterStatus.CLOSED:
        return texts("Window {counter} is closed", counter=counter_no)
    first_queue = hall.plan.queues[hall.plan.counters[counter_no].queues[0]]
    return texts("Window {counter}: {queue}", counter=counter_no, queue=name_of(first_queue, texts))
