"""Counters: who sits there, pauses, and what a counter can do today."""

from hall.messages.message import Event


class CounterOpened(Event, frozen=True, kw_only=True):
    """A clerk sat down."""

    counter_no: str
    staff_no: str
    took_over_from: str | None = None  # the clerk who was signed in there


class CounterClosed(Event, frozen=True, kw_only=True):
    """The clerk left."""

    counter_no: str


class CounterPaused(Event, frozen=True, kw_only=True):
    """The counter stopped serving for a while."""

    counter_no: str
    reason: str


class CounterResumed(Event, frozen=True, kw_only=True):
    """The counter serves again."""

    counter_no: str


class AbilityGranted(Event, frozen=True, kw_only=True):
    """For today, a counter may take one more matter."""

    counter_no: str
    department: str
    item_key: str
    by: str


class AbilityRevoked(Event, frozen=True, kw_only=True):
    """A granted ability ended."""

    counter_no: str
    department: str
    item_key: str
    by: str
