"""One process a database: a lock that names its holder, and that the system takes back when the holder dies."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from queue_server.service.ports import JournalUnavailable

LONGEST_NOTE = 80


def hold(path: Path) -> int:
    """Lock `<path>.lock` for this process, and write into it who holds it, for the sentence that the next one prints.

    Returns:
        The file descriptor that carries the lock; closing it lets go.

    Raises:
        JournalUnavailable: another process holds it; the sentence says which, and since when.
        OSError: the file cannot be made.
    """
    fd = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        note = os.pread(fd, LONGEST_NOTE, 0).decode("ascii", "replace")
        os.close(fd)
        raise JournalUnavailable(f"the journal {path} is held by {_holder(note)}") from exc
    except OSError:
        os.close(fd)
        raise
    since = datetime.now(UTC).astimezone()
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"{os.getpid()} {since:%Y-%m-%d %H:%M:%S%z}".encode(), 0)
    return fd


def _holder(note: str) -> str:
    """E.g. "the running server with process id 123: stop that one first (it holds it since …)"."""
    pid, _, since = note.partition(" ")  # the note may be half written
    who = f"the running server with process id {pid or 'unknown'}: stop that one first"
    return f"{who} (it holds it since {since})" if since else who
