"""The kiosk's side of the hall server's API: a few questions, and three kinds of answer."""

from datetime import date
from types import TracebackType
from typing import TypeVar

import httpx
from msgspec import DecodeError, Struct, json

from hall.messages import AnyCommand, AnyEvent, IssueTicket, ReportPrint
from kiosk.flow.state import QueueFacts, Ticket

A = TypeVar("A")

TIMEOUT_S = 3.0


class ServerAway(Exception):
    """No answer, or none that a hall server gives: the request may have been done or not."""


class NeverSent(ServerAway):
    """No connection could be made: the request was not done."""


class ServerFailed(ServerAway):
    """It answered, and not as a hall server should: with an HTTP 5xx, or with something else than was asked for."""


class Refused(Exception):
    """The server said no.

    Attributes:
        code: stable, for programs and translations.
        text: for people who read logs.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class QueuesAnswer(Struct, frozen=True):
    """How the queues are."""

    revision: int
    queues: tuple[QueueFacts, ...]
    incarnation: str = ""  # the journal's; "" from a server that does not tell it
    business_day: date | None = None  # that runs by the journal; None before its first


class _Answer(Struct, frozen=True):
    event: AnyEvent


class _Refusal(Struct, frozen=True):
    code: str
    detail: str = ""


class HallClient:
    """Calls the hall's server. Every call waits for at most about 3 s; threads may share one client."""

    def __init__(self, base_url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            base_url: e.g. "http://127.0.0.1:8080".
            timeout_s: for each of connecting, sending and receiving.
        """
        self._http = httpx.Client(base_url=base_url, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> "HallClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def queues(self) -> QueuesAnswer:
        """How every queue is now.

        Raises:
            ServerAway, Refused: see there.
        """
        return _decoded(self._ask("GET", "/api/v1/queues"), QueuesAnswer)

    def issue(self, command: IssueTicket) -> Ticket:
        """Draw a number; the same `command_id` again gets the same one.

        Raises:
            ServerAway: the number may be drawn or not; ask again with the same command.
            Refused: no number was drawn.
        """
        body = {
            "command_id": command.command_id,
            "item_key": command.item_key,
            "kiosk_id": command.kiosk_id,
            "identity_kind": command.identity_kind,
            "masked_number": command.masked_number,
            "person": command.person,
            "age_years": command.age_years,
        }
        return _decoded(self._ask("POST", "/api/v1/tickets", body), Ticket)

    def report_print(self, command: ReportPrint) -> None:
        """Say what became of the paper.

        Raises:
            ServerAway, Refused: see there.
        """
        body = {"command_id": command.command_id, "printed": command.printed, "cause": command.cause}
        self._ask("POST", f"/api/v1/tickets/{command.ticket_id}/print", body)

    def carry_out(self, command: AnyCommand) -> AnyEvent:
        """Have any command carried out; the same `command_id` again gets the same event.

        Raises:
            ServerAway: it may have been done or not; ask again with the same command.
            Refused: nothing was done.
        """
        return _decoded(self._ask("POST", "/api/v1/commands", command), _Answer).event

    def _ask(self, method: str, path: str, body: object = None) -> bytes:
        content = None if body is None else json.encode(body)
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            response = self._http.request(method, path, content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL) as exc:
            raise NeverSent(f"{method} {path}: {type(exc).__name__}") from exc
        except httpx.HTTPError as exc:
            raise ServerAway(f"{method} {path}: {type(exc).__name__}") from exc
        if response.is_success:
            return response.content
        if 400 <= response.status_code < 500:
            raise _refusal(response)
        raise ServerFailed(f"{method} {path}: HTTP {response.status_code}")


def _refusal(response: httpx.Response) -> Refused:
    try:
        said = json.decode(response.content, type=_Refusal)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return Refused(f"http_{response.status_code}", "the answer had no code")
    return Refused(said.code, said.detail)


def _decoded(content: bytes, kind: type[A]) -> A:
    try:
        return json.decode(content, type=kind)
    except (DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ServerFailed(f"not a hall server's answer: {exc}") from exc
