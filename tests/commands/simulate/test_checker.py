"""The checker, on histories that were broken on purpose: each check bites, and only where something is wrong."""

import ast
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest

from commands.simulate import history as h
from commands.simulate.checking import checker as checker_module
from commands.simulate.checking.checker import CHECKS, Checker
from hall import messages as m
from hall.identity import DocumentKind
from hall.priority import Ground, PriorityClass, Why
from hall.rules import CallRules, HallRules, HoldRules, MissedRules, OneTicket, OrderPolicy, OrderRules, PersonRules
from hall.ticket import Sender
from tests.commands.simulate.stories import DAY, ZONE, Story, a_plan

GREEN, BOOKED, ORDINARY, RETURNING = (
    PriorityClass.GREEN,
    PriorityClass.BOOKED,
    PriorityClass.ORDINARY,
    PriorityClass.RETURNING,
)


def a_day() -> Story:
    """A bit of everything, all of it right."""
    story = Story().issue("A001").issue("A002", priority=GREEN).issue("A003")
    story.call("A002", ground=Ground.GREEN, passed=[ORDINARY]).start("A002").complete("A002").rate("A002")
    story.call("A001", "2").miss("A001", "2").call("A003", "2").start("A003", "2").hold("A003", "2")
    story.tell(m.TicketRequeued(ticket_id="A003", cause="counter_closed", keeps_arrival=True))
    story.call("A003", "3").start("A003", "3").complete("A003", "3")
    story.tell(m.TicketPreviewed(ticket_id="A001", counter_no="1", why=Why(Ground.NOBODY_ELSE)))
    story.tell(m.TicketPutBack(ticket_id="A001", counter_no="1", reason="not now"))
    return story.call("A001", ground=Ground.NOBODY_ELSE).start("A001").complete("A001")


def test_nothing_is_found_in_a_day_in_which_nothing_is_wrong():
    assert a_day().found() == set()


def passed_over(times: int) -> Story:
    """Greens keep coming while A001, which is ordinary, waits."""
    story = Story().issue("A001")
    for number in range(2, 2 + times):
        shown = f"A{number:03d}"
        story.issue(shown, priority=GREEN).call(shown, ground=Ground.GREEN, passed=[ORDINARY])
        story.start(shown).complete(shown)
    return story


def passing_by(calls: int) -> Story:
    """A001 was missed, and then others of another queue are called, as if it were not there."""
    story = Story().issue("A001").call("A001").miss("A001")
    for number in range(1, 1 + calls):
        shown = f"R{number:03d}"
        story.issue(shown, identity_kind=DocumentKind.RESIDENT)
        story.call(shown, passed_missed=["A001"] if number <= 3 else []).start(shown).complete(shown)
    return story


def missed_with_another() -> Story:
    """A001 was missed and is over, and its visitor has drawn A002 since."""
    story = Story().issue("A001", person="p").call("A001").miss("A001", returns_after=None)
    return story.issue("A002", person="p")


def under(**rules: object) -> Story:
    """A story in a hall with rules of its own."""
    return Story().tell(m.RulesAdopted(rules=HallRules(**rules)))  # type: ignore[arg-type]


def leased(first: int, last: int, story: Story | None = None, *, prefix: str = "A") -> Story:
    story = story or Story()
    block = m.NumbersLeased(
        lease_id=f"lease-{first}", kiosk_id="K1", business_day=DAY, prefix=prefix, first=first, last=last
    )
    return story.tell(block)


def booked(number: str = "Y0001", story: Story | None = None, *, person: str = "p", item: str = "A-1") -> Story:
    begins = datetime.combine(DAY, time(10), tzinfo=ZONE)
    event = m.AppointmentBooked(
        appointment_no=number,
        item_key=item,
        prefix=item[0],
        starts_at=begins,
        ends_at=begins + timedelta(minutes=30),
        person=person,
        masked_name="*",
        channel="desk",
    )
    return (story or Story()).tell(event)


def booked_for(*items: str) -> Story:
    """Everybody for the same half-hour, of which the booked may have 15 minutes of a counter: 3 visits and a bit."""
    story = Story()
    for number, item in enumerate(items, 1):
        booked(f"Y{number:04}", story, person=f"p{number}", item=item)
    return story


