"""What a process that decodes strangers' pictures allows itself: little memory, no core on the disk, no chatter.

To be called before OpenCV is imported: it reads its variables once.
"""

import ctypes
import os
import resource
import signal
import sys

from devices.cameras.jpeg import MOST_PIXELS

MOST_MEMORY_BYTES = 4 << 30  # of addresses: three pictures of `MOST_PIXELS` and the engine that reads pages
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4  # prctl(2)
QUIET = {
    "OPENCV_LOG_LEVEL": "OFF",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # AV_LOG_QUIET
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MOST_PIXELS),
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2",  # seconds; 10 by default
}


def silence_libraries() -> None:
    """Send what C libraries write to file 2 nowhere; Python's own standard error stays where it was."""
    os.environ.update(QUIET)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded: its threads cost small sums more than they give
    sys.stderr.flush()
    own = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(own, "w", buffering=1, errors="backslashreplace")


def leave_no_trace() -> None:
    """No core file, and nobody else's debugger: both would put a visitor's papers where they do not belong."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(PR_SET_DUMPABLE, 0)


def limit_memory() -> None:
    """More than this is a picture that lies about its size: an allocation fails, at worst this process ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


def die_with(parent_pid: int) -> None:
    """End when the parent does, even from within a library that hangs.

    The kernel sends the signal when the *thread* that started this process ends.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it ended before the line above
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
