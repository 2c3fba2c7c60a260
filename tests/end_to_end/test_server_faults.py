"""The server killed while it draws a number, and counters that call at the same moment: nothing is doubled or lost."""

import asyncio
import os
import re
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commands.demo.running import Running
from hall import messages as m
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import journal
from tests.end_to_end.wire_tap import AnswerThief
from tests.waiting import until

COUNTERS, TICKETS = 40, 20
COMMAND_ID = re.compile(rb'"command_id":"([^"]+)"')


@pytest.fixture(scope="module")
def thief() -> Iterator[AnswerThief]:
    with AnswerThief() as thief:
        yield thief


@pytest.fixture(scope="module")
def trial(folder: Path, thief: AnswerThief) -> Iterator[Trial]:
    """One kiosk that calls the server through the thief, forty counters for one queue, and one for all the others."""
    counters = [
        {"numbers": list(range(1, COUNTERS + 1)), "kind": "special", "zone": "A", "queues": ["A"]},
        {"numbers": [99], "kind": "comprehensive", "zone": "A", "queues": list("BCDEFGHTLPNZ")},
    ]
    with running_hall(
        folder,
        Running(kiosks_call=thief.url),
        kiosks=lambda kiosks: kiosks[:1],
        boards=lambda _boards: [],
        counters=lambda _counters: counters,
    ) as trial:
        address = trial.hall.site.server
        thief.target = (address.host, address.port)
        yield trial


def issued(trial: Trial) -> list[m.TicketIssued]:
    return journal(trial.database, m.TicketIssued)


def test_a_server_killed_after_it_drew_a_number_and_before_it_said_so_gives_that_number_again(
    trial: Trial, thief: AnswerThief
):
    visitor, printer = trial.visitors["K01"], trial.hall.devices.kiosks["K01"].printer
    visitor.leave()
    before, papers, asked = issued(trial), len(printer.tickets), len(thief.draws)
    thief.steals = True

    visitor.take_number_without_card()
    until(lambda: thief.stolen, what="the server's answer")
    trial.process("server").kill()
    visitor.see("no_answer")
    thief.steals, thief.stolen = False, b""
    (drawn,) = issued(trial)[len(before) :]

    trial.hall.start_server()
    visitor.touch("try_again")
    shown = visitor.see("ticket")
    assert shown.display_number == drawn.display_number
    assert issued(trial) == [*before, drawn]
    ids = [COMMAND_ID.findall(draw) for draw in thief.draws[asked:]]
    assert len(ids) >= 2
    assert len({found[0] for found in ids}) == 1
    until(lambda: len(printer.tickets) == papers + 1, what="the ticket")
    until(lambda: [p.ticket_id for p in journal(trial.database, m.TicketPrinted)][-1:] == [drawn.ticket_id], what="it")


def test_a_server_killed_before_it_drew_a_number_draws_it_when_it_is_asked_again(trial: Trial):
    visitor = trial.visitors["K01"]
    visitor.leave()
    before = issued(trial)
    visitor.see("idle")
    visitor.touch("begin")
    visitor.see("choose_queue")
    visitor.touch("queue:A")
    visitor.see("choose_matter")
    os.kill(trial.process("server").pid, signal.SIGSTOP)  # it takes the request and does nothing with it

    visitor.touch("matter:I001")
    visitor.see("issuing")
    trial.process("server").kill()
    visitor.see("no_answer")
    assert issued(trial) == before

    trial.hall.start_server()
    visitor.touch("try_again")
    shown = visitor.see("ticket")
    assert [e.display_number for e in issued(trial)[len(before) :]] == [shown.display_number]


def test_while_the_server_is_away_the_kiosk_says_so_and_comes_back_by_itself(trial: Trial):
    visitor = trial.visitors["K01"]
    visitor.leave()

    trial.process("server").kill()

    visitor.see("server_away")
    trial.hall.start_server()
    visitor.see("idle")
    assert "Traceback" not in trial.log("kiosk-K01")


def test_forty_counters_calling_at_once_get_twenty_tickets_each_once(trial: Trial):
    trial.visitors["K01"].leave()

    async def act(http: httpx.AsyncClient, counter: int, action: str, **values: str) -> httpx.Response:
        body = {"command_id": str(uuid.uuid4())} | values
        return await http.post(f"/api/v1/counters/{counter}/{action}", json=body)

    async def call_at_once() -> tuple[list[httpx.Response], list[httpx.Response]]:
        limits = httpx.Limits(max_connections=COUNTERS)
        async with httpx.AsyncClient(base_url=trial.hall.base_url, limits=limits, trust_env=False) as http:
            counters = range(1, COUNTERS + 1)
            await asyncio.gather(*(act(http, c, "open", staff_no=f"T{c:04d}") for c in counters))
            while (await act(http, 1, "call-next")).status_code == 200:  # whoever still waits
                await act(http, 1, "start")
                await act(http, 1, "complete")
            wishes = [{"command_id": str(uuid.uuid4()), "item_key": "I001", "kiosk_id": "K01"} for _ in range(TICKETS)]
            drawn = await asyncio.gather(*(http.post("/api/v1/tickets", json=wish) for wish in wishes))
            called = await asyncio.gather(*(act(http, c, "call-next") for c in counters))
            return list(drawn), list(called)

    drawn, called = asyncio.run(call_at_once())

    assert Counter(answer.status_code for answer in called) == {200: TICKETS, 409: COUNTERS - TICKETS}
    assert {a.json()["code"] for a in called if a.status_code == 409} == {"queue_empty"}
    waiting = Counter(answer.json()["ticket_id"] for answer in drawn)
    assert Counter(a.json()["event"]["ticket_id"] for a in called if a.status_code == 200) == waiting
    assert len(waiting) == TICKETS
    numbers = [answer.json()["display_number"] for answer in drawn]
    assert len(set(numbers)) == TICKETS
    calls = Counter(call.ticket_id for call in journal(trial.database, m.TicketCalled) if call.ticket_id in waiting)
    assert calls == waiting
