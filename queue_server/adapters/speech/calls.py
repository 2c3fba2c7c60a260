"""Which events are spoken: every call, in the zone of its counter."""

from collections.abc import Callable, Sequence

from hall.messages import TicketCalled
from queue_server.adapters.speech.announcer import Announcement, Announcer
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record


def speaking(announcer: Announcer) -> Callable[[HallDay, Sequence[Record]], None]:
    """A listener for `LiveHall.listen` that hands each new call to the announcer."""

    def listen(hall: HallDay, records: Sequence[Record]) -> None:
        for record in records:
            call = record.event
            if isinstance(call, TicketCalled):
                zone_id = hall.plan.counters[call.counter_no].zone_id
                announcer.announce(
                    Announcement(
                        zone_id, call.call_id, call.display_number, call.counter_no, is_recall=call.call_count > 1
                    )
                )

    return listen
