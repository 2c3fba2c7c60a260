"""Evaluator tablets on a real WebSocket, with the real writer and journal behind it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hall import tablets as t
from queue_server.main import LARGEST_FRAME, listen
from queue_server.service.tablets import Tablet
from settings.tokens import digest_of
from tests.queue_server.api.server import Hall, issue

TOKEN, OTHER = "token-of-the-tablet-at-window-3", "token-of-the-tablet-at-window-4"
TABLETS = {digest_of(TOKEN): Tablet("T03", "3"), digest_of(OTHER): Tablet("T04", "4")}


class Desk:
    """A served hall with tablets, and a clerk at window 3."""

    def __init__(self, hall: Hall, http, url: str) -> None:
        self.hall, self.http, self.url = hall, http, url
        self._number = 100

    async def do(self, path: str, **values: object) -> dict:
        self._number += 1
        answer = await self.http.post(f"/api/v1/{path}", json={"command_id": f"command-{self._number}"} | values)
        assert answer.is_success, answer.text
        return answer.json()

    async def open_rating(self) -> str:
        self._number += 1
        await self.http.post("/api/v1/tickets", json=issue(f"issue-{self._number}"))
        for action in ("call-next", "start"):
            await self.do(f"counters/3/{action}")
        return (await self.do("counters/3/complete"))["event"]["rating_id"]

    def tablet(self, token: str | None = TOKEN) -> connect:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return connect(self.url, additional_headers=headers, proxy=None)

    def health(self, tablet_id: str = "T03") -> str | None:
        health = self.hall.live.devices.get(tablet_id)
        return health and health.status


@contextlib.asynccontextmanager
async def a_desk(hall: Hall) -> AsyncIterator[Desk]:
    async with hall.running() as http:
        hall.context.tablets.update(TABLETS)
        listener = listen("127.0.0.1", 0)
        config = uvicorn.Config(hall.app, log_config=None, lifespan="off", ws_max_size=LARGEST_FRAME)
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        desk = Desk(hall, http, f"ws://127.0.0.1:{listener.getsockname()[1]}/api/v1/tablet")
        await desk.do("counters/3/open", staff_no="T0003")
        try:
            async with asyncio.timeout(20):
                yield desk
        finally:
            hall.live.end()
            server.should_exit = True
            await serving


async def say(socket: ClientConnection, message: dict) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection, kind: str) -> dict:
    """The next message, which must be of this kind."""
    said = json.loads(await asyncio.wait_for(socket.recv(), 5))
    assert said["type"] == kind, said
    return said


async def log_in(socket: ClientConnection, counter_no: str = "3") -> dict:
    await say(socket, {"type": "Login", "counter_no": counter_no})
    return await hear(socket, "LoggedIn")


async def until(question, within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not question():
            await asyncio.sleep(0.01)


def in_a_hall(story):
    """Run a test's story in a served hall."""

    def test(hall: Hall) -> None:
        async def run() -> None:
            async with a_desk(hall) as desk:
                await story(desk)

        asyncio.run(run())

    test.__name__, test.__doc__ = story.__name__, story.__doc__
    return test


@in_a_hall
async def test_a_rating_is_asked_for_with_all_that_the_screen_needs_and_kept_once(desk):
    async with desk.tablet() as socket:
        assert (await log_in(socket))["heartbeat_s"] == 30
        rating_id = await desk.open_rating()

        quest = await hear(socket, "RateQuest")
        assert (quest["rate_id"], quest["counter_no"], quest["staff_no"]) == (rating_id, "3", "T0003")
        assert quest["business"] == desk.hall.plan.items["I001"].name_en
        assert [entry["level"] for entry in quest["levels"]][::4] == ["very_satisfied", "very_dissatisfied"]
        assert quest["levels"][0]["label"] == "Very satisfied"
        assert quest["option_list_version"] == "levels-2019"

        await say(socket, {"type": "RateSubmit", "rate_id": rating_id, "level": "satisfied"})
        said = [json.loads(await socket.recv()) for _message in range(2)]
        assert {"type": "RateTaken", "rate_id": rating_id, "level": "satisfied"} in said
        assert {"type": "RateClosed", "rate_id": rating_id, "is_given": True} in said
        rating = desk.hall.live.hall.ratings[rating_id]
        assert (rating.level, rating.is_open) == ("satisfied", False)


@in_a_hall
async def test_the_same_rating_handed_in_again_has_the_same_answer_and_another_level_changes_nothing(desk):
    async with desk.tablet() as socket:
        await log_in(socket)
        rating_id = await desk.open_rating()
        await hear(socket, "RateQuest")
        for level in ("dissatisfied", "dissatisfied", "very_satisfied"):
            await say(socket, {"type": "RateSubmit", "rate_id": rating_id, "level": level})

        said = [json.loads(await socket.recv()) for _message in range(4)]

        assert [one["level"] for one in said if one["type"] == "RateTaken"] == ["dissatisfied"] * 3
        assert desk.hall.live.hall.ratings[rating_id].level == "dissatisfied"


@in_a_hall
async def test_a_rating_given_elsewhere_is_closed_on_the_tablet_and_cannot_be_given_there(desk):
    async with desk.tablet() as socket:
        await log_in(socket)
        rating_id = await desk.open_rating()
        await hear(socket, "RateQuest")
        await desk.do(f"ratings/{rating_id}", level="satisfied", channel="ticket_qr")

        assert await hear(socket, "RateClosed") == {"type": "RateClosed", "rate_id": rating_id, "is_given": True}
        await say(socket, {"type": "RateSubmit", "rate_id": rating_id, "level": "very_satisfied"})

        refused = await hear(socket, "Refused")
        assert (refused["code"], refused["rate_id"]) == ("rating_over", rating_id)
        assert desk.hall.live.hall.ratings[rating_id].level == "satisfied"


