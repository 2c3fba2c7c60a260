"""Histories that were broken on purpose: who draws a ticket, when, and with which document."""

from collections.abc import Callable
from datetime import timedelta

from hall import messages as m
from hall.priority import Ground
from hall.rules import OneTicket, PersonRules
from tests.commands.simulate.histories.pieces import (
    FOR_ANOTHER,
    GREEN,
    WITH_CARD,
    missed_with_another,
    one_more_matter,
    under,
)
from tests.commands.simulate.stories import DAY, Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    "two tickets of one person in a queue": (
        "persons",
        lambda: Story().issue("A001", person="p").issue("A002", person="p"),
    ),
    "a missed ticket put back beside another one of the same person": (
        "persons",
        lambda: missed_with_another().tell(m.TicketRequeued(ticket_id="A001", cause="desk", keeps_arrival=False)),
    ),
    "a missed ticket called beside another one of the same person": (
        "persons",
        lambda: missed_with_another().choose("A001"),
    ),
    "two tickets of one person in a hall": (
        "persons",
        lambda: (
            under(persons=PersonRules(one_ticket=OneTicket.A_HALL))
            .issue("A001", person="p")
            .issue("R001", **WITH_CARD, person="p")
        ),
    ),
    "more tickets of one person than a day allows": (
        "persons",
        lambda: (
            under(persons=PersonRules(one_ticket=OneTicket.OFF, most_a_day=1))
            .issue("A001", person="p")
            .issue("A002", person="p")
        ),
    ),
    "a ticket for somebody who is banned": (
        "persons",
        lambda: (
            Story()
            .tell(m.PersonBanned(person="p", until=DAY + timedelta(days=1), reason="-", by="T9"))
            .issue("A001", person="p")
        ),
    ),
    "a second ticket for one person, drawn by an agent": (
        "persons",
        lambda: Story().issue("A001", person="p").issue("A002", person="q", **FOR_ANOTHER, principal="p"),
    ),
    "a second ticket of an agent for whom nobody knows": (
        "persons",
        lambda: Story().issue("A001", person="q", **FOR_ANOTHER).issue("A002", person="q", **FOR_ANOTHER),
    ),
    "a ticket drawn for somebody who is banned": (
        "persons",
        lambda: (
            Story()
            .tell(m.PersonBanned(person="p", until=DAY + timedelta(days=1), reason="-", by="T9"))
            .issue("A001", person="q", **FOR_ANOTHER, principal="p")
        ),
    ),
    "a ticket on behalf of another where the hall has none": (
        "persons",
        lambda: under(persons=PersonRules(may_represent=False)).issue("A001", **FOR_ANOTHER),
    ),
    "a ticket without the document that the queue asks for": ("identity", lambda: Story().issue("R001")),
    "a further matter without the document that its queue asks for": (
        "identity",
        lambda: Story().issue("A001", further_items=("R-1",)),
    ),
    "a second ticket of a person in the queue of a further matter": (
        "persons",
        lambda: (
            Story()
            .issue("A001", **WITH_CARD, person="p", further_items=("R-1",))
            .issue("R001", **WITH_CARD, person="p")
        ),
    ),
    "more matters on a ticket than the rules say, with those that were handled": (
        "matters",
        lambda: one_more_matter(under(persons=PersonRules(most_items=2)).issue("A001", further_items=("A-2",))),
    ),
    "a declared age that is called the card's": (
        "green_channel",
        lambda: Story().issue("A001", priority=GREEN, green_group="elderly").call("A001", ground=Ground.AGE),
    ),
    "an age that admits to a group without one": (
        "green_channel",
        lambda: Story().issue("A001", priority=GREEN, green_group="soldier", green_by_age=True),
    ),
    "a further matter outside of its queue's hours": (
        "hours",
        lambda: Story().wait(hours=9).issue("A001", further_items=("H-1",), further_quotas=("H",)),
    ),
    "a further matter over its queue's quota": (
        "hours",
        lambda: (
            Story()
            .issue("A001", further_items=("H-1",), further_quotas=("H", "H 09:00"))
            .issue("A002", further_items=("H-1",), further_quotas=("H", "H 09:00"))
        ),
    ),
    "a further matter that is not counted": ("hours", lambda: Story().issue("A001", further_items=("H-1",))),
    "a ticket that says who drew it where nobody asks": ("identity", lambda: Story().issue("Z001", person="p")),
    "a party larger than the rules say": ("persons", lambda: Story().issue("A001", party_size=21)),
    "a ticket outside of the queue's hours": ("hours", lambda: Story().wait(hours=9).issue("H001")),
    "a ticket at noon for a matter that nobody handles then": (
        "hours",
        lambda: Story().wait(hours=3).issue("H001", item="H-2", quota_interval="12:00"),
    ),
    "a ticket over the quota": (
        "hours",
        lambda: Story().issue("H001", quota_interval="09:00").issue("H002", quota_interval="09:00"),
    ),
}
"""What is wrong, the check that must say so, and the story."""
