"""Checks of broker, database and server, on the real ones."""

import json
import random
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from commands.doctor import hall
from commands.doctor.findings import examine
from settings.load import read_site
from tests.mosquitto import running_broker
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]


def test_a_broker_is_well_only_when_it_takes_us_in(site, tmp_path):
    with running_broker(tmp_path, password_of={"hallq": "right-one"}) as broker:
        text = f'[broker]\nport = {broker.port}\nusername = "hallq"\npassword = "%s"\n'
        (well,) = hall.broker(read_site(site(text % "right-one")))
        (refused,) = hall.broker(read_site(site(text % "wrong-one")))
    (gone,) = hall.broker(read_site(site(text % "right-one")))

    assert [well.status, refused.status, gone.status] == ["ok", "bad", "bad"]
    assert "username and password" in refused.mend
    assert "wrong-one" not in refused.text
    assert "nobody answers" in gone.text


def test_a_port_that_takes_connections_and_says_nothing_is_no_broker(site):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        (finding,) = hall.broker(read_site(site(f"[broker]\nport = {mute.getsockname()[1]}\n")))

    assert finding.status == "bad"
    assert "does not speak MQTT" in finding.text


@pytest.fixture
def journal(tmp_path):
    """A database with a write-ahead log, closed, as a stopped server leaves it."""
    path = tmp_path / "hall.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT)")
        connection.executemany("INSERT INTO event (body) VALUES (?)", [("x" * 500,)] * 500)
        connection.execute("CREATE INDEX event_body ON event (body)")
        connection.commit()
    return path


def test_a_journal_is_looked_through_and_left_as_it_was(journal):
    before = {p.name: p.read_bytes() for p in journal.parent.iterdir()}

    findings = list(hall.database(journal))

    assert [f.status for f in findings] == ["ok", "ok"]
    assert "write-ahead log" in findings[0].text
    assert {p.name: p.read_bytes() for p in journal.parent.iterdir()} == before


def test_a_damaged_journal_is_found(journal):
    content, rng = bytearray(journal.read_bytes()), random.Random(1)
    for at in range(4096 * 3, len(content), 4096):
        content[at : at + 64] = rng.randbytes(64)
    journal.write_bytes(content)

    finding = next(iter(hall.database(journal)))

    assert finding.status == "bad"
    assert "restore the newest backup" in finding.mend


def test_what_is_no_database_and_one_without_its_log_are_told_apart(tmp_path):
    (tmp_path / "text.sqlite").write_text("not a database at all, but long enough to be read as one" * 20)
    with closing(sqlite3.connect(tmp_path / "plain.sqlite")) as connection:
        connection.execute("CREATE TABLE x (y)")

    statuses = [next(iter(hall.database(tmp_path / name))).status for name in ("text.sqlite", "plain.sqlite")]

    assert statuses == ["bad", "warn"]


def test_a_journal_that_is_not_there_yet_is_no_fault(tmp_path):
    assert [f.status for f in hall.database(tmp_path / "new" / "hall.sqlite")] == ["ok", "ok"]


@pytest.fixture
def answering():
    """A web server that answers everything with one body."""
    servers = []

    def start(body, status=200):
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("body", "status", "expected", "says"),
    [
        ({"hall_id": "test-hall", "broker_connected": True}, 200, "ok", "runs"),
        ({"hall_id": "test-hall", "broker_connected": False}, 200, "warn", "no broker"),
        ({"hall_id": "another", "broker_connected": True}, 200, "bad", "'another'"),
        ([], 200, "bad", "not as HallQ"),
        ({}, 404, "bad", "not as HallQ"),
    ],
)
def test_what_answers_at_the_servers_address_is_looked_at(site, answering, body, status, expected, says):
    url = answering(json.dumps(body).encode(), status)

    (finding,) = hall.server(read_site(site(f'[server]\npublic_url = "{url}"\n')))

    assert (finding.status, says in finding.text) == (expected, True)


def test_the_real_server_is_well_and_holds_its_journal(tmp_path):
    text = (ROOT / "config" / "halls" / "sample_city.toml").read_text(encoding="utf-8")
    with running_broker(tmp_path) as broker, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        text = text.replace("port = 8080", f"port = {port}").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        text = text.replace("port = 1883", f"port = {broker.port}").replace('output = "auto"', 'output = "off"')
        text = text.replace('"../c', f'"{ROOT}/config/c').replace("../../.hallq/", "")
        path = tmp_path / "site.toml"
        path.write_text(text, encoding="utf-8")
        server = subprocess.Popen(
            [sys.executable, "-m", "queue_server.main", "--config", path],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert server.stdout.readline().startswith("ready")
            site = read_site(path)
            until(lambda: next(iter(hall.server(site))).status == "ok", within_s=10)

            findings = {f.check: f for f in examine(hall.checks(site, path)) if "free" not in f.text}
        finally:
            server.terminate()
            server.communicate(timeout=15)
        after = next(iter(hall.database(site.server.database)))

    assert [findings[name].status for name in ("broker", "database", "server")] == ["ok"] * 3
    assert f"held by the running server, process {server.pid}" in findings["database"].text
    assert after.status == "ok"
    assert "held" not in after.text


def test_a_loopback_address_on_tickets_and_a_readable_password_are_warned_of(site):
    path = site('[broker]\npassword = "x"\n')
    path.chmod(0o644)

    texts = [f.text for f in hall.checks(read_site(path), path)[0].look() if f.status == "warn"]

    path.chmod(0o640)
    assert any("everybody may read it" in text for text in texts)
    assert any("no phone" in text for text in texts)
    assert not any("everybody" in f.text for f in hall.checks(read_site(path), path)[0].look())
