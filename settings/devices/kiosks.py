"""A kiosk in a site file, and what hangs on it."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from settings.devices.cameras import Camera
from settings.devices.credentials import CredentialPlatform
from settings.devices.power import Ups
from settings.devices.printers import Printer
from settings.devices.readers import Reader
from settings.devices.relays import Relays
from settings.devices.scanners import Scanner
from settings.table import Identifier, Table


class KioskTable(Table):
    """[[kiosks]]: a kiosk and what hangs on it."""

    kiosk_id: Identifier
    zone: Identifier
    readers: tuple[Reader, ...] = ()
    printer: Printer | None = None
    scanner: Scanner | None = None
    credentials: CredentialPlatform | None = None
    camera: Camera | None = None
    idle_s: Annotated[float, Field(ge=5, le=600)] = 60
    offline_block: Annotated[int, Field(ge=0, le=1000)] = 20  # numbers of each queue, for when the server is away
    offline_file: Path | None = None  # keeps them; None: no numbers without the server
    printed_file: Path | None = None  # keeps what was printed over restarts; None: memory alone
    control_socket: Path | None = None  # for simulated citizens only
    switches: Relays | None = None  # door, light, sensor of presence
    ups: Ups | None = None

    @property
    def reader_names(self) -> tuple[str, ...]:
        """What health, logs and the doctor call the readers: "K01.sam_v"; a second one of a kind is "K01.sam_v2"."""
        kinds = [table.kind for table in self.readers]
        counts = [kinds[: n + 1].count(kind) for n, kind in enumerate(kinds)]
        return tuple(f"{self.kiosk_id}.{kind}{n if n > 1 else ''}" for kind, n in zip(kinds, counts, strict=True))

    def device_name(self, role: str) -> str:
        """The same for what a kiosk has one of, e.g. "K01.printer"."""
        return f"{self.kiosk_id}.{role}"
