"""Every device that a site file names: what it is called, its table, and how its driver is opened.

Drivers are imported only when a device is asked: a server without a kiosk's packages has none of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devices.ports import Device
    from settings.devices.kiosks import KioskTable
    from settings.site import Site


@dataclass(frozen=True)
class SiteDevice:
    """One device.

    Attributes:
        owner: the kiosk, board, line or bars that it belongs to; the server's have the owner "server".
        table: its table in the site file.
        open: opens its driver; raises `DeviceError`.
    """

    owner: str
    name: str
    table: Any
    open: "Callable[[], Device]"


def devices_of(site: "Site") -> Iterator[SiteDevice]:
    """All but the boards, which are greeted in their own way."""
    for kiosk in site.kiosks:
        yield from _of_kiosk(kiosk)
    for bars in site.bars:
        yield SiteDevice(bars.bars_id, bars.bars_id, bars, _opener("counter_displays", "open_display", bars))
    for line in site.lines:
        yield SiteDevice(line.line_id, line.line_id, line, _opener("call_pads", "open_quiet_line", line, line.line_id))
    speech = site.speech.syn6288
    if speech is not None:
        name = "server.speaker"  # as health calls it
        yield SiteDevice("server", name, speech, _opener("speakers", "open_speaker", speech, name))


def _of_kiosk(kiosk: "KioskTable") -> Iterator[SiteDevice]:
    def device(name: str, table: Any, module: str, function: str, *more: object) -> SiteDevice:
        return SiteDevice(kiosk.kiosk_id, name, table, _opener(module, function, table, name, *more))

    for name, reader in zip(kiosk.reader_names, kiosk.readers, strict=True):
        yield device(name, reader, "readers", "open_reader", _today)
    single = (
        ("printer", kiosk.printer, "printers", "open_printer"),
        ("scanner", kiosk.scanner, "scanners", "open_scanner"),
        ("camera", kiosk.camera, "cameras", "open_camera"),
        ("switches", kiosk.switches, "relays", "open_switches"),
        ("ups", kiosk.ups, "power", "open_ups"),
    )
    for role, table, module, function in single:
        if table is not None:
            yield device(kiosk.device_name(role), table, module, function)
    if kiosk.credentials is not None:
        name = kiosk.device_name("credentials")
        yield device(name, kiosk.credentials, "credentials", "open_resolver", kiosk.kiosk_id, _today)


def _opener(module: str, function: str, *arguments: object) -> "Callable[[], Device]":
    def open_device() -> "Device":
        import importlib

        opened: Device = getattr(importlib.import_module(f"devices.opening.{module}"), function)(*arguments)
        return opened

    return open_device


def _today() -> date:
    return datetime.now(UTC).date()
