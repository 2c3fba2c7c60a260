"""The bridge's side of the hall server's HTTP: a command, with its three kinds of answer, and one question."""

from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from msgspec import DecodeError, Struct, json

from hall.messages import AnyCommand

TIMEOUT_S = 3.0
LARGEST_ANSWER = 1 << 20  # bytes


class ServerAway(Exception):
    """No answer, or none that a hall server gives: the command may have been done or not; send it again as it is."""


class Refused(Exception):
    """The server said no, and nothing was done.

    Attributes:
        code: stable, for programs and translations.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class _Refusal(Struct, frozen=True):
    code: str
    detail: str = ""


class _Held(Struct, frozen=True):
    ticket_id: str
    since: datetime


class _CounterView(Struct, frozen=True):
    held: tuple[_Held, ...] = ()


class ServerLink:
    """Calls the hall's server, each time on a connection of its own: orders are seconds apart. Threads may share it."""

    def __init__(self, base_url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Remember where the server is; nothing is sent yet.

        Args:
            base_url: e.g. "http://127.0.0.1:8080".
            timeout_s: for each of connecting, sending and receiving.
        """
        url = urlsplit(base_url)
        self._connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._address, self._path = url.netloc, url.path.rstrip("/")
        self._timeout_s = timeout_s

    def carry_out(self, command: AnyCommand) -> None:
        """Have a command carried out; the same `command_id` again is answered and not done again.

        Raises:
            ServerAway, Refused: see there.
        """
        self._ask("POST", "/api/v1/commands", json.encode(command))

    def longest_held(self, counter_no: str) -> str:
        """The id of the ticket that a counter has held longest.

        Raises:
            Refused: it holds none.
            ServerAway: see there.
        """
        content = self._ask("GET", f"/api/v1/counters/{counter_no}")
        try:
            held = json.decode(content, type=_CounterView).held
        except DecodeError as exc:
            raise ServerAway(f"not a hall server's answer: {exc}") from exc
        if not held:
            raise Refused("nobody_held", f"counter {counter_no} holds nobody")
        return min(held, key=lambda aside: aside.since).ticket_id

    def _ask(self, method: str, path: str, content: bytes | None = None) -> bytes:
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            with closing(self._connect(self._address, timeout=self._timeout_s)) as connection:
                connection.request(method, self._path + path, content, headers)
                response = connection.getresponse()
                status, body = response.status, response.read(LARGEST_ANSWER)
        except (OSError, HTTPException) as exc:
            raise ServerAway(f"{method} {path}: {type(exc).__name__}") from exc
        if 200 <= status < 300:
            return body
        if 400 <= status < 500:
            raise _refusal(status, body)
        raise ServerAway(f"{method} {path}: HTTP {status}")


def _refusal(status: int, body: bytes) -> Refused:
    try:
        said = json.decode(body, type=_Refusal)
    except DecodeError:
        return Refused(f"http_{status}", "the answer had no code")
    return Refused(said.code, said.detail)
