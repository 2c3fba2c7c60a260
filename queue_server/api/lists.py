"""What the desk and the auditor look through: tickets by state, a day's appointments, bans, and what was decided."""

import asyncio
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from hall.ticket import TicketState
from queue_server.api.command_route import SCHEMAS
from queue_server.api.context import Ctx
from queue_server.api.queries import as_json
from queue_server.api.schemas import RefusalOut
from queue_server.service.audit import AuditPage, audit_page
from queue_server.service.desk_lists import (
    AppointmentList,
    BanList,
    TicketList,
    appointment_list,
    ban_list,
    ticket_list,
)

router = APIRouter(prefix="/api/v1")

ON_A_PAGE = 200
Most = Annotated[int, Query(ge=1, le=1000, description="entries on a page")]
After = Annotated[int, Query(ge=0, description="the `next_after` of the page before")]


def _answers(out: type, **refusals: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route, for the document."""
    schema = {"$ref": SCHEMAS + out.__name__}
    told = {int(status.removeprefix("on_")): about for status, about in refusals.items()}
    return {
        200: {"content": {"application/json": {"schema": schema}}},
        **{status: {"model": RefusalOut, "description": about} for status, about in told.items()},
    }


@router.get("/tickets", responses=_answers(TicketList), response_class=Response)
async def tickets(
    context: Ctx,
    state: Annotated[list[TicketState], Query(description="one or more; all when left out")] = [],  # noqa: B006
    queue: Annotated[str | None, Query(description="the queue's prefix")] = None,
    counter: Annotated[str | None, Query(description="where it is, was last, or is sent to")] = None,
    after: After = 0,
    most: Most = ON_A_PAGE,
) -> Response:
    """Today's tickets, e.g. those that were missed, in the order of their issue. Documents' numbers are masked."""
    hall = context.live.hall
    found = ticket_list(hall, context.texts, state, prefix=queue, counter_no=counter, after=after, most=most)
    return as_json(found)


@router.get("/appointments", responses=_answers(AppointmentList), response_class=Response)
async def appointments(
    context: Ctx, day: Annotated[date | None, Query(description="the calendar's day when left out")] = None
) -> Response:
    """A day's appointments by time, from today on, with what became of them. Names are masked."""
    wanted = day or context.clock.now().date()
    return as_json(appointment_list(context.live.hall, context.texts, wanted))


@router.get("/bans", responses=_answers(BanList), response_class=Response)
async def bans(context: Ctx) -> Response:
    """The bans in force. Who is banned is not told; `ban_id` lifts the ban."""
    return as_json(ban_list(context.live.hall))


@router.get(
    "/audit",
    responses=_answers(AuditPage, on_503="The journal cannot be read now"),
    response_class=Response,
)
async def audit(
    context: Ctx,
    day: Annotated[date | None, Query(description="a business day; the one that runs when left out")] = None,
    after: After = 0,
    most: Most = ON_A_PAGE,
) -> Response:
    """What rules refused and what people decided on a business day, oldest first, from the journal."""
    wanted = day or context.live.hall.day or context.clock.now().date()
    return as_json(await asyncio.to_thread(audit_page, context.audit, wanted, after, most))


def json_schemas() -> dict[str, object]:
    """The schemas of what these routes give, for the OpenAPI document."""
    kinds = (TicketList, AppointmentList, BanList, AuditPage)
    _refs, components = msgspec.json.schema_components(kinds, ref_template=SCHEMAS + "{name}")
    return dict(components)
