"""A hall's processes and simulated devices: started in order, each ended and started again at will, closed in reverse.

Nobody is in this hall: whoever wants visitors and clerks adds them.
"""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import tomli_w

from commands.demo.broker import free_port, start_broker
from commands.demo.devices import SimulatedDevices, connected
from commands.demo.processes import Process, python
from hall.calendar import WorkCalendar
from settings.load import SettingsError, hall_clock, hall_plan, read_site
from settings.site import Site

LEAST_RATING_S = 5.0  # real seconds that a rating stays open, however fast the hall runs
BROKER, SERVER, BRIDGE = "mosquitto", "server", "bridge"


@dataclass(frozen=True)
class Running:
    """How the processes run."""

    speed: float = 1.0  # hall seconds in a real second
    start: str = "09:30"  # the hall's time, HH:MM
    headless: bool = True
    voice: bool = False  # speak through the sound card instead of into files
    kiosks_call: str | None = None  # where kiosks call the server, if not at its own address


class HallProcesses:
    """Every process of a site on simulated devices; leaving the `with` ends them all, whatever happened.

    Attributes:
        folder: holds the site file, the journal, logs, tickets and speech.
        devices: the simulated devices.
        processes: by name: "mosquitto", "server", "bridge", "kiosk-K01" and so on.
    """

    def __init__(self, site: Path, folder: Path, running: Running) -> None:
        """Plan the hall; nothing is started before `with`.

        Args:
            site: a site file; its devices are replaced by simulated ones, its ports by free ones.
            folder: an empty folder for everything that the hall writes.
        """
        self.folder = folder
        self.processes: dict[str, Process] = {}
        self._sample_file = site
        self._running = running
        self._ends = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ends.close()

    # ---- while it runs ----------------------------------------------------------------------------------------------

    def start_broker(self) -> None:
        """Start the broker, for the first time or again on the same port."""
        self._keep(start_broker(self.folder, self._broker_port))

    def start_server(self) -> None:
        """Start the server, for the first time or again on the same port and journal, and wait until it is ready."""
        self._start(SERVER, "queue_server.main").wait_ready()

    def start_bridge(self) -> None:
        """Start the bridge, for the first time or again, and wait until it is ready."""
        self._start(BRIDGE, "firmware_bridge.main").wait_ready()

    def stop_processes(self) -> None:
        """End every process in the reverse order and keep the devices."""
        for process in reversed(self.processes.values()):
            process.stop()

    # ---- opening ----------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        sample = read_site(self._sample_file)
        self.plan = hall_plan(sample)
        self.devices = SimulatedDevices(sample, self.folder)
        self._ends.callback(self.devices.close)
        self._server_port, self._broker_port = free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self._server_port}"
        self.site_file = self._write_site(sample)
        self.site = read_site(self.site_file)
        self.clock = hall_clock(self.site)
        self.start_broker()
        self.start_server()
        site = self.site
        needs_bridge = bool(site.boards or site.bars or site.lines)
        starting = [self._start(BRIDGE, "firmware_bridge.main")] if needs_bridge else []
        starting += [self._start_kiosk(kiosk.kiosk_id) for kiosk in self.site.kiosks]
        for process in starting:
            process.wait_ready()

    def _start(self, name: str, module: str, *arguments: str, **environment: str) -> Process:
        command = python(module, "--config", str(self.site_file), *arguments)
        return self._keep(Process(name, command, self.folder, environment=environment))

    def _start_kiosk(self, kiosk_id: str) -> Process:
        environment = dict(self.devices.pcscd.environment) if self.devices.pcscd else {}
        if self._running.headless:
            environment["SDL_VIDEODRIVER"] = "offscreen"
        return self._start(f"kiosk-{kiosk_id}", "kiosk.main", "--id", kiosk_id, **environment)

    def _keep(self, process: Process) -> Process:
        self.processes[process.name] = process
        self._ends.callback(process.stop)
        return process

    def _write_site(self, sample: Site) -> Path:
        values = sample.model_dump(mode="json", exclude_none=True) | connected(sample, self.devices)
        values["catalogue"] = str(sample.catalogue)
        for kiosk in values["kiosks"]:
            kiosk.update(kiosk_files(kiosk, self.folder))
        values["server"] |= {
            "port": self._server_port,
            "public_url": self._running.kiosks_call or self.base_url,
            "database": str(self.folder / "hall.sqlite"),
            "rating_s": min(max(sample.server.rating_s, LEAST_RATING_S * self._running.speed), 600),
        }
        values["broker"] |= {"host": "127.0.0.1", "port": self._broker_port}
        output = "sound_card" if self._running.voice else "wav"
        values["speech"] |= {"output": output, "wav_folder": str(self.folder / "speech")}
        values["hall"]["person_key_file"] = str(self.folder / "person.key")
        values["clock"] = self._clock_table(sample)
        path = self.folder / "site.toml"
        path.write_text(tomli_w.dumps(values), encoding="utf-8")
        return path

    def _clock_table(self, sample: Site) -> dict[str, object]:
        """Today at the start's hour; on a rest day the next working day."""
        zone = ZoneInfo(sample.hall.time_zone)
        try:
            begin = time_of_day.fromisoformat(self._running.start).replace(second=0, microsecond=0)
        except ValueError as exc:
            raise SettingsError(f"--start {self._running.start!r} is not a time such as 09:30") from exc
        epoch = datetime.combine(first_working_day(self.plan.calendar, datetime.now(zone).date()), begin, zone)
        return {"speed": self._running.speed, "real_epoch_s": time.time(), "hall_epoch": epoch.isoformat()}


def first_working_day(calendar: WorkCalendar, today: date) -> date:
    """Today, or the next day on which the hall works."""
    return calendar.add_working_days(today, 0 if calendar.is_working(today) else 1)


def kiosk_files(kiosk: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """A kiosk's files in the demo's own folder: each demo is a new hall, and another's numbers are not its own."""
    files = {"control_socket": str(folder / f"{kiosk['kiosk_id']}.sock")}
    if "offline_file" in kiosk:
        files["offline_file"] = str(folder / f"{kiosk['kiosk_id']}.sqlite")
    if "printed_file" in kiosk:
        files["printed_file"] = str(folder / f"{kiosk['kiosk_id']}-printed.json")
    return files
