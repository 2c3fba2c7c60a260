"""The business day: begun and ended, the clock that it goes by, and the rules and the site that are in force."""

from datetime import date, datetime

from hall.messages.fields import Id
from hall.messages.message import Command, Event
from hall.rules import HallRules

# ---- commands -------------------------------------------------------------------------------------------------------


class StartDay(Command, frozen=True, kw_only=True):
    """Begin the next business day, once the calendar has reached it."""


class CloseDay(Command, frozen=True, kw_only=True):
    """End the business day: whoever still has an open ticket is counted, and must be confirmed."""

    by: Id  # who asks: a staff number
    confirmed_open: int  # how many open tickets the asker has seen and gives up


class ReopenDay(Command, frozen=True, kw_only=True):
    """Take back that the day was ended, on the same day: what expired stays expired, and numbers go on."""

    by: Id


class ConfirmClock(Command, frozen=True, kw_only=True):
    """Say that the server's clock is right although it has jumped."""

    by: Id


# ---- events ---------------------------------------------------------------------------------------------------------


class RulesAdopted(Event, frozen=True, kw_only=True):
    """From here on these rules are in force."""

    rules: HallRules


class SiteAdopted(Event, frozen=True, kw_only=True):
    """From here on this site is in force: queues, counters, hours, items and calendar as the site file has them.

    Only keys are named, and no person.
    """

    digest: str
    parts: dict[str, str]  # name of a part: its digest
    changed: tuple[str, ...]  # in words, e.g. "hours of queue A changed"; nothing in a journal's first one


class RuleApplied(Event, frozen=True, kw_only=True):
    """A rule refused something; the audit's entry, without the person."""

    rule: str  # the refusal's code
    command: str  # the kind of command that was refused
    place: str  # who asked: a kiosk, a counter, a staff number
    prefix: str | None = None


class DayStarted(Event, frozen=True, kw_only=True):
    """A business day began: numbers start again, yesterday's open tickets are over, every counter is closed."""

    day: date
    expired: tuple[str, ...] = ()  # ticket ids
    no_shows: tuple[str, ...] = ()  # appointment numbers whose day has passed


class DayClosed(Event, frozen=True, kw_only=True):
    """The day was ended by a person: open tickets are over, every counter is closed, no number is drawn any more."""

    day: date
    by: str
    expired: tuple[str, ...] = ()
    no_shows: tuple[str, ...] = ()


class DayReopened(Event, frozen=True, kw_only=True):
    """The day that a person had ended goes on: numbers behind those used, every counter closed."""

    day: date
    by: str


class ClockConfirmed(Event, frozen=True, kw_only=True):
    """A person said that the clock is right after it had jumped; times before and after do not compare."""

    by: str
    was_at: datetime  # the last instant before the jump
