"""What the hall does by itself, once its time has come."""

import asyncio

from hall import messages as m
from queue_server.service.housekeeping import due
from queue_server.service.live_hall import LiveHall
from tests.queue_server.halls import Hall, small_plan


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
