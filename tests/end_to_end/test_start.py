"""Processes that cannot start, or start without something: one sentence says what is missing and how to mend it."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w

from commands.demo.processes import Process, python
from commands.prepare import ROOT
from queue_server.adapters.speech.sound import chime
from queue_server.adapters.sql_journal import SqlJournal
from settings.load import read_site
from tests.end_to_end.conftest import trimmed_site
from tests.end_to_end.observers import DisplayStream
from tests.waiting import until

PROCESSES = {
    "server": ["queue_server.main"],
    "kiosk": ["kiosk.main", "--id", "K01"],
    "bridge": ["firmware_bridge.main"],
}
LOG_LINE = re.compile(r"^timestamp=|^\d{4}-\d\d-\d\d ")
Popen = subprocess.Popen[str]
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="a mount namespace, in which programs can be hidden, is root's"
)


def started(module: Sequence[str], site: Path, *, before: Sequence[str] = (), **environment: str) -> Popen:
    name, *options = module
    return subprocess.Popen(
        [*before, sys.executable, "-m", name, "--config", str(site), *options],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: Popen) -> tuple[int, list[str]]:
    """Its exit code and what it said to a person on standard error."""
    try:
        _out, errors = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return process.returncode, [line for line in errors.splitlines() if not LOG_LINE.match(line)]


def hiding(folder: Path, *paths: str) -> list[str]:
    """What to put before a command so that it finds nothing at these paths; nobody else notices."""
    (folder / "nothing").mkdir()
    (folder / "empty").touch()
    mounts = " && ".join(
        f"mount --bind '{folder / ('nothing' if Path(path).is_dir() else 'empty')}' '{path}'" for path in paths
    )
    return ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh"]


def with_values(site: Path, **tables: dict[str, Any]) -> Path:
    values = tomllib.loads(site.read_text("utf-8"))
    for name, table in tables.items():
        values[name] = values.get(name, {}) | table
    site.write_text(tomli_w.dumps(values), "utf-8")
    return site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site file of a hall that nobody is in: a free port, its own journal, nothing at the other ends of the wires."""
    path = trimmed_site(tmp_path, hours=lambda _hours: None)  # its clock is the real one
    server = {"port": 0, "database": str(tmp_path / "hall.sqlite")}
    return with_values(path, server=server, speech={"output": "wav", "wav_folder": str(tmp_path / "speech")})


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"portt": 8080}, "server.portt: unknown key; did you mean 'port'?"),
        ({"port": 70000}, "server.port: Input should be less than or equal to 65535 (it says 70000)"),
    ],
)
def test_a_wrong_site_file_is_refused_by_every_process_in_the_same_sentence(site: Path, table: Any, sentence: str):
    with_values(site, server=table)

    running = [started(module, site) for module in PROCESSES.values()]

    assert [ended(process) for process in running] == [(2, [f"{site}: {sentence}"])] * len(PROCESSES)


def test_a_site_file_that_is_not_there_is_named_by_every_process(tmp_path: Path):
    missing = tmp_path / "no-such-hall.toml"

    running = [started(module, missing) for module in PROCESSES.values()]

    assert [ended(process) for process in running] == [(2, [f"{missing}: there is no such file"])] * len(PROCESSES)


def test_a_catalogue_that_is_not_there_is_named(site: Path, tmp_path: Path):
    values = tomllib.loads(site.read_text("utf-8")) | {"catalogue": "no-such-catalogue.toml"}
    site.write_text(tomli_w.dumps(values), "utf-8")

    running = [started(PROCESSES[name], site) for name in ("server", "kiosk")]

    sentence = f"{tmp_path / 'no-such-catalogue.toml'}: there is no such file"
    assert [ended(process) for process in running] == [(2, [sentence])] * 2


