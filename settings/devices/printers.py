"""Ticket printers in a site file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hall.scripts import Scripts
from settings.table import Host, Port, Table


class PrinterTable(Table):
    """What all printers have."""

    dots: Literal[384, 576] = 576
    mode: Literal["raster", "text"] = "raster"  # text: the printer's own letters in GB18030, shorter and plainer
    scripts: Scripts = Scripts.ZH_ONLY  # where Mongolian stands


class AnsweringPrinter(PrinterTable):
    """A printer on a line in both directions."""

    answers: bool = True  # False: it cannot say how it is, so nobody knows whether it has paper


class TcpPrinter(AnsweringPrinter):
    """A network printer."""

    kind: Literal["tcp"]
    host: Host
    port: Port = 9100


class SerialPrinter(AnsweringPrinter):
    """A printer on a serial line."""

    kind: Literal["serial"]
    port: str
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200


class UsbPrinter(AnsweringPrinter):
    """A printer on USB, as the kernel's usblp offers it."""

    kind: Literal["usb"]
    port: str


class FilePrinter(PrinterTable):
    """A file or FIFO that takes what would be printed."""

    kind: Literal["file"]
    path: Path


Printer = Annotated[TcpPrinter | SerialPrinter | UsbPrinter | FilePrinter, Field(discriminator="kind")]
