"""Inside the guest: facts for the host as lines of JSON, and the driver as soon as its device is there."""

import json
import sys
import time
from collections.abc import Callable

from devices.errors import DeviceUnavailable
from devices.scanners.evdev_source import EvdevSource, hold
from devices.scanners.hid_scanner import HidScanner

APPEARS_S = 30.0


def tell(**facts: object) -> None:
    """Hand facts to the host."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def opened(device: str, on_absent: Callable[[str], None] = lambda _cause: None) -> HidScanner:
    """The driver, once udev has made the node; `on_absent` hears why it is not there yet, once."""
    deadline, is_told = time.monotonic() + APPEARS_S, False
    while True:
        try:
            return HidScanner(EvdevSource(hold(device, "K01.scanner"), "K01.scanner"), "K01.scanner")
        except DeviceUnavailable as exc:
            if not is_told:
                on_absent(str(exc))
                is_told = True
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
