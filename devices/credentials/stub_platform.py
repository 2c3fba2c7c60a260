"""A platform that issues tokens and says whose they are: a real HTTP server on this machine, with scenes.

It behaves as platforms are known to: a token lives for a minute and opens once.
"""

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from msgspec import DecodeError, Struct, ValidationError, json

from devices.identity.synthetic import SyntheticPerson

PATH = "/resolve"
LIFE_S = 60.0
LONGEST_REQUEST = 8 * 1024
SLOWEST_S = 60.0


class _Question(Struct, frozen=True):
    token: str
    terminal: str


class _Issued(Struct):
    person: SyntheticPerson
    ends_s: float
    is_used: bool = False


class StubPlatform:
    """Listens until `close`. Set the knobs, issue tokens, then look at `asked`.

    Attributes:
        asked: how many well-formed questions came.
        delay_s: it thinks so long before it answers.
        drips: it sends its answer byte by byte, half a second apart.
        refuses: it knows no token.
        forgets: it opens a token as often as it is asked: only the kiosk remembers.
        is_down: it answers HTTP 503.
        nonsense: what it answers instead of a person.
        life_s: of the tokens issued from now on.
    """

    def __init__(self, port: int = 0, *, key: str | None = None, seconds: Callable[[], float] = time.monotonic) -> None:
        """Listen on 127.0.0.1.

        Args:
            port: 0 asks the system for a free one.
            key: the bearer token that it wants; None wants none.
            seconds: monotonic, for the tokens' life.

        Raises:
            OSError: the port is taken.
        """
        self.asked = 0
        self.delay_s = 0.0
        self.drips = self.refuses = self.forgets = self.is_down = False
        self.nonsense: bytes | None = None
        self.life_s = LIFE_S
        self._key, self._seconds = key, seconds
        self._issued: dict[str, _Issued] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{PATH}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="stub-platform")
        self._thread.start()

    def issue(self, person: SyntheticPerson) -> str:
        """What the person's telephone shows: the text of the QR code."""
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._issued[token] = _Issued(person, self._seconds() + self.life_s)
        return token

    def expire(self) -> None:
        """Every token issued so far has lived too long."""
        with self._lock:
            for issued in self._issued.values():
                issued.ends_s = self._seconds() - 1.0

    def close(self) -> None:
        """Stop listening; closing twice is harmless."""
        if not self.stopping.is_set():
            self.stopping.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def answer(self, authorization: str, body: bytes) -> tuple[int, bytes]:
        """Status and body for one question."""
        if self._key is not None and not hmac.compare_digest(authorization, f"Bearer {self._key}"):
            return 401, b'{"code":"unknown_hall"}'
        try:
            question = json.decode(body, type=_Question)
        except (DecodeError, ValidationError, UnicodeDecodeError):
            return 422, b'{"code":"malformed"}'
        self.stopping.wait(min(self.delay_s, SLOWEST_S))
        with self._lock:
            self.asked += 1
            return self._decide(question.token)

    def _decide(self, token: str) -> tuple[int, bytes]:
        if self.is_down:
            return 503, b""
        if self.nonsense is not None:
            return 200, self.nonsense
        found = None if self.refuses else self._issued.get(token)
        if found is None:
            return 409, b'{"code":"unknown"}'
        if found.is_used and not self.forgets:
            return 409, b'{"code":"used"}'
        if self._seconds() > found.ends_s:
            return 409, b'{"code":"expired"}'
        found.is_used = True
        return 200, json.encode({"number": found.person.number, "name": found.person.name})


def _handler(platform: StubPlatform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            if self.path != PATH or not 0 < size <= LONGEST_REQUEST:
                self.send_error(404)
                return
            status, body = platform.answer(self.headers.get("Authorization", ""), self.rfile.read(size))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for start in range(len(body)) if platform.drips else ():
                self.wfile.write(body[start : start + 1])
                self.wfile.flush()
                if platform.stopping.wait(0.5):
                    return
            if not platform.drips:
                self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nothing about a question is written anywhere."""

    return Handler
