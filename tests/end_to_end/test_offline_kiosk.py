"""The server is killed, two kiosks go on giving numbers, and when it is back it has every one of them in order.

The server is a real process and is talked to over real HTTP; of the kiosks everything is real but the window.
"""

import itertools
import queue
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
import tomli_w

from commands.demo.broker import free_port
from hall import messages as m
from kiosk.adapters.hall_client import HallClient
from kiosk.adapters.hall_link import HallLink
from kiosk.adapters.lease_book import LeaseBook
from kiosk.adapters.offline_numbers import OfflineNumbers
from kiosk.flow import events as ev
from kiosk.flow.state import Ticket
from settings.load import hall_clock, hall_plan, read_site
from tests.conftest import ROOT, SAMPLE_SITE
from tests.end_to_end.observers import journal
from tests.end_to_end.wire_tap import AnswerThief
from tests.waiting import until

READY_S = 30.0
ITEM = "I001"  # of queue A


class Server:
    """The hall's server, that can be killed and started again on its journal."""

    def __init__(self, folder: Path) -> None:
        values = read_site(SAMPLE_SITE).model_dump(mode="json", exclude_none=True)
        values["server"] |= {"port": free_port(), "database": str(folder / "hall.sqlite")}
        values["broker"]["port"] = free_port()  # nobody is there: nothing here depends on it
        values["speech"]["output"] = "off"
        for queue_table in values["queues"]:
            queue_table.pop("hours", None)
        values.pop("hours", None)  # the test runs at any time of day
        self.site_file, self._log = folder / "site.toml", folder / "server.log"
        self.site_file.write_text(tomli_w.dumps(values), encoding="utf-8")
        self.site = read_site(self.site_file)
        self.address = ("127.0.0.1", self.site.server.port)
        self.url = f"http://127.0.0.1:{self.site.server.port}"
        self.database = folder / "hall.sqlite"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "queue_server.main", "--config", str(self.site_file)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        assert self.process.stdout is not None
        watchdog = threading.Timer(READY_S, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        self.process.stdout.close()
        assert line.startswith(b"ready"), self._log.read_text()

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def log(self) -> str:
        return self._log.read_text("utf-8")


class Kiosk:
    """A kiosk's link with the server and its book of numbers."""

    def __init__(self, kiosk_id: str, server: Server, folder: Path, url: str | None = None) -> None:
        clock, plan = hall_clock(server.site), hall_plan(server.site)
        self.kiosk_id, self._today = kiosk_id, lambda: clock.now().date()
        self.heard: queue.SimpleQueue[ev.Event] = queue.SimpleQueue()
        self.told: list[m.DeviceHealth] = []
        client = HallClient(url or server.url, timeout_s=1.0)
        self.book = LeaseBook(folder / f"{kiosk_id}.sqlite", hall_id=server.site.hall.hall_id, kiosk_id=kiosk_id)
        numbers = OfflineNumbers(
            self.book,
            client,
            plan,
            kiosk_id,
            block=20,
            now=clock.now,
            public_url=server.url,
            tell=self.told.append,
        )
        self.link = HallLink(client, kiosk_id, self.heard.put, numbers)
        self.link.start()

    @property
    def today(self) -> date:
        return self._today()

    def has_numbers(self) -> bool:
        return self.book.numbers_left(self.today).get("A", 0) >= 10

    def draw(self, attempt: str | None = None) -> Ticket:
        """One visitor's number."""
        attempt = attempt or str(uuid.uuid4())
        self.link.draw(ev.DrawNumber(attempt, ITEM, None, None))
        while True:
            event = self.heard.get(timeout=15)
            if getattr(event, "command_id", None) == attempt:
                assert isinstance(event, ev.TicketDrawn), event
                return event.ticket

    def look(self) -> bool:
        """Ask the server now; whether everything is handed in."""
        self.link.load_queues()
        return self.book.next_to_hand_in() is None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def thief(server: Server) -> Iterator[AnswerThief]:
    with AnswerThief() as thief:
        thief.target = server.address
        yield thief


def calls(server: Server, count: int) -> list[str]:
    """Open a counter of queue A and call so many."""

    def say(action: str, **values: str) -> httpx.Response:
        body = {"command_id": f"counter-{next(ids)}"} | values
        return http.post(f"/api/v1/counters/{counter}/{action}", json=body)

    counter = hall_plan(server.site).counters_of("A")[0]
    ids = itertools.count(1)
    with httpx.Client(base_url=server.url, trust_env=False, timeout=5.0) as http:
        assert say("open", staff_no="T0001").is_success
        called = []
        for _ in range(count):
            answer = say("call-next")
            assert answer.is_success, answer.text
            called.append(answer.json()["event"]["display_number"])
            say("complete").raise_for_status()
        return called


def test_ten_numbers_of_two_kiosks_without_a_server_are_ten_tickets_in_order(server: Server, tmp_path: Path):
    kiosks = [Kiosk(kiosk_id, server, tmp_path) for kiosk_id in ("K01", "K02")]
    try:
        until(lambda: all(kiosk.has_numbers() for kiosk in kiosks), what="a block for each kiosk")
        before = kiosks[0].draw()
        assert before.ahead_count == 0

        server.kill()
        offline = [kiosk.draw() for _ in range(5) for kiosk in kiosks]
        assert all(ticket.ahead_count is None for ticket in offline)
        assert len({ticket.display_number for ticket in offline}) == 10
        lost = until(lambda: next(iter_of(kiosks[0], ev.ServerLost), None), what="word of the loss")
        assert "A" in lost.offline

        server.start()
        after = kiosks[1].draw()  # before the link has looked again: its queue's earlier numbers go first
        until(lambda: sum(kiosk.look() for kiosk in kiosks) == 2, what="the merge")
    finally:
        for kiosk in kiosks:
            kiosk.link.close()

    shown = [before, *offline, after]
    issued = journal(server.database, m.TicketIssued)
    merged = [event for event in issued if event.lease_id is not None]
    assert {event.ticket_id: event.display_number for event in issued} == {t.ticket_id: t.display_number for t in shown}
    assert {event.ticket_id: event.arrived_at for event in merged} == {t.ticket_id: t.issued_at for t in offline}
    assert calls(server, 12) == [ticket.display_number for ticket in shown]
    assert [health.status for health in kiosks[0].told] == ["ok", "offline"]
    assert "Traceback" not in server.log()


def iter_of(kiosk: Kiosk, kind: type[ev.Event]) -> Iterator[ev.Event]:
    """What the kiosk has heard of one kind."""
    while not kiosk.heard.empty():
        event = kiosk.heard.get()
        if isinstance(event, kind):
            yield event


def test_a_number_that_was_drawn_and_not_told_is_not_called_beside_the_offline_one(
    server: Server, thief: AnswerThief, tmp_path: Path
):
    kiosk = Kiosk("K01", server, tmp_path, thief.url)
    try:
        until(kiosk.has_numbers, what="a block")
        thief.steals = True
        drawn: list[Ticket] = []
        visitor = threading.Thread(target=lambda: drawn.append(kiosk.draw("the-visitor")))
        visitor.start()
        until(lambda: thief.stolen, what="the server's answer")
        server.kill()
        visitor.join(15)
        thief.steals = False
        (twin,) = journal(server.database, m.TicketIssued)
        assert drawn[0].display_number != twin.display_number

        server.start()
        until(kiosk.look, what="the merge")
    finally:
        kiosk.link.close()

    cancelled = journal(server.database, m.TicketCancelled)
    assert [event.ticket_id for event in cancelled] == [twin.ticket_id]
    assert calls(server, 1) == [drawn[0].display_number]
    assert len({request.split(b'"command_id":"')[1][:11] for request in thief.draws}) == 1


def test_a_kiosk_that_is_started_without_a_server_goes_on_with_the_numbers_of_its_book(server: Server, tmp_path: Path):
    first = Kiosk("K01", server, tmp_path)
    until(first.has_numbers, what="a block")
    server.kill()
    shown = [first.draw(), first.draw()]
    first.link.close()

    again = Kiosk("K01", server, tmp_path)
    try:
        shown.append(again.draw())
        server.start()
        until(again.look, what="the merge")
    finally:
        again.link.close()

    assert calls(server, 3) == [ticket.display_number for ticket in shown]
    assert [event.kiosk_id for event in journal(server.database, m.TicketIssued)] == ["K01"] * 3