def test_a_port_that_another_program_uses_is_named_with_the_way_to_see_it(site: Path, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with_values(site, server={"port": port})

        code, said = ended(started(PROCESSES["server"], site))

    assert code == 2
    assert len(said) == 1
    assert said[0].startswith(f"server: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert "ss -ltnp" in said[0]
    assert not (tmp_path / "hall.sqlite").exists()


def test_a_journal_that_another_server_holds_is_left_alone(site: Path, tmp_path: Path):
    journal = SqlJournal(tmp_path / "hall.sqlite")
    try:
        code, said = ended(started(PROCESSES["server"], site))
    finally:
        journal.close()

    assert code == 2
    assert len(said) == 1
    assert f"held by the running server with process id {os.getpid()}: stop that one first" in said[0]


def test_a_catalogue_that_lost_a_matter_of_todays_tickets_is_refused_in_one_sentence(site: Path, tmp_path: Path):
    with running_server(tmp_path, site, ()) as (_server, url):
        ticket = {"command_id": str(uuid.uuid4()), "item_key": "I001", "kiosk_id": "K01"}
        httpx.post(f"{url}/api/v1/tickets", json=ticket, trust_env=False).raise_for_status()
    catalogue = tomllib.loads(read_site(site).catalogue.read_text("utf-8"))
    catalogue["items"] = [item for item in catalogue["items"] if item["key"] != "I001"]
    (tmp_path / "shorter.toml").write_text(tomli_w.dumps(catalogue), "utf-8")
    values = tomllib.loads(site.read_text("utf-8")) | {"catalogue": str(tmp_path / "shorter.toml")}
    site.write_text(tomli_w.dumps(values), "utf-8")

    code, said = ended(started(PROCESSES["server"], site))

    assert code == 2
    assert len(said) == 1
    assert "is about 'I001', which the site file or its catalogue no longer has: put it back" in said[0]


@needs_root
def test_a_demo_without_mosquitto_says_how_to_get_it_and_leaves_nothing(tmp_path: Path):
    mosquitto = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert mosquitto is not None
    (tmp_path / "run").mkdir()
    command = [*hiding(tmp_path, mosquitto), sys.executable, "-m", "commands", "demo", "--headless", "--for", "1"]
    environment = os.environ | {"TMPDIR": str(tmp_path / "run")}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert done.stderr == "hallq demo: there is no mosquitto on this machine; try: apt install mosquitto\n"
    assert list((tmp_path / "run").iterdir()) == []


@needs_root
def test_a_kiosk_without_the_chinese_font_says_how_to_get_it(site: Path, tmp_path: Path):
    no_fonts = hiding(tmp_path, "/usr/share/fonts")

    code, said = ended(started(PROCESSES["kiosk"], site, before=no_fonts, HALLQ_CACHE=str(tmp_path / "cache")))

    assert code == 1
    assert len(said) == 1
    assert "apt install fonts-noto-cjk" in said[0]


@contextlib.contextmanager
def running_server(folder: Path, site: Path, before: Sequence[str]) -> Iterator[tuple[Process, str]]:
    server = Process("server", [*before, *python("queue_server.main", "--config", str(site))], folder)
    try:
        yield server, server.wait_ready()
    finally:
        server.stop()


@needs_root
def test_without_broker_and_without_voice_a_call_is_displayed_and_the_chime_sounds(site: Path, tmp_path: Path):
    espeak = shutil.which("espeak-ng")
    assert espeak is not None
    with_values(site, broker={"port": 1})
    with (
        running_server(tmp_path, site, hiding(tmp_path, espeak)) as (server, url),
        httpx.Client(base_url=url, trust_env=False) as http,
        DisplayStream(url) as stream,
    ):
        assert http.get("/api/v1/health").json()["broker_connected"] is False
        ticket = {"command_id": str(uuid.uuid4()), "item_key": "I001", "kiosk_id": "K01"}
        assert http.post("/api/v1/tickets", json=ticket).status_code == 201
        until(lambda: stream.snapshots, what="the display")
        for action, values in (("open", {"staff_no": "T0001"}), ("call-next", {})):
            body = {"command_id": str(uuid.uuid4())} | values
            assert http.post(f"/api/v1/counters/3/{action}", json=body).status_code == 200

        until(lambda: stream.texts == ["请A001号到3号窗口办理"], what="the call on the display")
        (wav,) = until(lambda: list((tmp_path / "speech").glob("*.wav")), what="the chime")
        assert wav.read_bytes().endswith(chime())
        log = server.log.read_text("utf-8")
    assert "zone A: chime only: espeak-ng" in log
    assert "Traceback" not in log
