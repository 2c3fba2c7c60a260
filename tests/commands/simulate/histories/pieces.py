"""What the histories for the checker are made of: a story's beginnings, and what may come next in it."""

from datetime import datetime, time, timedelta

import msgspec

from hall import messages as m
from hall.identity import DocumentKind
from hall.priority import Ground, PriorityClass, Why
from hall.rules import HallRules
from hall.ticket import Sender
from tests.commands.simulate.stories import DAY, ZONE, Story

GREEN, BOOKED, ORDINARY = PriorityClass.GREEN, PriorityClass.BOOKED, PriorityClass.ORDINARY
WITH_CARD = {"identity_kind": DocumentKind.RESIDENT}
FOR_ANOTHER = {"is_representative": True}
SITE = m.SiteAdopted(digest="0123456789abcdef", parts={}, changed=())


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


def a_call() -> Story:
    return Story().issue("A001").call("A001")


def released(story: Story) -> Story:
    return story.tell(m.TicketRequeued(ticket_id="A001", cause="counter_paused", keeps_arrival=True))


def set_back(story: Story, *, hours: float) -> Story:
    was_at = story.now
    story.now -= timedelta(hours=hours)
    return story.tell(m.ClockConfirmed(by="T9", was_at=was_at))


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
