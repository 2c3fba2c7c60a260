"""Routes that carry out a command: JSON in, one command, JSON out, and no more work than that on the way.

FastAPI's own way with a request (dependencies, models, exit stacks) costs more than deciding and keeping the command.
These routes stand in its table and in the OpenAPI document like any other, and are called directly.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from hall import messages as m
from queue_server.api.context import Context
from queue_server.domain.record import Record

Body = TypeVar("Body")

LARGEST_BODY = 8192  # bytes; the largest command is well below
SCHEMAS = "#/components/schemas/"
JSON_TYPE = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode
_FIELD = re.compile(r"at `\$\.(\w+)|field `(\w+)`")

Answer = Callable[[Context, Record], object]
"""Makes a route's answer of the record that answers its command."""


class BadRequest(Exception):
    """What was sent is no command.

    Attributes:
        status: the HTTP status.
        field: the field that is wrong, where it is one.
    """

    code = "bad_request"

    def __init__(self, text: str, *, status: int = 422, field: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.field = field

    def as_json(self) -> bytes:
        """The body of the answer, of the same form as a refusal's."""
        facts = {} if self.field is None else {"field": self.field}
        return _encode({"code": self.code, "detail": str(self), "facts": facts})


class CommandRoute(APIRoute):
    """A route whose ASGI application is given; FastAPI only describes it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = endpoint.asgi  # type: ignore[attr-defined]


def add_route(
    app: FastAPI,
    path: str,
    body: type[Body],
    command: Callable[[Body, Mapping[str, str]], m.AnyCommand],
    answer: Answer,
    *,
    about: str,
    status: int,
    out: type,
    refusals: Mapping[int | str, dict[str, Any]],
    choices: Mapping[str, list[str]] | None = None,
) -> None:
    """Have a path carry out a command.

    Args:
        path: with parameters in braces.
        body: the struct that the request's JSON must be; an unknown field is refused.
        command: makes the command of the body and the path's parameters; may raise `BadRequest`.
        answer: makes the answer.
        about: the route's summary.
        out: the answer's struct, for the document.
        refusals: the other answers, for the document.
        choices: the values of a path's parameters, where they are few.
    """
    decode, head = msgspec.json.Decoder(body).decode, {"type": "http.response.start", "status": status}

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        context: Context = scope["app"].state.context
        try:
            asked = command(parsed(decode, await read_json(scope, receive)), scope["path_params"])
        except BadRequest as exc:
            await _send(send, {**head, "status": exc.status}, exc.as_json())
            return
        await _send(send, head, _encode(answer(context, await context.handle(asked))))

    async def endpoint(_request: Request) -> Response:
        raise NotImplementedError  # `asgi` is called in its place

    endpoint.asgi = asgi  # type: ignore[attr-defined]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", **_enumerated(choices, name)}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    content = {"application/json": {"schema": {"$ref": SCHEMAS + body.__name__}}}
    app.router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        name=about,
        status_code=status,
        responses={**refusals, status: {"content": {"application/json": {"schema": {"$ref": SCHEMAS + out.__name__}}}}},
        response_class=Response,
        response_model=None,
        openapi_extra={"parameters": parameters, "requestBody": {"required": True, "content": content}},
        route_class_override=CommandRoute,
    )


async def read_json(scope: Scope, receive: Receive) -> bytes:
    """A request's body; a page of another origin cannot send JSON by name without asking first.

    Raises:
        BadRequest: it is not said to be JSON, or too large, or the sender went away.
    """
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if not kind.lower().startswith(b"application/json"):
        raise BadRequest("the body must be JSON, with Content-Type: application/json")
    parts: list[bytes] = []
    size, is_more = 0, True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("the sender went away")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise BadRequest(f"a command has at most {LARGEST_BODY} bytes", status=413)
        is_more = message.get("more_body", False)
    return b"".join(parts)


def parsed(decode: Callable[[bytes], Body], data: bytes) -> Body:
    """Decode a command's JSON; raises `BadRequest` for whatever is no such thing."""
    try:
        return decode(data)
    except msgspec.DecodeError as exc:  # its text names the field and what was expected
        found = _FIELD.search(str(exc))
        raise BadRequest(str(exc), field=found and (found[1] or found[2])) from exc
    except UnicodeDecodeError:
        raise BadRequest("a text in the body is not UTF-8") from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None


async def _send(send: Send, head: dict[str, Any], content: bytes) -> None:
    headers = [(b"content-length", b"%d" % len(content)), JSON_TYPE]
    await send({**head, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _enumerated(choices: Mapping[str, list[str]] | None, name: str) -> dict[str, list[str]]:
    return {"enum": choices[name]} if choices and name in choices else {}
