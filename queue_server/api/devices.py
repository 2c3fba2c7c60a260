"""The test buttons of devices: a device's owner is asked to try it; the manager's view tells what came of it."""

import uuid

from fastapi import APIRouter, Response
from msgspec import Struct

from hall.messages import TryDevice
from queue_server.api.context import Ctx
from queue_server.api.queries import as_json
from queue_server.service.trials import NOT_TRIED

router = APIRouter()


class TrialAsked(Struct, frozen=True):
    """A trial is under way; `DeviceTried` with the same id ends it."""

    device_id: str
    trial_id: str


class NoTrial(Struct, frozen=True):
    """Nobody can be asked; the form of every refusal."""

    code: str
    detail: str
    facts: dict[str, str]


@router.post("/api/v1/devices/{device_id}/try", status_code=202)
async def try_device(device_id: str, context: Ctx) -> Response:
    """Ask a device to show that it works: a printer prints a slip, a reader answers."""
    if device_id not in context.live.devices:
        text = f"no device {device_id!r} has reported"
        return _with_status(404, NoTrial("unknown_device", text, {"device_id": device_id}))
    if context.live.devices[device_id].kind in NOT_TRIED:
        return _with_status(409, NoTrial("not_to_be_tried", f"{device_id} is no device that can be tried", {}))
    if not context.broker_connected():
        return _with_status(503, NoTrial("broker_away", "the message service is not connected", {}))
    asked = TrialAsked(device_id, str(uuid.uuid4()))
    context.tell(TryDevice(device_id=device_id, trial_id=asked.trial_id))
    return _with_status(202, asked)


def _with_status(status: int, body: Struct) -> Response:
    response = as_json(body)
    response.status_code = status
    return response
