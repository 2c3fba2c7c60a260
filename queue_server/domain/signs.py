"""What is written and said about a counter: one sentence for the display, the bar and the voice alike."""

from hall.catalogue import HallPlan
from hall.counter import CounterStatus
from hall.texts import Texts
from queue_server.domain.hall_day import HallDay


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
    return texts("Window {counter}: {queue}", counter=counter_no, queue=_first_queue(hall.plan, counter_no, texts))


def _first_queue(plan: HallPlan, counter_no: str, texts: Texts) -> str:
    queue = plan.queues[plan.counters[counter_no].queues[0]]
    return queue.name_en if texts.language == "en" else queue.name
