"""The doctor, on simulators that sit on the wires, a real broker and the real server."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from commands.doctor import devices, hall, machine, main
from commands.doctor.findings import Check, Finding, bad, examine, ok, warn
from commands.doctor.holders import Holder
from devices.boards.sim_board import BoardSim
from devices.identity.private_pcscd import NeedsRoot, NotInstalled, PrivatePcscd
from devices.identity.samv_frames import Command
from devices.identity.samv_sim import SamvSim
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from settings.load import read_site
from tests.mosquitto import running_broker, until

ROOT = Path(__file__).resolve().parents[2]
SITE = """\
catalogue = "catalogue.toml"
[hall]
hall_id = "test-hall"
name = "测试大厅"
name_en = "Test hall"

[[zones]]
zone_id = "A"
name = "甲"
name_en = "A"

[[queues]]
prefix = "A"
name = "甲"
name_en = "A"
zone = "A"

[[counters]]
numbers = [3, 4]
kind = "comprehensive"
zone = "A"
queues = ["A"]
{more}
"""


@pytest.fixture
def site(tmp_path):
    def new(more=""):
        path = tmp_path / "site.toml"
        path.write_text(SITE.format(more=more), encoding="utf-8")
        (tmp_path / "catalogue.toml").write_text("departments = []\nitems = []\n")
        return path

    return new


def found(path, *only):
    """What the doctor finds at the site's devices, by name."""
    return {f.check: f for f in examine(devices.checks(read_site(path), frozenset(only)))}


def kiosk(*, readers="", printer=""):
    lines = ["[[kiosks]]", 'kiosk_id = "K01"', 'zone = "A"']
    lines += [f"readers = [{readers}]"] if readers else []
    lines += [f"printer = {printer}"] if printer else []
    return "\n".join(lines)


def board(port, counters="[3, 4]"):
    return f'[[boards]]\nboard_id = "B01"\nport = "{port}"\ncounters = {counters}'


# ---- findings and their limits -------------------------------------------------------------------------------------


def test_what_is_not_ok_always_says_what_to_do():
    with pytest.raises(ValueError, match="a mend goes with warn and bad"):
        Finding("bad", "broker", "nobody answers")
    with pytest.raises(ValueError, match="a mend goes with warn and bad"):
        Finding("ok", "broker", "answers", "start it")


def test_a_line_has_its_status_its_check_and_its_mend_and_colour_only_when_asked_for():
    line = bad("broker", "nobody answers", "start it")

    assert line.line(in_colour=False) == "bad   broker: nobody answers  → start it"
    assert ok("disk", "20 GB free").line(in_colour=False) == "ok    disk: 20 GB free"
    assert line.line(in_colour=True).startswith("\033[31mbad \033[0m")


def test_checks_run_side_by_side_and_come_in_order_and_one_that_hangs_costs_its_limit():
    released, together = threading.Event(), threading.Barrier(2, timeout=5)
    checks = [
        Check("hangs", lambda: [ok("hangs", str(released.wait(20)))], limit_s=0.2),
        Check("first", lambda: together.wait() >= 0 and [ok("first", "met the second")]),
        Check("second", lambda: together.wait() >= 0 and [ok("second", "met the first")]),
    ]
    began = time.monotonic()

    findings = list(examine(checks))

    released.set()
    assert [(f.check, f.status) for f in findings] == [("hangs", "bad"), ("first", "ok"), ("second", "ok")]
    assert "no answer within 0.2 s" in findings[0].text
    assert time.monotonic() - began < 2


def test_a_check_that_breaks_or_lacks_a_package_is_a_line_and_no_more():
    def lacks_a_package():
        import no_such_package_at_all  # noqa: F401

    lacking, broken = examine([Check("reader", lacks_a_package), Check("printer", lambda: 1 / 0)])

    assert "needs the Python package no_such_package_at_all" in lacking.text
    assert "./hallq kiosk --help" in lacking.mend
    assert "ZeroDivisionError" in broken.text


# ---- the machine ---------------------------------------------------------------------------------------------------

