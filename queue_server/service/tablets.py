"""Which evaluator tablets a hall has, and which of them is connected now; in the loop's thread. It knows no socket."""

from collections.abc import Callable

from msgspec import Struct

from devices.mends import MENDS
from hall.messages import DeviceHealth

KIND = "evaluator"


class Tablet(Struct, frozen=True):
    """A tablet of the site file."""

    tablet_id: str
    counter_no: str


class TabletSessions:
    """At most one connection for each tablet: a new one ends the last, which may be a dead one that nobody noticed."""

    def __init__(self) -> None:
        self._ends: dict[str, Callable[[], None]] = {}

    def enter(self, tablet: Tablet, end: Callable[[], None]) -> None:
        """A tablet is connected; `end` is called when it connects anew."""
        last = self._ends.get(tablet.tablet_id)
        self._ends[tablet.tablet_id] = end
        if last is not None:
            last()

    def leave(self, tablet: Tablet, end: Callable[[], None]) -> bool:
        """A connection is over; whether the tablet is gone with it, and did not connect anew meanwhile."""
        if self._ends.get(tablet.tablet_id) is not end:
            return False
        del self._ends[tablet.tablet_id]
        return True


def present(tablet: Tablet) -> DeviceHealth:
    """The tablet is connected."""
    return DeviceHealth(device_id=tablet.tablet_id, kind=KIND, status="ok")


def absent(tablet: Tablet) -> DeviceHealth:
    """The tablet is not connected, or no longer."""
    cause = "unavailable"
    return DeviceHealth(device_id=tablet.tablet_id, kind=KIND, status="offline", cause=cause, mend=MENDS[cause])
