"""Links that lead to simulated ports, as udev makes them by id: a link is replaced, anything else is left alone."""

import errno
import os
from pathlib import Path


def check_link(link: Path) -> None:
    """See that a link may be kept here; raises `FileExistsError` where something else is."""
    if link.exists() and not link.is_symlink():
        raise FileExistsError(errno.EEXIST, "is there already and is no link; choose another path", str(link))


def put_link(link: Path, port: str) -> None:
    """Have a link lead to a port, in place of an older link, in one step.

    Raises:
        FileExistsError: something else is there, and stays.
        OSError: the link cannot be made.
    """
    check_link(link)
    part = link.with_name(f".{link.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.symlink_to(port)
    part.replace(link)


def take_link(link: Path) -> None:
    """Take a link away, if there is one."""
    if link.is_symlink():
        link.unlink()
