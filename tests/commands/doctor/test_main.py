"""The command `./hallq doctor`: its lines, its options and its status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commands.doctor import machine, main
from commands.doctor.findings import Check, warn
from tests.commands.doctor.sites import kiosk

ROOT = Path(__file__).resolve().parents[3]


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
    assert "no such kiosk, board, line or bars: 'K09' (the site file has: K01)" in out


def test_warnings_alone_leave_the_status_at_0(monkeypatch, capsys):
    monkeypatch.setattr(machine, "checks", lambda: [Check("clock", lambda: [warn("clock", "unkept", "enable it")])])

    assert run(capsys)[0] == 0


def test_an_id_without_a_site_file_is_refused(capsys):
    with pytest.raises(SystemExit):
        main.main(["--id", "K01"])

    assert "--id needs --config FILE" in capsys.readouterr().err
