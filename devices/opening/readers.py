"""Opens readers of identity documents."""

from collections.abc import Callable
from datetime import date

from devices.errors import DeviceError
from devices.identity.pcsc import PcscReader
from devices.identity.samv_frames import PREAMBLES
from devices.identity.samv_reader import SamvReader
from devices.ports import IdentityReader
from devices.wire import SerialWire
from settings.devices import readers as tables

WIRE_TIMEOUT_S = 0.3


def open_reader(table: tables.Reader, name: str, today: Callable[[], date]) -> IdentityReader:
    """Open one.

    Args:
        name: as health and logs call it, e.g. "K01.sam_v".
        today: the hall's day, for checks of dates on documents.

    Raises:
        DeviceError: it is not there or does not answer.
    """
    match table:
        case tables.SamvReader():
            wire = SerialWire(table.port, baud=table.baud, timeout_s=WIRE_TIMEOUT_S, name=name)
            reader = SamvReader(
                wire,
                name,
                today=today,
                pause_s=table.poll_s,
                preamble=PREAMBLES[table.header],
                read_address=table.read_address,
            )
            try:
                reader.reset()
            except DeviceError:
                reader.close()
                raise
            return reader
        case tables.PcscReader():
            return PcscReader(table.reader, name, today=today, combination=table.combination)
