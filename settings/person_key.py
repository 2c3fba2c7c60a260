"""The hall's secret, which turns a document's number into a name for the rules about people."""

import contextlib
import logging
import os
import secrets
from pathlib import Path

from hall.identity import SHORTEST_KEY
from settings.load import SettingsError

logger = logging.getLogger(__name__)

KEY_BYTES = 32


def read_or_make_key(path: Path) -> bytes:
    """Read the secret; make it, readable by its owner alone, when there is none yet.

    Raises:
        SettingsError: it cannot be read or made, or is not a secret.
    """
    try:
        _make(path)
    except OSError as exc:
        raise SettingsError(f"{path}: cannot be read or made: {exc.strerror}") from exc
    return read_key(path)


def read_key(path: Path) -> bytes:
    """Read the secret.

    Raises:
        SettingsError: it cannot be read, or is not a secret.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError as exc:  # the text itself is never repeated
        raise SettingsError(f"{path}: not a secret: it holds {KEY_BYTES * 2} hexadecimal digits") from exc
    except OSError as exc:
        raise SettingsError(f"{path}: cannot be read: {exc.strerror}") from exc
    if len(key) < SHORTEST_KEY:
        raise SettingsError(f"{path}: too short: it holds {KEY_BYTES * 2} hexadecimal digits")
    return key


def _make(path: Path) -> None:
    """Make the file with a fresh secret, whole or not at all; of two that make it at once, one wins."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # another process was first
        os.link(draft, path)
        logger.warning("%s: a new secret was made: every kiosk of the hall needs this same file", path)
    draft.unlink()
