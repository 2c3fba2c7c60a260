"""The units as systemd itself reads them, on a copy in which /opt/hallq is this checkout."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "systemd"
UNITS = {  # unit to look at: its file
    "hallq-server.service": "hallq-server.service",
    "hallq-bridge.service": "hallq-bridge.service",
    "hallq-kiosk@K01.service": "hallq-kiosk@.service",
}
WORST_EXPOSURE = 25  # tenths; systemd calls 20 to 50 "OK" and an unprotected service has 96

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")


@pytest.fixture
def analyze(tmp_path):
    """Run systemd-analyze on one unit; `change` edits its text first."""

    def run(unit, *command, change=lambda text: text):
        here = (FOLDER / UNITS[unit]).read_text().replace("/opt/hallq/.venv/bin/python", sys.executable)
        copy = tmp_path / unit
        copy.write_text(change(here.replace("/opt/hallq", str(ROOT))))
        return subprocess.run(["systemd-analyze", *command, copy], capture_output=True, text=True, timeout=30)

    return run


def settings_of(unit):
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(FOLDER / UNITS[unit])
    return parser


def test_every_unit_in_the_folder_is_looked_at():
    assert {path.name for path in FOLDER.glob("*.service")} == set(UNITS.values())


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong(analyze, unit):
    done = analyze(unit, "verify")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [("RestartSec=", "RestartSex="), ("Type=exec", "Type=exe"), (f"ExecStart={sys.executable}", "ExecStart=/nowhere")],
)
def test_systemd_would_find_what_is_wrong(analyze, old, new):
    done = analyze("hallq-server.service", "verify", change=lambda text: text.replace(old, new))

    assert done.returncode != 0 or done.stderr != ""


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_may_do_little_more_than_its_work(analyze, unit):
    done = analyze(unit, "security", "--offline=true", f"--threshold={WORST_EXPOSURE}", "--no-pager")

    assert done.returncode == 0, done.stdout[-2000:]


def test_an_unprotected_unit_would_be_found(analyze):
    done = analyze(
        "hallq-server.service",
        "security",
        "--offline=true",
        f"--threshold={WORST_EXPOSURE}",
        change=lambda text: text.replace("CapabilityBoundingSet=\n", "").replace("SystemCallFilter", "X-Was"),
    )

    assert done.returncode != 0


@pytest.mark.parametrize("unit", UNITS)
def test_what_a_unit_starts_exists_and_understands_its_options(unit):
    command = settings_of(unit)["Service"]["ExecStart"].split()

    assert command[0] == "/opt/hallq/.venv/bin/python"
    helped = subprocess.run(
        [sys.executable, *command[1:3], "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert helped.returncode == 0
    assert all(option in helped.stdout for option in command if option.startswith("--"))


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_started_again_for_ever_as_the_same_user(unit):
    settings = settings_of(unit)

    assert settings["Unit"]["StartLimitIntervalSec"] == "0"
    assert settings["Service"]["Restart"] in ("on-failure", "always")
    assert settings["Service"]["User"] == "hallq"


@pytest.fixture
def root(tmp_path):
    """An empty system with nothing but users."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (tmp_path / "etc" / "group").write_text("root:x:0:\n")
    return tmp_path


def test_the_user_is_made_and_the_folders_are_its_own(root):
    users = subprocess.run(["systemd-sysusers", f"--root={root}", FOLDER / "hallq.sysusers.conf"], capture_output=True)
    assert users.returncode == 0, users.stderr
    user = next(line for line in (root / "etc" / "passwd").read_text().splitlines() if line.startswith("hallq:"))
    assert user.endswith(":/var/lib/hallq:/usr/sbin/nologin")

    (root / "etc" / "hallq").mkdir()
    (root / "etc" / "hallq" / "secrets.env").write_text("HALLQ_BROKER__PASSWORD=x\n")
    made = subprocess.run(
        ["systemd-tmpfiles", f"--root={root}", "--create", FOLDER / "hallq.tmpfiles.conf"],
        capture_output=True,
        text=True,
    )

    assert (made.returncode, made.stderr) == (0, "")
    uid = int(user.split(":")[2])
    assert (root / "var" / "lib" / "hallq").stat().st_uid == uid
    secrets = (root / "etc" / "hallq" / "secrets.env").stat()
    assert (secrets.st_uid, secrets.st_mode & 0o777) == (0, 0o640)


def test_each_udev_rule_matches_something_and_gives_a_name_of_its_own():
    lines = [line for line in (FOLDER / "hallq-devices.rules").read_text().splitlines() if line and line[0] != "#"]
    part = re.compile(r'(SUBSYSTEM|KERNELS?|ATTRS\{\w+\}|ENV\{\w+\}|SYMLINK|GROUP|MODE)(==|=|\+=)"[^"]+"')

    assert len(lines) == 10
    for line in lines:
        assert all(part.fullmatch(word) for word in line.split(", ")), line
        assert re.match(r'SUBSYSTEM=="(tty|input|usbmisc)"', line)
    names = re.findall(r'SYMLINK\+="(hallq/[a-z0-9-]+)"', "\n".join(lines))
    assert len(set(names)) == len(lines)


def test_the_guide_names_every_file_of_the_folder():
    guide = (ROOT / "docs" / "guides" / "install.md").read_text(encoding="utf-8")

    for path in FOLDER.iterdir():
        assert f"systemd/{path.name}" in guide or (path.suffix == ".service" and "systemd/*.service" in guide)
