"""The checker, on what clients were told: an answer is kept, a refusal is meant, and an offer is not outdone."""

from collections.abc import Callable
from datetime import datetime, time

import msgspec

from commands.simulate import history as h
from commands.simulate.checking.checker import Checker
from hall import messages as m
from tests.commands.simulate.histories.pieces import a_day, booked
from tests.commands.simulate.stories import DAY, ZONE, Story, a_plan


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
