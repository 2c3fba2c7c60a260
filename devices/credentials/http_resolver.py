"""Asks a platform who a token belongs to: one small JSON request over HTTPS, with a deadline for the whole of it.

What real platforms ask and answer is not public; each has a gateway of the city's in front. This is the gateway's
side as HallQ speaks it, documented in docs/identity.md: `POST {"token", "terminal"}`, answered by `{"number", "name"}`
or by a 4xx with `{"code"}`. The token stands in the body only: addresses end up in logs.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import urlsplit

from msgspec import DecodeError, Struct, ValidationError, json

from devices.credentials.token import CredentialToken
from devices.credentials.used_tokens import UsedTokens
from devices.errors import CredentialExpired, CredentialRefused, CredentialUsed, DeviceUnavailable, ProtocolError
from hall.identity import DocumentKind, IdentityDocument, InvalidNumber, Verification
from hall.numbers.typed import recognise, sex_of

TIMEOUT_S = 5.0
LONGEST_ANSWER = 16 * 1024  # bytes
REFUSALS = {"expired": CredentialExpired, "used": CredentialUsed}  # by the answer's code; any other is plainly refused
REFUSING = (400, 409, 410, 422)  # other kinds of 4xx are about the address, the hall's key, or the traffic
LONGEST_NAME = 100


class _Answer(Struct, frozen=True):
    number: str
    name: str


class _Refusal(Struct, frozen=True):
    code: str


class HttpCredentialResolver:
    """A `CredentialResolver` behind an address; a connection a question. Threads may share one."""

    def __init__(
        self,
        url: str,
        terminal: str,
        name: str = "credentials",
        *,
        used: UsedTokens,
        today: Callable[[], date],
        key: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: the gateway's address, with http or https.
            terminal: this kiosk's id, for the platform's own records.
            name: as health and logs call it.
            used: the tokens accepted so far.
            today: the hall's day, for the checks of the number.
            key: the hall's credential, sent as a bearer token.
            timeout_s: for the whole exchange, from connecting to the answer's last byte.
        """
        self.name = name
        self._url, self._terminal, self._used, self._today = urlsplit(url), terminal, used, today
        self._timeout_s = timeout_s
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def resolve(self, token: CredentialToken) -> IdentityDocument:
        """Ask who shows this code. See `devices.ports.CredentialResolver`."""
        with self._used.accepting(token):
            status, content = self._ask(token)
            if status in REFUSING:
                raise self._refusal(content)
            if status != 200:
                raise DeviceUnavailable(self.name, f"the platform answers HTTP {status}")
            return self._document(content)

    def check(self) -> str | None:
        """Nothing is asked: a platform has no question that costs nothing. Its failures show at the next code."""
        return None

    def close(self) -> None:
        """Nothing is kept open between two questions."""

    def _ask(self, token: CredentialToken) -> tuple[int, bytes]:
        """Status and body. No exception is chained: where it was raised, the request stands, and in it the token."""
        body = json.encode({"token": token.reveal(), "terminal": self._terminal})
        connection, problem, ends = self._connection(), "", time.monotonic() + self._timeout_s
        try:
            connection.connect()
            with _hang_up_at(ends, connection.sock) as is_late:
                connection.request("POST", self._url.path or "/", body, self._headers)
                with connection.getresponse() as response:
                    status, content = response.status, response.read(LONGEST_ANSWER + 1)
            problem = "TimeoutError" if is_late.is_set() else ""
        except (OSError, http.client.HTTPException) as exc:
            problem = "TimeoutError" if time.monotonic() >= ends else type(exc).__name__
        finally:
            connection.close()
        if problem == "TimeoutError":
            raise DeviceUnavailable(self.name, f"the platform gave no whole answer within {self._timeout_s:g} s")
        if problem:
            raise DeviceUnavailable(self.name, f"the platform cannot be asked: {problem}")
        if len(content) > LONGEST_ANSWER:
            raise ProtocolError(self.name, f"the platform's answer is longer than {LONGEST_ANSWER} bytes")
        return status, content

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(
                host, port, timeout=self._timeout_s, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)

    def _refusal(self, content: bytes) -> CredentialRefused:
        try:
            code = json.decode(content, type=_Refusal).code
        except (DecodeError, ValidationError, UnicodeDecodeError):
            code = ""
        kind = REFUSALS.get(code, CredentialRefused)
        return kind(self.name, f"the platform refused the code ({kind.code})")

    def _document(self, content: bytes) -> IdentityDocument:
        problem = ""
        try:
            answer = json.decode(content, type=_Answer)
            found = recognise(answer.number, self._today())
        except (DecodeError, ValidationError, UnicodeDecodeError):
            problem = "it holds no number and name"
        except InvalidNumber as exc:
            problem = str(exc)
        if problem or not 1 <= len(answer.name.strip()) <= LONGEST_NAME:
            raise ProtocolError(
                self.name, f"not an answer of the platform: {problem or 'the name is empty or too long'}"
            )
        return IdentityDocument(
            kind=DocumentKind.E_CREDENTIAL,
            number=found.number,
            name=answer.name.strip(),
            verification=Verification.READ_UNVERIFIED,
            sex=sex_of(found.number) if found.birth else None,
            birth=found.birth,
            number_kind=found.kind,
        )


@contextlib.contextmanager
def _hang_up_at(ends: float, line: socket.socket) -> Iterator[threading.Event]:
    """End an exchange that takes too long: the library counts its time-out anew for each piece that arrives."""
    is_late = threading.Event()

    def hang_up() -> None:
        is_late.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # beneath TLS, whose own way waits for the other side

    deadline = threading.Timer(max(0.0, ends - time.monotonic()), hang_up)
    deadline.daemon = True
    deadline.start()
    try:
        yield is_late
    finally:
        deadline.cancel()