LOCK = """\
[[package]]
name = "hallq"
version = "0.1.0"
source = {{ editable = "." }}
dependencies = [{{ name = "msgspec" }}, {{ name = "structlog" }}]
[package.optional-dependencies]
kiosk = [{{ name = "kivy" }}]
[[package]]
name = "msgspec"
version = "{msgspec}"
source = {{ registry = "x" }}
[[package]]
name = "structlog"
version = "25.4"
source = {{ registry = "x" }}
"""


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "uv.lock"
    path.write_text(LOCK.format(msgspec="0.21"))
    return path


def test_packages_as_in_the_lock_file_are_well_and_a_role_that_is_not_installed_is_said(lock):
    findings = list(machine.packages(lock, {"msgspec": "0.21", "structlog": "25.4"}))

    assert [f.status for f in findings] == ["ok", "ok", "ok"]
    assert "kivy" in findings[2].text


@pytest.mark.parametrize(
    ("installed", "says"),
    [({"msgspec": "0.20", "structlog": "25.4"}, "msgspec 0.20"), ({"msgspec": "0.21"}, "not installed: structlog")],
)
def test_another_version_and_a_missing_package_are_bad(lock, installed, says):
    first = next(machine.packages(lock, installed))

    assert first.status == "bad"
    assert says in first.text


def test_a_lock_file_that_cannot_be_read_is_said(tmp_path):
    assert [f.status for f in machine.packages(tmp_path / "uv.lock", {})] == ["warn"]


def test_the_packages_of_this_checkout_are_those_of_its_lock_file():
    assert {f.status for f in machine.packages()} == {"ok"}


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path):
    assert str(tmp_path) in machine.free_space("database", tmp_path / "not" / "yet").text


