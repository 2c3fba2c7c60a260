"""Histories that were broken on purpose: a day's begin and end, and the journal's sequence."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from hall import messages as m
from tests.commands.simulate.histories.pieces import SITE, a_day, booked, closed, without
from tests.commands.simulate.stories import DAY, ZONE, Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    "a day's end that forgets a ticket": (
        "days",
        lambda: Story().issue("A001").tell(m.DayClosed(day=DAY, by="T9")),
    ),
    "a day's end that takes a ticket that was over": ("days", lambda: a_day().tell(closed("A001"))),
    "a day that is not the calendar's": (
        "days",
        lambda: Story().wait(hours=24).tell(m.DayStarted(day=DAY + timedelta(days=5))),
    ),
    "a no-show before the slot": (
        "days",
        lambda: booked().tell(m.DayClosed(day=DAY, by="T9", no_shows=("Y0001",))),
    ),
    "a day that is reopened though nobody ended it": ("days", lambda: Story().tell(m.DayReopened(day=DAY, by="T9"))),
    "a site that is adopted twice": ("sequence", lambda: Story().tell(SITE).tell(SITE)),
    "a gap in the journal": ("sequence", lambda: without(a_day(), 7)),
    "a record earlier than the one before it": ("sequence", lambda: Story().wait(hours=-1).issue("A001")),
    "a jump of the clock that is misreported": (
        "sequence",
        lambda: Story().tell(m.ClockConfirmed(by="T9", was_at=datetime.combine(DAY, time(7), tzinfo=ZONE))),
    ),
}
"""What is wrong, the check that must say so, and the story."""
