"""What hangs on a kiosk's relay board: a door that never stays open, a light, and a sensor of presence.

One worker thread owns it and calls `turn` between jobs, a few times a second; that is also what closes the door.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from devices.ports import Switches
from devices.relays.presence import Presence, PresenceEvent

logger = logging.getLogger(__name__)

LONGEST_OPEN_S = 30.0


class LightWhen(StrEnum):
    """When the light is on."""

    PRESENCE = "presence"
    HOURS = "hours"  # while the hall is open


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is wired to which channel, from 1; None: nothing."""

    door: int | None = None
    door_open_s: float = 3.0
    light: int | None = None
    light_when: LightWhen = LightWhen.PRESENCE
    sensor: int | None = None  # an input


class Fittings:
    """A `Device` over `Switches`. Door and light are off when it is opened, and when it is closed."""

    def __init__(
        self,
        switches: Switches,
        wiring: Wiring,
        presence: Presence,
        is_open: Callable[[], bool] = lambda: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over a board that has just switched everything off.

        Args:
            presence: outlives the board's connection: a pulled cable is nobody's leaving.
            is_open: whether the hall is open now.
        """
        self.name = switches.name
        self._switches = switches
        self._wiring = wiring
        self._presence = presence
        self._is_open = is_open
        self._monotonic = monotonic
        self._door_closes_at: float | None = None
        self._is_lit = False

    @property
    def is_door_open(self) -> bool:
        """Whether the door's relay is on, as far as is known."""
        return self._door_closes_at is not None

    def open_door(self) -> None:
        """Release the door for its time, never longer than `LONGEST_OPEN_S`; asked again, the time begins anew.

        Raises:
            DeviceError: it may not have opened; it will be closed all the same.
            ValueError: no door is wired.
        """
        if self._wiring.door is None:
            raise ValueError(f"{self.name}: no door is wired")
        open_s = min(self._wiring.door_open_s, LONGEST_OPEN_S)
        self._door_closes_at = self._monotonic() + open_s  # before it opens: an answer that gets lost must not matter
        self._switches.set(self._wiring.door, on=True)

    def close_door(self) -> None:
        """Lock the door now.

        Raises:
            DeviceError: it may still be open; closing the device tries again.
        """
        if self._wiring.door is not None:
            self._switches.set(self._wiring.door, on=False)
        self._door_closes_at = None

    def turn(self) -> list[PresenceEvent]:
        """Close a door whose time is over, look at the sensor, and light what should be lit.

        Returns:
            Who came or left since the last turn.

        Raises:
            DeviceError: the board failed.
        """
        now_s = self._monotonic()
        if self._door_closes_at is not None and now_s >= self._door_closes_at:
            self.close_door()
        event = self._look(now_s)
        self._light()
        return [] if event is None else [event]

    def check(self) -> str | None:
        """Ask the board how it is."""
        return self._switches.check()

    def close(self) -> None:
        """Everything off, and the port given back."""
        self._switches.close()
        self._door_closes_at, self._is_lit = None, False

    def _look(self, now_s: float) -> PresenceEvent | None:
        if self._wiring.sensor is None:
            return None
        inputs = self._switches.inputs()
        is_active = self._wiring.sensor <= len(inputs) and inputs[self._wiring.sensor - 1]
        return self._presence.hear(is_active=is_active, now_s=now_s)

    def _light(self) -> None:
        if self._wiring.light is None:
            return
        by_presence = self._wiring.light_when is LightWhen.PRESENCE
        wanted = self._presence.is_present if by_presence else self._is_open()
        if wanted != self._is_lit:
            self._switches.set(self._wiring.light, on=wanted)
            self._is_lit = wanted