def one_more_matter(story: Story) -> Story:
    """The first matter of A001 is handled, the second begins, and another is added."""
    story.call("A001").start("A001")
    done = m.MatterCompleted(
        ticket_id="A001",
        counter_no="1",
        staff_no="T1",
        item_key="A-1",
        served_s=60.0,
        next_item="A-2",
        next_prefix="A",
        stays=True,
    )
    return story.tell(done).tell(m.MatterAdded(ticket_id="A001", counter_no="1", item_key="A-1"))


def transferred(story: Story, shown: str, to: str | None, **values: object) -> Story:
    event = m.TicketTransferred(
        ticket_id=shown,
        display_number=shown,
        from_counter="1",
        staff_no="T1",
        prefix="A",
        item_key="A-2",
        reason="-",
        to_counter=to,
    )
    return story.tell(msgspec.structs.replace(event, **values))


def sent_to_2(**values: object) -> Story:
    """Counter 1 sent a visitor to counter 2 and wants them back."""
    story = Story().issue("A001").call("A001").start("A001")
    return transferred(story, "A001", "2", **{"comes_back": True, "way_back": (Sender("1", "A-1"),), **values})


def sent_back(story: Story, **values: object) -> Story:
    event = m.TicketSentBack(
        ticket_id="A001",
        display_number="A001",
        from_counter="2",
        prefix="A",
        item_key="A-1",
        to_counter="1",
        reason="done",
    )
    return story.call("A001", "2", Ground.TRANSFERRED).tell(msgspec.structs.replace(event, **values))


def redirected(story: Story, **values: object) -> Story:
    event = m.TicketRedirected(ticket_id="A001", display_number="A001", by="T9", reason="-", prefix="A", item_key="A-2")
    return story.tell(msgspec.structs.replace(event, **values))


FOR_ANOTHER = {"is_representative": True}
SITE = m.SiteAdopted(digest="0123456789abcdef", parts={}, changed=())


def a_call() -> Story:
    return Story().issue("A001").call("A001")


def released(story: Story) -> Story:
    return story.tell(m.TicketRequeued(ticket_id="A001", cause="counter_paused", keeps_arrival=True))


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

WITH_CARD = {"identity_kind": DocumentKind.RESIDENT}


def set_back(story: Story, *, hours: float) -> Story:
    was_at = story.now
    story.now -= timedelta(hours=hours)
    return story.tell(m.ClockConfirmed(by="T9", was_at=was_at))


@pytest.mark.parametrize("build", RIGHT.values(), ids=RIGHT.keys())
def test_what_the_rules_allow_is_not_reported(build):
    assert build().found() == set()


WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    "more are booked for a counter than it has time for": ("slots", lambda: booked_for(*["H-2"] * 4)),
    "a counter is promised to two of its queues": ("slots", lambda: booked_for(*["H-2"] * 3, *["A-2"] * 4)),
    "a matter's few counters are promised to the others": ("slots", lambda: booked_for(*["A-1"] * 4, *["A-2"] * 7)),
    # ---- numbers
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
    # ---- order
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
    # ---- people, hours
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
    # ---- appointments
    "a check-in without the document that the queue asks for": (
        "identity",
        lambda: booked(item="R-1").issue("R001", person="p", appointment_no="Y0001"),
    ),
    "an appointment of somebody who is banned": (
        "appointments",
        lambda: booked(story=Story().tell(m.PersonBanned(person="p", until=DAY, reason="-", by="T9"))),
    ),
    "two appointments of one person on a day": ("appointments", lambda: booked("Y0002", booked())),
    "an appointment beyond the tickets of a day": (
        "appointments",
        lambda: booked(story=under(persons=PersonRules(most_a_day=1)).issue("A001", person="p")),
    ),
    "an appointment's number twice": ("appointments", lambda: booked(story=booked())),
    "a second ticket for an appointment": (
        "appointments",
        lambda: booked().issue("A001", appointment_no="Y0001", person="p").issue("A002", appointment_no="Y0001"),
    ),
    "a ticket for a cancelled appointment": (
        "appointments",
        lambda: (
            booked()
            .tell(m.AppointmentCancelled(appointment_no="Y0001"))
            .issue("A001", appointment_no="Y0001", person="p")
        ),
    ),
    "an appointment of somebody else": (
        "appointments",
        lambda: booked().issue("A001", appointment_no="Y0001", person="q"),
    ),
    # ---- who has a visitor back
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
    # ---- days and the sequence
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


def quickly(story: Story) -> Story:
    return story.wait(seconds=-50).call("A001", ground=None, count=2)


