"""Scanners of QR codes and barcodes in a site file."""

from typing import Annotated, Literal

from pydantic import Field

from settings.table import Table

Repeat = Annotated[float, Field(ge=0, le=10, description="seconds; 0 takes every code that is sent")]


class SerialScanner(Table):
    """A scanner on a serial line, or one that plays a serial line over USB."""

    kind: Literal["serial"]
    port: str
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 9600
    repeat_s: Repeat = 1.0


class HidScanner(Table):
    """A scanner that plays a keyboard; nobody else hears its keys while it is held."""

    kind: Literal["hid"]
    device: Annotated[str, Field(pattern=r"^/dev/", description="a path that stays: /dev/input/by-id/...-event-kbd")]
    repeat_s: Repeat = 1.0


Scanner = Annotated[SerialScanner | HidScanner, Field(discriminator="kind")]
