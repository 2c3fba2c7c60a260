"""A scanner that plays a keyboard, made by the kernel itself through /dev/uinput: other programs hear it, too.

Needs root, and a kernel with the module uinput.
"""

import time
from typing import Self

import evdev
from evdev import ecodes

from devices.scanners.keyboard import EV_SYN
from devices.scanners.sim_strokes import CODES, strokes

VENDOR, PRODUCT = 0x1234, 0x5678  # numbers of nobody


class UinputScanner:
    """Plugged in from the beginning to `close`; hold codes under it with `scan`.

    Attributes (knobs):
        ending: what it types behind each code: Enter as delivered; "" is a scanner that was set up wrongly.
        report_s: from one press or release to the next one: a full-speed USB keyboard is asked every 1 to 10 ms.
    """

    def __init__(self, name: str = "HallQ simulated scanner") -> None:
        """Plug it in.

        Raises:
            OSError: there is no /dev/uinput, or it may not be opened.
        """
        self.ending, self.report_s = "\r", 0.004
        try:
            self._device = evdev.UInput({ecodes.EV_KEY: CODES}, name=name, vendor=VENDOR, product=PRODUCT)
        except evdev.UInputError as exc:
            raise OSError(f"no keyboard can be simulated here: {exc}") from exc

    @property
    def device(self) -> str:
        """Where to open it, e.g. /dev/input/event3."""
        return str(self._device.device.path)

    def scan(self, text: str) -> None:
        """Hold a code under it; only what a US keyboard can type."""
        for event in strokes(text + self.ending):
            self._device.write(event.type, event.code, event.value)
            if event.type == EV_SYN:
                time.sleep(self.report_s)

    def close(self) -> None:
        """Pull the cable; closing twice is harmless."""
        self._device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
