"""Whether a device's port can be seen without touching the device. Only /dev is looked at: it answers at once."""

from collections.abc import Callable
from pathlib import Path


def seen_at(table: object) -> Callable[[], bool] | None:
    """What tells a plug that is put in or pulled out: the port's path; None where a device has no path of its own.

    Args:
        table: a device's table in the site file; those on this machine have one as `port`, `device` or `path`.
    """
    paths = (getattr(table, name, None) for name in ("port", "device", "path"))
    path = next((path for path in paths if isinstance(path, str) and path.startswith("/dev/")), None)
    return None if path is None else lambda: _exists(Path(path))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be searched hides it
        return False
