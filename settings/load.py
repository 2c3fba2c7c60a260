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

from hall.catalogue import Ability, Counter, HallPlan, Queue, ServiceItem, Zone
from hall.clock import HallClock
from settings.devices.cameras import FileCamera
from settings.devices.kiosks import KioskTable
from settings.devices.printers import FilePrinter
from settings.hours import CalendarTable, appointment_rules, hall_calendar, queue_hours
from settings.rules import hall_rules
from settings.site import Catalogue, CountersTable, HallTable, ItemTable, QueueTable, Site

M = TypeVar("M", bound=BaseModel)
SECRET_KEYS = {("password",), ("key",)}  # what is wrong with them is told without them


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
            "hall": _key_in(folder, site.hall),
            "catalogue": folder / site.catalogue,
            "server": site.server.model_copy(update={"database": folder / site.server.database}),
            "calendar": _in_folder(folder, site.calendar),
            "speech": site.speech.model_copy(update={"wav_folder": folder / site.speech.wav_folder}),
            "kiosks": tuple(_files_in(folder, kiosk) for kiosk in site.kiosks),
        }
    )


def hall_plan(site: Site) -> HallPlan:
    """Read the site's catalogue and lay out the hall.

    Raises:
        SettingsError: the catalogue or the calendar is missing or wrong, or names what is not there; a queue's hours
            contradict themselves; a counter's abilities are not among its queues' matters, or no counter has some
            matter among its own.
    """
    catalogue = _checked(Catalogue, _toml(site.catalogue), site.catalogue)
    departments = {d.key: d.name for d in catalogue.departments}
    try:
        _check_items(catalogue.items, departments, {q.prefix for q in site.queues})
    except ValueError as exc:
        raise SettingsError(f"{site.catalogue}: {exc}") from exc
    try:
        abilities = [_abilities(group, catalogue.items, departments) for group in site.counters]
        queues = [_queue(site, queue, catalogue.items, abilities) for queue in site.queues]
        calendar = hall_calendar(site.calendar)
    except ValueError as exc:
        raise SettingsError(str(exc)) from exc
    plan = HallPlan.of(
        site.hall.hall_id,
        site.hall.name,
        site.hall.name_en,
        zones=[Zone(z.zone_id, z.name, z.name_en, z.floor, z.name_mn) for z in site.zones],
        queues=queues,
        counters=[
            Counter(str(number), group.kind, group.zone, group.queues, able, group.opens_at_noon)
            for group, able in zip(site.counters, abilities, strict=True)
            for number in group.numbers
        ],
        items=[_item(item, departments) for item in catalogue.items],
        rules=hall_rules(site.rules, appointment_rules(site.appointments)),
        calendar=calendar,
        kiosks=[kiosk.kiosk_id for kiosk in site.kiosks],
        name_mn=site.hall.name_mn,
    )
    _check_served(plan)
    return plan


def _check_served(plan: HallPlan) -> None:
    """Raise SettingsError at the first item that nobody could be called for: its visitors would wait in vain."""
    for item in plan.items.values():
        if not any(plan.can_serve(number, item) for number in plan.counters):
            mend = f"let a counter serve queue {item.queue}"
            if plan.counters_of(item.queue):
                mend = f"name it among the abilities of a counter that serves queue {item.queue}"
            raise SettingsError(f"item {item.key}: no counter handles it; {mend}, or take it out of the catalogue")
        try:
            plan.hours_of(item.key)
        except ValueError as exc:
            raise SettingsError(f"queue {item.queue}, item {item.key}: {exc}") from exc


def _item(item: ItemTable, departments: Mapping[str, str]) -> ServiceItem:
    return ServiceItem(
        item.key,
        item.name,
        item.name_en,
        departments[item.department],
        item.item_code,
        item.queue,
        item.time_class,
        item.department,
        item.weekend_self_service,
        item.name_mn,
    )


