"""What every event is. Fields that came later have a default, so that old events can be read."""

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False, omit_defaults=True):
    """A fact. When it happened is the journal's to say.

    No event refers back to itself, so the garbage collector may leave the day's many thousands out (`gc=False`).
    """
