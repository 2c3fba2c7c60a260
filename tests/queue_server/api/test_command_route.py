"""The routes that carry out commands: what they refuse, how they say so, and what the OpenAPI document says of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hall.catalogue import HallPlan
from hall.texts import ENGLISH
from queue_server.adapters.sql_audit import SqlAudit
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.api.app import make_app
from queue_server.api.command_route import LARGEST_BODY
from queue_server.api.context import Context
from queue_server.service.live_hall import LiveHall
from queue_server.service.writer import Writer
from tests.queue_server.halls import Clock

Ask = Callable[[httpx.AsyncClient], Awaitable[None]]
ISSUE = {"command_id": "command-1", "item_key": "I001", "kiosk_id": "K01"}
JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def _nothing(_app: object) -> AsyncIterator[None]:
    yield


async def _with_server(plan: HallPlan, folder: Path, ask: Ask) -> None:
    live, journal = LiveHall(plan, asyncio.get_running_loop()), SqlJournal(folder / "hall.sqlite")
    writer = Writer(plan, journal, Clock(), followers=[live])
    writer.start()
    app = make_app(_nothing)
    app.state.context = Context(
        plan=plan,
        live=live,
        clock=Clock(),
        speed=1.0,
        texts=ENGLISH,
        languages=(ENGLISH,),
        public_url="http://hall.test",
        incarnation=journal.incarnation,
        handle=writer.ask,
        broker_connected=lambda: False,
        tell=lambda _message: None,
        audit=SqlAudit(folder / "hall.sqlite"),
    )
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hall.test") as http:
            await ask(http)
            assert (live.hall.tickets == {}) == (not getattr(ask, "draws", False))
    finally:
        writer.close()
        journal.close()


@pytest.fixture
def serve(plan: HallPlan, tmp_path: Path) -> Callable[[Ask], None]:
    """Runs a conversation with a server, and sees that it drew no number."""
    return lambda ask: asyncio.run(_with_server(plan, tmp_path, ask))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/v1/tickets", {}, "command_id"),
        ("/api/v1/tickets", ISSUE | {"command_id": "short"}, "command_id"),
        ("/api/v1/tickets", ISSUE | {"command_id": "a line feed\n"}, "command_id"),
        ("/api/v1/tickets", ISSUE | {"command_id": "command-1\n"}, "command_id"),
        ("/api/v1/tickets", ISSUE | {"item_key": ""}, "item_key"),
        ("/api/v1/tickets", ISSUE | {"item_key": 7}, "item_key"),
        ("/api/v1/tickets", ISSUE | {"colour": "red"}, "colour"),
        ("/api/v1/tickets", ISSUE | {"identity_kind": "library card"}, "identity_kind"),
        ("/api/v1/tickets", ISSUE | {"masked_number": "15990019900101000X"}, "masked_number"),
        ("/api/v1/tickets", ISSUE | {"masked_number": "*X\n"}, "masked_number"),
        ("/api/v1/counters/3/open", {"command_id": "command-1", "staff_no": "no spaces"}, "staff_no"),
        ("/api/v1/counters/3/pause", {"command_id": "command-1", "reason": ""}, "reason"),
        ("/api/v1/counters/3/pause", {"command_id": "command-1", "reason": "x" * 61}, "reason"),
        ("/api/v1/counters/3/dance", {"command_id": "command-1"}, "action"),
        ("/api/v1/tickets/t/print", {"command_id": "command-1", "printed": "yes"}, "printed"),
        ("/api/v1/ratings/r", {"command_id": "command-1", "level": "splendid", "channel": "kiosk"}, "level"),
    ],
)
def test_a_field_that_is_wrong_is_named(serve: Callable[[Ask], None], path: str, body: dict[str, object], field: str):
    async def ask(http: httpx.AsyncClient) -> None:
        answer = await http.post(path, json=body)

        said = answer.json()
        assert (answer.status_code, said["code"], said["facts"]) == (422, "bad_request", {"field": field})
        assert field in said["detail"]
        assert "15990019900101000X" not in answer.text

    serve(ask)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"command_id": "command-1"'])
def test_a_body_that_is_no_json_object_is_refused(serve: Callable[[Ask], None], content: bytes):
    async def ask(http: httpx.AsyncClient) -> None:
        answer = await http.post("/api/v1/tickets", content=content, headers=JSON)

        assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")

    serve(ask)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_page_elsewhere_cannot_send_a_command_as_a_plain_form(serve: Callable[[Ask], None], kind: str | None):
    async def ask(http: httpx.AsyncClient) -> None:
        headers = {"Content-Type": kind} if kind else {}
        answer = await http.post("/api/v1/tickets", content=httpx.Response(200, json=ISSUE).content, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")

    serve(ask)


def test_json_with_its_encoding_named_is_understood(serve: Callable[[Ask], None]):
    async def ask(http: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = await http.post("/api/v1/tickets", content=httpx.Response(200, json=ISSUE).content, headers=headers)

        assert (answer.status_code, answer.json()["display_number"]) == (201, "A001")
        assert answer.headers["content-type"] == "application/json"

    ask.draws = True  # type: ignore[attr-defined]
    serve(ask)


@pytest.mark.parametrize("path", ["/api/v1/tickets", "/api/v1/commands"])
@pytest.mark.parametrize("content", [b'{"a":' + b"[" * 8000, b'{"type": "\xff", "command_id": "\xff"}'])
def test_a_body_nested_without_end_or_in_no_alphabet_is_refused(
    serve: Callable[[Ask], None], path: str, content: bytes
):
    async def ask(http: httpx.AsyncClient) -> None:
        answer = await http.post(path, content=content, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")

    serve(ask)


def test_a_body_larger_than_any_command_is_refused_in_pieces_too(serve: Callable[[Ask], None]):
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 1000 + 1):
            yield b" " * 1000

    async def ask(http: httpx.AsyncClient) -> None:
        whole = await http.post("/api/v1/tickets", content=b" " * (LARGEST_BODY + 1), headers=JSON)
        piecewise = await http.post("/api/v1/tickets", content=pieces(), headers=JSON)

        assert [(a.status_code, a.json()["code"]) for a in (whole, piecewise)] == [(413, "bad_request")] * 2

    serve(ask)


def test_only_posts_are_commands(serve: Callable[[Ask], None]):
    async def ask(http: httpx.AsyncClient) -> None:
        assert (await http.put("/api/v1/tickets", json=ISSUE)).status_code == 405
        assert (await http.post("/api/v1/tickets/", json=ISSUE, follow_redirects=False)).status_code != 201

    serve(ask)


def test_the_document_describes_every_command_route_with_its_fields_and_answers(serve: Callable[[Ask], None]):
    async def ask(http: httpx.AsyncClient) -> None:
        document = (await http.get("/openapi.json")).json()
        schemas = document["components"]["schemas"]
        issue = document["paths"]["/api/v1/tickets"]["post"]
        act = document["paths"]["/api/v1/counters/{counter_no}/{action}"]["post"]

        asked = _schema(schemas, issue["requestBody"]["content"])
        assert set(asked["required"]) == {"command_id", "item_key", "kiosk_id"}
        assert asked["additionalProperties"] is False
        assert asked["properties"]["command_id"]["minLength"] == 8
        assert "display_number" in _schema(schemas, issue["responses"]["201"]["content"])["properties"]
        assert {"409", "422", "503"} <= set(act["responses"])
        assert {parameter["name"] for parameter in act["parameters"]} == {"counter_no", "action"}
        assert "call-next" in next(p["schema"]["enum"] for p in act["parameters"] if p["name"] == "action")
        for reference in _references(document):
            assert reference.removeprefix("#/components/schemas/") in schemas

    serve(ask)


def _schema(schemas: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = schemas[content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
    return schema


def _references(node: object) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(value) for value in node))
    return set()
