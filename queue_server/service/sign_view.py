"""What a screen above one counter shows, for anybody to see: its window, its state, and the number that is called."""

from collections.abc import Sequence

from msgspec import Struct

from hall.counter import CounterStatus
from hall.texts import Texts
from queue_server.domain.hall_day import HallDay
from queue_server.domain.signs import bar_text

WITH_A_NUMBER = (CounterStatus.CALLING, CounterStatus.SERVING)


class SignView(Struct, frozen=True):
    """One counter's sign. It names no visitor."""

    revision: int
    counter_no: str
    status: CounterStatus
    display_number: str | None  # of the visitor who is called or served
    call_id: str | None  # while a number is called
    lines: list[str]  # what the bar says, once in each language


def sign_view(hall: HallDay, counter_no: str, languages: Sequence[Texts]) -> SignView:
    """A counter's sign; the counter must exist.

    Args:
        languages: the first is the one to be written large.
    """
    counter = hall.counters[counter_no]
    ticket = hall.tickets.get(counter.ticket_id or "") if counter.status in WITH_A_NUMBER else None
    return SignView(
        counter.revision,
        counter_no,
        counter.status,
        ticket.display_number if ticket else None,
        ticket.call_id if ticket and counter.status is CounterStatus.CALLING else None,
        [bar_text(texts, hall, counter_no) for texts in languages],
    )
