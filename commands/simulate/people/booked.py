"""People who book: they book, move, cancel, and come too early, in time, late or never."""

from datetime import date, datetime, timedelta

from commands.simulate import history as h
from commands.simulate.world import Person, World, event_of
from hall import messages as m
from hall.identity import DocumentKind
from queue_server.domain.decisions.appointments import slots_of

BOOKERS = 60
MOST_DAYS_AHEAD = 5


def book(world: World) -> Person:
    """Book a slot that the page offers, and everything that follows from it, perhaps days later."""
    rng = world.rng
    with_slots = [item.key for item in world.plan.items.values() if world.plan.queues[item.queue].hours is not None]
    item_key = rng.choice(with_slots if world.chance(0.95) else list(world.plan.items))
    person = f"person-{rng.randrange(BOOKERS)}"
    day = world.now.date() + timedelta(days=rng.randint(0, MOST_DAYS_AHEAD))
    starts_at = _pick_slot(world, item_key, day)
    if starts_at is None:
        return
    booked = event_of(
        (
            yield m.BookAppointment(
                command_id=world.new_id(),
                item_key=item_key,
                starts_at=starts_at,
                person=person,
                masked_name="测**",
                channel=rng.choice(("kiosk", "online", "phone", "desk")),
            )
        )
    )
    if not isinstance(booked, m.AppointmentBooked):
        return
    number, starts_at = booked.appointment_no, booked.starts_at
    if world.chance(0.2):
        yield rng.uniform(60, 7200)
        moved = event_of((yield _move(world, number, item_key, person)))
        starts_at = moved.starts_at if isinstance(moved, m.AppointmentMoved) else starts_at
    if world.chance(0.15):
        yield rng.uniform(60, 40_000)
        yield m.CancelAppointment(command_id=world.new_id(), appointment_no=number, person=person)
    if not world.chance(0.15):
        yield from _come(world, number, person, starts_at)


def _move(world: World, number: str, item_key: str, person: str) -> m.RebookAppointment:
    day = world.now.date() + timedelta(days=world.rng.randint(0, MOST_DAYS_AHEAD))
    starts_at = _pick_slot(world, item_key, day) or world.now + timedelta(days=1)
    by_clerk = world.chance(0.3)
    return m.RebookAppointment(
        command_id=world.new_id(),
        appointment_no=number,
        starts_at=starts_at,
        person=None if by_clerk else person,
        by="T0900" if by_clerk else None,
    )


def _come(world: World, number: str, person: str, starts_at: datetime) -> Person:
    rng = world.rng
    offset_min = rng.choice((rng.uniform(-90, -30), rng.uniform(-30, 15), rng.uniform(-30, 15), rng.uniform(15, 120)))
    yield max(world.timeline.seconds_until(starts_at) + offset_min * 60, 1.0)
    for _ in range(3):
        by_number = world.chance(0.5)
        outcome = yield m.CheckIn(
            command_id=world.new_id(),
            kiosk_id="K1",
            appointment_no=number if by_number else None,
            person=person if not by_number or world.chance(0.5) else None,
            identity_kind=DocumentKind.RESIDENT if world.chance(0.9) else None,
            age_years=rng.choice((None, 30, 75)),
        )
        refused_code = getattr(outcome, "code", None)
        if refused_code != "too_early":
            return
        yield rng.uniform(300, 1500)


def _pick_slot(world: World, item_key: str, day: date) -> datetime | None:
    """A slot as the page shows it; the earliest with a place left is the most wanted. Sometimes none that is there."""
    noon = world.now.replace(hour=12, minute=0, second=0, microsecond=0)
    if world.chance(0.03):
        return datetime.combine(day, noon.timetz()) + timedelta(minutes=world.rng.choice((7, -270)))
    item = world.plan.items[item_key]
    slots = slots_of(world.seen, item, day, world.clock.now())
    for slot, _left in slots:
        world.entries.append(
            h.SlotOffered(at=world.now, item_key=item_key, starts_at=slot.starts_at, capacity=slot.capacity)
        )
    if not slots:
        return None
    likely = [slot for slot, left in slots if left > 0][:3] if world.chance(0.7) else [slot for slot, _ in slots]
    return world.rng.choice(likely or [slots[0][0]]).starts_at
