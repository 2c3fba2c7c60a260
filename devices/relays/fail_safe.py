"""Off is the safe state of everything that hangs on a relay here."""

import logging

from devices.errors import DeviceError
from devices.ports import Switches

logger = logging.getLogger(__name__)


def all_off(switches: Switches) -> None:
    """Switch every relay off as far as that still works; for closing, so it never raises `DeviceError`."""
    for channel in range(1, switches.channels + 1):
        try:
            switches.set(channel, on=False)
        except DeviceError as exc:
            logger.warning("%s; relay %d may still be on", exc, channel)
            return  # the others would not be heard either
