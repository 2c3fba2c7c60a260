"""The bars of a site file, each line and card on a simulated one."""

from collections.abc import Sequence
from contextlib import ExitStack

from devices.counter_displays.sim_number_bar import SimNumberBars
from devices.counter_displays.sim_onbon import SimOnbon
from devices.sim_line import PtyLine, TcpLine
from settings.devices import bars as tables


def simulated_bars(bars: Sequence[tables.Bars], stack: ExitStack) -> list[tables.Bars]:
    """The same tables on simulated ports, which `stack` closes."""
    return [_simulated(table, stack) for table in bars]


def _simulated(table: tables.Bars, stack: ExitStack) -> tables.Bars:
    if isinstance(table, tables.OnbonTcp):
        socket = TcpLine(SimOnbon())
        stack.callback(socket.close)
        return table.model_copy(update={"host": socket.host, "port": socket.port})
    is_onbon = isinstance(table, tables.OnbonSerial)
    line = PtyLine(SimOnbon() if is_onbon else SimNumberBars())
    stack.callback(line.close)
    return table.model_copy(update={"port": line.port})
