"""An appointment's confirmation over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.queue_server.api.server import Hall
from tests.queue_server.halls import small_plan

SLOT = "2026-03-04T10:00:00+08:00"
BOOKING = {"item_key": "h1", "starts_at": SLOT, "person": "a" * 32, "masked_name": "测*", "channel": "online"}


def after_booking(folder: Path, then: Callable[[httpx.AsyncClient, str], Awaitable[None]]) -> None:
    """Book, then do something with the appointment's number."""

    async def visit() -> None:
        async with Hall(small_plan(), folder).running() as http:
            booked = await carry_out(http, "BookAppointment", **BOOKING)
            await then(http, booked.json()["event"]["appointment_no"])

    asyncio.run(visit())


async def carry_out(http: httpx.AsyncClient, kind: str, **values: Any) -> httpx.Response:
    body = {"type": kind, "command_id": f"command-{kind}", **values}
    return await http.post("/api/v1/commands", json=body)


@pytest.mark.parametrize(
    ("query", "hall", "zone", "matter", "text"),
    [
        ("", "小厅", "一区", "事项h1", "测*，您的预约号Y2603040001：事项h1，2026-03-04 10:00至10:30，小厅1层一区。"),
        (
            "?lang=en",
            "Small hall",
            "Zone one",
            "Matter h1",
            (
                "测*, your appointment Y2603040001: Matter h1, on 2026-03-04 from 10:00 to 10:30, "
                "Small hall, floor 1, Zone one."
            ),
        ),
    ],
)
def test_a_confirmation_has_the_five_fields_and_a_sentence(
    tmp_path: Path, query: str, hall: str, zone: str, matter: str, text: str
):
    async def confirm(http: httpx.AsyncClient, number: str) -> None:
        answer = await http.get(f"/api/v1/appointments/{number}/confirmation{query}")

        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert answer.json() == {
            "masked_name": "测*",
            "starts_at": SLOT,
            "ends_at": "2026-03-04T10:30:00+08:00",
            "place": {"hall": hall, "zone": zone, "floor": 1, "counters": ["5", "6"]},
            "appointment_no": "Y2603040001",
            "matter": matter,
            "text": text,
        }

    after_booking(tmp_path, confirm)


def test_what_cannot_be_confirmed_is_refused_with_a_code(tmp_path: Path):
    async def refuse(http: httpx.AsyncClient, number: str) -> None:
        unknown = await http.get("/api/v1/appointments/Y2603040009/confirmation")
        no_language = await http.get(f"/api/v1/appointments/{number}/confirmation?lang=fr")
        await carry_out(http, "CancelAppointment", appointment_no=number, by="T0900")
        over = await http.get(f"/api/v1/appointments/{number}/confirmation")

        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_appointment")
        assert no_language.status_code == 422
        assert (over.status_code, over.json()["code"]) == (409, "appointment_over")

    after_booking(tmp_path, refuse)


def test_the_document_describes_the_confirmation_and_its_refusals(tmp_path: Path):
    async def describe(http: httpx.AsyncClient, _number: str) -> None:
        document = (await http.get("/openapi.json")).json()
        operation = document["paths"]["/api/v1/appointments/{appointment_no}/confirmation"]["get"]
        fields = document["components"]["schemas"]["ConfirmationOut"]["required"]

        assert {"200", "404", "409"} <= operation["responses"].keys()
        assert {"masked_name", "starts_at", "place", "appointment_no", "matter", "text"} <= set(fields)

    after_booking(tmp_path, describe)
