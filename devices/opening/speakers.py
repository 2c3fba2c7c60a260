"""Opens speech modules."""

from devices.speakers.syn6288 import WIRE_TIMEOUT_S, Syn6288
from devices.wire import SerialWire
from settings.devices import speakers as tables


def open_speaker(table: tables.Syn6288Table, name: str) -> Syn6288:
    """Open one.

    Args:
        name: as health and logs call it, e.g. "server.speaker".

    Raises:
        DeviceError: the port is not there.
    """
    wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=name)
    return Syn6288(wire, name, volume=table.volume, speed=table.speed)
