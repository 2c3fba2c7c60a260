"""The bridge as a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[2]
SITE = """
catalogue = "catalogue.toml"
hall = { hall_id = "test-hall", name = "测试大厅", name_en = "Test hall" }
zones = [{ zone_id = "A", name = "甲", name_en = "A" }]
queues = [{ prefix = "A", name = "甲", name_en = "A", zone = "A" }]
counters = [{ numbers = [3, 4], kind = "comprehensive", zone = "A", queues = ["A"] }]
"""


@pytest.fixture
def site(tmp_path, broker, sim):
    path = tmp_path / "site.toml"
    boards = f'boards = [{{ board_id = "B01", port = "{sim.port}", counters = [3, 4] }}]\n'
    path.write_text(SITE + boards + f'[broker]\nport = {broker.port}\nusername = "bridge"\npassword = "opensesame"\n')
    return path


@pytest.fixture
def run_main():
    running = []

    def run(*arguments, **more):
        command = [sys.executable, "-m", "firmware_bridge.main", *map(str, arguments)]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_says_ready_serves_and_ends_cleanly_when_asked(site, run_main, server, sim, stop):
    server.tell("3", 1, "3号窗口")
    process = run_main("--config", site)
    assert process.stdout.readline() == "ready\n"
    until(lambda: sim.texts[0] == "3号窗口", within_s=10)

    os.kill(process.pid, stop)

    out, _err = process.communicate(timeout=10)
    assert (process.returncode, out) == (0, "")
    until(lambda: server.health["B01"].cause == "bridge_stopped")


def test_the_broker_tells_when_the_process_is_killed(site, run_main, server):
    process = run_main("--config", site)
    until(lambda: "B01" in server.health and server.health["B01"].status == "ok", within_s=10)

    process.kill()

    until(lambda: server.health["B01"].status == "offline")
    assert server.health["B01"].cause == "bridge_stopped"


def test_with_simulated_boards_it_needs_no_port(site, run_main, server):
    site.write_text(site.read_text().replace("/dev/pts/", "/dev/none/"))
    server.tell("4", 1, "4号窗口", call_id="c1")

    run_main("--config", site, "--simulate")

    until(lambda: server.shown, within_s=10)
    assert server.shown[0].call_id == "c1"


def test_a_simulated_line_of_call_pads_stands_in_for_one_that_is_not_there(tmp_path, broker, run_main, server):
    path = tmp_path / "site.toml"
    pads = "pads = [{ address = 1, counter = 3 }]"
    lines = f'lines = [{{ line_id = "L01", port = "/dev/nowhere", {pads} }}]\n'
    path.write_text(f"{SITE}{lines}[broker]\nport = {broker.port}\n")

    run_main("--config", path, "--simulate")

    until(lambda: "L01" in server.health and server.health["L01"].status == "ok", within_s=10)
    assert (server.health["L01"].kind, server.health["L01"].detail) == ("pad_line", "1 –")


def test_the_configuration_is_shown_with_secrets_masked(site, run_main):
    out, err = run_main("--config", site, "--print-config").communicate(timeout=10)

    assert '"board_id": "B01"' in out
    assert '"username": "bridge"' in out
    assert "opensesame" not in out + err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SITE, r"no [[boards]], [[bars]] or [[lines]]"),
        (SITE + "bords = []\n", "unknown key; did you mean 'boards'?"),
        (SITE.replace("zones", "zone", 1), "zones"),
    ],
)
def test_a_site_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path, run_main, text, sentence):
    path = tmp_path / "site.toml"
    path.write_text(text)

    process = run_main("--config", path)

    out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_bars_alone_are_enough_and_simulated_ones_need_no_port(tmp_path, broker, run_main, server):
    path = tmp_path / "site.toml"
    bars = 'bars = [{ kind = "onbon", bars_id = "L01", counter = 3, host = "192.0.2.1" }]\n'
    path.write_text(SITE + bars + f"[broker]\nport = {broker.port}\n")
    server.tell("3", 1, "请A001号到3号窗口办理", call_id="c1")

    run_main("--config", path, "--simulate")

    until(lambda: server.shown, within_s=10)
    assert (server.shown[0].counter_no, server.shown[0].call_id) == ("3", "c1")
