"""What a power supply tells."""

from dataclasses import dataclass
from enum import StrEnum


class Mains(StrEnum):
    """Where the current comes from."""

    ONLINE = "online"
    ON_BATTERY = "on_battery"
    BATTERY_LOW = "battery_low"
    UNKNOWN = "unknown"  # the supply says nothing of it, e.g. while it is off or calibrates


@dataclass(frozen=True, slots=True)
class PowerState:
    """One answer; None where the supply does not tell."""

    mains: Mains
    charge_percent: float | None = None
    runtime_s: float | None = None
