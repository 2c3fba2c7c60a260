"""A unix socket on which a simulated citizen looks at the screen and touches it. Only for simulations and tests.

One JSON object a line, answered by one line. It tells keys and the number that the screen shows, and never a name or
an identity number. Only the socket's owner may open it.
"""

import contextlib
import logging
import os
import socket
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import DecodeError, Struct, json

from kiosk.flow.showcase import Look, Showcase

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 60.0
LONGEST_LINE = 4096


class _LookRequest(Struct, frozen=True, tag_field="do", tag="look", forbid_unknown_fields=True):
    pass


class _Touch(Struct, frozen=True, tag_field="do", tag="touch", forbid_unknown_fields=True):
    x: float
    y: float


class _Picture(Struct, frozen=True, tag_field="do", tag="picture", forbid_unknown_fields=True):
    path: str


class _Wait(Struct, frozen=True, tag_field="do", tag="wait", forbid_unknown_fields=True):
    revision: int
    timeout_s: float = 10.0


class _Done(Struct, frozen=True):
    ok: Literal[True] = True


class _Error(Struct, frozen=True):
    error: str


_requests = json.Decoder(_LookRequest | _Touch | _Picture | _Wait)


class ControlServer:
    """Listens on the socket; each connection has a thread."""

    def __init__(
        self,
        path: Path,
        showcase: Showcase,
        touch: Callable[[float, float], None],
        take_picture: Callable[[Path], None],
    ) -> None:
        """Prepare the server; the socket appears with `start()`.

        Args:
            touch: touches the screen at window pixels; raises ValueError outside of it.
            take_picture: saves the screen as PNG and returns when it is written; raises OSError when it cannot.
        """
        self._path = path
        self._showcase = showcase
        self._touch = touch
        self._take_picture = take_picture
        self._server: _Server | None = None

    def start(self) -> None:
        """Open the socket, in place of one that an earlier process left behind.

        Raises:
            OSError: the place cannot be written, or something that is not a socket is there.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.is_socket():
            self._path.unlink()
        before = os.umask(0o177)  # from its first moment on, only the owner may open it
        try:
            self._server = _Server(str(self._path), self.answer)
        finally:
            os.umask(before)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="control", daemon=True).start()

    def close(self) -> None:
        """Remove the socket."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
            self._path.unlink(missing_ok=True)

    def answer(self, line: bytes) -> bytes:
        """Answer one request line; what is not a request changes nothing."""
        try:
            request = _requests.decode(line)
            return json.encode(self._done(request))
        except (DecodeError, ValueError, RecursionError) as exc:
            return json.encode(_Error(str(exc)))
        except OSError as exc:
            return json.encode(_Error(f"no picture: {exc}"))

    def _done(self, request: _LookRequest | _Touch | _Picture | _Wait) -> Look | _Done:
        match request:
            case _LookRequest():
                return self._showcase.look
            case _Wait():
                timeout_s = min(max(request.timeout_s, 0.0), LONGEST_WAIT_S)
                return self._showcase.wait_newer(request.revision, timeout_s)
            case _Touch():
                self._touch(request.x, request.y)
            case _Picture():
                self._take_picture(Path(request.path))
        return _Done()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer
        super().__init__(path, _Lines)

    def get_request(self) -> tuple[socket.socket, str]:
        connection, _address = super().get_request()
        return connection, "control"


class _Lines(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while line := self.rfile.readline(LONGEST_LINE):
                self.wfile.write(self.server.answer(line) + b"\n")
                if not line.endswith(b"\n"):
                    return  # too long a line: what follows cannot be told from a request
