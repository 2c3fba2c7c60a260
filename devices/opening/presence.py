"""Whether a device's port can be seen without touching the device."""

from collections.abc import Callable
from pathlib import Path


def seen_at(table: object) -> Callable[[], bool] | None:
    """What tells a plug that is put in or pulled out: the port's path; None where a device has no path of its own.

    Args:
        table: a device's table in the site file; those on a port of this machine have a `port` that is a path.
    """
    port = getattr(table, "port", None)
    if not isinstance(port, str) or not port.startswith("/"):
        return None
    return Path(port).exists
