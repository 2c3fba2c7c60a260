"""Histories that were broken on purpose: the order in which visitors are called."""

from collections.abc import Callable
from datetime import datetime, time

from hall import messages as m
from hall.identity import DocumentKind
from hall.priority import Ground, Why
from hall.rules import OrderPolicy, OrderRules
from tests.commands.simulate.histories.pieces import (
    GREEN,
    ORDINARY,
    leased,
    passed_over,
    passing_by,
    set_back,
    transferred,
    under,
)
from tests.commands.simulate.stories import DAY, ZONE, Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    "an earlier arrival of the same class was passed": (
        "order",
        lambda: Story().issue("A001").issue("A002").call("A002"),
    ),
    "a later arrival by a kiosk's clock goes first": (
        "order",
        lambda: (
            leased(1, 5)
            .issue("A006")
            .issue("A001", lease_id="lease-1", arrived_at=datetime.combine(DAY, time(9, 1), tzinfo=ZONE))
            .call("A006")
        ),
    ),
    "somebody who came after the clock was set back goes first": (
        "order",
        lambda: set_back(Story().issue("A001"), hours=1).issue("A002").call("A002"),
    ),
    "an ordinary ticket before a green one": (
        "order",
        lambda: Story().issue("A001").issue("A002", priority=GREEN).call("A001", passed=[GREEN]),
    ),
    "a fourth green in a row": (
        "order",
        lambda: passed_over(3).issue("A009", priority=GREEN).call("A009", ground=Ground.GREEN, passed=[ORDINARY]),
    ),
    "the turn of others too soon": (
        "order",
        lambda: passed_over(2).issue("A009", priority=GREEN).call("A001", ground=Ground.TURN_OF_OTHERS, passed=[GREEN]),
    ),
    "a look that was put back and counted": (
        "order",
        lambda: (
            passed_over(2)
            .issue("A009", priority=GREEN)
            .tell(m.TicketPreviewed(ticket_id="A009", counter_no="1", why=Why(Ground.GREEN), passed=(ORDINARY.value,)))
            .tell(m.TicketPutBack(ticket_id="A009", counter_no="1", reason="-"))
            .call("A001", ground=Ground.TURN_OF_OTHERS, passed=[GREEN])
        ),
    ),
    "a line that is left out of those passed over": (
        "order",
        lambda: Story().issue("A001").issue("A002", priority=GREEN).call("A002", ground=Ground.GREEN),
    ),
    "a missed visitor back too soon": (
        "order",
        lambda: (
            Story()
            .issue("A001")
            .issue("A002")
            .call("A001")
            .miss("A001")
            .call("A001", ground=Ground.RETURNING, passed=[ORDINARY])
        ),
    ),
    "a call that counts for none of those whom it passed": (
        "returning",
        lambda: (
            Story()
            .issue("A001")
            .call("A001")
            .miss("A001")
            .issue("R001", identity_kind=DocumentKind.RESIDENT)
            .call("R001")
        ),
    ),
    "a missed visitor who is passed over beyond the bound": (
        "returning",
        lambda: passing_by(3 + 3 + 4 - 1),
    ),
    "nobody else, though somebody was there": (
        "order",
        lambda: Story().issue("A001").issue("A002").call("A001").miss("A001").call("A001", ground=Ground.NOBODY_ELSE),
    ),
    "a call from the line of somebody sent elsewhere": (
        "order",
        lambda: transferred(Story().issue("A001").call("A001").start("A001"), "A001", "2").call("A001"),
    ),
    "a reason that is not true": ("order", lambda: Story().issue("A001").call("A001", ground=Ground.GREEN)),
    "a later arrival under the balanced order": (
        "order",
        lambda: (
            under(order=OrderRules(policy=OrderPolicy.BALANCED, green_head_start_min=1.0))
            .issue("A001")
            .wait(minutes=30)
            .issue("A002", priority=GREEN)
            .call("A002", ground=Ground.GREEN, passed=[ORDINARY])
        ),
    ),
}
"""What is wrong, the check that must say so, and the story."""
