"""What a queue looks like to whoever comes now, beside the people who wait: the same for all at one instant."""

from datetime import datetime

from msgspec import Struct

from queue_server.domain.breaks import Break

OutlookKey = tuple[str, str]
"""A queue, and its matter where not all of the queue's counters handle it, else ""."""


class Outlook(Struct, frozen=True, kw_only=True, gc=False):
    """Noted in `HallDay.outlooks` until an instant later, or until anything but another ticket happens."""

    at: datetime
    at_s: float  # the same as seconds since midnight
    able: tuple[str, ...]  # the open counters that handle the matter
    staffed: int  # those and the paused ones
    full: int  # counters that serve when no break is on; 0 when nobody knows
    unit: int  # counters that the work is spread over; 0 when nobody knows
    free: int  # of the able ones, how many have no visitor
    rivals: tuple[tuple[str, float], ...]  # queues that share the counters, as `Duty` has them
    first_s: float | None  # until the first counter falls free; None where many counters make it a matter of chance
    rest: Break | None  # the break that is on, or the next one of the day
    most_overtaking: float  # the share of calls that priority can have, < 1
    is_strict: bool  # the order policy
