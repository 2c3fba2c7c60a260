"""The site files that are shipped: all of them can be used, and the one to copy explains every setting."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from settings.load import hall_plan, read_site
from settings.site import Catalogue, ClockTable, Site

CONFIG = Path(__file__).resolve().parents[2] / "config"
SITES = sorted((CONFIG / "halls").glob("*.toml"))
CATALOGUES = sorted((CONFIG / "catalogue").glob("*.toml"))
VILLAGE = CONFIG / "halls" / "village_point.toml"
VILLAGE_CATALOGUE = CONFIG / "catalogue" / "village_point.toml"
RULES = CONFIG.parent / "systemd" / "hallq-devices.rules"
FOR_SIMULATIONS = {("Site", "clock"), ("KioskTable", "control_socket")}
SWITCHED_OFF = re.compile(r"^#(?=[a-z\[])", re.MULTILINE)  # as in the file's own words: a # and no space
KEY = re.compile(r"#?([a-z_]+) = ")
DEVICE = re.compile(r"/dev/(?!v4l/)[\w./-]+")  # udev itself gives cameras lasting names


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("HALLQ_")]:
        monkeypatch.delenv(name)


def with_everything_switched_on(text: str) -> Site:
    """The site as its file stands, before `read_site` fills paths in."""
    return Site(**tomllib.loads(SWITCHED_OFF.sub("", text)))


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """A model and all that it may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
            yield from models_in(tuple(field.metadata))
    for part in annotation if isinstance(annotation, tuple) else get_args(annotation):
        yield from models_in(part)


def known_keys(model: type[BaseModel]) -> set[tuple[str, str]]:
    return {(found.__name__, key) for found in models_in(model) for key in found.model_fields}


def used_keys(value: object) -> set[tuple[str, str]]:
    """Every key that a file gave, as (table, key)."""
    if isinstance(value, tuple):
        return {key for part in value for key in used_keys(part)}
    if not isinstance(value, BaseModel):
        return set()
    below = {key for name in value.model_fields_set for key in used_keys(getattr(value, name))}
    return below | {(type(value).__name__, name) for name in value.model_fields_set}


def keys_without_a_comment(text: str) -> list[str]:
    """`[table] key` of each key whose first line has no comment behind it and none right above it."""
    missing, seen, table, above = [], set(), "", ""
    for line in text.splitlines():
        if line.lstrip("#").startswith("["):
            table = line.lstrip("#")
        if found := KEY.match(line):
            name = f"{table} {found[1]}"
            if name not in seen and "  # " not in line and not above.startswith("# "):
                missing.append(name)
            seen.add(name)
        above = line
    return missing


def test_there_are_samples_of_two_sizes():
    assert {"sample_city.toml", "village_point.toml"} <= {path.name for path in SITES}
    assert [path.name for path in CATALOGUES] == [path.name for path in SITES]


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_every_sample_is_usable_with_its_catalogue(path):
    site = read_site(path)
    plan = hall_plan(site)

    assert site.catalogue.resolve() == CONFIG / "catalogue" / path.name
    for prefix in plan.queues:
        assert plan.items_of(prefix), f"nobody can come for queue {prefix}"
        assert plan.counters_of(prefix), f"nobody is called from queue {prefix}"


def test_the_walk_over_the_models_finds_what_lies_deep():
    known = known_keys(Site)

    assert {("SamvReader", "poll_s"), ("TcpPrinter", "dots"), ("BoardTable", "counters")} <= known
    assert ("ClockTable", "speed") in known


def test_the_village_point_shows_every_setting_there_is():
    simulated = FOR_SIMULATIONS | {("ClockTable", key) for key in ClockTable.model_fields}

    used = used_keys(with_everything_switched_on(VILLAGE.read_text(encoding="utf-8")))

    assert known_keys(Site) - used == simulated


def test_other_kiosks_have_the_devices_that_the_comments_send_you_to_them_for():
    site = with_everything_switched_on(VILLAGE.read_text(encoding="utf-8"))
    kiosks = {kiosk.kiosk_id: kiosk for kiosk in site.kiosks}
    k02 = kiosks["K02"]

    assert [reader.kind for reader in k02.readers] == ["pcsc"]
    assert (k02.printer.kind, k02.switches.kind, k02.scanner.kind, k02.camera.kind) == ("tcp", "lcus", "hid", "stream")
    assert (kiosks["K03"].printer.kind, kiosks["K04"].printer.kind) == ("usb", "file")
    assert kiosks["K09"].camera.kind == "file"


@pytest.mark.parametrize("path", [VILLAGE, VILLAGE_CATALOGUE], ids=lambda path: path.parent.name)
def test_each_key_is_explained_where_it_first_stands(path):
    assert keys_without_a_comment(path.read_text(encoding="utf-8")) == []


def test_a_key_without_an_explanation_is_noticed():
    assert keys_without_a_comment("[a]\n# said\nx = 1\ny = 2\n[b]\nx = 1  # said\n#z = 1\n") == ["[a] y", "[b] z"]


def test_the_village_points_catalogue_shows_every_key_there_is():
    text = SWITCHED_OFF.sub("", VILLAGE_CATALOGUE.read_text(encoding="utf-8"))
    catalogue = Catalogue(**tomllib.loads(text))

    assert used_keys(catalogue) == known_keys(Catalogue)


def test_a_matter_is_the_same_in_every_catalogue_but_for_its_queue():
    seen: dict[str, object] = {}
    for path in CATALOGUES:
        catalogue = Catalogue(**tomllib.loads(path.read_text(encoding="utf-8")))
        for table in catalogue.departments + catalogue.items:
            values = table.model_dump(exclude={"queue"})
            assert seen.setdefault(table.key, values) == values, path


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_samples_name_serial_devices_as_the_udev_rules_do(path):
    made = set(re.findall(r'SYMLINK\+="hallq/([a-z]+)-', RULES.read_text(encoding="utf-8")))

    named = DEVICE.findall(path.read_text(encoding="utf-8"))

    assert named
    for device in named:
        kind, _, ident = device.removeprefix("/dev/hallq/").partition("-")
        assert kind in made, device
        assert re.fullmatch(r"[a-z]\d\d", ident), device
