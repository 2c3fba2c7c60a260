"""Read a site file and its catalogue, and say what is wrong with them in one sentence each."""

import difflib
import time
import tomllib
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError as UnreadableVariable

from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, Zone
from hall.clock import HallClock
from settings.site import Catalogue, ItemTable, KioskTable, Site

M = TypeVar("M", bound=BaseModel)


class SettingsError(Exception):
    """A site file that cannot be used; the message is for the person who edits it."""


def read_site(path: Path) -> Site:
    """Read and check a site file; relative paths in it are taken from the file's own folder.

    Raises:
        SettingsError: missing, not TOML, an unknown key (with the nearest known one), an impossible value.
    """
    site = _checked(Site, _toml(path), path)
    folder = path.resolve().parent
    return site.model_copy(
        update={
            "catalogue": folder / site.catalogue,
            "server": site.server.model_copy(update={"database": folder / site.server.database}),
            "speech": site.speech.model_copy(update={"wav_folder": folder / site.speech.wav_folder}),
            "kiosks": tuple(_control_socket_in(folder, kiosk) for kiosk in site.kiosks),
        }
    )


def hall_plan(site: Site) -> HallPlan:
    """Read the site's catalogue and lay out the hall.

    Raises:
        SettingsError: the catalogue is missing or wrong, or names a queue or department that is not there.
    """
    catalogue = _checked(Catalogue, _toml(site.catalogue), site.catalogue)
    departments = {d.key: d.name for d in catalogue.departments}
    try:
        _check_items(catalogue.items, departments, {q.prefix for q in site.queues})
    except ValueError as exc:
        raise SettingsError(f"{site.catalogue}: {exc}") from exc
    return HallPlan.of(
        site.hall.hall_id,
        site.hall.name,
        site.hall.name_en,
        zones=[Zone(z.zone_id, z.name, z.name_en, z.floor) for z in site.zones],
        queues=[Queue(q.prefix, q.name, q.name_en, q.zone) for q in site.queues],
        counters=[
            Counter(str(number), group.kind, group.zone, group.queues)
            for group in site.counters
            for number in group.numbers
        ],
        items=[
            ServiceItem(i.key, i.name, i.name_en, departments[i.department], i.item_code, i.queue, i.time_class)
            for i in catalogue.items
        ],
    )


def _check_items(items: Iterable[ItemTable], departments: Container[str], prefixes: Container[str]) -> None:
    """Raise ValueError at the first item that does not fit the hall or another item."""
    keys: set[str] = set()
    key_of_code: dict[str, str] = {}
    for item in items:
        if item.department not in departments:
            raise ValueError(f"item {item.key}: no such department: {item.department!r}")
        if item.queue not in prefixes:
            raise ValueError(f"item {item.key}: no such queue: {item.queue!r}")
        if item.key in keys:
            raise ValueError(f"item {item.key} is given twice")
        if item.item_code in key_of_code:
            raise ValueError(f"items {key_of_code[item.item_code]} and {item.key} have the same item_code")
        keys.add(item.key)
        key_of_code[item.item_code] = item.key


def hall_clock(site: Site) -> HallClock:
    """The clock that all of the site's processes agree on."""
    return HallClock(
        ZoneInfo(site.hall.time_zone),
        time.time,
        speed=site.clock.speed,
        real_epoch_s=site.clock.real_epoch_s,
        hall_epoch=site.clock.hall_epoch,
    )


def _control_socket_in(folder: Path, kiosk: KioskTable) -> KioskTable:
    if kiosk.control_socket is None:
        return kiosk
    return kiosk.model_copy(update={"control_socket": folder / kiosk.control_socket})


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise SettingsError(f"{path}: there is no such file") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path}: cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"{path}: not valid TOML: {exc}") from exc


def _checked(model: type[M], values: dict[str, object], path: Path) -> M:
    try:
        return model(**values)
    except ValidationError as exc:
        errors = exc.errors()
        first = [e for e in errors if not any(_is_within(other["loc"], e["loc"]) for other in errors)]
        raise SettingsError(f"{path}: " + "; ".join(_sentence(model, e) for e in first)) from exc
    except UnreadableVariable as exc:  # a variable for a whole table is read as JSON; the message holds no value
        raise SettingsError(f"the environment: {exc}; give one key, such as HALLQ_SERVER__PORT=8080") from None


def _is_within(inner: Sequence[object], outer: Sequence[object]) -> bool:
    """Whether an error lies deeper in the same place: then the outer one only follows from it."""
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _sentence(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    """One validation error as a sentence, with the nearest known key for an unknown one."""
    where = ".".join(str(part) for part in error["loc"]) or "the site"
    if error["type"] != "extra_forbidden":
        may_quote = isinstance(error["input"], str | int | float | bool) and error["loc"][-1:] != ("password",)
        return f"{where}: {error['msg'].removeprefix('Value error, ')}" + (
            f" (it says {error['input']!r})" if may_quote else ""
        )
    *parents, key = error["loc"]
    near = difflib.get_close_matches(str(key), _known_keys(model, parents), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{where}: unknown key{hint}"


def _known_keys(model: type[BaseModel], parents: list[object]) -> list[str]:
    """The keys that the table at `parents` may have; union members contribute all of theirs."""
    models: list[type[BaseModel]] = [model]
    for part in parents:
        fields = [m.model_fields[part].annotation for m in models if isinstance(part, str) and part in m.model_fields]
        models = [found for field in fields for found in _models_in(field)] or models
    return sorted({name for m in models for name in m.model_fields})


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]
