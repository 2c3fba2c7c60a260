"""The desk, managers, somebody who presses anything at all, and what the hall's server does by itself."""

from datetime import timedelta

from commands.simulate.people.kiosks import FEW_PEOPLE
from commands.simulate.world import Person, World
from hall import messages as m
from hall.catalogue import ServiceItem
from hall.ticket import OPEN_STATES, TicketState
from queue_server.domain.bans import ban_id_of
from queue_server.domain.decisions.calling import preview_is_over
from queue_server.domain.decisions.tickets import waits_in_vain
from queue_server.domain.refusals import ClosingNeedsConfirmation

RATING_S = 30.0
TICK_S = 20.0


def desk(world: World, end_h: float) -> Person:
    """Somebody at the desk helps with tickets and people."""
    while world.now.hour < end_h:
        yield world.rng.expovariate(1 / 420)
        yield _at_the_desk(world)


def _at_the_desk(world: World) -> m.AnyCommand:
    rng, identity = world.rng, {"command_id": world.new_id(), "by": "T0900"}
    missed = [t.ticket_id for t in world.seen.tickets.values() if t.state is TicketState.MISSED]
    some = rng.choice([*world.seen.tickets, "no-such-ticket"])
    dice = rng.random()
    if missed and dice < 0.4:
        return m.RequeueTicket(**identity, ticket_id=rng.choice(missed))
    if dice < 0.5:
        return _elsewhere(world, identity)
    if dice < 0.6:
        return m.ChangePriority(**identity, ticket_id=some, green_group=rng.choice((None, "medic", "no-such-group")))
    if dice < 0.7:
        return m.MarkTicket(**identity, ticket_id=some, note="form ready", party_size=rng.choice((None, 2, 99)))
    if dice < 0.8:
        return m.CancelTicket(**identity, ticket_id=some, reason="asked at the desk")
    if dice < 0.86:
        return m.RequeueTicket(**identity, ticket_id=some)
    person = f"person-{rng.randrange(FEW_PEOPLE)}"
    if dice < 0.94:
        until = world.now.date() + timedelta(days=rng.randint(0, 3))
        who = {"ticket_id": some} if world.chance(0.5) else {"person": person}
        return m.BanPerson(**identity, **who, until=until, reason="disturbed others")
    if world.chance(0.5):
        ban_id = rng.choice([ban_id_of(banned) for banned in world.seen.bans] or ["no-such-ban"])
        return m.LiftBan(**identity, ban_id=ban_id, reason="talked to")
    return m.LiftBan(**identity, person=rng.choice([*world.seen.bans, person]), reason="talked to")


def _elsewhere(world: World, identity: dict[str, str]) -> m.RedirectTicket:
    """Somebody waits in the wrong place."""
    rng = world.rng
    waiting = [t.ticket_id for t in world.seen.tickets.values() if t.state is TicketState.WAITING]
    counter = rng.choice(list(world.seen.counters.values()))
    kind = rng.choice(("item", "item", "counter", "clerk"))
    return m.RedirectTicket(
        **identity,
        ticket_id=rng.choice(waiting or ["no-such-ticket"]),
        reason="wrong matter chosen",
        item_key=rng.choice(list(world.plan.items)) if kind == "item" else None,
        to_counter=counter.counter_no if kind == "counter" else None,
        to_staff=(counter.staff_no or "nobody") if kind == "clerk" else None,
    )


def manager(world: World, end_h: float) -> Person:
    """Lets counters do more for today, and less again."""
    while world.now.hour < end_h:
        yield world.rng.expovariate(1 / 2400)
        item: ServiceItem = world.rng.choice(list(world.plan.items.values()))
        kind = world.rng.choice((m.GrantAbility, m.GrantAbility, m.RevokeAbility))
        granted = [(c.counter_no, pair) for c in world.seen.counters.values() for pair in sorted(c.granted)]
        counter_no, (department, item_key) = world.rng.choice(list(world.plan.counters)), item.ability
        if kind is m.RevokeAbility and granted:
            counter_no, (department, item_key) = world.rng.choice(granted)
        yield kind(
            command_id=world.new_id(),
            counter_no=counter_no,
            department=department if not world.chance(0.1) else "nowhere",
            item_key=item_key,
            by="T0900",
        )


