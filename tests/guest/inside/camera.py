"""Inside the guest: our source of pictures on a V4L2 node, with the packages of the host's environment.

Prints facts as lines of JSON; what they should be is for the host to say.
"""

import sys
import time
from collections import Counter

from devices.errors import DeviceUnavailable
from tests.guest.inside import vivid
from tests.guest.inside.telling import tell

SIZES = ((1280, 720), (1920, 1080))
PICTURES = 3
GONE_S = 30.0


def bars(pixels) -> int:
    """How many colours fill a twelfth of a line or more; the overlaid text is above it."""
    line = pixels[pixels.shape[0] * 3 // 4] // 64
    return sum(count >= len(line) // 12 for count in Counter(map(tuple, line.tolist())).values())


def until_gone(source) -> str:
    """Why no picture comes any more."""
    deadline = time.monotonic() + GONE_S
    while time.monotonic() < deadline:
        try:
            source.read()
        except DeviceUnavailable as exc:
            return str(exc)
    return "pictures still come"


def main() -> None:
    """Film in two sizes, then pull the camera out."""
    sys.path.append("/site")  # behind the guest's own packages; those below need it
    from devices.cameras.messages import V4l2
    from devices.cameras.sources import open_source

    vivid.plug()
    for width_px, height_px in SIZES:
        source = open_source(V4l2(path=vivid.CAMERA, width_px=width_px, height_px=height_px, fps=25), "K01.camera")
        pictures = [source.read().pixels() for _picture in range(PICTURES)]
        tell(**{f"shape_{width_px}": list(pictures[-1].shape), f"bars_{width_px}": bars(pictures[-1])})
        if (width_px, height_px) == SIZES[-1]:
            vivid.unplug()
            tell(unplugged=until_gone(source))
        source.close()
        source.close()


if __name__ == "__main__":
    main()
