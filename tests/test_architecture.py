"""Imports run one way: this test is the plan's guard."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hall", "settings", "devices", "queue_server", "kiosk", "firmware_bridge", "commands")

MAY_IMPORT = {  # package: which of ours it may import besides itself
    "hall": set(),
    "settings": {"hall"},
    "devices": {"hall", "settings"},
    "queue_server": {"hall", "settings", "devices"},
    "kiosk": {"hall", "settings", "devices"},
    "firmware_bridge": {"hall", "settings", "devices"},
    "commands": {"hall", "settings", "devices", "queue_server", "kiosk", "firmware_bridge"},
}

LAYERS = {  # inside a package, from the core outwards: a layer may import itself and those before it
    "queue_server": ("domain", "service", "adapters", "pages", "api", "main"),
    "kiosk": ("flow", "adapters", "ui", "main"),
}
APART = {("queue_server.adapters", "queue_server.api"), ("queue_server.api", "queue_server.adapters")}

PURE = ("hall", "queue_server.domain", "kiosk.flow")
PURE_MAY_IMPORT = {"msgspec", "hall", "queue_server", "kiosk"}
IMPURE_STANDARD = {"os", "socket", "subprocess", "pathlib", "time", "random", "secrets", "sqlite3", "asyncio", "select"}


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found.append((name, path))
    return found


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def forbidden(name: str, imported: str) -> str | None:
    """Why a module may not import something, or None."""
    package, other = name.split(".")[0], imported.split(".")[0]
    if other in PACKAGES and other != package and other not in MAY_IMPORT[package]:
        return f"{package} must not import {other}"
    if package == other and package in LAYERS:
        mine, theirs = (part.split(".")[1] if "." in part else "" for part in (name, imported))
        order = LAYERS[package]
        if mine in order and theirs in order and order.index(theirs) > order.index(mine):
            return f"{package}: {mine} must not import {theirs}"
        if (f"{package}.{mine}", f"{package}.{theirs}") in APART:
            return f"{package}: {mine} and {theirs} meet only in main"
    return None


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_imports_run_one_way(name: str, path: Path):
    wrong = [why for imported in imports_of(path) if (why := forbidden(name, imported))]

    assert wrong == []


@pytest.mark.parametrize(
    ("name", "path"),
    [(n, p) for n, p in modules() if n.startswith(PURE)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_core_is_pure(name: str, path: Path):
    roots = {imported.split(".")[0] for imported in imports_of(path)}

    assert roots & IMPURE_STANDARD == set()
    third_party = {root for root in roots if (ROOT / ".venv").exists() and _is_installed(root)}
    assert third_party <= PURE_MAY_IMPORT


def _is_installed(root: str) -> bool:
    return any((folder / root).exists() for folder in (ROOT / ".venv" / "lib").glob("python*/site-packages"))


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("hall.ticket", "devices.wire"),
        ("queue_server.domain.decide", "queue_server.adapters.mqtt"),
        ("queue_server.api.commands", "queue_server.adapters.mqtt"),
        ("kiosk.flow.visit", "kiosk.ui.window"),
        ("kiosk.main", "queue_server.main"),
    ],
)
def test_the_guard_sees_an_arrow_that_turns_back(name: str, imported: str):
    assert forbidden(name, imported) is not None
