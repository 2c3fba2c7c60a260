"""`./hallq` itself, on a copy of it with tools of its own: nothing is installed, and no network is asked."""

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PYTHON = os.path.realpath(sys.executable)
REAL_TOOLS = ("env", "sleep", "touch", "cat", "grep")  # and no real apt-get

TOOL = """#!/bin/sh
echo "{name} $*" >> "{log}"
if [ -e "{knobs}/fail-{name}" ]; then echo "E: {name} went wrong" >&2; exit 100; fi
if [ -e "{knobs}/hang-{name}" ]; then touch "{knobs}/hangs"; exec sleep 60; fi
{more}
"""
APT_GET = 'case " $* " in *" install "*) for word in "$@"; do echo "$word" >> "{installed}"; done ;; esac'
DPKG_QUERY = """for package in "$@"; do :; done
grep -qx -e "$package" "{installed}" && printf 'install ok installed'"""
MAIN = "import sys\nprint('ran', *sys.argv[1:])\n"


class Tree:
    """A copy of the parts that prepare, and the tools that they find."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root, self.tools = folder / "hallq", folder / "tools"
        self.log, self.knobs, self.installed = folder / "log", folder / "knobs", folder / "installed"

    def build(self) -> None:
        (self.root / "commands").mkdir(parents=True)
        for name in ("hallq", "uv.lock", "commands/__init__.py", "commands/prepare.py"):
            shutil.copy(ROOT / name, self.root / name)
        (self.root / "commands" / "__main__.py").write_text(MAIN)
        (self.folder / "wheels").mkdir()

    def furnish(self) -> None:
        """Write the tools, which know this folder; the environment's uv among them, as a wheel for pip."""
        shutil.rmtree(self.tools, ignore_errors=True)
        self.tools.mkdir()
        self.knobs.mkdir(exist_ok=True)
        self.installed.touch()
        self.log.write_text("")
        for name, more in {"apt-get": APT_GET, "dpkg": "", "dpkg-query": DPKG_QUERY, "sudo": 'exec "$@"'}.items():
            self._write(self.tools / name, name, more)
        for name in REAL_TOOLS:
            (self.tools / name).symlink_to(shutil.which(name) or name)
        self._write(self.folder / "uv", "uv")
        if (self.root / ".venv").exists():
            shutil.copy(self.folder / "uv", self.root / ".venv" / "bin" / "uv")
        with zipfile.ZipFile(self.folder / "wheels" / "uv-0.13.8-py3-none-any.whl", "w") as wheel:
            wheel.write(self.folder / "uv", "uv-0.13.8.data/scripts/uv")
            wheel.writestr("uv-0.13.8.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 0.13.8\n")
            wheel.writestr(
                "uv-0.13.8.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr("uv-0.13.8.dist-info/RECORD", "")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {"PATH": str(self.tools), "HOME": str(self.folder), "PIP_NO_INDEX": "1"}
        environment |= {"PIP_FIND_LINKS": str(self.folder / "wheels"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        command = [PYTHON, str(self.root / "hallq"), *arguments]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=90)
        return process.returncode, out, err

    def stop(self, signal_number: signal.Signals, *arguments: str) -> tuple[int, str]:
        """Begin, wait until a tool hangs, and stop the whole group as a terminal does."""
        process = self.start(*arguments)
        until(lambda: (self.knobs / "hangs").exists(), within_s=60)
        os.killpg(process.pid, signal_number)
        _out, err = process.communicate(timeout=10)
        for knob in self.knobs.iterdir():
            knob.unlink()
        return process.returncode, err

    def turn(self, knob: str) -> None:
        (self.knobs / knob).touch()

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    @property
    def stamps(self) -> list[str]:
        return sorted(path.name.rsplit("-", 1)[0] for path in (self.root / ".hallq" / "stamps").glob("*"))

    def _write(self, path: Path, name: str, more: str = "") -> None:
        places = {"log": self.log, "knobs": self.knobs, "installed": self.installed}
        path.write_text(TOOL.format(name=name, more=more.format(**places), **places))
        path.chmod(0o755)


@pytest.fixture
def tree(tmp_path):
    tree = Tree(tmp_path / "fresh")
    tree.build()
    tree.furnish()
    return tree


@pytest.fixture(scope="module")
def prepared_once(tmp_path_factory):
    tree = Tree(tmp_path_factory.mktemp("prepared") / "tree")
    tree.build()
    tree.furnish()
    return tree, tree.run("doctor", "--json"), tree.calls


@pytest.fixture
def prepared(prepared_once, tmp_path):
    """A copy that is prepared for the doctor."""
    shutil.copytree(prepared_once[0].folder, tmp_path / "copy", symlinks=True)
    tree = Tree(tmp_path / "copy")
    tree.furnish()
    return tree


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("help",)])
def test_help_needs_nothing_and_prepares_nothing(tree, arguments):
    code, out, err = tree.run(*arguments)

    assert (code, err, tree.calls) == (0, "", [])
    assert "usage: ./hallq COMMAND" in out
    assert not (tree.root / ".hallq").exists()


