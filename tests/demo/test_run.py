"""The demo as a person runs it: it ends with a clean report, and however it ends, no process stays behind."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from commands.demo.main import main
from commands.demo.report import Report
from commands.prepare import ROOT
from tests.waiting import until

GONE_WITHIN_S = 5.0


class Demo:
    """A demo in a folder of its own; everything that it makes is below `run`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.run = folder / "run"
        self.run.mkdir()
        self._said = folder / "said.txt"
        inherited = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "commands", "demo", "--headless", "--speed", "60", *options],
                cwd=ROOT,
                env=inherited | {"TMPDIR": str(self.run)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8")

    def wait_open(self) -> None:
        until(lambda: "manager" in self.said or self.process.poll() is not None, 60, what="the open hall")
        assert self.process.poll() is None, self.said

    def relatives(self) -> set[tuple[int, str]]:
        """Other processes that the demo or its children started, or that know its folder: id and command."""
        found: dict[int, str] = {}
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            with contextlib.suppress(OSError, IndexError):
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if status[0] == "Z":
                    continue
                pid, command = int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                parents[pid] = int(status[1])
                knows = str(self.run).encode() in (entry / "environ").read_bytes() or str(self.run) in command
                found[pid] = command if knows else ""
        mine = {pid for pid, command in found.items() if command}
        for _generation in range(5):
            mine |= {pid for pid, parent in parents.items() if parent in mine | {self.process.pid}}
        return {(pid, found[pid]) for pid in mine - {os.getpid(), self.process.pid}}

    def end(self) -> None:
        """End it and whatever a failed test has found still running."""
        survivors = {pid for pid, _command in self.relatives()} | {self.process.pid}
        if self.process.poll() is not None:
            survivors.discard(self.process.pid)
        for pid in survivors:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    demos: list[Demo] = []

    def start_demo(*options: str) -> Demo:
        demos.append(Demo(tmp_path, *options))
        return demos[-1]

    yield start_demo
    for demo in demos:
        demo.end()


def test_a_short_demo_ends_with_a_report_in_which_nothing_is_lost_doubled_or_wrong(
    start: Callable[..., Demo], tmp_path: Path
):
    demo = start("--for", "8", "--report", str(tmp_path / "report.json"))

    assert demo.process.wait(100) == 0, demo.said

    written = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    assert set(written) == set(Report.__struct_fields__)
    report = msgspec.convert(written, Report)
    assert (report.lost, report.doubled, report.wrong, report.findings) == (0, 0, 0, [])
    assert report.is_clean
    assert report.visitors == report.issued == report.printed > 0
    assert report.called > 0
    assert report.shown == report.spoken == report.called
    assert (report.preset, report.speed) == ("county", 60.0)
    for latency in (report.call_to_display, report.call_to_bar, report.touch_to_print):
        assert latency.samples > 0
        assert latency.p50_ms is not None
        assert 0 < latency.p50_ms <= (latency.p99_ms or 0)
    assert set(report.memory_mb) == {"mosquitto", "server", "bridge", "kiosk-K01", "kiosk-K02"}
    assert all(megabytes > 1 for megabytes in report.memory_mb.values())
    assert re.search(r"lost 0 · doubled 0 · wrong 0", demo.said)
    assert "Traceback" not in demo.said
    assert demo.relatives() == set()
    assert list(demo.run.iterdir()) == []


def test_ctrl_c_ends_the_demo_in_order_and_leaves_neither_process_nor_file(start: Callable[..., Demo]):
    demo = start("--for", "300")
    demo.wait_open()
    commands = " ".join(command for _pid, command in demo.relatives())
    for name in ("mosquitto", "queue_server.main", "firmware_bridge.main", "kiosk.main"):
        assert name in commands

    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(90) == 0, demo.said
    assert "lost 0 · doubled 0 · wrong 0" in demo.said
    assert demo.relatives() == set()
    assert list(demo.run.iterdir()) == []


def test_a_second_ctrl_c_does_not_wait_for_the_visitors_and_leaves_no_process(start: Callable[..., Demo]):
    demo = start("--for", "300")
    demo.wait_open()

    demo.process.send_signal(signal.SIGINT)
    until(lambda: "closing the hall" in demo.said, what="the first Ctrl-C")
    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(40) in (0, 130), demo.said  # 0 where the hall had closed already
    assert "Traceback" not in demo.said
    assert demo.relatives() == set()


def test_a_killed_demo_takes_all_its_processes_with_it(start: Callable[..., Demo]):
    demo = start("--for", "300")
    demo.wait_open()
    assert len(demo.relatives()) >= 5

    demo.process.kill()
    demo.process.wait()

    until(lambda: not demo.relatives(), GONE_WITHIN_S, what=f"the end of {demo.relatives()}")


def test_a_time_that_is_none_is_refused_in_one_sentence(start: Callable[..., Demo]):
    demo = start("--for", "1", "--start", "half past nine")

    assert demo.process.wait(60) == 2
    assert demo.said == "hallq demo: --start 'half past nine' is not a time such as 09:30\n"
    assert demo.relatives() == set()
    assert list(demo.run.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--for", "-5"], "more than 0 seconds"),
        (["--report", "/no/such/folder/demo.json"], "no folder /no/such/folder"),
        (["--speed", "0"], "--speed goes"),
    ],
)
def test_an_option_that_cannot_be_met_is_refused_before_anything_starts(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as refused:
        main(options)

    assert refused.value.code == 2
    assert says in capsys.readouterr().err
