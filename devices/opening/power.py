"""Opens power supplies."""

from devices.power.nut import WIRE_TIMEOUT_S, NutUps
from devices.wire import TcpWire
from settings.devices import power as tables


def open_ups(table: tables.Ups, name: str) -> NutUps:
    """Open one.

    Args:
        name: as health and logs call it, e.g. "K01.ups".

    Raises:
        DeviceError: nobody answers there.
    """
    return NutUps(TcpWire(table.host, table.port, timeout_s=WIRE_TIMEOUT_S, name=name), name, table.ups)
