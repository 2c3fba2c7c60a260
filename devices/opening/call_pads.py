"""Opens a line of call pads to see that its adapter is there: pads say nothing until somebody presses a key."""

from devices.wire import SerialWire
from settings.devices.lines import LineTable


class QuietLine:
    """A line that nobody talks on: a pad that is waiting for its acknowledgement must not get another master's."""

    def __init__(self, wire: SerialWire, name: str) -> None:
        self.name = name
        self._wire = wire

    def check(self) -> str | None:
        """Read what may be there, and answer nothing.

        Raises:
            DeviceUnavailable: the port failed.
        """
        self._wire.read(1)
        return None

    def close(self) -> None:
        """Give the port back."""
        self._wire.close()


def open_quiet_line(table: LineTable, name: str) -> QuietLine:
    """Open one.

    Raises:
        DeviceUnavailable: the adapter is not there, or another program has it.
    """
    return QuietLine(SerialWire(table.port, baud=table.baud, timeout_s=0.1, name=name), name)
