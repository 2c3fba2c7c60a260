"""Opens ticket printers."""

from devices.device_file import DeviceFileWire, FileWire
from devices.printers.escpos_printer import EscposPrinter, PrintedJobs
from devices.wire import SerialWire, TcpWire, Wire
from settings.devices import printers as tables


def open_printer(table: tables.Printer, name: str, jobs: PrintedJobs | None = None) -> EscposPrinter:
    """Open one.

    Args:
        name: as health and logs call it, e.g. "K01.printer".
        jobs: what the printer has printed, kept over reconnections.

    Raises:
        DeviceError: it is not there.
    """
    answers = isinstance(table, tables.AnsweringPrinter) and table.answers
    return EscposPrinter(_wire(table, name), name, jobs=jobs, answers=answers)


def _wire(table: tables.Printer, name: str) -> Wire:
    match table:
        case tables.TcpPrinter():
            return TcpWire(table.host, table.port, name=name)
        case tables.SerialPrinter():
            return SerialWire(table.port, baud=table.baud, name=name)
        case tables.UsbPrinter():
            return DeviceFileWire(table.port, name=name)
        case tables.FilePrinter():
            return FileWire(str(table.path), name=name)
