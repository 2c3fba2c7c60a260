"""Uninterruptible power supplies in a site file."""

from typing import Annotated, Literal

from pydantic import Field

from settings.table import Host, Port, Table


class NutTable(Table):
    """A UPS behind a Network UPS Tools daemon."""

    kind: Literal["nut"]
    ups: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]  # as `upsc -l` lists it
    host: Host = "127.0.0.1"
    port: Port = 3493


Ups = NutTable
"""The only kind so far; small UPS that speak Megatec's Q1 are read by NUT's own driver."""
