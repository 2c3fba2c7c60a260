"""Why a visitor comes before another: the classes of priority, and the reason that each call carries."""

from enum import StrEnum

from msgspec import Struct


class PriorityClass(StrEnum):
    """What a waiting ticket counts as, the first to be called first."""

    RETURNING = "returning"  # missed once, and enough others have been called since
    GREEN = "green"  # green channel
    BOOKED = "booked"  # checked in at the agreed time
    ORDINARY = "ordinary"


RANK: dict[PriorityClass, int] = {priority: rank for rank, priority in enumerate(PriorityClass)}
"""0 goes first."""


class Ground(StrEnum):
    """What decided a call."""

    ARRIVAL = "arrival"  # the earliest arrival among equals
    GREEN = "green"
    AGE = "age"
    BOOKED = "booked"
    RETURNING = "returning"
    TURN_OF_OTHERS = "turn_of_others"  # so many calls passed this line over that it is its turn
    HEAD_START = "head_start"  # the balanced order: priority counts as an earlier arrival
    TRANSFERRED = "transferred"
    SENT_BACK = "sent_back"
    HELD = "held"  # back from hold
    CHOSEN = "chosen"  # a clerk picked it
    NOBODY_ELSE = "nobody_else"


class Why(Struct, frozen=True):
    """A call's reason: `ground` and the facts that its sentence needs, e.g. ("booked", {"slot": "10:00"})."""

    ground: Ground
    facts: dict[str, str] = {}
