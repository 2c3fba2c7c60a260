"""Relay boards of kiosks in a site file, and what hangs on them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.table import Table

Channel = Annotated[int, Field(ge=1, le=32)]


class DoorTable(Table):
    """A door that a relay releases."""

    channel: Channel
    open_s: Annotated[float, Field(ge=0.2, le=30)] = 3


class LightTable(Table):
    """A light that a relay switches."""

    channel: Channel
    when: Literal["presence", "hours"] = "presence"  # "hours": while the hall is open


class SensorTable(Table):
    """A sensor of presence on an input of the board."""

    input: Channel
    present_after_s: Annotated[float, Field(ge=0, le=10)] = 0.3
    left_after_s: Annotated[float, Field(ge=0.5, le=120)] = 5


class RelaysTable(Table):
    """What every board is told."""

    port: str
    baud: Literal[2400, 4800, 9600, 19200, 38400, 115200] = 9600
    channels: Annotated[int, Field(ge=1, le=32)] = 4
    door: DoorTable | None = None
    light: LightTable | None = None

    @model_validator(mode="after")
    def _channels_exist(self) -> "RelaysTable":
        used = [fitting.channel for fitting in (self.door, self.light) if fitting is not None]
        if any(channel > self.channels for channel in used):
            raise ValueError(f"the board has channels 1 to {self.channels}")
        if len(set(used)) < len(used):
            raise ValueError("door and light are on the same channel")
        return self


class LcusRelays(RelaysTable):
    """An LCUS board on USB; it has no inputs, so nothing on it knows of anybody's presence."""

    kind: Literal["lcus"]

    @model_validator(mode="after")
    def _lights_by_hours(self) -> "LcusRelays":
        if self.light is not None and self.light.when == "presence":
            raise ValueError('an LCUS board has no inputs for a sensor: say when = "hours" for its light')
        return self


class ModbusRelays(RelaysTable):
    """A Modbus-RTU board."""

    kind: Literal["modbus"]
    address: Annotated[int, Field(ge=1, le=254)] = 254  # 254: whatever its own is, alone on its line
    inputs: Annotated[int, Field(ge=0, le=32)] = 4
    sensor: SensorTable | None = None

    @model_validator(mode="after")
    def _sensor_exists(self) -> "ModbusRelays":
        if self.sensor is not None and self.sensor.input > self.inputs:
            raise ValueError(f"the board has inputs 1 to {self.inputs}")
        if self.sensor is None and self.light is not None and self.light.when == "presence":
            raise ValueError('a light by presence needs a sensor; without one say when = "hours"')
        return self


Relays = Annotated[LcusRelays | ModbusRelays, Field(discriminator="kind")]
