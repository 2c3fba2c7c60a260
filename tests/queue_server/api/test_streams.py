"""What pages hear as it happens: a snapshot first, then each change once, and beats between."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from queue_server.api import streams
from queue_server.api.queries import counter_now, sign_now
from tests.queue_server.api.server import INCARNATION, Hall, issue


async def events_of(chunks: AsyncIterator[bytes], wanted: int) -> list[tuple[str, str, Any]]:
    """The next events of a stream as (name, id, data)."""
    found: list[tuple[str, str, Any]] = []
    async with asyncio.timeout(10):
        async for chunk in chunks:
            fields = dict(line.split(": ", 1) for line in chunk.decode().strip().splitlines())
            found.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
            if len(found) == wanted:
                break
    return found


def test_a_display_gets_a_snapshot_and_then_each_call_once(hall: Hall):
    async def watch() -> None:
        async with hall.running() as http:
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            stream = streams._display_events(hall.context, None, None)
            first = await events_of(stream, 1)
            await http.post("/api/v1/tickets", json=issue())
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})
            rest = []
            while not any(name == "call" for name, _id, _data in rest):
                rest += await events_of(stream, 1)

            assert first[0][0] == "snapshot"
            calls = [data for name, _id, data in rest if name == "call"]
            assert [call["text"] for call in calls] == ["Ticket A001, please go to window 3"]

    asyncio.run(watch())


def test_a_display_that_reconnects_gets_what_it_missed_and_a_stranger_a_snapshot(hall: Hall):
    async def reconnect() -> None:
        async with hall.running() as http:
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            await http.post("/api/v1/tickets", json=issue())
            before = f"{INCARNATION}.{hall.live.hall.seq}"
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})

            missed = await events_of(streams._display_events(hall.context, None, before), 2)
            ahead = await events_of(streams._display_events(hall.context, None, f"{INCARNATION}.999"), 1)
            nonsense = await events_of(streams._display_events(hall.context, None, "x"), 1)
            endless = await events_of(streams._display_events(hall.context, None, f"{INCARNATION}." + "9" * 5000), 1)
            elsewhere = await events_of(streams._display_events(hall.context, None, before.replace("5c3e", "0000")), 1)
            other_zone = await events_of(streams._display_events(hall.context, "B", before), 1)

            assert [name for name, _id, _data in missed] == ["call", "queues"]
            assert elsewhere[0][0] == "snapshot"  # another journal's sequence says nothing here
            assert (ahead[0][0], nonsense[0][0], endless[0][0]) == ("snapshot",) * 3
            assert other_zone[0][0] == "queues"

    asyncio.run(reconnect())


def test_a_call_made_while_an_earlier_one_is_being_sent_is_sent_too(hall: Hall):
    async def watch() -> None:
        async with hall.running() as http:
            for number in (3, 4):
                seat = {"command_id": f"command-{number}", "staff_no": f"T000{number}"}
                await http.post(f"/api/v1/counters/{number}/open", json=seat)
                await http.post("/api/v1/tickets", json=issue(f"ticket-{number}"))
            stream = streams._display_events(hall.context, None, None)
            await events_of(stream, 1)

            await http.post("/api/v1/counters/3/call-next", json={"command_id": "call-one"})
            first = await events_of(stream, 1)
            await http.post("/api/v1/counters/4/call-next", json={"command_id": "call-two"})
            rest = await events_of(stream, 3)

            assert [name for name, _id, _data in first + rest] == ["call", "queues", "call", "queues"]
            assert [data["call_id"] for name, _id, data in first + rest if name == "call"] == ["call-one", "call-two"]

    asyncio.run(watch())


def test_a_counters_page_hears_of_a_change_that_came_while_its_first_snapshot_was_sent(hall: Hall):
    async def watch() -> None:
        async with hall.running() as http:
            stream = streams._snapshots(hall.context, lambda: counter_now(hall.context, "3"))
            await events_of(stream, 1)
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})

            ((name, _id, view),) = await events_of(stream, 1)

            assert (name, view["status"]) == ("snapshot", "idle")

    asyncio.run(watch())


def test_a_quiet_stream_still_beats(hall: Hall):
    async def listen() -> None:
        async with hall.running():
            events = await events_of(streams._display_events(hall.context, None, None), 2)

            assert [name for name, _id, _data in events] == ["snapshot", "beat"]

    asyncio.run(listen())


def test_an_open_stream_ends_when_the_server_stops(hall: Hall):
    async def stop() -> None:
        async with hall.running():
            stream = streams._display_events(hall.context, None, None)
            await events_of(stream, 1)

            hall.live.end()

            async with asyncio.timeout(5):
                assert [chunk async for chunk in stream] == []

    asyncio.run(stop())


def test_a_sign_tells_its_own_counter_to_anybody_and_names_nobody(hall: Hall):
    async def watch() -> None:
        async with hall.running() as http:
            await http.post("/api/v1/counters/3/open", json={"command_id": "command-2", "staff_no": "T0003"})
            await http.post("/api/v1/tickets", json=issue())
            stream = streams._snapshots(hall.context, lambda: sign_now(hall.context, "3"))
            ((_name, _id, before),) = await events_of(stream, 1)
            await http.post("/api/v1/counters/3/call-next", json={"command_id": "command-3"})

            after = before
            while after["status"] != "calling":
                ((_name, _id, after),) = await events_of(stream, 1)

            assert (before["status"], before["display_number"], before["call_id"]) == ("idle", None, None)
            assert after["display_number"] == "A001"
            assert after["call_id"]
            assert "Ticket A001, please go to window 3" in after["lines"]
            assert set(after) == {"revision", "counter_no", "status", "display_number", "call_id", "lines"}
            assert (await http.get("/api/v1/stream/signs/999")).status_code == 404

    asyncio.run(watch())
