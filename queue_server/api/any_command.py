"""One route for every command: what kiosks, desks and managers ask for, as the journal's own words in JSON.

The body is a command with its type, e.g. {"type": "TransferTicket", "command_id": "…", "counter_no": "3", …}.
"""

import msgspec
from fastapi import APIRouter, Request, Response

from hall.messages import AnyCommand
from queue_server.api.context import Context
from queue_server.domain.record import Record

router = APIRouter()
_decoder = msgspec.json.Decoder(AnyCommand)
_encoder = msgspec.json.Encoder()
_schema, _components = msgspec.json.schema_components([AnyCommand], ref_template="#/components/schemas/{name}")

LARGEST_BODY = 8192  # bytes; the largest command is well below


@router.post(
    "/api/v1/commands",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _schema[0]}}}},
)
async def carry_out(request: Request) -> Response:
    """Have any command carried out; the answer is the event that it caused, and the same for the same `command_id`."""
    body = await request.body()
    if len(body) > LARGEST_BODY:
        return _bad(f"a command has at most {LARGEST_BODY} bytes")
    try:
        command = _decoder.decode(body)
    except msgspec.DecodeError as exc:  # its text names the field and what was expected
        return _bad(str(exc))
    context: Context = request.app.state.context
    return Response(_encoder.encode(answer_to(await context.handle(command))), media_type="application/json")


def schemas() -> dict[str, object]:
    """The commands' JSON schemas, for the OpenAPI document."""
    return dict(_components)


def answer_to(record: Record) -> dict[str, object]:
    """A record as clients get it: nothing in it that only the journal needs."""
    return {"seq": record.seq, "at": record.at, "type": type(record.event).__name__, "event": record.event}


def _bad(detail: str) -> Response:
    return Response(
        _encoder.encode({"code": "bad_request", "detail": detail, "facts": {}}), 422, media_type="application/json"
    )
