"""A process writes only where its unit lets it (ProtectSystem=strict): all that a site makes it write lies there."""

import configparser
import shutil
import tomllib
import typing
from pathlib import Path

import pytest
import tomli_w
from pydantic import BaseModel

from settings.load import read_site
from settings.site import Site

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guides" / "install.md"
SAMPLE = ROOT / "config" / "halls" / "village_point.toml"
SERVER, KIOSK, BRIDGE = "hallq-server.service", "hallq-kiosk@.service", "hallq-bridge.service"

WRITTEN_BY = {  # a setting that is a path: the unit whose process writes there
    "server.database": SERVER,
    "speech.wav_folder": SERVER,
    "kiosks.offline_file": KIOSK,
    "kiosks.printed_file": KIOSK,
}
ONLY_READ = {  # the guide makes the key's file
    "catalogue",
    "calendar.file",
    "hall.person_key_file",
    "kiosks.camera.path",
}
NOT_INSTALLED = {  # for simulated citizens, for trials, and for halls with a credential platform
    "kiosks.control_socket",
    "kiosks.printer.path",
    "kiosks.credentials.used_file",
}


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(ROOT / "systemd" / name)
    return parser["Service"]


def writable(name: str) -> list[Path]:
    """Where a unit's process may write. Source: systemd.exec(5), "ProtectSystem=" and "StateDirectory="."""
    service = unit(name)
    folders = [Path("/var/lib") / folder for folder in service.get("StateDirectory", "").split()]
    folders += [Path("/var/cache") / folder for folder in service.get("CacheDirectory", "").split()]
    folders += [Path(folder) for folder in service.get("ReadWritePaths", "").split()]
    return folders + ([Path("/tmp"), Path("/var/tmp")] if service.get("PrivateTmp") == "yes" else [])  # noqa: S108


def may_write(name: str, path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in writable(name))


def paths_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every setting that is a path, as in "server.database"."""
    found = set()
    for name, field in model.model_fields.items():
        for kind in kinds_in(field.annotation):
            if kind is Path:
                found.add(prefix + name)
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= paths_of(kind, f"{prefix}{name}.")
    return found


def kinds_in(annotation: object) -> list[object]:
    parts = typing.get_args(annotation)
    return [kind for part in parts for kind in kinds_in(part)] if parts else [annotation]


@pytest.fixture
def installed(tmp_path: Path) -> Site:
    """The sample with what the guide says to change in it."""
    block = GUIDE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    values, changes = tomllib.loads(SAMPLE.read_text(encoding="utf-8")), tomllib.loads(block)
    values["kiosks"][0] |= changes.pop("kiosks")[0]
    for name, change in changes.items():
        values[name] = values.get(name, {}) | change if isinstance(change, dict) else change
    shutil.copy(ROOT / "config" / "catalogue" / "village_point.toml", tmp_path / "catalogue.toml")
    (tmp_path / "hall.toml").write_text(tomli_w.dumps(values), encoding="utf-8")
    return read_site(tmp_path / "hall.toml")


def test_it_is_known_of_every_path_whether_it_is_written():
    assert paths_of(Site) == set(WRITTEN_BY) | ONLY_READ | NOT_INSTALLED


@pytest.mark.parametrize("setting", WRITTEN_BY)
def test_what_an_installed_site_writes_lies_where_its_unit_lets_it(installed: Site, setting: str):
    table, name = setting.split(".")
    found = getattr(installed, table)

    paths = [getattr(each, name) for each in (found if isinstance(found, tuple) else [found])]

    assert paths
    assert [path for path in paths if not may_write(WRITTEN_BY[setting], path)] == []


@pytest.mark.parametrize("name", [SERVER, KIOSK, BRIDGE])
def test_a_unit_lets_its_process_write_temporary_files_and_its_cache_where_it_needs_them(name: str):
    service = unit(name)
    cache = [word.partition("=")[2] for word in service["Environment"].split() if word.startswith("HALLQ_CACHE=")]

    assert service["ProtectSystem"] == "strict"
    assert may_write(name, Path("/tmp"))  # noqa: S108
    assert all(may_write(name, Path(folder)) for folder in cache)


def test_a_kiosk_s_numbers_are_in_no_cache_and_not_in_what_is_backed_up_with_the_server(installed: Site):
    (book,) = (kiosk.offline_file for kiosk in installed.kiosks)

    assert unit(KIOSK)["StateDirectoryMode"] == "0700"
    assert may_write(KIOSK, book)
    assert not may_write(SERVER, book)
    assert not book.is_relative_to("/var/cache")


def test_the_folders_are_made_alike_by_the_units_and_before_them():
    lines = (ROOT / "systemd" / "hallq.tmpfiles.conf").read_text().splitlines()
    made = {Path(line.split()[1]): line.split()[2] for line in lines if line.startswith("d ")}

    for name in (SERVER, KIOSK):
        state = Path("/var/lib") / unit(name)["StateDirectory"]
        assert made[state] == unit(name)["StateDirectoryMode"]
        assert Path("/var/cache") / unit(name)["CacheDirectory"] in made