@in_a_hall
async def test_a_rating_that_nobody_gives_is_closed_without_one(desk):
    async with desk.tablet() as socket:
        await log_in(socket)
        rating_id = await desk.open_rating()
        await hear(socket, "RateQuest")

        desk.hall.clock.pass_(seconds=60)
        await desk.do("counters/3/close")

        assert await hear(socket, "RateClosed") == {"type": "RateClosed", "rate_id": rating_id, "is_given": False}


@in_a_hall
async def test_a_tablet_that_connects_anew_resumes_and_the_old_connection_ends(desk):
    async with desk.tablet() as old:
        await log_in(old)
        rating_id = await desk.open_rating()
        await hear(old, "RateQuest")
        async with desk.tablet() as new:
            await log_in(new)

            assert (await hear(new, "RateQuest"))["rate_id"] == rating_id
            with pytest.raises(ConnectionClosed) as closed:
                await old.recv()
            assert closed.value.rcvd.code == 4000
            assert desk.health() == "ok"
            await say(new, {"type": "RateSubmit", "rate_id": rating_id, "level": "satisfied"})
            await hear(new, "RateTaken")


@in_a_hall
async def test_a_tablet_that_logs_in_again_is_asked_again(desk):
    """Its app may have started anew over a connection that its system kept."""
    async with desk.tablet() as socket:
        await log_in(socket)
        rating_id = await desk.open_rating()
        await hear(socket, "RateQuest")

        await log_in(socket)

        assert (await hear(socket, "RateQuest"))["rate_id"] == rating_id


@in_a_hall
async def test_presence_is_told_as_health(desk):
    assert desk.health() is None  # main says what is configured and absent
    async with desk.tablet():
        await until(lambda: desk.health() == "ok")
    await until(lambda: desk.health() == "offline")

    assert desk.hall.live.devices["T03"].kind == "evaluator"


@in_a_hall
async def test_without_a_known_token_nobody_gets_in(desk):
    for token in (None, "", "wrong", digest_of(TOKEN)):
        with pytest.raises(InvalidStatus) as refused:
            async with desk.tablet(token):
                pass
        assert refused.value.response.status_code == 403
    assert desk.health() is None


@in_a_hall
async def test_a_token_is_for_its_own_window_alone(desk):
    async with desk.tablet(OTHER) as other:
        await say(other, {"type": "GetWindowList"})
        assert [w["counter_no"] for w in (await hear(other, "WindowList"))["windows"]] == ["4"]
        await say(other, {"type": "Login", "counter_no": "3"})
        assert (await hear(other, "Refused"))["code"] == "other_window"
        await log_in(other, "4")
        rating_id = await desk.open_rating()

        await say(other, {"type": "RateSubmit", "rate_id": rating_id, "level": "satisfied"})

        assert (await hear(other, "Refused"))["code"] == "unknown_rating"
        assert desk.hall.live.hall.ratings[rating_id].is_open


@in_a_hall
async def test_before_it_has_logged_in_a_tablet_is_told_of_no_rating(desk):
    async with desk.tablet() as socket:
        await desk.open_rating()
        await say(socket, {"type": "HeartBeat"})

        assert "at" in await hear(socket, "Alive")


@in_a_hall
async def test_what_is_no_message_is_refused_and_the_next_one_is_understood(desk):
    nonsense = (
        "",
        "{}",
        "[]",
        '{"type": "Rate"}',
        '{"type": "HeartBeat", "x": 1}',
        "x" * 5000,
        '{"a":' + "[" * 4000,
        '{"type": 7}',
    )
    async with desk.tablet() as socket:
        for text in nonsense:
            await socket.send(text)
            assert (await hear(socket, "Refused"))["code"] == "bad_request"
        for rate_id in ("../x", "", "a" * 49, "a\n"):
            await say(socket, {"type": "RateSubmit", "rate_id": rate_id, "level": "satisfied"})
            assert (await hear(socket, "Refused"))["code"] == "bad_request"

        await log_in(socket)


@in_a_hall
async def test_a_message_that_is_far_too_long_ends_the_connection_and_no_other(desk):
    async with desk.tablet(OTHER) as other:
        async with desk.tablet() as socket:
            await socket.send("x" * (LARGEST_FRAME + 1))
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        await log_in(other, "4")
    async with desk.tablet() as socket:
        await log_in(socket)


@in_a_hall
async def test_bytes_are_no_message(desk):
    async with desk.tablet() as socket:
        await socket.send(b"\x00\xff")
        assert (await hear(socket, "Refused"))["code"] == "bad_request"
        await log_in(socket)


def test_a_silent_tablet_is_gone_after_its_time(hall: Hall, monkeypatch):
    monkeypatch.setattr(t, "SILENT_S", 0.1)

    async def run() -> None:
        async with a_desk(hall) as desk, desk.tablet() as socket:
            await log_in(socket)
            await until(lambda: desk.health() == "offline")
            with pytest.raises(ConnectionClosed):
                await socket.recv()

    asyncio.run(run())


@in_a_hall
async def test_a_server_that_stops_ends_the_connection(desk):
    async with desk.tablet() as socket:
        await log_in(socket)
        desk.hall.live.end()

        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd.code == 1012
