"""Speech modules in a site file."""

from typing import Annotated, Literal

from pydantic import Field

from settings.table import Table


class Syn6288Table(Table):
    """[speech.syn6288]: a module that speaks by itself."""

    port: str
    baud: Literal[9600, 19200, 38400] = 9600
    volume: Annotated[int, Field(ge=0, le=16)] = 10
    speed: Annotated[int, Field(ge=0, le=5)] = 4
