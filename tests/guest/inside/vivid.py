"""Inside the guest: a camera made by the kernel itself (vivid), which films colour bars and can be pulled out.

Source: Linux, Documentation/admin-guide/media/vivid.rst, and the requests of linux/videodev2.h. Needs root.
"""

import errno
import fcntl
import os
import struct
import subprocess
import time
from pathlib import Path

CAMERA = "/dev/video0"
APPEARS_S = 20.0
QUERYCTRL, S_CTRL = 0xC0445624, 0xC008561C  # _IOWR('V', 36, struct v4l2_queryctrl), _IOWR('V', 28, struct v4l2_control)
CONTROL = struct.Struct("=II32s4iI2I")
NEXT = 0x80000000


def plug() -> None:
    """Make the camera."""
    subprocess.run(["modprobe", "vivid", "n_devs=1"], check=True)
    deadline = time.monotonic() + APPEARS_S
    while not Path(CAMERA).exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def unplug() -> None:
    """Pull the camera out while others use it: vivid has a control that behaves so."""
    end = os.open(CAMERA, os.O_RDWR)
    try:
        fcntl.ioctl(end, S_CTRL, struct.pack("=Ii", _control(end, b"Disconnect"), 1))
    except OSError as exc:
        if exc.errno != errno.ENODEV:  # it may be gone before it can answer
            raise
    finally:
        os.close(end)


def _control(end: int, name: bytes) -> int:
    """The number of a control; raises `OSError` when there is none of this name."""
    ident = 0
    while True:
        asked = CONTROL.pack(ident | NEXT, 0, b"", 0, 0, 0, 0, 0, 0, 0)
        ident, _type, found, *_rest = CONTROL.unpack(fcntl.ioctl(end, QUERYCTRL, asked))
        if found.rstrip(b"\0") == name:
            return int(ident)
