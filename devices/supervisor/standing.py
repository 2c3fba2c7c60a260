"""How a device stands: what is known of its health, told whenever that changes and not more often."""

import logging
from collections.abc import Callable

from msgspec import structs

from devices.errors import DeviceError, DeviceFault, DeviceUnavailable
from devices.mends import MENDS
from hall.messages import DeviceHealth

logger = logging.getLogger(__name__)

TOLD_TRIES = (1, 3, 10)  # then at ten times each of the last two: failures in a row that are worth telling


class Standing:
    """Keeps the newest health of one device. Used by one thread at a time; `health` may be read by any."""

    def __init__(self, name: str, kind: str, on_health: Callable[[DeviceHealth], None]) -> None:
        self._name, self._kind, self._on_health = name, kind, on_health
        self.health = DeviceHealth(device_id=name, kind=kind, status="offline", cause="unavailable")
        self.closed_because: str | None = "not opened yet"
        self._is_told = False
        self._tries = 0

    def opened(self) -> None:
        """The device is open; how it is, its check will say."""
        self.closed_because = None

    def link_failed(self, exc: Exception) -> None:
        """The device could not be opened, or its link failed. A failure that is no device's is a bug, and logged."""
        if not isinstance(exc, DeviceError):
            logger.error("%s: failed in an unexpected way", self._name, exc_info=exc)
            exc = DeviceUnavailable(self._name, f"failed in an unexpected way ({type(exc).__name__})")
        self.closed_because = exc.cause
        self._tries += 1
        self._note(exc, tries=self._tries)

    def tell(self, found: DeviceError | str | None) -> None:
        """The device works as far as its link goes: None, a warning's code, or a fault that needs a person."""
        self._tries = 0
        self._note(found)

    def _note(self, found: DeviceError | str | None, tries: int = 0) -> None:
        health = self._health(found, tries)
        is_same = structs.replace(health, tries=self.health.tries) == self.health
        if self._is_told and is_same and not _is_worth_telling(tries):
            return
        if isinstance(found, DeviceError):
            logger.warning("%s%s", found, f" ({tries} times)" if tries > 1 else "")
        else:
            logger.info("%s: %s", self._name, found or "ready")
        self.health, self._is_told = health, True
        try:
            self._on_health(health)
        except Exception:
            logger.exception("%s: telling of its health failed", self._name)

    def _health(self, found: DeviceError | str | None, tries: int) -> DeviceHealth:
        if isinstance(found, DeviceError):
            status = "fault" if isinstance(found, DeviceFault) else "offline"
            code: str | None = found.code
        else:
            status, code = ("warning" if found else "ok"), found
        return DeviceHealth(
            device_id=self._name, kind=self._kind, status=status, cause=code, mend=MENDS.get(code or ""), tries=tries
        )


def _is_worth_telling(tries: int) -> bool:
    """1, 3, 10, 30, 100 and so on: an hour without a device must not be a thousand messages."""
    while tries > TOLD_TRIES[-1] and tries % 10 == 0:
        tries //= 10
    return tries in TOLD_TRIES
