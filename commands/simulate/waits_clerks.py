"""The clerks of a simulated hall: they call, recall, serve, take breaks, go to lunch and go home.

A clerk calls when the visitor before has gone and a breath is taken or, being idle, soon after somebody has come.
"""

from datetime import date, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from commands.demo import profile
from commands.simulate.waits_visitors import SAYS_AT_ONCE, at
from hall import messages as m
from hall.counter import CounterStatus
from queue_server.domain.refusals import QueueEmpty

if TYPE_CHECKING:
    from commands.simulate.waits_hall import WaitingHall

TRANSFER, HOLD = 0.03, 0.02
COMES_WHEN_RECALLED = 0.3  # of those who missed a call and are still there
PAUSES, PAUSE_MIN = (2, 4), (5.0, 15.0)
NOTICES_S = (2.0, 9.0)  # an idle clerk, after somebody has come
BREATH_S = (5.0, 25.0)  # between two visitors
HOLD_MIN = (5.0, 20.0)
RATING_S = 20.0
NOON_HOUR = 12  # nobody on the noon roster pauses then
FREE = (CounterStatus.IDLE, CounterStatus.RATING)
AWAY = (CounterStatus.CLOSED, CounterStatus.PAUSED)


class Clerks:
    """All of the hall's."""

    def __init__(self, hall: "WaitingHall") -> None:
        self._hall = hall
        self._rng = hall.rng
        self._away: dict[str, str] = {}  # counter: why its clerk leaves when the visitor has gone
        self._left_s: dict[str, float] = {}  # ticket id of a visitor on hold: service that is still to come

    def plan_day(self, today: date) -> None:
        """When each one comes, pauses, eats and goes. The first counter of each queue also serves the booked hours."""
        self._away.clear()
        self._left_s.clear()
        early = {self._hall.day.plan.counters_of(prefix)[0] for prefix in self._hall.day.plan.queues}
        for number, counter in self._hall.day.plan.counters.items():
            begins = time(8) if number in early else time(9)
            ends = time(18) if number in early else time(17)
            self._hall.plan(at(today, begins, self._rng.uniform(-60, 60)), partial(self._sit, number))
            if not counter.opens_at_noon:
                self._hall.plan(at(today, time(12)), partial(self._want_away, number, "lunch"))
                self._hall.plan(at(today, time(13), self._rng.uniform(-60, 120)), partial(self._sit, number))
            for _ in range(self._rng.randint(*PAUSES)):
                moment = at(today, time(9), self._rng.uniform(0, 8 * 3600))
                self._hall.plan(moment, partial(self._want_away, number, "pause"))
            self._hall.plan(at(today, ends), partial(self._want_away, number, "over"))

    def _sit(self, number: str) -> None:
        """Open, or open again."""
        self._away.pop(number, None)
        if self._hall.day.counters[number].status in AWAY:
            self._hall.do(m.OpenCounter(command_id=self._hall.id(), counter_no=number, staff_no=f"T{number}"))
            self._next(number)

    def _want_away(self, number: str, why: str) -> None:
        """Leave as soon as the visitor has gone."""
        counter = self._hall.day.counters[number]
        if counter.status in AWAY and why != "over":
            return
        self._away[number] = why
        if counter.ticket_id is None:
            self._leave(number)

    def _leave(self, number: str) -> bool:
        """Leave, if the clerk wants to and may: nobody goes home while somebody waits."""
        counter, why = self._hall.day.counters[number], self._away.get(number)
        if why is None or (why == "over" and counter.status not in AWAY and self._has_visitors(number)):
            return False
        del self._away[number]
        if why != "pause":
            if counter.status is not CounterStatus.CLOSED:
                self._hall.do(m.CloseCounter(command_id=self._hall.id(), counter_no=number))
            return True
        if counter.status is CounterStatus.PAUSED or self._hall.now.hour == NOON_HOUR:
            return False
        self._hall.do(m.PauseCounter(command_id=self._hall.id(), counter_no=number, reason="short"))
        self._hall.plan_in(60 * self._rng.uniform(*PAUSE_MIN), partial(self._resume, number))
        return True

    def _has_visitors(self, number: str) -> bool:
        return any(self._hall.day.waiting_count(prefix) for prefix in self._hall.day.plan.counters[number].queues)

    def _resume(self, number: str) -> None:
        if self._hall.day.counters[number].status is CounterStatus.PAUSED:
            self._hall.do(m.ResumeCounter(command_id=self._hall.id(), counter_no=number))
            if not self._leave(number):
                self._next(number)

    def wake(self, prefix: str) -> None:
        """An idle clerk of the queue notices that somebody waits."""
        idle = [
            number
            for number in self._hall.day.plan.counters_of(prefix)
            if self._hall.day.counters[number].status in FREE
        ]
        if idle:
            number = self._rng.choice(idle)
            self._hall.plan_in(self._rng.uniform(*NOTICES_S), partial(self._next, number))

    def _next(self, number: str) -> None:
        counter = self._hall.day.counters[number]
        if counter.status not in FREE or self._leave(number):
            return
        try:
            called = self._hall.do(m.CallNext(command_id=self._hall.id(), counter_no=number))
        except QueueEmpty:
            return
        if isinstance(called, m.TicketCalled):
            self._await(number, called.ticket_id)

    def _await(self, number: str, ticket_id: str) -> None:
        if ticket_id in self._hall.visitors.absent:
            self._hall.plan_in(profile.RECALL_AFTER_S, partial(self._recall, number, ticket_id))
        else:
            self._hall.plan_in(self._rng.uniform(*profile.WALK_S), partial(self._start, number, ticket_id))

    def _recall(self, number: str, ticket_id: str) -> None:
        self._hall.do(m.Recall(command_id=self._hall.id(), counter_no=number))
        again = self._hall.day.tickets[ticket_id].call_count < self._hall.day.rules.calls.most_calls
        if self._hall.visitors.comes(ticket_id, COMES_WHEN_RECALLED):
            self._hall.plan_in(self._rng.uniform(*profile.WALK_S), partial(self._start, number, ticket_id))
        elif again:
            self._hall.plan_in(profile.RECALL_AFTER_S, partial(self._recall, number, ticket_id))
        else:
            wait_s = max(profile.RECALL_AFTER_S, self._hall.day.rules.missed.least_wait_s)
            self._hall.plan_in(wait_s, partial(self._miss, number, ticket_id))

    def _miss(self, number: str, ticket_id: str) -> None:
        self._hall.visitors.comes(ticket_id, 1.0)
        self._hall.do(m.MarkMissed(command_id=self._hall.id(), counter_no=number))
        ticket = self._hall.day.tickets[ticket_id]
        if ticket.not_before is not None:
            self._hall.plan(ticket.not_before + timedelta(seconds=1), partial(self.wake, ticket.prefix))
        self._breathe(number)

    def _start(self, number: str, ticket_id: str) -> None:
        self._hall.do(m.StartService(command_id=self._hall.id(), counter_no=number))
        ticket = self._hall.day.tickets[ticket_id]
        span_s = self._left_s.pop(ticket_id, None) or self._service_s(ticket.item_key)
        draw = self._rng.random()
        if draw < TRANSFER:
            self._hall.plan_in(span_s * 0.4, partial(self._transfer, number, ticket_id))
        elif draw < TRANSFER + HOLD:
            self._left_s[ticket_id] = span_s / 2
            self._hall.plan_in(span_s / 2, partial(self._hold, number, ticket_id))
        else:
            if not ticket.further_items and self._rng.random() < 1 - SAYS_AT_ONCE:
                for key in self._hall.visitors.further(self._hall.day.plan.items[ticket.item_key]):
                    self._hall.do(m.AddMatter(command_id=self._hall.id(), counter_no=number, item_key=key))
            self._hall.plan_in(span_s, partial(self._complete, number, ticket_id))

    def _complete(self, number: str, ticket_id: str) -> None:
        done = self._hall.do(m.CompleteService(command_id=self._hall.id(), counter_no=number))
        if isinstance(done, m.MatterCompleted) and done.stays:
            self._hall.plan_in(self._service_s(done.next_item), partial(self._complete, number, ticket_id))
            return
        if isinstance(done, m.ServiceCompleted):
            self._hall.plan_in(RATING_S, partial(self._end_rating, done.rating_id))
        else:
            self.wake(self._hall.day.tickets[ticket_id].prefix)
        self._breathe(number)

    def _end_rating(self, rating_id: str) -> None:
        if self._hall.day.ratings[rating_id].is_open:
            self._hall.do(m.CloseRating(command_id=self._hall.id(), rating_id=rating_id))

    def _transfer(self, number: str, ticket_id: str) -> None:
        item = self._hall.visitors.some_item()
        if item.key == self._hall.day.tickets[ticket_id].item_key:
            self._complete(number, ticket_id)
            return
        self._hall.do(
            m.TransferTicket(command_id=self._hall.id(), counter_no=number, item_key=item.key, reason="wrong queue")
        )
        self.wake(item.queue)
        self._breathe(number)

    def _hold(self, number: str, ticket_id: str) -> None:
        minutes = self._rng.uniform(*HOLD_MIN)
        held = self._hall.attempt(
            m.HoldTicket(command_id=self._hall.id(), counter_no=number, reason="a form", minutes=minutes)
        )
        if held is None:
            self._complete(number, ticket_id)
            return
        self._hall.plan_in(minutes * 60 + 1, partial(self._return, ticket_id))
        self._breathe(number)

    def _return(self, ticket_id: str) -> None:
        if self._hall.attempt(m.ReturnHeld(command_id=self._hall.id(), ticket_id=ticket_id)):
            self.wake(self._hall.day.tickets[ticket_id].prefix)

    def _breathe(self, number: str) -> None:
        self._hall.plan_in(self._rng.uniform(*BREATH_S), partial(self._next, number))

    def _service_s(self, item_key: str) -> float:
        return profile.service_s(self._rng, self._hall.day.plan.items[item_key].time_class)
