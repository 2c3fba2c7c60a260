"""One route for every command: what kiosks, desks and managers ask for, as the journal's own words in JSON.

The body is a command with its type, e.g. {"type": "TransferTicket", "command_id": "…", "counter_no": "3", …}.
"""

import msgspec
from fastapi import APIRouter, Request, Response

from hall.messages import AnyCommand
from queue_server.api.command_route import BadRequest, parsed, read_json
from queue_server.api.commands import answer_to
from queue_server.api.context import Context

router = APIRouter()
_decoder = msgspec.json.Decoder(AnyCommand)
_encoder = msgspec.json.Encoder()
_schema, _components = msgspec.json.schema_components([AnyCommand], ref_template="#/components/schemas/{name}")


@router.post(
    "/api/v1/commands",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _schema[0]}}}},
)
async def carry_out(request: Request) -> Response:
    """Have any command carried out; the answer is the event that it caused, and the same for the same `command_id`."""
    try:
        command = parsed(_decoder.decode, await read_json(request.scope, request.receive))
    except BadRequest as exc:
        return Response(exc.as_json(), exc.status, media_type="application/json")
    context: Context = request.app.state.context
    answer = answer_to(context, await context.handle(command))
    return Response(_encoder.encode(answer), media_type="application/json")


def schemas() -> dict[str, object]:
    """The commands' JSON schemas, for the OpenAPI document."""
    return dict(_components)