def _queue(
    site: Site, queue: QueueTable, items: Sequence[ItemTable], abilities: Sequence[frozenset[Ability] | None]
) -> Queue:
    """A queue with its hours: it is open at noon where a counter on the noon roster handles one of its matters."""
    own = {(item.department, item.key) for item in items if item.queue == queue.prefix}
    noon_counters = sum(
        len(group.numbers)
        for group, able in zip(site.counters, abilities, strict=True)
        if group.opens_at_noon and queue.prefix in group.queues and (able is None or own & able)
    )
    try:
        hours = queue_hours(
            site.hours,
            queue.hours,
            noon_counters=noon_counters,
            weekend_self_service=any(i.weekend_self_service for i in items if i.queue == queue.prefix),
        )
    except ValueError as exc:
        raise ValueError(f"queue {queue.prefix}: {exc}") from exc
    return Queue(queue.prefix, queue.name, queue.name_en, queue.zone, hours, queue.identity)


def _abilities(
    group: CountersTable, items: Sequence[ItemTable], departments: Container[str]
) -> frozenset[Ability] | None:
    """The pairs that a group of counters handles; ValueError for one that it could never be called for."""
    if group.abilities is None:
        return None
    where = f"counters {group.numbers[0]}…"
    pairs: set[Ability] = set()
    for ability in group.abilities:
        if ability.department not in departments:
            raise ValueError(f"{where}: no such department: {ability.department!r}")
        theirs = {item.key: item for item in items if item.department == ability.department}
        for key in ability.items:
            if key not in theirs:
                raise ValueError(f"{where}: department {ability.department} has no item {key!r}")
            if theirs[key].queue not in group.queues:
                raise ValueError(f"{where}: item {key} waits in queue {theirs[key].queue}, which is not served there")
        named = ability.items or tuple(key for key, item in theirs.items() if item.queue in group.queues)
        pairs |= {(ability.department, key) for key in named}
    return frozenset(pairs)


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


def _files_in(folder: Path, kiosk: KioskTable) -> KioskTable:
    names = ("control_socket", "offline_file", "printed_file")
    changed: dict[str, object] = {name: folder / path for name in names if (path := getattr(kiosk, name)) is not None}
    if isinstance(kiosk.printer, FilePrinter):
        changed["printer"] = kiosk.printer.model_copy(update={"path": folder / kiosk.printer.path})
    if isinstance(kiosk.camera, FileCamera):
        changed["camera"] = kiosk.camera.model_copy(update={"path": folder / kiosk.camera.path})
    platform = kiosk.credentials
    if platform is not None and platform.used_file is not None:
        changed["credentials"] = platform.model_copy(update={"used_file": folder / platform.used_file})
    return kiosk.model_copy(update=changed)


def _key_in(folder: Path, hall: HallTable) -> HallTable:
    path = hall.person_key_file
    return hall if path is None else hall.model_copy(update={"person_key_file": folder / path})


def _in_folder(folder: Path, calendar: CalendarTable) -> CalendarTable:
    return calendar if calendar.file is None else calendar.model_copy(update={"file": folder / calendar.file})


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
        may_quote = isinstance(error["input"], str | int | float | bool) and error["loc"][-1:] not in SECRET_KEYS
        return f"{where}: {_in_words(error)}" + (f" (it says {error['input']!r})" if may_quote else "")
    *parents, key = error["loc"]
    near = difflib.get_close_matches(str(key), _known_keys(model, parents), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{where}: unknown key{hint}"


def _in_words(error: Mapping[str, Any]) -> str:
    """What is wrong, for whoever edits the file; the library's own words where they are plain enough."""
    match error["type"]:
        case "missing":
            return "is missing"
        case "union_tag_not_found":
            return "needs a kind"
        case "union_tag_invalid":
            return f"there is no such kind; there is: {error['ctx']['expected_tags']}"
        case "tuple_type" | "list_type":
            return "write it as a list, or as tables with two brackets, e.g. [[kiosks]]"
        case "int_parsing" | "int_type" | "int_from_float":
            return "is no whole number"
        case "float_parsing" | "float_type":
            return "is no number"
        case "bool_parsing" | "bool_type":
            return "is neither true nor false"
        case "string_type":
            return "is no text; put it between quotation marks"
        case _:
            return str(error["msg"]).removeprefix("Value error, ")


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
