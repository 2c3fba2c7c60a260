"""Bars above counters that no board carries, in a site file."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from settings.table import Host, Identifier, Port, Table

CounterNumber = Annotated[int, Field(ge=0, le=999)]
BarAddress = Annotated[int, Field(ge=1, le=255)]


class NumberBarLine(Table):
    """Number bars on one serial line: each address, and the counter below it."""

    kind: Literal["number_bar"]
    bars_id: Identifier
    port: str
    baud: Literal[2400, 4800, 9600, 19200] = 9600
    addresses: Annotated[dict[BarAddress, CounterNumber], Field(min_length=1)]

    @field_validator("addresses")
    @classmethod
    def _a_counter_has_one_bar(cls, value: dict[int, int]) -> dict[int, int]:
        if len(set(value.values())) < len(value):
            raise ValueError("a counter is given twice")
        return value

    @property
    def counters(self) -> tuple[int, ...]:
        """The counters whose bars hang on the line."""
        return tuple(self.addresses.values())


class OnbonSize(Table):
    """What every Onbon card is told."""

    bars_id: Identifier
    counter: CounterNumber
    width: Annotated[int, Field(ge=32, le=512, multiple_of=8)] = 128  # dots; a character has 16
    height: Annotated[int, Field(ge=16, le=64)] = 16

    @property
    def counters(self) -> tuple[int, ...]:
        """The one counter below it."""
        return (self.counter,)


class OnbonTcp(OnbonSize):
    """An Onbon card on the network."""

    kind: Literal["onbon"]
    host: Host
    port: Port = 5005


class OnbonSerial(OnbonSize):
    """An Onbon card on a serial line of its own."""

    kind: Literal["onbon_serial"]
    port: str
    baud: Literal[9600, 57600] = 57600


Bars = Annotated[NumberBarLine | OnbonTcp | OnbonSerial, Field(discriminator="kind")]
"""[[bars]]: bars above counters."""
