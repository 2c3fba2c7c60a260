"""Checks of the machine itself: packages, disk."""

import sys

import pytest

from commands.doctor import machine

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


def test_a_server_without_a_kiosks_packages_is_only_warned_about_fonts(monkeypatch):
    monkeypatch.setitem(sys.modules, "settings.fonts", None)  # as where fontTools is not installed

    (finding,) = machine.checks()[[check.name for check in machine.checks()].index("fonts")].look()

    assert (finding.status, "only kiosks need it" in finding.text) == ("warn", True)
