"""A hall with every process real and simulated devices on the wires, shared by the tests of a module."""

import contextlib
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w

from commands.demo.processes import Process
from commands.demo.running import HallProcesses, Running
from commands.prepare import ROOT
from tests.end_to_end.people import Visitor

MANY_TICKETS_A_PERSON = {"persons": {"one_ticket": "off", "most_a_day": 0}}
SAMPLE = ROOT / "config" / "halls" / "sample_city.toml"


class Trial:
    """A running hall and what a test needs of it."""

    def __init__(self, hall: HallProcesses) -> None:
        self.hall = hall
        self.http = httpx.Client(base_url=hall.base_url, trust_env=False, timeout=5.0)
        self.visitors = {
            kiosk.kiosk_id: Visitor(kiosk.control_socket) for kiosk in hall.site.kiosks if kiosk.control_socket
        }

    @property
    def folder(self) -> Path:
        return self.hall.folder

    @property
    def database(self) -> Path:
        return self.hall.site.server.database

    def process(self, name: str) -> Process:
        return self.hall.processes[name]

    def log(self, name: str) -> str:
        return self.process(name).log.read_text("utf-8")

    def health(self, device_id: str) -> tuple[str, str | None]:
        """A device's status and cause, as the manager sees them."""
        devices = self.http.get("/api/v1/manager").json()["devices"]
        found = next((device for device in devices if device["device_id"] == device_id), None)
        return (found["status"], found["cause"]) if found else ("unknown", None)

    def close(self) -> None:
        self.http.close()
        for visitor in self.visitors.values():
            visitor.close()


def trimmed_site(folder: Path, **tables: Callable[[Any], Any]) -> Path:
    """The sample site with some of its tables replaced; each argument gets the table and returns another, or None."""
    values = tomllib.loads(SAMPLE.read_text("utf-8"))
    values["catalogue"] = str(SAMPLE.parent / values["catalogue"])
    values["calendar"]["file"] = str(SAMPLE.parent / values["calendar"]["file"])
    for name, change in tables.items():
        values[name] = change(values.get(name))
    values = {name: table for name, table in values.items() if table is not None}
    path = folder / "sample.toml"
    path.write_text(tomli_w.dumps(values), "utf-8")
    return path


@contextlib.contextmanager
def running_hall(folder: Path, running: Running | None = None, **tables: Callable[[Any], Any]) -> Iterator[Trial]:
    """Run the sample site with some tables changed; one person may draw many tickets, unless `rules` says otherwise."""
    site = trimmed_site(folder, **{"rules": lambda _rules: MANY_TICKETS_A_PERSON} | tables)
    (folder / "hall").mkdir()
    with HallProcesses(site, folder / "hall", running or Running()) as hall:
        trial = Trial(hall)
        try:
            yield trial
        finally:
            trial.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """An empty folder for the module's hall."""
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are saved: HALLQ_PICTURES, else a temporary folder."""
    chosen = os.environ.get("HALLQ_PICTURES")
    folder = Path(chosen) / "end_to_end" if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
