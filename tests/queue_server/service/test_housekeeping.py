"""What the hall asks of itself because time has passed: each such command is carried out, and asked for no more."""

import asyncio

import pytest

from hall import messages as m
from hall.rules import CallRules, HoldRules
from queue_server.domain.refusals import NoPreview
from queue_server.service.housekeeping import due
from queue_server.service.live_hall import LiveHall
from tests.queue_server.halls import Hall, small_plan

RATING_S = 30


@pytest.fixture
def hall() -> Hall:
    hall = Hall(small_plan(calls=CallRules(preview_s=60.0), hold=HoldRules(longest_min=30)))
    hall.open("1", "T1")
    hall.issue("a1")
    return hall


def asked_of(hall: Hall) -> list[m.AnyCommand]:
    async def ask() -> list[m.AnyCommand]:
        live = LiveHall(hall.day.plan, asyncio.get_running_loop())
        live.hall = hall.day
        return due(live, hall.clock, RATING_S)

    return asyncio.run(ask())


def kinds_asked(hall: Hall) -> list[str]:
    """Carry out what is asked for; returns the kinds of commands."""
    commands = asked_of(hall)
    for command in commands:
        hall.do(command)
    return [type(command).__name__ for command in commands]


def test_a_look_that_leads_to_no_call_is_ended_when_its_time_is_over(hall: Hall):
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(seconds=59)
    assert kinds_asked(hall) == []
    hall.clock.pass_(seconds=1)

    assert kinds_asked(hall) == ["PutBack"]
    assert kinds_asked(hall) == []
    assert hall.events(m.TicketPutBack)[0].reason == "preview_over"
    assert hall.day.counters["1"].preview_id is None


def test_another_look_that_began_meanwhile_is_left_alone(hall: Hall):
    hall.at("1", m.PreviewNext)
    hall.clock.pass_(seconds=60)
    (late,) = asked_of(hall)
    hall.serve("1")
    hall.issue("a1")
    hall.at("1", m.PreviewNext)

    with pytest.raises(NoPreview, match="looks at no ticket whose time is over"):
        hall.do(late)


def test_whoever_stepped_aside_without_a_time_is_brought_back_after_the_longest_one(hall: Hall):
    hall.call("1")
    hall.at("1", m.HoldTicket, reason="form")
    hall.clock.pass_(minutes=29)
    assert kinds_asked(hall) == []
    hall.clock.pass_(minutes=1)

    assert kinds_asked(hall) == ["ReturnHeld"]
    assert kinds_asked(hall) == []


def test_whoever_waits_for_a_counter_that_is_paused_for_long_is_released():
    hall = Hall(small_plan())
    hall.open("1", "T1")
    hall.open("2", "T2")
    ticket = hall.issue("a1")
    hall.call("1")
    hall.at("1", m.TransferTicket, to_counter="2", reason="knows it")
    hall.at("2", m.PauseCounter, reason="meal")
    loop = asyncio.new_event_loop()
    live = LiveHall(hall.day.plan, loop)
    live.hall = hall.day
    hall.clock.pass_(minutes=9)
    early = due(live, hall.clock, 30)
    hall.clock.pass_(minutes=1)

    (late,) = due(live, hall.clock, 30)

    loop.close()
    assert early == []
    assert isinstance(late, m.ReleaseTicket)
    assert hall.do(late).ticket_id == ticket.ticket_id  # type: ignore[union-attr]
    assert due(live, hall.clock, 30) == []
