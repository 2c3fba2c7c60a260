"""The server is killed with -9 again and again while clients issue and call; what it had acknowledged must stand."""

import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w

from commands.demo.broker import free_port
from hall import messages as m
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from settings.site import Site
from tests.conftest import ROOT

KILLS = 50
CLIENTS = 8
READY_S = 30.0
UPTIME_S = (0.05, 0.4)  # between the server's readiness and its death


@dataclass
class Acknowledged:
    """What the clients were told, by command id."""

    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)


class Client(threading.Thread):
    """Issues tickets, works one counter, sends every command again until it is answered, and some of them once more."""

    def __init__(self, base_url: str, number: int, said: Acknowledged, stop: threading.Event) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self._http = httpx.Client(base_url=base_url, timeout=3.0)
        self._counter = f"/api/v1/counters/{number}"
        self._said = said
        self._stop_now = stop
        self._rng = random.Random(number)
        self._staff_no = f"T{number:04d}"

    def run(self) -> None:
        self._send(f"{self._counter}/open", staff_no=self._staff_no)
        while not self._stop_now.is_set():
            self._issue()
            call_id, called = self._send(f"{self._counter}/call-next")
            if called is not None:
                self._said.calls[call_id] = called["event"]
                self._send(f"{self._counter}/complete")
        self._http.close()

    def _issue(self) -> None:
        command_id, ticket = self._send("/api/v1/tickets", item_key="I001", kiosk_id="K01")
        if ticket is None:
            return
        self._said.tickets[command_id] = ticket
        if self._rng.random() < 0.2:
            _id, again = self._send("/api/v1/tickets", command_id=command_id, item_key="I001", kiosk_id="K01")
            if again is not None:
                self._said.repeated.append((ticket, again))

    def _send(self, path: str, **body: str) -> tuple[str, dict[str, Any] | None]:
        body = {"command_id": str(uuid.uuid4())} | body
        while not self._stop_now.is_set():
            try:
                answer = self._http.post(path, json=body)
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code in (200, 201):
                return body["command_id"], answer.json()
            if answer.status_code != 503:
                return body["command_id"], None  # refused: the line was empty
        return body["command_id"], None


def start(site_file: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", "queue_server.main", "--config", str(site_file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert server.stdout is not None
    watchdog = threading.Timer(READY_S, server.kill)
    watchdog.start()
    line = server.stdout.readline()
    watchdog.cancel()
    server.stdout.close()
    assert line.startswith(b"ready"), log.read_text()
    return server


@pytest.fixture
def site_file(site: Site, tmp_path: Path) -> Path:
    values = site.model_dump(mode="json", exclude_none=True)
    values["catalogue"] = str(site.catalogue)
    values.pop("hours")  # its clock is the real one
    values["server"] |= {"port": free_port(), "database": str(tmp_path / "hall.sqlite")}
    values["broker"]["port"] = free_port()  # nobody is there: the server must not mind
    values["speech"]["output"] = "off"
    path = tmp_path / "site.toml"
    path.write_text(tomli_w.dumps(values), encoding="utf-8")
    return path


def read(path: Path) -> list[Record]:
    journal = SqlJournal(path)
    with contextlib.closing(journal):
        return list(journal.everything())


def check(said: Acknowledged, records: list[Record]) -> None:
    """Hold every acknowledged answer against the journal."""
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    issued = {r.command_id: r.event for r in records if isinstance(r.event, m.TicketIssued)}
    called = {r.command_id: r.event for r in records if isinstance(r.event, m.TicketCalled)}
    for command_id, ticket in said.tickets.items():
        event = issued[command_id]
        assert (event.ticket_id, event.display_number) == (ticket["ticket_id"], ticket["display_number"])
    for command_id, call in said.calls.items():
        event = called[command_id]
        assert (event.ticket_id, event.counter_no) == (call["ticket_id"], call["counter_no"])
    assert all(again == first for first, again in said.repeated)
    assert max(Counter(event.display_number for event in issued.values()).values()) == 1
    assert max(Counter(event.ticket_id for event in called.values()).values()) == 1
    kept = sum(not isinstance(r.event, m.RatingClosed) for r in records)
    assert len({r.command_id for r in records}) == kept  # no command left two answers


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_or_doubled_by_fifty_kills(site_file: Path, site: Site, tmp_path: Path):
    said, stop, rng = Acknowledged(), threading.Event(), random.Random(50)
    server = start(site_file, tmp_path / "server.log")
    port = int(site_file.read_text().split("[server]")[1].split("port = ")[1].split()[0])
    clients = [Client(f"http://127.0.0.1:{port}", number, said, stop) for number in range(1, CLIENTS + 1)]
    for client in clients:
        client.start()
    try:
        for _ in range(KILLS):
            time.sleep(rng.uniform(*UPTIME_S))  # not a wait for something: the server dies in the middle of its work
            server.send_signal(signal.SIGKILL)
            server.wait(10)
            server = start(site_file, tmp_path / "server.log")
    finally:
        stop.set()
        for client in clients:
            client.join(10)
        server.terminate()
        server.wait(10)

    check(said, read(tmp_path / "hall.sqlite"))

    assert len(said.tickets) > KILLS
    assert len(said.calls) > KILLS
    assert said.repeated


def test_the_check_sees_a_lost_a_changed_and_a_doubled_ticket():

    def record(seq: int, number: str, command_id: str) -> Record:
        event = m.TicketIssued(
            ticket_id=f"id {number} {seq}",
            display_number=number,
            business_day=date(2026, 1, 1),
            prefix="A",
            number=1,
            item_key="I001",
            kiosk_id="K01",
            ahead_count=0,
            wait_p50_s=None,
            wait_p90_s=None,
        )
        return Record(seq=seq, at=datetime(2026, 1, 1, tzinfo=UTC), command_id=command_id, event=event)

    one = record(1, "A001", "a")
    lost = Acknowledged(tickets={"gone": {"ticket_id": "x", "display_number": "A002"}})
    changed = Acknowledged(tickets={"a": {"ticket_id": "id A001 1", "display_number": "A009"}})

    with pytest.raises(KeyError):
        check(lost, [one])
    with pytest.raises(AssertionError):
        check(changed, [one])
    with pytest.raises(AssertionError):
        check(Acknowledged(), [one, record(2, "A001", "b")])
