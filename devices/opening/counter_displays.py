"""Opens bars above counters."""

from devices.counter_displays.number_bar import NumberBars
from devices.counter_displays.onbon import WIRE_TIMEOUT_S, OnbonDisplay
from devices.counter_displays.onbon_frames import Area
from devices.ports import CounterDisplay
from devices.wire import SerialWire, TcpWire, Wire
from settings.devices import bars as tables


def open_display(table: tables.Bars) -> CounterDisplay:
    """Open the bars of one line or card, named by their table's id.

    Raises:
        DeviceError: the port is not there.
    """
    name = table.bars_id
    match table:
        case tables.NumberBarLine():
            addresses = {str(counter): address for address, counter in table.addresses.items()}
            return NumberBars(SerialWire(table.port, baud=table.baud, name=name), name, addresses)
        case tables.OnbonTcp():
            return _onbon(TcpWire(table.host, table.port, timeout_s=WIRE_TIMEOUT_S, name=name), table)
        case tables.OnbonSerial():
            return _onbon(SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=name), table)


def _onbon(wire: Wire, table: tables.OnbonSize) -> OnbonDisplay:
    return OnbonDisplay(wire, table.bars_id, Area(table.width, table.height, lines=max(1, table.height // 16)))
