"""Every bench of this folder, one after the other."""

import importlib
import pkgutil

import commands.bench.devices
from commands.bench.rows import Row
from commands.bench.scale import Scale


def subjects() -> list[str]:
    """One module of this folder each."""
    return sorted(found.name for found in pkgutil.iter_modules(commands.bench.devices.__path__) if found.name != "main")


def bench(scale: Scale) -> list[Row]:
    """The rows of every subject."""
    rows: list[Row] = []
    for subject in subjects():
        rows += importlib.import_module(f"commands.bench.devices.{subject}").bench(scale)
    return rows
