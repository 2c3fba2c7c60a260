"""What a database says when it fails, in a sentence that tells a person what to do."""

import errno
from pathlib import Path

CURES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("disk is full", "no space left", "quota exceeded"),
        "free some space on its disk; nothing was kept, and the hall goes on by itself as soon as there is room",
    ),
    (
        ("readonly", "read-only", "permission denied", "operation not permitted", "unable to open database file"),
        "let the server's user write the file and its folder, or mount the disk for writing again",
    ),
    (
        ("disk i/o error", "input/output error"),
        "the disk may be failing: look into its own reports (`dmesg`, `smartctl -a`), and make a backup now",
    ),
    (("database is locked",), "another program reads or writes it for long: close that one"),
)
"""SQLite's and the system's own words, and the cure for them."""

DAMAGE = ("malformed", "not a database", "damaged")


def cause_of(exc: BaseException) -> str:
    """What the database itself said, without the statement: its values may be a visitor's."""
    return str(getattr(exc, "orig", None) or exc)


def sentence(path: Path, failed_to: str, cause: str) -> str:
    """E.g. "the journal hall.sqlite cannot be written: database or disk is full; free some space …".

    Args:
        path: the database.
        failed_to: what cannot be done: "opened", "read", "written".
        cause: from `cause_of`, or words of our own; those about a broken file begin with "damaged".
    """
    said = f"the journal {path} cannot be {failed_to}: {cause}"
    lower = cause.lower()
    if any(word in lower for word in DAMAGE):
        return f"{said}; {restore(path)}"
    cure = next((cure for words, cure in CURES if any(word in lower for word in words)), None)
    return f"{said}; {cure}" if cure else said


def restore(path: Path) -> str:
    """What to do about a broken database; it names the newest backup beside it."""
    aside = f"keep {path.name}, {path.name}-wal and {path.name}-shm in another folder"
    backup = newest_backup(path)
    if backup is None:
        return f"there is no backup beside it ({path.name}.backup-* or backups/): {aside}, and ask for help"
    return f"{aside}, and restore the newest backup, {backup}"


def newest_backup(path: Path) -> Path | None:
    """The newest of `<database>.backup-*` and of the files in `backups/` beside it, by when it was written."""
    try:
        found = [*path.parent.glob(f"{path.name}.backup-*"), *(path.parent / "backups").glob("*")]
        files = [file for file in found if file.is_file() and not file.name.endswith(("-wal", "-shm", ".lock"))]
        return max(files, key=lambda file: file.stat().st_mtime, default=None)
    except OSError as exc:
        if exc.errno in (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO):
            return None  # a folder that cannot be read has no backup that anybody could use
        raise
