"""One process a database: the second one is told who holds it; a dead one holds nothing."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from commands.demo.broker import free_port
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.service.ports import JournalUnavailable
from settings.site import Site
from tests.conftest import ROOT

ENDS_S = 30


@pytest.fixture
def site_file(site: Site, tmp_path: Path) -> Path:
    """A site whose server is alone: no broker, no sound, and any free port."""
    values = site.model_dump(mode="json", exclude_none=True)
    values["catalogue"] = str(site.catalogue)
    values["server"] |= {"port": free_port(), "database": str(tmp_path / "hall.sqlite")}
    values["broker"]["port"] = free_port()
    values["speech"]["output"] = "off"
    path = tmp_path / "site.toml"
    path.write_text(tomli_w.dumps(values), encoding="utf-8")
    return path


def server(site_file: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "queue_server.main", "--config", str(site_file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def running(site_file: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A server that has said that it is ready."""
    process = server(site_file)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith(b"ready"):
        _out, said = process.communicate(timeout=ENDS_S)
        pytest.fail(f"the server did not start: {said.decode()[-2000:]}")
    yield process
    process.terminate()
    process.communicate(timeout=ENDS_S)


def test_a_second_server_on_the_same_database_is_told_who_holds_it_and_since_when(
    running: "subprocess.Popen[bytes]", site_file: Path, tmp_path: Path
):
    text = site_file.read_text(encoding="utf-8")
    other_port = tmp_path / "second.toml"
    other_port.write_text(re.sub(r"(\[server\][^\[]*?port = )\d+", rf"\g<1>{free_port()}", text), encoding="utf-8")
    second = server(other_port)

    out, said = second.communicate(timeout=ENDS_S)

    assert second.returncode == 2
    assert out == b""
    assert re.search(
        rf"the journal \S+hall\.sqlite is held by the running server with process id {running.pid}: "
        r"stop that one first \(it holds it since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4}\)",
        said.decode(),
    )
    assert b"Traceback" not in said
    assert running.poll() is None


HOLDER = """
import sys, time
from pathlib import Path
from queue_server.adapters.sql_journal import SqlJournal
journal = SqlJournal(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path):
    path = tmp_path / "hall.sqlite"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"

    with pytest.raises(JournalUnavailable, match=f"process id {holder.pid}: stop that one first"):
        SqlJournal(path)
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=ENDS_S)

    SqlJournal(path).close()


def test_a_lock_whose_note_is_half_written_still_holds(tmp_path: Path):
    path = tmp_path / "hall.sqlite"
    first = SqlJournal(path)
    try:
        for note, said in (("", "process id unknown: stop that one first$"), ("4711", "process id 4711: stop")):
            (tmp_path / "hall.sqlite.lock").write_text(note)

            with pytest.raises(JournalUnavailable, match=said):
                SqlJournal(path)
    finally:
        first.close()
    SqlJournal(path).close()
