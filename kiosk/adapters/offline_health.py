"""How a kiosk's offline numbers are, told as a device's health and logged when it changes."""

import logging
from collections.abc import Callable, Sequence

from devices.mends import MENDS
from hall.messages import DeviceHealth
from kiosk.adapters.lease_book import BookUnavailable

logger = logging.getLogger(__name__)


class OfflineHealth:
    """Tells each change once."""

    def __init__(self, kiosk_id: str, tell: Callable[[DeviceHealth], None]) -> None:
        self._kiosk_id, self._tell = kiosk_id, tell
        self._told: DeviceHealth | None = None

    def book_failed(self, exc: BookUnavailable) -> None:
        """No numbers can be given out without the server."""
        if self._say("fault", exc.code):
            logger.error("no numbers can be given out without the server: %s", exc)

    def tickets_lost(self, numbers: Sequence[str]) -> None:
        """These were refused for good; with none of them all is well."""
        if numbers:
            self._say("warning", "tickets_need_person", ", ".join(numbers))
        else:
            self._say("ok")

    def gone(self) -> None:
        """Nobody looks after the numbers any more."""
        self._say("offline")

    def _say(self, status: str, cause: str | None = None, detail: str | None = None) -> bool:
        """Whether it was news."""
        health = DeviceHealth(
            device_id=f"{self._kiosk_id}.numbers",
            kind="offline_numbers",
            status=status,
            cause=cause,
            mend=MENDS.get(cause or ""),
            detail=detail,
        )
        if health == self._told:
            return False
        self._told = health
        self._tell(health)
        return True
