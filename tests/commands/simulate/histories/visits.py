"""Histories that were broken on purpose: a ticket at one place at a time, called, held, served and rated."""

from collections.abc import Callable

from hall import messages as m
from hall.priority import Ground, Why
from hall.rules import CallRules, HoldRules, MissedRules
from tests.commands.simulate.histories.pieces import a_day, again, quickly, under
from tests.commands.simulate.stories import Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    # ---- a ticket's life, one place at a time
    "service of somebody who was not called": ("life", lambda: Story().issue("A001").start("A001")),
    "a call of somebody who is served": ("life", lambda: a_day().choose("A001", "2")),
    "a call of somebody unknown": ("life", lambda: Story().choose("A009")),
    "a ticket at two counters": ("one_place", lambda: Story().issue("A001").call("A001").choose("A001", "2")),
    "two tickets at a counter": ("one_place", lambda: Story().issue("A001").issue("A002").call("A001").choose("A002")),
    "a call of a ticket that another counter looks at": (
        "one_place",
        lambda: (
            Story()
            .issue("A001")
            .tell(m.TicketPreviewed(ticket_id="A001", counter_no="2", why=Why(Ground.ARRIVAL)))
            .choose("A001")
        ),
    ),
    "a call from a closed counter": (
        "one_place",
        lambda: Story().issue("A001").tell(m.CounterClosed(counter_no="1")).choose("A001"),
    ),
    "a call from a paused counter": (
        "one_place",
        lambda: Story().issue("A001").tell(m.CounterPaused(counter_no="1", reason="-")).choose("A001"),
    ),
    "the cross product of a counter's abilities": (
        "one_place",
        lambda: Story().issue("A001", "A-2").choose("A001", "3"),
    ),
    "completion at a counter that has somebody else": (
        "one_place",
        lambda: Story().issue("A001").call("A001").start("A001").complete("A001", "2"),
    ),
    "a chosen ticket where clerks must not choose": (
        "one_place",
        lambda: under(calls=CallRules(may_choose=False)).issue("A001").choose("A001"),
    ),
    "a clerk at two counters": ("clerks", lambda: Story().tell(m.CounterOpened(counter_no="2", staff_no="T1"))),
    "a counter taken without saying so": (
        "clerks",
        lambda: Story().tell(m.CounterOpened(counter_no="2", staff_no="T7")),
    ),
    "a counter closed over its visitor": (
        "clerks",
        lambda: Story().issue("A001").call("A001").tell(m.CounterClosed(counter_no="1")),
    ),
    # ---- calling again, missing, holding
    "a call again at once": ("calling", lambda: quickly(Story().issue("A001").call("A001"))),
    "a fourth call": ("calling", lambda: again(Story().issue("A001").call("A001"), 2, 3, 4)),
    "a call that is counted wrongly": ("calling", lambda: again(Story().issue("A001").call("A001"), 3)),
    "a second return after being missed": (
        "calling",
        lambda: Story().issue("A001").call("A001").miss("A001").call("A001", ground=Ground.NOBODY_ELSE).miss("A001"),
    ),
    "marked missed after too few calls": (
        "calling",
        lambda: under(missed=MissedRules(least_calls=2)).issue("A001").call("A001").miss("A001"),
    ),
    "marked missed too soon after the call": (
        "calling",
        lambda: under(missed=MissedRules(least_wait_s=61.0)).issue("A001").call("A001").miss("A001"),
    ),
    "a void ticket put back by the desk": (
        "calling",
        lambda: (
            under(missed=MissedRules(most_returns=0, void_is_final=True))
            .issue("A001")
            .call("A001")
            .miss("A001", returns_after=None)
            .tell(m.TicketRequeued(ticket_id="A001", cause="desk", keeps_arrival=False))
        ),
    ),
    "a look that was ended too soon": (
        "reservations",
        lambda: (
            under(calls=CallRules(preview_s=61.0))
            .issue("A001")
            .tell(m.TicketPreviewed(ticket_id="A001", counter_no="1", why=Why(Ground.ARRIVAL)))
            .tell(m.TicketPutBack(ticket_id="A001", counter_no="1", reason="preview_over"))
        ),
    ),
    "a hold beyond the longest": (
        "reservations",
        lambda: Story().issue("A001").call("A001").hold("A001", minutes=122.0),
    ),
    "more held than a counter may": (
        "reservations",
        lambda: (
            under(hold=HoldRules(most_a_counter=1))
            .issue("A001")
            .issue("A002")
            .call("A001")
            .hold("A001")
            .call("A002")
            .hold("A002")
        ),
    ),
    # ---- ratings
    "a rating before the service": ("ratings", lambda: Story().issue("A001").call("A001").rate("A001")),
    "a second rating": ("ratings", lambda: a_day().rate("A002")),
    "a rating after it was closed": (
        "ratings",
        lambda: (
            Story()
            .issue("A001")
            .call("A001")
            .start("A001")
            .complete("A001")
            .tell(m.RatingClosed(rating_id="rating-A001", ticket_id="A001", counter_no="1", cause="timeout"))
            .rate("A001")
        ),
    ),
}
"""What is wrong, the check that must say so, and the story."""
