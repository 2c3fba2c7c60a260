"""A server for tests of its HTTP, with the real writer and journal behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from hall.catalogue import HallPlan
from hall.texts import ENGLISH
from queue_server.adapters.sql_audit import SqlAudit
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.api.app import make_app
from queue_server.api.context import Context
from queue_server.service.live_hall import LiveHall
from queue_server.service.writer import Writer
from settings.locale import texts_in
from tests.queue_server.halls import Clock

INCARNATION = "5c3e6c0a-0000-4000-8000-000000000001"


class Hall:
    """A server without a socket."""

    def __init__(self, plan: HallPlan, folder: Path) -> None:
        self.plan, self.clock = plan, Clock()
        self._path = folder / "hall.sqlite"
        self._journal = SqlJournal(self._path)
        self.broker_connected, self.told = False, []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[httpx.AsyncClient]:
        self.live = LiveHall(self.plan, asyncio.get_running_loop())
        self.writer = Writer(self.plan, self._journal, self.clock, followers=[self.live])
        self.writer.start()
        self.app = app = make_app(lambda _app: self._nothing())
        app.state.context = self.context = Context(
            plan=self.plan,
            live=self.live,
            clock=self.clock,
            speed=10.0,
            texts=ENGLISH,
            languages=(texts_in("zh_CN"), ENGLISH),
            public_url="http://hall.test",
            incarnation=INCARNATION,
            handle=lambda command: self.writer.ask(command),
            broker_connected=lambda: self.broker_connected,
            tell=self.told.append,
            audit=SqlAudit(self._path),
        )
        transport = httpx.ASGITransport(app=app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as http:
                yield http
        finally:
            self.writer.close()
            self._journal.close()

    @asynccontextmanager
    async def _nothing(self) -> AsyncIterator[None]:
        yield


def issue(command_id: str = "command-1", item_key: str = "I001", **more: str) -> dict[str, str]:
    return {"command_id": command_id, "item_key": item_key, "kiosk_id": "K01"} | more
