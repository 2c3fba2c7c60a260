"""Checks of devices, on simulators that sit on the wires."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands.doctor.holders import Holder, holder_of_file
from devices.boards.sim_board import BoardSim
from devices.identity.private_pcscd import NeedsRoot, NotInstalled, PrivatePcscd
from devices.identity.samv_frames import Command
from devices.identity.samv_sim import SamvSim
from devices.printers.sim_ports import PtyPort, TcpPort
from devices.printers.sim_printer import SimPrinter
from tests.commands.doctor.sites import board, found, kiosk
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]


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
    printer.close()


def test_a_reader_is_asked_for_its_state_and_for_no_card(site, samv):
    finding = found(site(kiosk(readers=f'{{ kind = "sam_v", port = "{samv.port}" }}')))["K01.sam_v"]

    assert finding.status == "ok"
    assert {request.command for request in samv.requests} == {Command.RESET.value, Command.STATUS.value}


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


def test_a_file_that_takes_a_printers_jobs_is_neither_made_nor_written_into(site, tmp_path):
    jobs = tmp_path / "jobs.bin"

    finding = found(site(kiosk(printer=f'{{ kind = "file", path = "{jobs}" }}')))["K01.printer"]

    assert (finding.status, jobs.exists()) == ("ok", False)
    assert "cannot be asked" in finding.text
    nowhere = found(site(kiosk(printer=f'{{ kind = "file", path = "{tmp_path}/none/jobs.bin" }}')))["K01.printer"]
    assert (nowhere.status, nowhere.text) == ("bad", f"there is no folder {tmp_path}/none")


def test_a_fifo_that_somebody_reads_gets_no_byte_of_the_doctor(site, other_program, tmp_path):
    fifo = tmp_path / "jobs"
    os.mkfifo(fifo)
    process = other_program(f"f = os.open({str(fifo)!r}, os.O_RDWR)")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    finding = found(site(kiosk(printer=f'{{ kind = "file", path = "{fifo}" }}')))["K01.printer"]

    assert finding.status == "ok"
    assert f"process {process.pid}" in finding.text
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    os.close(reader)


MUTE = {
    "K01.scanner": '[[kiosks]]\nkiosk_id = "K01"\nzone = "A"\nscanner = {{ kind = "serial", port = "{port}" }}',
    "K01.switches": '[[kiosks]]\nkiosk_id = "K01"\nzone = "A"\nswitches = {{ kind = "lcus", port = "{port}" }}',
    "L01": '[[lines]]\nline_id = "L01"\nport = "{port}"\npads = [{{ address = 1, counter = 3 }}]',
    "C01": '[[bars]]\nkind = "number_bar"\nbars_id = "C01"\nport = "{port}"\naddresses = {{ 1 = 3 }}',
}


@pytest.mark.parametrize("name", MUTE)
def test_of_a_device_that_cannot_answer_nobody_says_that_it_did(site, printer, name):
    finding = found(site(MUTE[name].format(port=printer[1](PtyPort).path)))[name]

    assert finding.status == "ok"
    assert finding.text.endswith("is there; it cannot be asked")


def test_a_platform_that_nobody_reaches_is_bad(site):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/resolve"
    table = kiosk() + f'\ncredentials = {{ kind = "http", url = "{url}" }}'

    finding = found(site(table))["K01.credentials"]

    assert finding.status == "bad"
    assert "cannot be reached" in finding.text


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
        before = sim.commands

        finding = found(site(board(sim.port)))["B01"]

        assert sim.commands == before
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


def test_a_simulator_at_the_far_end_of_a_line_holds_nothing(site, tmp_path):
    """It has its own pseudo-terminal open, and is the device."""
    command = [sys.executable, "-P", "-m", "commands", "sim", "samv", "--link", str(tmp_path / "reader")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sim:
        try:
            until((tmp_path / "reader").exists)
            finding = found(site(kiosk(readers=f'{{ kind = "sam_v", port = "{tmp_path}/reader" }}')))["K01.sam_v"]
        finally:
            sim.communicate(b"quit\n", timeout=10)

    assert (finding.status, "answers" in finding.text) == ("ok", True)


def test_the_speech_module_is_called_as_its_health_calls_it(site):
    path = site('[speech.syn6288]\nport = "/dev/nowhere"')

    assert found(path, "server")["server.speaker"].status == "bad"


@pytest.mark.parametrize(
    ("table", "check", "mend"),
    [
        ('printer = { kind = "tcp", host = "printer.invalid" }', "K01.printer", "DNS"),
        ('printer = { kind = "serial", port = "/etc/hostname" }', "K01.printer", "no serial line"),
        ('ups = { kind = "nut", ups = "ups" }', "K01.ups", "nut-server"),
        ('camera = { kind = "file", path = "nowhere" }', "K01.camera", "correct the path"),
        ('scanner = { kind = "serial", port = "/dev/hallq/nothing" }', "K01.scanner", "plug it in"),
    ],
)
def test_what_cannot_be_reached_is_told_with_the_mend_that_helps(site, table, check, mend):
    text = f'[[kiosks]]\nkiosk_id = "K01"\nzone = "A"\n{table}\n'

    finding = found(site(text))[check]

    assert finding.status == "bad"
    assert mend in finding.mend