def again(story: Story, *counts: int) -> Story:
    for count in counts:
        story.call("A001", ground=None, count=count)
    return story


def closed(*expired: str) -> m.DayClosed:
    return m.DayClosed(day=DAY, by="T9", expired=expired)


def without(story: Story, index: int) -> Story:
    del story.records[index]
    return story


@pytest.mark.parametrize(("check", "build"), WRONG.values(), ids=WRONG.keys())
def test_a_history_that_was_broken_on_purpose_is_reported(check, build):
    assert check in build().found()


def test_every_check_has_been_seen_to_bite():
    assert {check for check, _ in WRONG.values()} == {check.__name__ for check in CHECKS}


# ---- what clients were told -----------------------------------------------------------------------------------------


class Told:
    """A checker that hears of clients too."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.checker = Checker(a_plan())
        self.checker.follow(story.records)

    def answer(self, seq: int, command_id: str | None = None) -> "Told":
        record = self.story.records[seq - 1]
        self.checker.hear(
            h.Answered(at=record.at, sender="K1", command_id=command_id or record.command_id, record=record)
        )
        return self

    def refuse(self, command_id: str, code: str = "queue_empty") -> "Told":
        self.checker.hear(h.Refused(at=self.story.now, sender="K1", command_id=command_id, code=code))
        return self

    def go_on(self, tell: Callable[[Story], Story]) -> "Told":
        known = len(self.story.records)
        self.checker.follow(tell(self.story).records[known:])
        return self

    def found(self) -> set[str]:
        return {violation.check for violation in self.checker.violations}


def test_answers_that_the_journal_has_are_not_reported():
    told = Told(a_day()).answer(5).answer(6).answer(5)
    told.checker.finish(told.story.records, told.story.now)

    assert told.found() == set()


def test_an_answer_that_was_never_kept_is_reported():
    told = Told(a_day())
    told.story.records.append(msgspec.structs.replace(told.story.records[-1], seq=len(told.story.records) + 1))

    assert told.answer(len(told.story.records)).found() == {"answers"}


def test_an_acknowledged_record_that_the_disk_has_lost_is_reported():
    told = Told(a_day()).answer(len(a_day().records))

    told.checker.finish(told.story.records[:-1], told.story.now)

    assert told.found() == {"durability"}


def test_a_record_that_was_rewritten_is_reported():
    told, story = Told(a_day()), a_day()
    story.records[5] = msgspec.structs.replace(story.records[5], command_id="another")

    told.checker.finish(story.records, told.story.now)

    assert told.found() == {"durability"}


def test_two_answers_to_one_command_are_reported():
    told = Told(Story().issue("A001").issue("A002"))

    assert told.answer(5).answer(6, told.story.records[4].command_id).found() == {"answers"}


def test_a_command_that_was_carried_out_twice_is_reported():
    told = Told(Story().issue("A001").issue("A002"))
    told.go_on(lambda story: story.issue("A003", ticket_id="again"))
    told.story.tell(told.story.records[-1].event, "command-5")

    told.checker.follow([msgspec.structs.replace(told.story.records[-1], seq=8)])

    assert "answers" in told.found()


def test_a_refused_command_that_is_carried_out_later_is_reported():
    told = Told(Story().issue("A001")).refuse("late")

    told.go_on(lambda story: story.tell(m.TicketPrinted(ticket_id="A001"), "late"))

    assert told.found() == {"answers"}


def test_a_refusal_that_spoke_of_the_clock_may_be_followed_by_the_command():
    told = Told(Story().issue("A001")).refuse("late", "clock_stepped_back")

    told.go_on(lambda story: story.tell(m.TicketPrinted(ticket_id="A001"), "late"))

    assert told.found() == set()


def test_a_refusal_of_what_was_carried_out_is_reported():
    told = Told(a_day()).answer(5)

    assert told.refuse(told.story.records[4].command_id).found() == {"answers"}


def test_a_slot_that_was_booked_by_too_many_is_reported():
    told = Told(booked())
    begins = datetime.combine(DAY, time(10), tzinfo=ZONE)
    told.checker.hear(h.SlotOffered(at=told.story.now, item_key="A-1", starts_at=begins, capacity=1))

    told.go_on(lambda story: booked("Y0002", story, person="q"))

    assert told.found() == {"offers"}


def test_the_checker_does_not_know_the_rules_that_it_checks():
    folder = Path(checker_module.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("queue_server"):
                imported.add(node.module)

    assert imported == {"queue_server.domain.record"}