def test_an_unknown_command_is_named_and_prepares_nothing(tree):
    code, out, err = tree.run("sever")

    assert (code, out, tree.calls) == (2, "", [])
    assert "there is no command 'sever'" in err
    assert "usage:" in err


def test_every_command_that_is_offered_has_packages_extras_and_a_module():
    from commands.__main__ import MODULES
    from commands.prepare import EXTRAS, PACKAGES, USAGE

    assert MODULES.keys() == PACKAGES.keys() == EXTRAS.keys()
    assert all(f"\n  {command} " in USAGE for command in MODULES)


def test_the_first_run_brings_in_what_is_missing_shows_it_and_runs_the_command(prepared_once):
    _tree, (code, out, err), calls = prepared_once

    assert (code, out) == (0, "ran doctor --json\n")
    assert [line for line in err.splitlines() if line.startswith("[")][::2] == [
        "[1/3] system packages …",
        "[2/3] Python environment …",
        "[3/3] Python packages …",
    ]
    tools = [call for call in calls if not call.startswith(("dpkg-query", "sudo"))]
    assert [call.split()[0] for call in tools] == ["dpkg", "apt-get", "apt-get", "uv"]
    assert tools[0] == "dpkg --configure -a"
    assert tools[2].endswith("python3-venv")
    assert "--frozen" in tools[3]
    assert "--no-dev" in tools[3]


def test_a_second_run_calls_no_tool_says_nothing_and_is_quick(prepared):
    environment = {"PATH": str(prepared.tools), "PYTHONPATH": str(prepared.root)}

    def seconds(command):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        return time.perf_counter() - began

    code, out, err = prepared.run("doctor", "--config", "x")

    assert (code, out, err, prepared.calls) == (0, "ran doctor --config x\n", "", [])
    whole = min(seconds([PYTHON, prepared.root / "hallq", "doctor"]) for _ in range(5))
    bare = min(seconds([prepared.root / ".venv/bin/python", "-P", "-m", "commands", "doctor"]) for _ in range(5))
    assert whole - bare < 0.3


def test_what_is_installed_is_compiled_for_processes_that_may_write_nothing(tree):
    (tree.root / "hall").mkdir()
    (tree.root / "hall" / "__init__.py").touch()

    code, _out, _err = tree.run("doctor")

    (sync,) = [call for call in tree.calls if call.startswith("uv")]
    assert (code, "--compile-bytecode" in sync) == (0, True)
    assert list((tree.root / "hall" / "__pycache__").glob("__init__.*.pyc"))


