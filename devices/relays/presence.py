"""Whether somebody stands at the kiosk, from a sensor that flickers. Pure: time is an argument.

A sensor sees a sleeve for a moment and loses a person who bends down, so it is believed only after it has said the same
for a while; leaving takes longer to believe than coming, since it ends a visit.
"""

from enum import StrEnum

PRESENT_AFTER_S = 0.3
LEFT_AFTER_S = 5.0


class PresenceEvent(StrEnum):
    """Somebody came, or the last one left."""

    PRESENT = "present"
    LEFT = "left"


class Presence:
    """Follows one sensor."""

    def __init__(self, *, present_after_s: float = PRESENT_AFTER_S, left_after_s: float = LEFT_AFTER_S) -> None:
        """Nobody is there at first."""
        self.is_present = False
        self._after_s = {True: present_after_s, False: left_after_s}
        self._differs_since: float | None = None

    def hear(self, *, is_active: bool, now_s: float) -> PresenceEvent | None:
        """Take what the sensor says now; the event when it has said so for long enough."""
        if is_active == self.is_present:
            self._differs_since = None
            return None
        if self._differs_since is None:
            self._differs_since = now_s
        if now_s - self._differs_since < self._after_s[is_active]:
            return None
        self.is_present, self._differs_since = is_active, None
        return PresenceEvent.PRESENT if is_active else PresenceEvent.LEFT
