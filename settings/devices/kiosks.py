"""A kiosk in a site file, and what hangs on it."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from settings.devices.cameras import Camera
from settings.devices.printers import Printer
from settings.devices.readers import Reader
from settings.table import Identifier, Table


class KioskTable(Table):
    """[[kiosks]]: a kiosk and what hangs on it."""

    kiosk_id: Identifier
    zone: Identifier
    readers: tuple[Reader, ...] = ()
    printer: Printer | None = None
    idle_s: Annotated[float, Field(ge=5, le=600)] = 60
    offline_block: Annotated[int, Field(ge=0, le=1000)] = 20  # numbers of each queue, for when the server is away
    offline_file: Path | None = None  # keeps them; None: no numbers without the server
    control_socket: Path | None = None  # for simulated citizens only
    camera: Camera | None = None