def close_day(world: World) -> Person:
    """End the day: first with a wrong number of open tickets, then with what the refusal said. Some take it back."""
    confirmed = sum(t.state in OPEN_STATES for t in world.seen.tickets.values()) + world.rng.choice((0, 1))
    for _ in range(3):
        outcome = yield m.CloseDay(command_id=world.new_id(), by="T0900", confirmed_open=confirmed)
        if not isinstance(outcome, ClosingNeedsConfirmation):
            break
        confirmed = int(outcome.facts["open"] or 0)
        yield world.rng.uniform(1, 20)
    if world.chance(0.3):
        yield world.rng.uniform(10, 1200)
        yield m.ReopenDay(command_id=world.new_id(), by="T0900")


def press_anything(world: World, end_h: float) -> Person:
    """Commands that make little sense, at any time."""
    rng = world.rng
    kinds = (m.PreviewNext, m.CallNext, m.Recall, m.StartService, m.MarkMissed, m.CompleteService, m.CloseCounter)
    while world.now.hour < end_h:
        yield rng.expovariate(1 / 900)
        counter_no = rng.choice([*world.plan.counters, "99"])
        if world.chance(0.8):
            yield rng.choice(kinds)(command_id=world.new_id(), counter_no=counter_no)
        else:
            staff_no = rng.choice(("T0001", "T0002", "T0777"))
            yield m.OpenCounter(
                command_id=world.new_id(), counter_no=counter_no, staff_no=staff_no, take_over=world.chance(0.5)
            )


def keep_house(world: World) -> Person:
    """Ratings and looks that nobody ends, end; held visitors return; a new day begins. One command for each of them."""
    asked: set[str] = set()
    while True:
        yield TICK_S * world.rng.uniform(0.5, 1.5)
        for command in _due(world, asked):
            world.spawn("house", _ask(command))


def _ask(command: m.AnyCommand) -> Person:
    yield command


def _due(world: World, asked: set[str]) -> list[m.AnyCommand]:
    now, hall = world.clock.now(), world.seen
    due: list[m.AnyCommand] = []
    if hall.reached is None or (now.date() > hall.reached and str(now.date()) not in asked):
        asked.add(str(now.date()))
        due.append(m.StartDay(command_id=world.new_id()))
    for rating_id in hall.open_ratings:
        is_over = (now - hall.ratings[rating_id].opened_at).total_seconds() >= RATING_S
        if is_over and rating_id not in asked:
            asked.add(rating_id)
            due.append(m.CloseRating(command_id=world.new_id(), rating_id=rating_id))
    for ticket_id in hall.held:
        returns_at = hall.tickets[ticket_id].returns_at
        key = f"{ticket_id} {returns_at}"
        if returns_at is not None and returns_at <= now and key not in asked:
            asked.add(key)
            due.append(m.ReturnHeld(command_id=world.new_id(), ticket_id=ticket_id))
    for number, counter in hall.counters.items():
        key = f"{number} looks since {counter.preview_at}"
        if preview_is_over(hall, counter, now) and key not in asked:
            asked.add(key)
            due.append(m.PutBack(command_id=world.new_id(), counter_no=number, reason="preview_over", if_over=True))
    for ticket_id in hall.aside:
        ticket = hall.tickets[ticket_id]
        key = f"{ticket_id} {ticket.alone_since} released"
        if waits_in_vain(hall, ticket, now) and key not in asked:
            asked.add(key)
            due.append(m.ReleaseTicket(command_id=world.new_id(), ticket_id=ticket_id))
    return due
