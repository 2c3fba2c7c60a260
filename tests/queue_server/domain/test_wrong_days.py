"""Business days under a clock that was wrong by days: the calendar's own day each morning, and no number twice."""

from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hall import messages as m
from queue_server.domain.changes.days import NUMBERED_DAYS
from queue_server.domain.decisions.days import day_has_changed
from queue_server.domain.snapshot import digest, dump, load
from tests.queue_server.halls import MORNING, Hall, as_kept, audit, replayed, small_plan

TODAY = MORNING.date()


class WrongClockHall(Hall):
    """A hall whose clock somebody sets and says to be right."""

    def __init__(self) -> None:
        super().__init__(small_plan())
        self.given: list[tuple[int, int]] = []  # the business day, counted from the first, and the number

    def draw(self) -> tuple[int, int]:
        """Draw a number, after the day has begun that the calendar has reached."""
        if day_has_changed(self.day, self.clock.now()):
            self.do(m.StartDay(command_id=self.id()))
        issued = self.issue("a1")
        self.given.append(((issued.business_day - TODAY).days, issued.number))
        return self.given[-1]

    def days_later(self, days: int) -> tuple[int, int]:
        """The first number of so many days later."""
        self.clock.pass_(days=days)
        return self.draw()

    def set_clock(self, days: int) -> None:
        """Set the clock, and say that it is right."""
        self.clock.pass_(days=days, minutes=1)
        self.do(m.ConfirmClock(command_id=self.id(), by="M1"))


def test_after_a_clock_that_was_days_ahead_is_set_back_each_morning_is_the_calendars_own_day():
    hall = WrongClockHall()
    hall.draw()
    hall.days_later(10)
    hall.set_clock(-10)
    hall.draw()  # who waits is not sent home for it: until tomorrow the hall goes on as it is

    mornings = [hall.days_later(1) for _ in range(11)]

    assert hall.given[:3] == [(0, 1), (10, 1), (10, 2)]
    assert mornings == [*((day, 1) for day in range(1, 10)), (10, 3), (11, 1)]


def test_days_that_began_under_a_wrong_clock_go_on_behind_the_numbers_that_they_used():
    hall = WrongClockHall()
    hall.days_later(10)
    hall.days_later(1)
    lease: Any = hall.ask(m.LeaseNumbers, kiosk_id="K01", prefix="A", count=5)
    hall.days_later(1)
    hall.set_clock(-12)

    mornings = dict(hall.days_later(1) for _ in range(13))

    assert (lease.business_day - TODAY, lease.last) == (timedelta(days=11), 6)
    assert {day: number for day, number in mornings.items() if number > 1} == {10: 2, 11: 7, 12: 2}
    assert len(set(hall.given)) == len(hall.given)


def test_a_second_leap_to_the_same_day_finds_the_numbers_of_the_first():
    hall = WrongClockHall()
    for _ in range(2):
        hall.days_later(10)
        hall.set_clock(-10)
        hall.days_later(1)

    assert hall.given == [(10, 1), (1, 1), (11, 1), (2, 1)]
    assert hall.days_later(8) == (10, 2)
    assert hall.days_later(1) == (11, 2)


def test_a_day_that_is_over_goes_on_where_a_clock_that_was_set_back_too_far_begins_it_again():
    hall = WrongClockHall()
    for _ in range(3):
        hall.days_later(1)
    hall.set_clock(-2)

    assert hall.days_later(1) == (2, 2)
    hall.set_clock(2)
    assert hall.draw() == (4, 1)


def test_days_whose_numbers_are_forgotten_are_not_begun_again():
    hall = WrongClockHall()
    for _ in range(NUMBERED_DAYS + 3):
        hall.days_later(1)
    last, _first = hall.given[-1]
    hall.set_clock(-NUMBERED_DAYS - 2)
    assert (hall.day.forgotten, hall.day.reached) == (TODAY + timedelta(days=2), TODAY + timedelta(days=1))

    mornings = [hall.days_later(1) for _ in range(2)]

    assert mornings == [(last, 2), (3, 2)]  # nobody knows what the second day used; of the third one does
    assert len(set(hall.given)) == len(hall.given)


def test_a_snapshot_of_before_does_not_know_other_days_and_begins_none_of_them_again():
    hall = WrongClockHall()
    hall.days_later(5)
    hall.set_clock(-2)
    old = msgspec.json.decode(dump(hall.day))
    for name in ("numbers_of", "forgotten", "began"):
        del old[name]

    hall.day = load(hall.day.plan, msgspec.json.encode(old))

    assert [hall.days_later(1) for _ in range(3)] == [(5, 2), (5, 3), (6, 1)]


def test_an_old_journal_that_stayed_on_a_later_day_replays_as_it_was():
    hall = WrongClockHall()
    hall.days_later(5)
    hall.set_clock(-5)
    hall.clock.pass_(days=1)
    stayed = m.DayStarted(day=TODAY + timedelta(days=5), expired=tuple(hall.day.tickets))
    hall._take("old", [stayed])

    assert hall.issue("a1").display_number == "A002"
    assert digest(replayed(hall.day.plan, hall.records)) == digest(hall.day)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["pass", "set"]), st.integers(-6, 6)), max_size=30))
def test_whatever_the_clock_does_days_are_the_calendars_and_a_number_is_given_once(
    happens: list[tuple[str, int]],
):
    hall = WrongClockHall()
    for what, days in happens:
        if what == "set" or days < 0:
            hall.set_clock(days)
        else:
            hall.clock.pass_(days=days, hours=1)
        hall.draw()
        audit(hall.day)

    begun: list[tuple[date, date]] = [
        (record.event.day, record.at.date()) for record in hall.records if isinstance(record.event, m.DayStarted)
    ]
    assert all(day == today for day, today in begun)
    assert len(set(hall.given)) == len(hall.given)
    assert digest(replayed(hall.day.plan, map(as_kept, hall.records))) == digest(hall.day)
    assert digest(load(hall.day.plan, dump(hall.day))) == digest(hall.day)


def test_a_snapshot_remembers_the_numbers_of_days_that_had_begun():
    hall = WrongClockHall()
    hall.days_later(10)
    hall.set_clock(-10)
    hall.days_later(1)

    hall.day = load(hall.day.plan, dump(hall.day))

    assert hall.days_later(9) == (10, 2)
