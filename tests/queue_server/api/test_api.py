"""The server's HTTP, with the real writer and journal behind it."""

import asyncio
import json
from typing import get_args

import pytest

from hall import messages as m
from queue_server.api.refusals import STATUS
from queue_server.domain.refusals import Refusal
from queue_server.service.housekeeping import due
from tests.queue_server.api.server import Hall, issue


def test_every_refusal_has_a_code_of_its_own_and_what_is_unknown_is_not_found():
    def all_below(kind: type[Refusal]) -> set[type[Refusal]]:
        return {found for sub in kind.__subclasses__() for found in {sub} | all_below(sub)}

    kinds = all_below(Refusal)
    unknown = {kind for kind in kinds if kind.code.startswith("unknown_")}
    assert set(STATUS) <= kinds
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert {kind for kind, status in STATUS.items() if status == 404} == unknown


def test_a_ticket_is_drawn_called_completed_and_rated(hall: Hall):
    async def visit() -> None:
        async with hall.running() as http:
            ticket = (await http.post("/api/v1/tickets", json=issue())).json()
            again = (await http.post("/api/v1/tickets", json=issue())).json()
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            called = await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})
            view = (await http.get("/api/v1/counters/3")).json()
            done = await http.post("/api/v1/counters/3/complete", json={"command_id": "command-4"})
            rating_id = done.json()["event"]["rating_id"]
            rating = {"command_id": "command-5", "level": "satisfied", "channel": "kiosk"}
            rated = await http.post(f"/api/v1/ratings/{rating_id}", json=rating)
            manager = (await http.get("/api/v1/manager")).json()

            assert ticket == again
            assert ticket["display_number"] == "A001"
            assert ticket["status_url"] == f"http://hall.test/t/{ticket['ticket_id']}"
            assert called.json()["event"]["display_number"] == "A001"
            assert view["bar_text"] == "Ticket A001, please go to window 3"
            assert rated.json()["event"]["staff_no"] == "T0003"
            assert (manager["ratings"]["satisfied"], manager["completed"], manager["waiting"]) == (1, 1, 0)

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/v1/tickets", issue(item_key="I999"), 404, "unknown_item"),
        ("/api/v1/counters/99/call-next", {"command_id": "command-1"}, 404, "unknown_counter"),
        ("/api/v1/counters/3/call-next", {"command_id": "command-1"}, 409, "counter_not_open"),
        ("/api/v1/tickets/none/print", {"command_id": "command-1", "printed": True}, 404, "unknown_ticket"),
    ],
)
def test_a_refusal_has_a_code_and_a_sentence_and_changes_nothing(hall: Hall, path, body, status, code):
    async def refuse() -> None:
        async with hall.running() as http:
            answer = await http.post(path, json=body)

            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert answer.json()["detail"]
            assert hall.live.hall.tickets == {}

    asyncio.run(refuse())


@pytest.mark.parametrize(
    "body",
    [
        {},
        issue(command_id="short"),
        issue(command_id="with spaces in it"),
        issue(unknown="field"),
        issue(masked_number="15990019900101000X"),  # a whole identity number never gets in
        issue(masked_number="******0101000X"),
    ],
)
def test_a_body_that_is_not_a_command_is_refused(hall: Hall, body: dict[str, str]):
    async def refuse() -> None:
        async with hall.running() as http:
            assert (await http.post("/api/v1/tickets", json=body)).status_code == 422
            assert hall.live.hall.tickets == {}

    asyncio.run(refuse())


def test_a_command_id_of_another_kind_of_command_is_refused(hall: Hall):
    async def reuse() -> None:
        async with hall.running() as http:
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-1", "staff_no": "T0003"})
            answer = await http.post("/api/v1/tickets", json=issue(command_id="command-1"))

            assert (answer.status_code, answer.json()["code"]) == (409, "command_id_reused")

    asyncio.run(reuse())


def test_clocks_on_pages_run_as_fast_as_the_hall_s(hall: Hall):
    async def look() -> None:
        async with hall.running() as http:
            pages = [(await http.get(path)).text for path in ("/display", "/counter/3", "/manager")]

            assert all('"speed": 10.0' in page for page in pages)

    asyncio.run(look())


def test_no_page_of_many_shows_a_visitors_number(hall: Hall):
    async def look() -> None:
        async with hall.running() as http:
            ticket = (await http.post("/api/v1/tickets", json=issue(masked_number="**************000X"))).json()
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})
            paths = ("display", "manager", "queues", f"tickets/{ticket['ticket_id']}")
            shown = [(await http.get(f"/api/v1/{path}")).text for path in paths]
            clerk = (await http.get("/api/v1/counters/3")).json()

            assert all("000X" not in text for text in shown)
            assert clerk["visitor"]["masked_number"] == "**************000X"  # the clerk must see who comes

    asyncio.run(look())


def test_a_rating_that_nobody_gives_is_due_to_close_after_its_time(hall: Hall):
    async def wait() -> None:
        async with hall.running() as http:
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            await http.post("/api/v1/tickets", json=issue())
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})
            await http.post("/api/v1/counters/3/complete", json={"command_id": "command-4"})

            hall.clock.pass_(seconds=29)
            early = due(hall.live, hall.clock, 30)
            hall.clock.pass_(seconds=1)
            late = due(hall.live, hall.clock, 30)
            hall.clock.pass_(days=1)
            tomorrow = due(hall.live, hall.clock, 30)

            assert early == []
            assert [type(command).__name__ for command in late] == ["CloseRating"]
            assert [type(command).__name__ for command in tomorrow] == ["StartDay"]

    asyncio.run(wait())


