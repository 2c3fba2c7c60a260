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
CHECK_S = 2.0  # a code that is shown meanwhile waits for so long at most
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
            url: the gateway's address, with http or https; what stands behind a "?" is sent with it.
            terminal: this kiosk's id, for the platform's own records.
            name: as health and logs call it.
            used: the tokens accepted so far.
            today: the hall's day, for the checks of the number.
            key: the hall's credential, sent as a bearer token.
            timeout_s: for the whole exchange, from connecting to the answer's last byte. Looking the name up comes
                before: the system's resolver takes no deadline.
        """
        self.name = name
        self._url, self._terminal, self._used, self._today = urlsplit(url), terminal, used, today
        self._target = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
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
        """See whether it can be connected to; nothing is asked: a platform has no question that costs nothing.

        Raises:
            DeviceUnavailable: nobody answers there within `CHECK_S`, or not as whom the certificate says.
        """
        problem, ends = "", time.monotonic() + CHECK_S
        try:
            with self._line(ends) as line, _hang_up_at(ends, line):
                _greet(line)
        except (OSError, ValueError) as exc:
            problem = type(exc).__name__
        if problem:
            raise DeviceUnavailable(self.name, f"the platform cannot be reached: {problem}")
        return None

    def close(self) -> None:
        """Nothing is kept open between two questions."""

    def _ask(self, token: CredentialToken) -> tuple[int, bytes]:
        """Status and body. No exception is chained: where it was raised, the request stands, and in it the token."""
        body = json.encode({"token": token.reveal(), "terminal": self._terminal})
        problem, ends = "", time.monotonic() + self._timeout_s
        try:
            status, content = self._exchange(body, ends)
        except (OSError, http.client.HTTPException) as exc:
            problem = "TimeoutError" if time.monotonic() >= ends else type(exc).__name__
        except ValueError:  # its text holds what could not be sent, and that may be the key
            problem = "ValueError"
        if problem == "ValueError":
            raise ProtocolError(self.name, "the address or the key holds what no request may hold")
        if problem == "TimeoutError":
            raise DeviceUnavailable(self.name, f"the platform gave no whole answer within {self._timeout_s:g} s")
        if problem:
            raise DeviceUnavailable(self.name, f"the platform cannot be asked: {problem}")
        if len(content) > LONGEST_ANSWER:
            raise ProtocolError(self.name, f"the platform's answer is longer than {LONGEST_ANSWER} bytes")
        return status, content

    def _exchange(self, body: bytes, ends: float) -> tuple[int, bytes]:
        is_https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port)
        with contextlib.closing(connection), self._line(ends) as line, _hang_up_at(ends, line) as is_late:
            _greet(line)
            connection.sock = line  # the library's own way to connect takes a time-out for each address, and for TLS
            connection.request("POST", self._target, body, self._headers)
            with connection.getresponse() as response:
                status, content = response.status, response.read(LONGEST_ANSWER + 1)
            if is_late.is_set():
                raise TimeoutError
            return status, content

    def _line(self, ends: float) -> socket.socket:
        """A connection to the platform; `_greet` comes next."""
        host, is_https = self._url.hostname or "", self._url.scheme == "https"
        line = _connect(host, self._url.port or (443 if is_https else 80), ends)
        if not is_https:
            return line
        return ssl.create_default_context().wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)

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


def _connect(host: str, port: int, ends: float) -> socket.socket:
    """Try a host's addresses one after the other; what time is left is shared among those that are left."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for left, (family, kind, protocol, _name, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(max(0.01, (ends - time.monotonic()) / left))
            line.connect(address)
            line.settimeout(max(0.01, ends - time.monotonic()))
        except OSError:
            line.close()
            if left == 1:
                raise
        else:
            return line
    raise OSError(f"{host} has no address")


def _greet(line: socket.socket) -> None:
    """The beginning of TLS, where there is any; a certificate that does not fit ends it."""
    if isinstance(line, ssl.SSLSocket):
        line.do_handshake()


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
