"""Which tokens were accepted: none is accepted twice, not even by two threads at once or after a restart.

Kept are salted hashes, each for as long as a platform could still honour its token, and no more of them than a bound:
the oldest goes first. The file, where there is one, is written before a token counts as accepted; it holds the salt
and the hashes, and nothing of a person. Without a file the memory begins empty at every start.
"""

import contextlib
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, json

from devices.credentials.token import CredentialToken
from devices.errors import CredentialUsed, DeviceUnavailable

KEPT_S = 24 * 3600.0  # platforms let a token live for seconds to minutes; a day is beyond all of them
MOST = 5_000  # a day's codes of the busiest kiosk several times over; the file is written whole each time
SALT_SIZE = 16


class _Kept(Struct):
    """What the file holds."""

    salt: bytes
    until_s: dict[str, float]  # hash in hex -> seconds of the wall clock


class UsedTokens:
    """Remembers what was accepted. Any thread may call."""

    def __init__(
        self, path: Path | None = None, *, name: str = "credentials", now_s: Callable[[], float] = time.time
    ) -> None:
        """Read what was accepted before.

        Args:
            path: keeps the hashes over a restart; made when missing. None: in memory only.
            name: as health and logs call it.
            now_s: seconds of the wall clock, which goes on while the kiosk is off.

        Raises:
            DeviceUnavailable: the file cannot be read, or is none of ours: who was accepted is not known.
        """
        self._path, self._name, self._now_s = path, name, now_s
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        self._kept = self._read()

    @contextlib.contextmanager
    def accepting(self, token: CredentialToken) -> Iterator[None]:
        """Hold a token while the platform is asked; it is accepted when the block ends without an error.

        An error leaves the token as it was: nothing came of it, and the visitor may try again with the same code.

        Raises:
            CredentialUsed: it was accepted before, or is being asked about right now.
            DeviceUnavailable: the file cannot be written; the token is not accepted.
        """
        mark = self._mark(token)
        with self._lock:
            self._forget()
            if mark in self._kept.until_s or mark in self._asked:
                raise CredentialUsed(self._name, "this code was accepted before")
            self._asked.add(mark)
        try:
            yield
            with self._lock:
                self._accept(mark)
        finally:
            with self._lock:
                self._asked.discard(mark)

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._kept.until_s)

    def _mark(self, token: CredentialToken) -> str:
        return hashlib.blake2b(token.reveal().encode(), key=self._kept.salt, digest_size=16).hexdigest()

    def _accept(self, mark: str) -> None:
        self._kept.until_s[mark] = self._now_s() + KEPT_S
        while len(self._kept.until_s) > MOST:
            del self._kept.until_s[next(iter(self._kept.until_s))]
        try:
            self._write()
        except OSError as exc:
            del self._kept.until_s[mark]
            raise DeviceUnavailable(self._name, f"accepted codes cannot be kept: {exc.strerror}") from exc

    def _forget(self) -> None:
        """Drop what no platform honours any more. They stand in the order in which they were accepted."""
        now_s = self._now_s()
        while self._kept.until_s:
            oldest = next(iter(self._kept.until_s))
            if self._kept.until_s[oldest] > now_s:
                return
            del self._kept.until_s[oldest]

    def _read(self) -> _Kept:
        if self._path is None:
            return _Kept(secrets.token_bytes(SALT_SIZE), {})
        try:
            return json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return _Kept(secrets.token_bytes(SALT_SIZE), {})
        except OSError as exc:
            raise DeviceUnavailable(self._name, f"{self._path}: cannot be read: {exc.strerror}") from exc
        except (DecodeError, ValidationError, UnicodeDecodeError) as exc:
            raise DeviceUnavailable(self._name, f"{self._path}: not a list of accepted codes; move it away") from exc

    def _write(self) -> None:
        if self._path is None:
            return
        beside = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(json.encode(self._kept))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