ELDER = {"type": "IssueTicket", "command_id": "command-1", "item_key": "I001", "kiosk_id": "K01", "age_years": 75}


def test_any_command_can_be_sent_in_the_journals_words(hall: Hall):
    async def visit() -> None:
        async with hall.running() as http:
            ticket = (await http.post("/api/v1/commands", json=ELDER)).json()["event"]
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})
            hold = {"type": "HoldTicket", "command_id": "command-4", "counter_no": "3", "reason": "form", "minutes": 5}
            held = await http.post("/api/v1/commands", json=hold)
            again = await http.post("/api/v1/commands", json=hold)
            view = (await http.get(f"/api/v1/tickets/{ticket['ticket_id']}")).json()

            assert held.status_code == 200
            assert held.json()["type"] == "TicketHeld"
            assert again.json() == held.json()
            assert view["state"] == "on_hold"

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"not json", "malformed"),
        (b'{"type": "Nonsense", "command_id": "command-1"}', "Nonsense"),
        (b'{"type": "CallNext", "command_id": "command-1"}', "counter_no"),
        (b'{"type": "CallNext", "command_id": "short", "counter_no": "3"}', "command_id"),
        (b'{"type": "CallNext", "command_id": "command-1", "counter_no": "3", "counterno": "4"}', "counterno"),
        (
            b'{"type": "RebookAppointment", "command_id": "command-1", "appointment_no": "Y1", "starts_at": "10:00"}',
            "starts_at",
        ),
        (b'{"type": "CallNext", "command_id": "command-1", "counter_no": "' + b"3" * 9000 + b'"}', "bytes"),
    ],
)
def test_a_body_that_is_no_command_names_what_is_wrong(hall: Hall, body: bytes, said: str):
    async def send() -> None:
        async with hall.running() as http:
            before = hall.live.hall.seq
            answer = await http.post("/api/v1/commands", content=body, headers={"Content-Type": "application/json"})

            assert answer.status_code == (413 if said == "bytes" else 422)
            assert answer.json()["code"] == "bad_request"
            assert said in answer.json()["detail"]
            assert hall.live.hall.seq == before

    asyncio.run(send())


def test_a_page_of_another_origin_cannot_send_a_command_as_plain_text(hall: Hall):
    async def send() -> None:
        async with hall.running() as http:
            answer = await http.post(
                "/api/v1/commands", content=json.dumps(ELDER), headers={"Content-Type": "text/plain"}
            )

            assert answer.status_code == 422
            assert "Content-Type" in answer.json()["detail"]
            assert not hall.live.hall.tickets

    asyncio.run(send())


def test_who_somebody_is_to_the_rules_is_in_no_answer(hall: Hall):
    async def send() -> None:
        async with hall.running() as http:
            answer = await http.post("/api/v1/commands", json=ELDER | {"person": "ab" * 16, "principal": "cd" * 16})

            assert answer.status_code == 200
            assert "person" not in answer.text
            ticket = next(iter(hall.live.hall.tickets.values()))
            assert (ticket.person, ticket.principal) == ("ab" * 16, "cd" * 16)
            for hash_of_somebody in ("ab" * 16, "cd" * 16):
                assert hash_of_somebody not in answer.text
                assert hash_of_somebody not in (await http.get(f"/api/v1/tickets/{ticket.ticket_id}")).text

    asyncio.run(send())


def test_the_desk_bans_by_a_ticket_and_never_sees_the_hash(hall: Hall):
    async def send() -> None:
        async with hall.running() as http:
            ticket = (await http.post("/api/v1/commands", json=ELDER | {"person": "ab" * 16})).json()["event"]
            ban = {
                "type": "BanPerson",
                "command_id": "command-2",
                "until": "2026-03-04",
                "reason": "quarrel",
                "by": "M1",
            }
            answer = await http.post("/api/v1/commands", json=ban | {"ticket_id": ticket["ticket_id"]})
            again = await http.post("/api/v1/commands", json=ELDER | {"person": "ab" * 16, "command_id": "command-3"})

            assert (answer.status_code, answer.json()["type"]) == (200, "PersonBanned")
            assert "abab" not in answer.text
            assert (again.status_code, again.json()["code"]) == (403, "person_banned")

    asyncio.run(send())


def test_a_call_says_why_in_two_languages_to_its_clerk_alone(hall: Hall):
    async def visit() -> None:
        async with hall.running() as http:
            await http.post("/api/v1/commands", json=ELDER)
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})
            visitor = (await http.get("/api/v1/counters/3")).json()["visitor"]
            display = (await http.get("/api/v1/display")).text

            assert visitor["why"]["en"] == "Green channel: 70 years or over, came at 09:00"
            assert visitor["why"]["zh_CN"] == "绿色通道：年满70周岁，09:00到达"
            assert "years" not in display
            assert "why" not in display

    asyncio.run(visit())


def test_the_openapi_document_describes_every_command(hall: Hall):
    async def read() -> None:
        async with hall.running() as http:
            document = (await http.get("/openapi.json")).json()

            assert {kind.__name__ for kind in get_args(m.AnyCommand)} <= set(document["components"]["schemas"])

    asyncio.run(read())
