"""Opens relay boards with what hangs on them."""

from collections.abc import Callable

from devices.ports import Switches
from devices.relays.fittings import Fittings, LightWhen, Wiring
from devices.relays.lcus import LcusSwitches
from devices.relays.modbus import WIRE_TIMEOUT_S, ModbusSwitches
from devices.relays.presence import Presence
from devices.wire import SerialWire
from settings.devices import relays as tables


def open_fittings(
    table: tables.Relays, name: str, presence: Presence, is_open: Callable[[], bool] = lambda: True
) -> Fittings:
    """Open a board; all its relays are off then.

    Args:
        name: as health and logs call it, e.g. "K01.switches".
        presence: from `presence_of`, kept over reconnections.
        is_open: whether the hall is open now, for a light by hours.

    Raises:
        DeviceError: it is not there or does not answer.
    """
    return Fittings(open_switches(table, name), _wiring(table), presence, is_open)


def open_switches(table: tables.Relays, name: str) -> Switches:
    """Open the board alone.

    Raises:
        DeviceError: it is not there or does not answer.
    """
    wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=name)
    match table:
        case tables.LcusRelays():
            return LcusSwitches(wire, name, table.channels)
        case tables.ModbusRelays():
            return ModbusSwitches(wire, name, table.channels, inputs=table.inputs, address=table.address)


def presence_of(table: tables.Relays) -> Presence:
    """How long this site's sensor must say the same to be believed."""
    sensor = _sensor(table)
    if sensor is None:
        return Presence()
    return Presence(present_after_s=sensor.present_after_s, left_after_s=sensor.left_after_s)


def _wiring(table: tables.Relays) -> Wiring:
    door, light, sensor = table.door, table.light, _sensor(table)
    return Wiring(
        door=door.channel if door else None,
        door_open_s=door.open_s if door else 0.0,
        light=light.channel if light else None,
        light_when=LightWhen(light.when) if light else LightWhen.PRESENCE,
        sensor=sensor.input if sensor else None,
    )


def _sensor(table: tables.Relays) -> tables.SensorTable | None:
    return table.sensor if isinstance(table, tables.ModbusRelays) else None
