"""The desk's lists and the audit over HTTP: everything that a rule acts on can be found, and nobody by their hash."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from hall.rules import CallRules, MissedRules
from tests.queue_server.api.server import Hall
from tests.queue_server.halls import small_plan

ANN, BEN = "a" * 32, "b" * 32
CARD = {"identity_kind": "resident", "masked_number": "**************000X"}


class Desk:
    """Somebody who sends commands and reads lists."""

    def __init__(self, hall: Hall, http: httpx.AsyncClient) -> None:
        self.hall = hall
        self._http = http
        self._ids = count(1)

    async def do(self, kind: str, **values: Any) -> dict[str, Any]:
        body = {"type": kind, "command_id": f"command-{next(self._ids)}", **values}
        answer: dict[str, Any] = (await self._http.post("/api/v1/commands", json=body)).json()
        return answer

    async def issue(self, item_key: str = "a1", **values: Any) -> dict[str, Any]:
        issued: dict[str, Any] = (await self.do("IssueTicket", item_key=item_key, kiosk_id="K01", **values))["event"]
        return issued

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self._http.get(path)
        assert answer.status_code == status, answer.text
        assert ANN not in answer.text
        assert BEN not in answer.text
        assert status != 200 or answer.headers["cache-control"] == "no-store"
        return answer.json()


@pytest.fixture
def at_desk(tmp_path: Path) -> Callable[[Callable[[Desk], Awaitable[None]]], None]:
    """Runs what somebody does at the desk of the small hall."""

    def run(act: Callable[[Desk], Awaitable[None]]) -> None:
        async def visit() -> None:
            hall = Hall(small_plan(missed=MissedRules(back_after=None), calls=CallRules(may_choose=True)), tmp_path)
            async with hall.running() as http:
                await act(Desk(hall, http))

        asyncio.run(visit())

    return run


# ---- tickets --------------------------------------------------------------------------------------------------------


async def a_busy_morning(desk: Desk) -> None:
    """A001 is held, A002 missed, A003 called, A004 and B001 wait."""
    await desk.do("OpenCounter", counter_no="1", staff_no="T1")
    await desk.issue(person=ANN, **CARD)
    for item_key in ("a1", "a1", "a1", "b1"):
        await desk.issue(item_key)
    await desk.do("CallNext", counter_no="1")
    desk.hall.clock.pass_(minutes=3)
    await desk.do("HoldTicket", counter_no="1", reason="form")
    await desk.do("CallNext", counter_no="1")
    await desk.do("MarkMissed", counter_no="1")
    await desk.do("CallNext", counter_no="1")


def test_tickets_are_found_by_their_state(at_desk):
    async def look(desk: Desk) -> None:
        await a_busy_morning(desk)

        async def numbers(query: str) -> list[str]:
            return [ticket["display_number"] for ticket in (await desk.get(f"/api/v1/tickets{query}"))["tickets"]]

        assert await numbers("") == ["A001", "A002", "A003", "A004", "B001"]
        assert await numbers("?state=missed") == ["A002"]
        assert await numbers("?state=missed&state=on_hold") == ["A001", "A002"]
        assert await numbers("?state=waiting&queue=B") == ["B001"]
        assert await numbers("?counter=1") == ["A001", "A002", "A003"]
        await desk.get("/api/v1/tickets?state=lost", status=422)

    at_desk(look)


def test_a_ticket_in_a_list_says_where_it_is_and_since_when_and_masks_its_number(at_desk):
    async def look(desk: Desk) -> None:
        await a_busy_morning(desk)

        (held,) = (await desk.get("/api/v1/tickets?state=on_hold"))["tickets"]
        (waits, _other) = (await desk.get("/api/v1/tickets?state=waiting"))["tickets"]

        assert (held["state"], held["prefix"], held["counter_no"]) == ("on_hold", "A", "1")
        assert held["since"] == "2026-03-03T09:03:00+08:00"
        assert (held["masked_number"], held["has_person"]) == (CARD["masked_number"], True)
        assert (waits["since"], waits["has_person"]) == ("2026-03-03T09:00:00+08:00", False)
        assert "person" not in held

    at_desk(look)


def test_a_long_list_comes_page_by_page(at_desk):
    async def look(desk: Desk) -> None:
        await a_busy_morning(desk)

        first = await desk.get("/api/v1/tickets?most=3")
        second = await desk.get(f"/api/v1/tickets?most=3&after={first['next_after']}")

        assert [t["display_number"] for t in first["tickets"]] == ["A001", "A002", "A003"]
        assert [t["display_number"] for t in second["tickets"]] == ["A004", "B001"]
        assert (first["total"], second["total"], second["next_after"]) == (5, 5, None)
        await desk.get("/api/v1/tickets?most=0", status=422)

    at_desk(look)


def test_what_phones_may_read_is_one_ticket_and_no_list(at_desk):
    """A proxy lets phones read below /api/v1/tickets/ (docs/guides/install.md)."""

    async def look(desk: Desk) -> None:
        await a_busy_morning(desk)

        answer = await desk._http.get("/api/v1/tickets/?state=missed")

        assert answer.status_code != 200
        assert "A002" not in answer.text

    at_desk(look)


# ---- appointments and bans ------------------------------------------------------------------------------------------


def test_a_days_appointments_are_listed_with_what_became_of_them(at_desk):
    async def look(desk: Desk) -> None:
        for person, hour in ((ANN, 14), (BEN, 10)):
            slot = f"2026-03-04T{hour}:00:00+08:00"
            who = {"person": person, "masked_name": "测*", "channel": "online"}
            await desk.do("BookAppointment", item_key="h1", starts_at=slot, **who)
        await desk.do("CancelAppointment", appointment_no="Y2603040002", by="T1")

        listed = (await desk.get("/api/v1/appointments?day=2026-03-04"))["appointments"]

        assert [(each["appointment_no"], each["starts_at"], each["state"]) for each in listed] == [
            ("Y2603040002", "2026-03-04T10:00:00+08:00", "cancelled"),
            ("Y2603040001", "2026-03-04T14:00:00+08:00", "booked"),
        ]
        assert (listed[0]["masked_name"], listed[0]["item_key"], listed[0]["matter"]) == ("测*", "h1", "Matter h1")
        assert (await desk.get("/api/v1/appointments"))["appointments"] == []
        await desk.get("/api/v1/appointments?day=tomorrow", status=422)

    at_desk(look)


def test_a_ban_that_is_listed_can_be_lifted(at_desk):
    async def look(desk: Desk) -> None:
        ticket = await desk.issue(person=ANN, **CARD)
        ban = {"until": "2026-03-05", "reason": "quarrel", "by": "M1"}
        await desk.do("BanPerson", ticket_id=ticket["ticket_id"], **ban)

        (listed,) = (await desk.get("/api/v1/bans"))["bans"]
        lifted = await desk.do("LiftBan", ban_id=listed["ban_id"], reason="sorry", by="M1")

        assert (listed["until"], listed["reason"]) == ("2026-03-05", "quarrel")
        assert lifted["type"] == "BanLifted"
        assert (await desk.get("/api/v1/bans"))["bans"] == []

    at_desk(look)


# ---- the audit ------------------------------------------------------------------------------------------------------


async def a_contested_morning(desk: Desk) -> None:
    await desk.do("OpenCounter", counter_no="1", staff_no="T1")
    first = await desk.issue(person=ANN, **CARD)
    again = await desk.do("IssueTicket", item_key="a1", kiosk_id="K01", person=ANN, **CARD)
    assert again["code"] == "has_ticket"
    chosen = await desk.issue()
    await desk.do("CallTicket", counter_no="1", ticket_id=chosen["ticket_id"], reason="in a hurry")
    await desk.do("MarkMissed", counter_no="1")
    await desk.do("CallNext", counter_no="1")
    await desk.do("CompleteService", counter_no="1")
    await desk.do("BanPerson", ticket_id=first["ticket_id"], until="2026-03-05", reason="quarrel", by="M1")
    await desk.do("GrantAbility", counter_no="1", department="d3", item_key="h1", by="M1")


def test_the_audit_tells_what_rules_refused_and_people_decided_and_nothing_else(at_desk):
    async def look(desk: Desk) -> None:
        await a_contested_morning(desk)

        page = await desk.get("/api/v1/audit")
        banned = next(entry for entry in page["entries"] if entry["type"] == "PersonBanned")
        refused = next(entry for entry in page["entries"] if entry["type"] == "RuleApplied")

        assert [entry["type"] for entry in page["entries"]] == [
            "SiteAdopted", "RulesAdopted", "DayStarted",
            "RuleApplied", "TicketCalled", "PersonBanned", "AbilityGranted",
        ]  # fmt: skip
        assert page["day"] == "2026-03-03"
        assert refused["event"] == {"rule": "has_ticket", "command": "IssueTicket", "place": "K01", "prefix": "A"}
        assert banned["event"]["by"] == "M1"
        assert banned["event"]["ban_id"] == (await desk.get("/api/v1/bans"))["bans"][0]["ban_id"]
        assert banned["at"] == "2026-03-03T09:00:00+08:00"

    at_desk(look)


def test_the_audit_comes_page_by_page_and_day_by_day(at_desk):
    async def look(desk: Desk) -> None:
        await a_contested_morning(desk)
        desk.hall.clock.pass_(days=1)
        await desk.do("StartDay")
        await desk.do("RevokeAbility", counter_no="1", department="d3", item_key="h1", by="M1")

        first = await desk.get("/api/v1/audit?day=2026-03-03&most=4")
        rest = await desk.get(f"/api/v1/audit?day=2026-03-03&most=4&after={first['next_after']}")
        today = await desk.get("/api/v1/audit")

        assert [len(page["entries"]) for page in (first, rest)] == [4, 3]
        assert rest["next_after"] is None
        assert (today["day"], [entry["type"] for entry in today["entries"]]) == ("2026-03-04", ["DayStarted"])
        assert (await desk.get("/api/v1/audit?day=2020-01-01"))["entries"] == []

    at_desk(look)


def test_an_audit_that_cannot_be_read_is_refused_with_a_code(at_desk):
    async def look(desk: Desk) -> None:
        for path in desk.hall._path.parent.glob("hall.sqlite"):
            path.rename(path.with_name("moved"))

        answer = await desk.get("/api/v1/audit", status=503)

        assert answer["code"] == "journal_unavailable"

    at_desk(look)


def test_the_document_describes_the_lists(at_desk):
    async def look(desk: Desk) -> None:
        document = (await desk._http.get("/openapi.json")).json()
        schemas = document["components"]["schemas"]

        for path, name in (
            ("tickets", "TicketList"),
            ("appointments", "AppointmentList"),
            ("bans", "BanList"),
            ("audit", "AuditPage"),
        ):
            operation = document["paths"][f"/api/v1/{path}"]["get"]
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            assert operation["description"]
            assert schema == {"$ref": f"#/components/schemas/{name}"}
            assert name in schemas
        assert {"TicketLine", "AppointmentLine", "BanLine", "AuditEntry"} <= schemas.keys()

    at_desk(look)
