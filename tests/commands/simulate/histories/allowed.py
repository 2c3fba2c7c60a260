"""Histories in which nothing is wrong, each near to something that would be."""

from collections.abc import Callable
from datetime import datetime, time

from hall import messages as m
from hall.identity import DocumentKind
from hall.priority import Ground
from hall.rules import OrderPolicy, OrderRules, PersonRules
from tests.commands.simulate.histories.pieces import (
    BOOKED,
    FOR_ANOTHER,
    GREEN,
    ORDINARY,
    WITH_CARD,
    booked,
    booked_for,
    closed,
    leased,
    passed_over,
    redirected,
    released,
    sent_back,
    sent_to_2,
    set_back,
    transferred,
    under,
)
from tests.commands.simulate.stories import DAY, ZONE, Story

RIGHT: dict[str, Callable[[], Story]] = {
    "a booked visitor checks in whatever they hold": lambda: (
        booked(story=under(persons=PersonRules(most_a_day=1)))
        .issue("A001", person="p")
        .issue("A002", person="p", appointment_no="Y0001")
    ),
    "matters of one queue are booked at different counters": lambda: booked_for(*["A-2"] * 6, *["A-1"] * 4),
    "a shared counter is booked by both of its queues": lambda: booked_for(*["H-2"] * 3, *["A-2"] * 3),
    "the turn of others after three greens": lambda: (
        passed_over(3).issue("A009", priority=GREEN).call("A001", ground=Ground.TURN_OF_OTHERS, passed=[GREEN])
    ),
    "a chosen ticket goes before earlier ones": lambda: Story().issue("A001").issue("A002").choose("A002"),
    "a missed visitor is back after enough others": lambda: (
        Story()
        .issue("A001")
        .issue("A002")
        .issue("A003")
        .call("A001")
        .miss("A001", returns_after=1)
        .call("A002")
        .start("A002")
        .complete("A002")
        .call("A001", ground=Ground.RETURNING, passed=[ORDINARY])
    ),
    "a missed visitor is back after calls of another queue at a counter that could have called them": lambda: (
        Story()
        .issue("A001")
        .call("A001")
        .miss("A001", returns_after=1)
        .issue("R001", identity_kind=DocumentKind.RESIDENT)
        .issue("R002", identity_kind=DocumentKind.RESIDENT)
        .call("R001", passed_missed=["A001"])
        .start("R001")
        .complete("R001")
        .call("A001", ground=Ground.RETURNING, passed=[ORDINARY])
    ),
    "a number of a block that the kiosk had": lambda: leased(1, 5).issue("A003", lease_id="lease-1"),
    "a number of a block that came in after the closing": lambda: (
        leased(1, 5).tell(closed()).issue("A003", lease_id="lease-1", after_closing=True)
    ),
    "a kiosk's ticket stands where its visitor arrived": lambda: (
        leased(1, 5)
        .issue("A006")
        .issue("A001", lease_id="lease-1", arrived_at=datetime.combine(DAY, time(9, 1), tzinfo=ZONE))
        .call("A001")
    ),
    "a visitor sent to a counter that does not handle the matter by itself": lambda: transferred(
        Story().issue("A001").call("A001").start("A001"), "A001", "3"
    ).call("A001", "3", Ground.TRANSFERRED),
    "a visitor comes back to who sent them": lambda: (
        sent_back(sent_to_2()).call("A001", ground=Ground.SENT_BACK).complete("A001")
    ),
    "a visitor goes to others when their counter's pause lasts": lambda: released(
        sent_to_2().tell(m.CounterPaused(counter_no="2", reason="meal")).wait(minutes=10)
    ).call("A001", ground=Ground.TRANSFERRED),
    "the desk sends somebody elsewhere, who keeps the arrival": lambda: (
        redirected(Story().issue("A001").issue("A002", "A-2")).call("A001").call("A002", "2")
    ),
    "an agent with a ticket of their own and one for each of two people": lambda: (
        Story()
        .issue("A001", person="q")
        .issue("A002", person="q", **FOR_ANOTHER, principal="p")
        .issue("A003", person="q", **FOR_ANOTHER, principal="r")
        .issue("A004", person="q", **FOR_ANOTHER)
    ),
    "a day that was ended too early goes on": lambda: (
        Story().tell(closed()).tell(m.DayReopened(day=DAY, by="T9")).issue("A001")
    ),
    "the same person in two queues": lambda: Story().issue("A001", person="p").issue("R001", **WITH_CARD, person="p"),
    "a ticket at noon for a matter that a noon counter handles": lambda: (
        Story().wait(hours=3).issue("H001", quota_interval="12:00")
    ),
    "a clock set back and confirmed keeps the order": lambda: (
        set_back(Story().issue("A001"), hours=1).issue("A002").call("A001").call("A002", "2")
    ),
    "a booked visitor in time": lambda: (
        booked().issue("A001", appointment_no="Y0001", person="p", priority=BOOKED).call("A001", ground=Ground.BOOKED)
    ),
    "an earlier green under the balanced order": lambda: (
        under(order=OrderRules(policy=OrderPolicy.BALANCED, green_head_start_min=1.0))
        .issue("A001")
        .wait(minutes=30)
        .issue("A002", priority=GREEN)
        .call("A001", passed=[GREEN])
    ),
}
