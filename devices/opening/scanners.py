"""Opens scanners of QR codes and barcodes."""

from devices.ports import CodeScanner
from devices.scanners.evdev_source import EvdevSource, hold
from devices.scanners.hid_scanner import HidScanner
from devices.scanners.serial_scanner import SerialScanner
from devices.wire import SerialWire
from settings.devices import scanners as tables

WIRE_TIMEOUT_S = 0.05


def open_scanner(table: tables.Scanner, name: str) -> CodeScanner:
    """Open one.

    Args:
        name: as health and logs call it, e.g. "K01.scanner".

    Raises:
        DeviceUnavailable: it is not there, or another program holds it.
    """
    match table:
        case tables.SerialScanner():
            wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=name)
            return SerialScanner(wire, name, repeat_s=table.repeat_s)
        case tables.HidScanner():
            return HidScanner(EvdevSource(hold(table.device, name), name), name, repeat_s=table.repeat_s)
