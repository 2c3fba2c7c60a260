"""Clerks at their counters: every button they have, mostly at the right time, sometimes not."""

from commands.simulate.world import Person, World, event_of
from hall import messages as m
from hall.catalogue import TimeClass
from hall.counter import CounterStatus
from hall.rating import RatingChannel, RatingLevel
from hall.ticket import TicketState
from queue_server.domain.hall_day import CounterDay, Ticket
from queue_server.domain.refusals import MissedTooSoon, TooFewCalls

MEDIAN_MIN = {
    TimeClass.SHORT: 4.0,
    TimeClass.MEDIUM: 9.0,
    TimeClass.LONG: 18.0,
    TimeClass.CONSULT: 3.0,
    TimeClass.COLLECT: 2.5,
    TimeClass.PROBLEM: 15.0,
}
SPREAD = 0.55  # sigma of the log-normal distribution of service times
IN_VAIN = 8  # tries to mark a visitor missed before the clerk looks again


class Clerk:
    """One clerk at one counter for one stretch of the day."""

    def __init__(self, world: World, counter_no: str, staff_no: str, end_h: float) -> None:
        self._world, self._counter_no, self._staff_no = world, counter_no, staff_no
        self._end = world.now.replace(hour=0, minute=0, second=0, microsecond=0), end_h * 3600

    def work(self) -> Person:
        """Sit down, serve, leave."""
        world = self._world
        yield self._open(take_over=world.chance(0.05))
        while (world.now - self._end[0]).total_seconds() < self._end[1]:
            counter = world.seen.counters[self._counter_no]
            if counter.staff_no != self._staff_no:
                yield world.rng.uniform(30, 400)
                yield self._open(take_over=world.chance(0.3))
            elif counter.status is CounterStatus.PAUSED:
                yield world.rng.uniform(60, 900)
                yield m.ResumeCounter(**self._from_here())
            elif counter.ticket_id is None:
                yield from self._take_somebody(counter)
            else:
                yield from self._see_to(world.seen.tickets[counter.ticket_id])
        yield m.CompleteService(**self._from_here())
        if world.chance(0.8):
            yield m.CloseCounter(**self._from_here())

    # ---- nobody is here -----------------------------------------------------------------------------------------

    def _take_somebody(self, counter: CounterDay) -> Person:
        world, dice = self._world, self._world.rng.random()
        if counter.preview_id is not None:
            yield from self._after_preview()
        elif dice < 0.10:
            yield m.PreviewNext(**self._from_here())
        elif dice < 0.15:
            yield from self._choose()
        elif dice < 0.17:
            yield m.PauseCounter(**self._from_here(), reason="break")
        elif dice < 0.18:
            yield m.CloseCounter(**self._from_here())
        else:
            outcome = yield m.CallNext(**self._from_here())
            if event_of(outcome) is None:
                yield world.rng.uniform(30, 300)

    def _after_preview(self) -> Person:
        yield self._world.rng.uniform(1, 15) if self._world.chance(0.8) else self._world.rng.uniform(20, 300)
        if self._world.chance(0.3):
            yield m.PutBack(command_id=self._world.new_id(), counter_no=self._counter_no, reason="not this one now")
        elif self._world.chance(0.1):
            yield from self._choose()
        else:
            yield m.CallNext(**self._from_here())

    def _choose(self) -> Person:
        world = self._world
        callable_ = (TicketState.WAITING, TicketState.ON_HOLD, TicketState.MISSED)
        likely = [t.ticket_id for t in world.seen.tickets.values() if t.state in callable_]
        if likely and not world.chance(0.05):
            chosen = world.rng.choice(likely)
        else:
            chosen = world.rng.choice([*world.seen.tickets, "no-such-ticket"])
        yield m.CallTicket(**self._from_here(), ticket_id=chosen, reason="asked for")

    # ---- somebody is here ---------------------------------------------------------------------------------------

    def _see_to(self, ticket: Ticket) -> Person:
        if ticket.state is TicketState.CALLED:
            yield from self._wait_for(ticket)
        else:
            yield from self._serve(ticket)

    def _wait_for(self, ticket: Ticket) -> Person:
        world = self._world
        yield world.rng.uniform(3, 35)
        dice = world.rng.random()
        if dice < 0.72:
            yield m.StartService(**self._from_here())
        elif dice < 0.84:
            yield m.Recall(**self._from_here())
        elif dice < 0.97 or ticket.call_count >= world.seen.rules.calls.most_calls:
            yield from self._call_in_vain()
        else:
            yield from self._another_button()

    def _call_in_vain(self) -> Person:
        """The visitor does not come: marked missed as soon as the hall's rules allow, after what they still ask for."""
        for _ in range(IN_VAIN):
            outcome = yield m.MarkMissed(**self._from_here())
            if isinstance(outcome, TooFewCalls):
                yield self._world.rng.uniform(15, 40)
                yield m.Recall(**self._from_here())
            elif isinstance(outcome, MissedTooSoon):
                yield float(outcome.facts["wait_s"] or 0)
            else:
                return

    def _serve(self, ticket: Ticket) -> Person:
        world = self._world
        median_min = MEDIAN_MIN[world.plan.items[ticket.item_key].time_class]
        yield median_min * 60 * world.rng.lognormvariate(0, SPREAD)
        if world.chance(0.15):
            yield from self._another_button()
        else:
            yield from self._complete()

    def _complete(self) -> Person:
        world = self._world
        done = event_of((yield m.CompleteService(**self._from_here())))
        if isinstance(done, m.ServiceCompleted) and world.chance(0.65):
            world.spawn(f"evaluator {self._counter_no}", press(world, done.rating_id))
        if world.chance(0.02):
            yield m.CompleteService(**self._from_here())  # pressed twice
        yield world.rng.uniform(1, 60)

    def _another_button(self) -> Person:
        world, rng = self._world, self._world.rng
        dice = rng.random()
        if dice < 0.3:
            minutes = rng.choice((None, 3.0, 8.0, 15.0, 60.0, 1000.0))
            yield m.HoldTicket(**self._from_here(), reason="fills in a form", minutes=minutes)
        elif dice < 0.65:
            yield self._transfer()
        elif dice < 0.75:
            yield m.SendBack(**self._from_here(), reason="not for us")
        elif dice < 0.9:
            yield m.AddMatter(**self._from_here(), item_key=rng.choice(list(world.plan.items)))
        else:
            yield m.Recall(**self._from_here())

    def _transfer(self) -> m.TransferTicket:
        world, rng = self._world, self._world.rng
        others = [c for c in world.seen.counters.values() if c.counter_no != self._counter_no] or [
            world.seen.counters[self._counter_no]
        ]
        other = rng.choice(others)
        kind = rng.choice(("item", "counter", "clerk", "nothing", "item"))
        return m.TransferTicket(
            **self._from_here(),
            reason="belongs elsewhere",
            item_key=rng.choice(list(world.plan.items)) if kind == "item" else None,
            to_counter=other.counter_no if kind == "counter" else None,
            to_staff=(other.staff_no or "nobody") if kind == "clerk" else None,
            comes_back=world.chance(0.5),
        )

    def _open(self, *, take_over: bool) -> m.OpenCounter:
        return m.OpenCounter(**self._from_here(), staff_no=self._staff_no, take_over=take_over)

    def _from_here(self) -> dict[str, str]:
        return {"command_id": self._world.new_id(), "counter_no": self._counter_no}


def press(world: World, rating_id: str) -> Person:
    """A visitor at the evaluator: in time or late, once or twice."""
    yield world.rng.expovariate(1 / 12)
    for _ in range(2 if world.chance(0.1) else 1):
        yield m.Rate(
            command_id=world.new_id(),
            rating_id=rating_id,
            level=world.rng.choice(tuple(RatingLevel)),
            channel=RatingChannel.EVALUATOR,
        )
