"""Histories that were broken on purpose: who has a visitor back, and where visitors are sent."""

from collections.abc import Callable

from hall import messages as m
from hall.priority import Ground
from tests.commands.simulate.histories.pieces import a_call, redirected, released, sent_back, sent_to_2, transferred
from tests.commands.simulate.stories import Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    "a visitor who ends where another counter wants them back": (
        "transfers",
        lambda: sent_to_2().call("A001", "2", Ground.TRANSFERRED).complete("A001", "2"),
    ),
    "a visitor of whom it is forgotten who wants them back": ("transfers", lambda: sent_to_2(way_back=())),
    "a visitor who goes back with a matter that nobody sent": (
        "transfers",
        lambda: sent_back(sent_to_2(), item_key="A-2"),
    ),
    "a visitor who goes back to a counter that has closed": (
        "transfers",
        lambda: sent_back(sent_to_2().tell(m.CounterClosed(counter_no="1"))),
    ),
    "a visitor who goes to the queue though their sender is there": (
        "transfers",
        lambda: transferred(
            sent_to_2().call("A001", "2", Ground.TRANSFERRED),
            "A001",
            None,
            from_counter="2",
            item_key="A-1",
            is_return=True,
            way_back=(),
        ),
    ),
    "a visitor who goes to others after a moment's pause": (
        "transfers",
        lambda: released(sent_to_2().tell(m.CounterPaused(counter_no="2", reason="meal"))),
    ),
    "a visitor who goes to others though their counter serves": ("transfers", lambda: released(sent_to_2())),
    "a visitor whom the desk sends to a counter that does not handle the matter": (
        "transfers",
        lambda: redirected(Story().issue("A001", "A-2"), to_counter="3"),
    ),
    "a visitor whom the desk sends away while they are called": ("life", lambda: redirected(a_call())),
}
"""What is wrong, the check that must say so, and the story."""
