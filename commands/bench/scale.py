"""How long a bench measures."""

from msgspec import Struct


class Scale(Struct, frozen=True, kw_only=True):
    """Lengths and sizes.

    Attributes:
        seconds: how long each load lasts.
        rounds: how often the two sides of a comparison take turns; the median counts.
        waiting: how many wait where a queue's length matters.
        day: tickets of a city's day.
        events: of a journal that a server starts on.
        soak_s: how long the soak lasts.
    """

    seconds: float = 2.0
    rounds: int = 5
    waiting: int = 20_000
    longest: int = 100_000
    day: int = 15_000
    events: int = 10_000_000
    soak_s: float = 180.0


FULL = Scale()
QUICK = Scale(seconds=0.3, rounds=1, waiting=400, longest=2_000, day=200, events=10_000, soak_s=2.0)
"""To see that the benches work; the figures mean nothing."""
