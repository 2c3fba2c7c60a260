"""Inside the guest: our driver on one device file, from when it appears until it is gone.

Prints facts as lines of JSON; the host types and pulls the cable when it hears them.
"""

import sys
import time

from devices.errors import DeviceUnavailable
from tests.guest.inside.telling import opened, tell

LASTS_S = 60.0


def main(device: str) -> None:
    """Read until the device is gone."""
    scanner = opened(device, on_absent=lambda cause: tell(waiting=cause))
    tell(opened=device)
    deadline = time.monotonic() + LASTS_S
    try:
        while time.monotonic() < deadline:
            if (scan := scanner.poll()) is not None:
                tell(read=scan.text)
    except DeviceUnavailable as exc:
        tell(unplugged=str(exc))
    scanner.close()


if __name__ == "__main__":
    main(sys.argv[1])
