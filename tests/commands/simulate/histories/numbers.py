"""Histories that were broken on purpose: the numbers that are given out, and blocks of them."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from hall import messages as m
from tests.commands.simulate.histories.pieces import closed, leased
from tests.commands.simulate.stories import DAY, ZONE, Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    "a number for a kiosk that the hall does not have": ("numbers", lambda: Story().issue("A001", kiosk_id="K99")),
    "a kiosk's ticket that is not counted where its visitor came": (
        "hours",
        lambda: leased(1, 5, prefix="H").issue(
            "H001", lease_id="lease-1", arrived_at=datetime.combine(DAY, time(9, 1), tzinfo=ZONE)
        ),
    ),
    "a ticket beyond a quota that kiosks have used up": (
        "hours",
        lambda: (
            leased(1, 5, prefix="H")
            .issue("H001", lease_id="lease-1", quota_interval="09:00")
            .issue("H006", quota_interval="09:00")
        ),
    ),
    "a number twice on a day": ("numbers", lambda: Story().issue("A001").issue("A001", ticket_id="other")),
    "a ticket id twice": ("numbers", lambda: Story().issue("A001").issue("A002", ticket_id="A001")),
    "a number that is shown as another": ("numbers", lambda: Story().issue("A001", display_number="A002")),
    "a number for another day": ("numbers", lambda: Story().issue("A001", business_day=DAY + timedelta(days=1))),
    "a ticket after the day was closed": ("numbers", lambda: Story().tell(m.DayClosed(day=DAY, by="T9")).issue("A001")),
    "a ticket drawn after the closing that says so": (
        "numbers",
        lambda: Story().tell(closed()).issue("A001", after_closing=True),
    ),
    "a kiosk's ticket after the closing that does not say so": (
        "numbers",
        lambda: leased(1, 5).tell(closed()).issue("A003", lease_id="lease-1"),
    ),
    "a kiosk's ticket that says that the day was closed, and it was not": (
        "numbers",
        lambda: leased(1, 5).issue("A003", lease_id="lease-1", after_closing=True),
    ),
    "a call of somebody who came after the closing": (
        "life",
        lambda: leased(1, 5).tell(closed()).issue("A003", lease_id="lease-1", after_closing=True).choose("A003"),
    ),
    "a block after the closing": ("numbers", lambda: leased(1, 5, Story().tell(closed()))),
    "blocks that meet": ("numbers", lambda: leased(5, 9, leased(1, 5))),
    "a block over a number that was given out": ("numbers", lambda: leased(1, 5, Story().issue("A003"))),
    "a leased number from the server": ("numbers", lambda: leased(1, 5).issue("A003")),
    "a number from another kiosk's block": (
        "numbers",
        lambda: leased(1, 5).issue("A003", lease_id="lease-1", kiosk_id="K2"),
    ),
    "a number beside its block": ("numbers", lambda: leased(1, 5).issue("A006", lease_id="lease-1")),
}
"""What is wrong, the check that must say so, and the story."""