def test_a_command_with_more_extras_brings_in_only_those(prepared):
    code, _out, err = prepared.run("server")

    assert code == 0
    assert "Python environment" not in err
    (sync,) = [call for call in prepared.calls if call.startswith("uv")]
    assert "--extra server" in sync
    installed = next(call for call in prepared.calls if call.startswith("apt-get install")).split()
    assert {"mosquitto", "espeak-ng", "alsa-utils"} <= set(installed)
    assert "python3-venv" not in installed  # it is there already


def test_a_changed_lock_file_is_followed(prepared):
    with (prepared.root / "uv.lock").open("a") as lock:
        lock.write("\n")

    code, _out, err = prepared.run("doctor")

    assert code == 0
    assert "[1/1] Python packages …" in err
    assert [call.split()[0] for call in prepared.calls] == ["uv"]


def test_a_run_killed_while_apt_installs_goes_on_where_it_was(tree):
    tree.turn("hang-apt-get")
    code, _err = tree.stop(signal.SIGKILL, "doctor")
    assert code == -signal.SIGKILL
    assert tree.stamps == []
    tree.turn("fail-uv")  # ends the second run behind the step in question

    code, _out, err = tree.run("doctor")

    assert code == 1
    assert "[1/3] system packages: done" in err
    assert tree.stamps == ["Python-environment", "system-packages"]
    assert tree.calls.count("dpkg --configure -a") == 2  # mends what the killed apt left


def test_a_run_stopped_by_ctrl_c_says_so_and_the_next_one_goes_on(prepared):
    (prepared.root / "uv.lock").write_text("changed")
    prepared.turn("hang-uv")

    code, err = prepared.stop(signal.SIGINT, "doctor")

    assert code == 130
    assert "stopped; the next run goes on from here" in err
    assert "Traceback" not in err
    code, out, err = prepared.run("doctor")
    assert (code, out) == (0, "ran doctor\n")
    assert "[1/1] Python packages: done" in err


def test_after_a_lost_environment_nothing_counts_as_installed_that_is_not(prepared):
    assert prepared.run("server")[0] == 0
    shutil.rmtree(prepared.root / ".venv")
    prepared.turn("hang-uv")
    prepared.stop(signal.SIGKILL, "doctor")  # the environment is new, and its packages are not there yet
    prepared.log.write_text("")

    assert prepared.run("doctor")[0] == 0
    assert prepared.run("server")[0] == 0

    syncs = [call for call in prepared.calls if call.startswith("uv")]
    assert len(syncs) == 2
    assert "--extra server" in syncs[1]


@pytest.mark.parametrize(
    ("tool", "command", "sentence"),
    [
        ("apt-get", "kiosk", "the package lists could not be fetched; is there a network?"),
        ("dpkg", "kiosk", "apt was stopped half-way and cannot go on"),
        ("uv", "bridge", "the Python packages of uv.lock could not be installed; is there a network?"),
    ],
)
def test_a_tool_that_fails_is_one_sentence_with_what_it_said_and_is_tried_again(prepared, tool, command, sentence):
    (prepared.root / "uv.lock").write_text("changed")
    prepared.turn(f"fail-{tool}")

    code, out, err = prepared.run(command)

    assert (code, out) == (1, "")
    assert f"hallq: {sentence}" in err
    assert f"E: {tool} went wrong" in err
    assert "Traceback" not in err
    (prepared.knobs / f"fail-{tool}").unlink()
    assert prepared.run(command)[:2] == (0, f"ran {command}\n")


def test_a_system_without_apt_is_told_what_to_install(tree):
    (tree.tools / "apt-get").unlink()

    code, _out, err = tree.run("doctor")

    assert code == 1
    assert "this is not Debian or Ubuntu" in err
    assert "python3-venv" in err


def test_a_folder_called_commands_where_somebody_stands_is_not_taken_for_ours(prepared, tmp_path, monkeypatch):
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "__init__.py").touch()
    (tmp_path / "commands" / "__main__.py").write_text("print('somebody else')")
    monkeypatch.chdir(tmp_path)

    assert prepared.run("doctor")[:2] == (0, "ran doctor\n")
