"""The hall in the event loop: in step with the answers, and telling at most twenty times a second."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.service.live_hall import TELL_EVERY_S, LiveHall
from queue_server.service.writer import Writer
from tests.queue_server.halls import Clock

TICKETS = 200


def issue(number: int) -> m.IssueTicket:
    return m.IssueTicket(command_id=f"draw-{number}", item_key="I001", kiosk_id="K01")


def test_whoever_reads_after_an_answer_finds_what_it_says(plan: HallPlan, tmp_path: Path):
    async def draw() -> None:
        live, journal = LiveHall(plan, asyncio.get_running_loop()), SqlJournal(tmp_path / "hall.sqlite")
        writer = Writer(plan, journal, Clock(), followers=[live])
        writer.start()
        for number in range(20):
            record = await writer.ask(issue(number))
            assert isinstance(record.event, m.TicketIssued)
            assert record.event.ticket_id in live.hall.tickets
        writer.close()
        journal.close()

    asyncio.run(draw())


def test_listeners_hear_every_record_once_in_order_and_not_once_a_batch(plan: HallPlan, tmp_path: Path):
    told: list[list[int]] = []

    async def draw() -> float:
        loop = asyncio.get_running_loop()
        live, journal = LiveHall(plan, loop), SqlJournal(tmp_path / "hall.sqlite")
        live.listen(lambda _hall, records: told.append([record.seq for record in records]))
        writer = Writer(plan, journal, Clock(), followers=[live])
        writer.start()
        began = loop.time()
        for number in range(TICKETS):
            await writer.ask(issue(number))
        spent_s = loop.time() - began
        live.tell()
        writer.close()
        journal.close()
        assert list(chain(*told)) == list(range(1, live.hall.seq + 1))
        return spent_s

    spent_s = asyncio.run(draw())

    assert len(told) <= spent_s / TELL_EVERY_S + 2


def test_the_first_news_after_a_pause_is_told_at_once(plan: HallPlan, tmp_path: Path):
    async def draw() -> None:
        heard = asyncio.Event()
        live, journal = LiveHall(plan, asyncio.get_running_loop()), SqlJournal(tmp_path / "hall.sqlite")
        live.listen(lambda _hall, _records: heard.set())
        writer = Writer(plan, journal, Clock(), followers=[live])
        writer.start()

        await writer.ask(issue(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        assert heard.is_set()
        writer.close()
        journal.close()

    asyncio.run(draw())


def test_a_listener_that_fails_keeps_the_news_from_nobody(plan: HallPlan):
    heard: list[int] = []

    def fail(_hall: HallDay, _records: Sequence[Record]) -> None:
        raise RuntimeError("a bar is gone")

    async def tell() -> None:
        live = LiveHall(plan, asyncio.get_running_loop())
        live.listen(fail)
        live.listen(lambda _hall, records: heard.append(len(records)))
        watcher = live.watch()
        live.follow([Record(seq=1, at=Clock().now(), command_id="c", event=m.DayStarted(day=Clock().now().date()))])
        live.inbox.wake()
        async with asyncio.timeout(5):
            await watcher.wait()

    asyncio.run(tell())

    assert heard == [1]
