"""Counters: who sits there, pauses, and what a counter can do today."""

from hall.messages.fields import Id, StaffNo, Text
from hall.messages.message import Command, Event

# ---- commands -------------------------------------------------------------------------------------------------------


class CounterCommand(Command, frozen=True, kw_only=True):
    """A request from a counter."""

    counter_no: Id


class OpenCounter(CounterCommand, frozen=True, kw_only=True):
    """A clerk sits down at a counter."""

    staff_no: StaffNo
    take_over: bool = False  # said in so many words: whoever is signed in there is signed out


class CloseCounter(CounterCommand, frozen=True, kw_only=True):
    """The clerk leaves the counter."""


class PauseCounter(CounterCommand, frozen=True, kw_only=True):
    """The counter serves nobody for a while."""

    reason: Text


class ResumeCounter(CounterCommand, frozen=True, kw_only=True):
    """The counter serves again."""


class GrantAbility(CounterCommand, frozen=True, kw_only=True):
    """For today, let a counter take another matter of a department."""

    department: Id
    item_key: Id
    by: Id


class RevokeAbility(CounterCommand, frozen=True, kw_only=True):
    """Take back an ability that was granted for today."""

    department: Id
    item_key: Id
    by: Id


# ---- events ---------------------------------------------------------------------------------------------------------


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
