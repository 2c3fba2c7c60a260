"""Microcontroller boards in a site file."""

from typing import Annotated, Literal

from pydantic import Field

from settings.table import Identifier, Table


class BoardTable(Table):
    """[[boards]]: a microcontroller board that carries counter bars and evaluators."""

    board_id: Identifier
    port: str
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    counters: Annotated[tuple[Annotated[int, Field(ge=0, le=999)], ...], Field(min_length=1, max_length=16)]
