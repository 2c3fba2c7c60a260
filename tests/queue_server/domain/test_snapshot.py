"""The state as a whole: whatever is asked, it fits together, and journal and snapshot both give it back."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from hall import messages as m
from hall.counter import CounterStatus
from hall.site_parts import parts_of
from hall.ticket import TicketState
from queue_server.domain import refusals as no
from queue_server.domain.decide import audited, decide
from queue_server.domain.decisions.days import believed_time, day_has_changed
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay, Ticket
from queue_server.domain.record import Record
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.any_command import BUILDERS, COUNTERS, KINDS, PLAN, STAFF, WEIGHTS, Pick
from tests.queue_server.halls import MORNING, Clock, Hall, as_kept, audit, found_again, replayed


class AnyDay:
    """Takes any command at any time; after each step the live state, the kept and the loaded one must be the same."""

    def __init__(self) -> None:
        self.hall = HallDay(PLAN)
        self.kept = HallDay(PLAN)  # follows the records as a journal gives them back
        self.clock = Clock(MORNING.replace(hour=8, minute=50))
        self.records: list[Record] = []
        self.outcomes: Counter[str] = Counter()
        self.made = 0

    def command(self, kind: type[m.Command], pick: Pick) -> None:
        now = self.clock.now()
        command: Any = kind(command_id=f"c{self.hall.seq}", **BUILDERS[kind](self.hall, pick, now))
        before = digest(self.hall)
        try:
            if kind is not m.ConfirmClock:
                now = believed_time(self.hall, now)
            if not self.hall.site:
                self.take([m.SiteAdopted(digest="any", parts=parts_of(PLAN), changed=())], now)
            if self.hall.rules != PLAN.rules:
                self.take([m.RulesAdopted(rules=PLAN.rules)], now)
            if day_has_changed(self.hall, now) and kind is not m.StartDay:
                self.take(self.decided(m.StartDay(command_id="start"), now), now)
            before = digest(self.hall)
            self.take(self.decided(command, now), now)
        except no.Refusal as refusal:
            self.outcomes[refusal.code] += 1
            after = digest(self.hall)
            if (event := audited(command, refusal)) is not None:
                self.take([event], now)
        else:
            after = before
        assert after == before, "a refusal changed something"
        self.compare()

    def decided(self, command: m.AnyCommand, now: datetime) -> list[m.AnyEvent]:
        """What the live state decides, which the kept and the loaded one must decide too."""
        outcomes: list[Any] = []
        for hall in (self.hall, self.kept, load(PLAN, dump(self.hall))):
            ids = map("n{}".format, count(self.made))
            try:
                outcomes.append(decide(hall, command, now, ids.__next__))
            except no.Refusal as refusal:
                outcomes.append(refusal)
        self.made += 10
        first = outcomes[0]
        if isinstance(first, no.Refusal):
            assert {(type(o), str(o)) for o in outcomes} == {(type(first), str(first))}
            raise first
        assert outcomes[0] == outcomes[1] == outcomes[2], "equal states decided differently"
        events: list[m.AnyEvent] = first
        return events

    def take(self, events: list[m.AnyEvent], now: datetime) -> None:
        for event in events:
            record = Record(seq=self.hall.seq + 1, at=now, command_id="c", event=event)
            evolve(self.hall, record)
            evolve(self.kept, as_kept(record))
            self.records.append(record)
            self.outcomes[type(event).__name__] += 1

    def compare(self) -> None:
        audit(self.hall)
        loaded = load(PLAN, dump(self.hall))
        assert digest(self.kept) == digest(self.hall) == digest(loaded)
        assert found_again(self.kept) == found_again(self.hall) == found_again(loaded)

    def finish(self) -> None:
        assert digest(replayed(PLAN, self.records)) == digest(self.hall)


class AnyDayMachine(RuleBasedStateMachine):
    """Lets Hypothesis ask, so that what breaks is made small."""

    def __init__(self) -> None:
        super().__init__()
        self.any = AnyDay()
        for number, staff_no in zip(COUNTERS, STAFF, strict=False):
            self.any.command(m.OpenCounter, _always({"counter_no": number, "staff_no": staff_no, "take_over": False}))

    @rule(
        data=st.data(), kind=st.sampled_from([kind for kind in KINDS for _ in range(round(WEIGHTS.get(kind, 1) + 0.5))])
    )
    def command(self, data: st.DataObject, kind: type[m.Command]) -> None:
        self.any.command(kind, lambda values: data.draw(st.sampled_from(list(values))))

    @rule(minutes=st.sampled_from([0.1, 0.5, 1, 5, 30, 60]))
    def wait(self, minutes: float) -> None:
        self.any.clock.pass_(minutes=minutes)

    def teardown(self) -> None:
        self.any.finish()


def _always(values: dict[str, Any]) -> Pick:
    """Picks what is named, in the order in which a builder asks."""
    answers = iter(values.values())
    return lambda _values: next(answers)


AnyDayMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyDay = AnyDayMachine.TestCase


def random_day(seed: int, steps: int) -> AnyDay:
    """A long day, or several, of commands drawn by a seed."""
    rng, day = random.Random(seed), AnyDay()
    kinds, weights = KINDS, [WEIGHTS.get(kind, 1) for kind in KINDS]
    for _ in range(steps):
        day.command(rng.choices(kinds, weights)[0], lambda values: rng.choice(list(values)))
        day.clock.pass_(seconds=rng.choice([0, 1, 5, 30, 60, 120]))
        if rng.random() < 0.003:
            day.clock.pass_(hours=rng.choice([-25, -1, -0.01, 10, 24, 24 * 5]))
            for kind in (m.CallNext, m.ConfirmClock):
                day.command(kind, lambda values: rng.choice(list(values)))
        if day.hall.is_closed and rng.random() < 0.05:
            day.clock.pass_(hours=14)
        elif day.hall.is_closed and rng.random() < 0.05:
            day.command(m.ReopenDay, lambda values: rng.choice(list(values)))
    day.finish()
    return day


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_asked_the_state_fits_together_and_journal_and_snapshot_give_it_back(seed: int, full: bool):
    random_day(seed, 5000 if full else 500)


def test_the_random_days_reach_every_kind_of_event_and_most_kinds_of_refusals():
    reached: Counter[str] = Counter()
    for seed in range(100, 104):
        reached += random_day(seed, 1200).outcomes

    assert {kind.__name__ for kind in m.AnyEvent.__args__} - reached.keys() == set()
    codes = {kind.code for kind in subclasses(no.Refusal)}
    assert len(codes & reached.keys()) > 0.75 * len(codes)


def subclasses(kind: type[no.Refusal]) -> set[type[no.Refusal]]:
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


# ---- the checkers themselves ----------------------------------------------------------------------------------------


def a_busy_hall() -> Hall:
    """Counter 1 calls, 2 looks at a ticket, 4 has an open rating; one waits, one is held, one was sent to counter 2."""
    hall = Hall(PLAN)
    for number in ("1", "2", "4"):
        hall.open(number, f"T{number}")
    for item_key in ("b1", "a1", "a1", "a1", "a1", "a1"):
        hall.issue(item_key)
    hall.serve("4")
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="form")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_counter="2", reason="knows it")
    hall.call("1")
    hall.at("2", m.PreviewNext)
    audit(hall.day)
    return hall


def _first(hall: HallDay, state: TicketState) -> Ticket:
    return next(t for t in hall.tickets.values() if t.state is state and t.ticket_id not in hall.aside)


BREAKS: dict[str, Callable[[HallDay], Any]] = {
    "a waiting ticket stands nowhere": lambda hall: hall.lines.remove(
        _first(hall, TicketState.WAITING).line, _first(hall, TicketState.WAITING).place
    ),
    "a ticket stands in line that is not waiting": lambda hall: setattr(
        _first(hall, TicketState.WAITING), "state", TicketState.COMPLETED
    ),
    "a ticket is aside for no reason": lambda hall: hall.aside.update(
        {_first(hall, TicketState.WAITING).ticket_id: None}
    ),
    "a place is wrong": lambda hall: setattr(_first(hall, TicketState.WAITING), "arrived_at", MORNING.replace(hour=1)),
    "a held ticket is not listed": lambda hall: hall.held.clear(),
    "a waiting ticket is listed as missed": lambda hall: hall.missed.update(
        {_first(hall, TicketState.WAITING).ticket_id: None}
    ),
    "a ticket is at two counters": lambda hall: setattr(
        hall.counters["4"], "ticket_id", _first(hall, TicketState.CALLED).ticket_id
    ),
    "a called ticket is at no counter": lambda hall: hall.counters["1"].vacate(),
    "a counter serves nobody": lambda hall: setattr(hall.counters["5"], "status", CounterStatus.SERVING),
    "a preview is known to one side": lambda hall: setattr(hall.counters["2"], "preview_id", None),
    "a clerk is at two counters": lambda hall: setattr(hall.counters["2"], "staff_no", "T1"),
    "somebody waits for a closed counter": lambda hall: [
        setattr(t, "for_counter", "7") for t in hall.tickets.values() if t.for_counter
    ],
    "a rating is open for nobody": lambda hall: hall.open_ratings.clear(),
    "a number was given twice": lambda hall: [setattr(t, "display_number", "A001") for t in hall.tickets.values()],
}


@pytest.mark.parametrize("broken", BREAKS)
def test_the_audit_finds_what_was_broken_on_purpose(broken: str):
    hall = a_busy_hall()

    BREAKS[broken](hall.day)

    with pytest.raises((AssertionError, KeyError)):
        audit(hall.day)


def test_the_digest_tells_states_apart_and_a_snapshot_that_is_none_is_refused():
    hall = a_busy_hall()
    digests = {digest(hall.day)}
    hall.issue("a2")
    digests.add(digest(hall.day))
    hall.at("4", m.GrantAbility, department="d2", item_key="a2", by="M1")
    digests.add(digest(hall.day))

    assert len(digests) == 3
    with pytest.raises(msgspec.DecodeError):
        load(PLAN, b"{}")
