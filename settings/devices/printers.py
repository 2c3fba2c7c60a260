"""Ticket printers in a site file."""

from typing import Annotated, Literal

from pydantic import Field

from settings.table import Host, Port, Table


class TcpPrinter(Table):
    """A network printer."""

    kind: Literal["tcp"]
    host: Host
    port: Port = 9100
    dots: Literal[384, 576] = 576


class SerialPrinter(Table):
    """A printer on a serial line."""

    kind: Literal["serial"]
    port: str
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    dots: Literal[384, 576] = 576


Printer = Annotated[TcpPrinter | SerialPrinter, Field(discriminator="kind")]