def test_the_command_checks_a_machine_without_a_site_file_and_says_so_in_its_status():
    done = subprocess.run(
        [sys.executable, "-m", "commands", "doctor", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    findings = json.loads(done.stdout)
    assert {"python", "packages", "mosquitto", "fonts", "disk", "clock"} <= {f["check"] for f in findings}
    assert done.returncode == int(any(f["status"] == "bad" for f in findings)), done.stdout
    assert all(f["mend"] for f in findings if f["status"] != "ok")
    assert done.stderr == ""


def test_nothing_is_imported_that_is_not_in_the_standard_library_before_a_site_file_is_read():
    program = (
        "import sys\nimport commands.doctor.main as m\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} - {'__main__', *sys.stdlib_module_names}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "['commands']\n"


# ---- devices on their wires ----------------------------------------------------------------------------------------


@pytest.fixture
def samv():
    with SamvSim() as sim:
        yield sim


@pytest.fixture
def printer():
    printer = SimPrinter()
    ports = []

    def on(make):
        ports.append(make(printer))
        return ports[-1]

    yield printer, on
    for port in ports:
        port.close()


def test_a_reader_is_asked_for_its_state_and_for_no_card(site, samv):
    finding = found(site(kiosk(readers=f'{{ kind = "sam_v", port = "{samv.port}" }}')))["K01.sam_v"]

    assert finding.status == "ok"
    assert {request.command for request in samv.requests} == {Command.STATUS.value}


def test_a_reader_that_fails_its_own_test_a_silent_one_and_an_absent_one_are_told_apart(site, samv, tmp_path):
    path = site(kiosk(readers=f'{{ kind = "sam_v", port = "{samv.port}" }}'))
    samv.self_test_failed = True
    failed = found(path)["K01.sam_v"]
    samv.self_test_failed, samv.silent = False, True
    silent = found(path)["K01.sam_v"]
    absent = found(site(kiosk(readers=f'{{ kind = "sam_v", port = "{tmp_path}/none" }}')))["K01.sam_v"]

    assert [f.status for f in (failed, silent, absent)] == ["bad"] * 3
    assert "replace it" in failed.mend
    assert "no answer" in silent.text
    assert "nothing is plugged in" in absent.text


@pytest.mark.parametrize("kind", ["tcp", "serial"])
def test_a_printer_is_asked_for_paper_on_either_wire(site, printer, kind):
    sim, on = printer
    if kind == "tcp":
        table = f'{{ kind = "tcp", host = "127.0.0.1", port = {on(TcpPort).port} }}'
    else:
        table = f'{{ kind = "serial", port = "{on(PtyPort).path}" }}'
    path = site(kiosk(printer=table))

    well = found(path)["K01.printer"]
    sim.near_end = True
    warned = found(path)["K01.printer"]
    sim.paper_out = True
    out = found(path)["K01.printer"]

    assert [well.status, warned.status, out.status] == ["ok", "warn", "bad"]
    assert warned.mend == "have a new paper roll ready"
    assert out.mend == "put in a new paper roll"
    assert list(sim.tickets) == []


def test_a_device_that_hangs_costs_three_seconds_at_most_and_the_others_nothing(site, samv):
    samv.silent = True
    with BoardSim() as healthy, socket.create_server(("127.0.0.1", 0)) as never_accepts:
        port = never_accepts.getsockname()[1]
        path = site(
            kiosk(
                readers=f'{{ kind = "sam_v", port = "{samv.port}" }}',
                printer=f'{{ kind = "tcp", host = "127.0.0.1", port = {port} }}',
            )
            + "\n"
            + board(healthy.port)
        )
        began = time.monotonic()

        findings = found(path)

    assert time.monotonic() - began < 3.5
    assert {name: f.status for name, f in findings.items()} == {"K01.sam_v": "bad", "K01.printer": "bad", "B01": "ok"}


def test_a_board_is_greeted_and_says_its_firmware_and_how_many_slots_it_has(site):
    with BoardSim() as sim:
        finding = found(site(board(sim.port)))["B01"]

    assert finding.status == "ok"
    assert "firmware" in finding.text
    assert "16 slots" in finding.text


def test_a_board_with_too_few_slots_and_a_silent_one_are_bad(site):
    with BoardSim(slots=1) as small:
        few = found(site(board(small.port)))["B01"]
    with BoardSim() as hung:
        hung.silent = True
        silent = found(site(board(hung.port)))["B01"]

    assert "2 counters on a board with 1 slots" in few.text
    assert "no answer" in silent.text


@pytest.fixture
def other_program():
    """A process that opens something and keeps it, as `module` in its command line says."""
    running = []

    def start(code, module="somebody"):
        program = f"import sys, os, socket, time\n{code}\nprint('open', flush=True)\ntime.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", program, module], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "open\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_a_serial_device_that_another_program_has_is_not_touched_and_the_program_is_named(site, other_program):
    with BoardSim() as sim:
        process = other_program(f"f = os.open({sim.port!r}, os.O_RDWR | os.O_NOCTTY)")
        boots = sim.commands

        finding = found(site(board(sim.port)))["B01"]

        assert sim.commands == boots
    assert finding.status == "warn"
    assert f"process {process.pid}" in finding.text


def test_a_printer_that_another_program_is_connected_to_is_not_disturbed(site, printer, other_program):
    port = printer[1](TcpPort).port
    process = other_program(f"s = socket.create_connection(('127.0.0.1', {port}))")

    finding = found(site(kiosk(printer=f'{{ kind = "tcp", host = "127.0.0.1", port = {port} }}')))["K01.printer"]

    assert finding.status == "warn"
    assert f"process {process.pid}" in finding.text


@pytest.mark.parametrize(
    ("words", "is_hallq"),
    [
        (("/opt/hallq/.venv/bin/python", "-m", "kiosk.main", "--config", "x"), True),
        (("/opt/hallq/.venv/bin/python", "-m", "commands", "bridge", "--config", "x"), True),
        (("/opt/hallq/.venv/bin/python", "-P", "-m", "commands", "kiosk", "--id", "K01"), True),
        (("/opt/hallq/.venv/bin/python", "-P", "-m", "commands", "doctor"), False),
        (("python", "-m"), False),
        (("minicom", "-D", "/dev/ttyUSB0"), False),
        (("vim", "notes", "about", "the", "kiosk.main"), False),
    ],
)
def test_a_kiosk_and_a_bridge_are_known_by_their_command_line(words, is_hallq):
    assert Holder(7, words).is_hallq is is_hallq


def test_the_real_bridge_is_known_as_the_one_that_has_its_board(site, other_program):
    with BoardSim() as sim:
        path = site(board(sim.port) + "\n[broker]\nport = 1")
        bridge = subprocess.Popen(
            [sys.executable, "-m", "firmware_bridge.main", "--config", path],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert bridge.stdout.readline() == "ready\n"
            until(lambda: sim.firmware.boot_count and holder_pid(sim.port) == bridge.pid)

            finding = found(path)["B01"]
        finally:
            bridge.terminate()
            bridge.communicate(timeout=10)

    assert finding.status == "ok"
    assert f"in use by process {bridge.pid}" in finding.text


def holder_pid(port):
    from commands.doctor.holders import holder_of_file

    holder = holder_of_file(Path(port))
    return holder.pid if holder else None


def test_only_the_devices_of_the_named_kiosk_or_board_are_asked(site, samv):
    with BoardSim() as sim:
        path = site(kiosk(readers=f'{{ kind = "sam_v", port = "{samv.port}" }}') + "\n" + board(sim.port))

        assert list(found(path, "B01")) == ["B01"]
        assert list(found(path, "K01")) == ["K01.sam_v"]
    assert samv.requests


def test_a_pcsc_reader_is_asked_through_a_real_pcscd_and_one_that_is_not_there_is_bad(site):
    daemon = PrivatePcscd(readers=1, label="HallQ Doctor")
    try:
        daemon.start()
    except (NeedsRoot, NotInstalled) as exc:
        pytest.skip(str(exc))
    try:
        environment = dict(daemon.environment)
        readers = '{ kind = "pcsc", reader = "%s" }'
        there = by_command(site(kiosk(readers=readers % "HallQ Doctor")), environment)
        absent = by_command(site(kiosk(readers=readers % "Another")), environment)
    finally:
        daemon.stop()
    gone = by_command(site(kiosk(readers=readers % "HallQ Doctor")), environment)

    assert [f["status"] for f in (there, absent, gone)] == ["ok", "bad", "bad"]
    assert "apt install pcscd" in gone["mend"]


def by_command(path, environment):
    """The finding at K01.pcsc by a process of its own: libpcsclite looks for pcscd's socket once in a process."""
    command = [sys.executable, "-m", "commands", "doctor", "--config", path, "--id", "K01", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60)
    return next(f for f in json.loads(done.stdout) if f["check"] == "K01.pcsc")


# ---- broker, database, server --------------------------------------------------------------------------------------


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
    content = bytearray(journal.read_bytes())
    for at in range(4096 * 3, len(content), 4096):
        content[at : at + 64] = os.urandom(64)
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


def test_the_real_server_is_well_and_holds_its_journal(tmp_path, capsys):
    text = (ROOT / "config" / "halls" / "sample_city.toml").read_text(encoding="utf-8")
    with running_broker(tmp_path) as broker, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        text = text.replace("port = 8080", f"port = {port}").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        text = text.replace("port = 1883", f"port = {broker.port}").replace('output = "auto"', 'output = "off"')
        text = text.replace("../catalogue/", f"{ROOT}/config/catalogue/").replace("../../.hallq/", "")
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


# ---- the command ---------------------------------------------------------------------------------------------------


def run(capsys, *arguments):
    code = main.main([str(a) for a in arguments])
    return code, capsys.readouterr().out


def test_a_site_file_that_cannot_be_used_is_a_bad_line_and_the_machine_is_checked_all_the_same(site, capsys):
    code, out = run(capsys, "--config", site("[brokre]\n"))

    assert code == 1
    assert "did you mean 'broker'?" in out
    assert "python:" in out
    assert "\033[" not in out


def test_an_id_that_the_site_does_not_have_is_refused_with_those_it_has(site, capsys):
    code, out = run(capsys, "--config", site(kiosk()), "--id", "K09")

    assert code == 1
    assert "no such kiosk or board: 'K09' (the site file has: K01)" in out


def test_warnings_alone_leave_the_status_at_0(monkeypatch, capsys):
    monkeypatch.setattr(machine, "checks", lambda: [Check("clock", lambda: [warn("clock", "unkept", "enable it")])])

    assert run(capsys)[0] == 0


def test_a_loopback_address_on_tickets_and_a_readable_password_are_warned_of(site):
    path = site('[broker]\npassword = "x"\n')
    path.chmod(0o644)

    texts = [f.text for f in hall.checks(read_site(path), path)[0].look() if f.status == "warn"]

    path.chmod(0o640)
    assert any("everybody may read it" in text for text in texts)
    assert any("no phone" in text for text in texts)
    assert not any("everybody" in f.text for f in hall.checks(read_site(path), path)[0].look())
