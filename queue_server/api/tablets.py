"""Evaluator tablets over a WebSocket: who has no known token does not get in; ratings are asked for as they open.

The protocol is docs/protocol/tablet.md. The server opens and closes ratings; a tablet shows what is open, as often as
it connects, and hands in a level.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from hall import messages as m
from hall import tablets as t
from hall.rating import OPTION_LIST_VERSION, RatingChannel
from queue_server.api.context import Context
from queue_server.domain.refusals import CommandIdReused, Refusal
from queue_server.domain.signs import name_of
from queue_server.pages import wording
from queue_server.service.ports import JournalUnavailable
from queue_server.service.tablets import Tablet, absent, present

router = APIRouter()
logger = logging.getLogger(__name__)

REFUSED, REPLACED, STOPPING = 1008, 4000, 1012  # close codes: RFC 6455, and ours
_encode = msgspec.json.Encoder().encode


@router.websocket("/api/v1/tablet")
async def tablet(socket: WebSocket) -> None:
    """Serve one tablet for as long as it is connected."""
    context: Context = socket.app.state.context
    found = _who(context, socket.headers.get("authorization", ""))
    if found is None:
        logger.warning("a tablet without a known token was refused: %s", socket.client and socket.client.host)
        await socket.close(REFUSED)
        return
    await socket.accept()
    await _Session(socket, context, found).run()


def _who(context: Context, authorization: str) -> Tablet | None:
    """Whose token it is. It is looked up by its hash, so that the time this takes tells nothing of a token."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    return context.tablets.get(hashlib.sha256(token.strip().encode()).hexdigest())


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()


class _Session:
    """One connection."""

    def __init__(self, socket: WebSocket, context: Context, tablet: Tablet) -> None:
        self._socket = socket
        self._context = context
        self._tablet = tablet
        self._told: str | None = None  # the rating that the tablet shows
        self._is_in = False
        self._telling = asyncio.Lock()  # what is told of two ratings must not mix

    async def run(self) -> None:
        """Listen and tell until either side ends it."""
        replaced = asyncio.Event()
        end = replaced.set
        tasks = [asyncio.create_task(work) for work in (self._listen(), self._follow(), _wait_for(replaced))]
        self._context.sessions.enter(self._tablet, end)
        self._context.live.hear_device(present(self._tablet))
        logger.info("tablet %s: connected", self._tablet.tablet_id)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._look_at(await asyncio.gather(*tasks, return_exceptions=True))
            if self._context.sessions.leave(self._tablet, end):
                self._context.live.hear_device(absent(self._tablet))
            await self._close(REPLACED if replaced.is_set() else STOPPING)
            logger.info("tablet %s: %s", self._tablet.tablet_id, "connected anew" if replaced.is_set() else "gone")

    def _look_at(self, outcomes: Sequence[BaseException | None]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                logger.error("tablet %s: failed in an unexpected way", self._tablet.tablet_id, exc_info=outcome)

    # ---- what the tablet says ---------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Answer until the tablet leaves or is silent for too long."""
        with contextlib.suppress(TimeoutError):
            while True:
                await self._answer(await asyncio.wait_for(self._hear(), t.SILENT_S))

    async def _hear(self) -> str:
        """The next text; what is no text is as good as an empty one."""
        message = await self._socket.receive()
        if message["type"] != "websocket.receive":
            raise WebSocketDisconnect(message.get("code", 1000))
        return message.get("text") or ""

    async def _answer(self, text: str) -> None:
        try:
            said = t.from_tablet(text)
        except t.MalformedMessage as exc:
            await self._say(t.Refused(code="bad_request", detail=str(exc)))
            return
        match said:
            case t.GetWindowList():
                await self._say(t.WindowList(windows=(self._window(),)))
            case t.Login(counter_no=counter_no):
                await self._log_in(counter_no)
            case t.RateSubmit():
                await self._say(await self._rate(said))
            case t.HeartBeat():
                await self._say(t.Alive(at=self._context.clock.now()))

    async def _log_in(self, counter_no: str) -> None:
        if counter_no != self._tablet.counter_no:
            detail = f"this token is for window {self._tablet.counter_no}"
            await self._say(t.Refused(code="other_window", detail=detail))
            return
        hall = name_of(self._context.plan, self._context.texts)
        await self._say(t.LoggedIn(counter_no=counter_no, hall=hall))
        async with self._telling:
            self._is_in, self._told = True, None
        await self._tell()

    async def _rate(self, said: t.RateSubmit) -> t.ServerSays:
        """Have a level kept. The command's id is the rating's: what comes later is answered with the first level."""
        rating = self._context.live.hall.ratings.get(said.rate_id)
        if rating is None or rating.counter_no != self._tablet.counter_no:
            return t.Refused(code="unknown_rating", detail="no such rating at this window", rate_id=said.rate_id)
        command = m.Rate(
            command_id=f"tablet-{said.rate_id}",
            rating_id=said.rate_id,
            level=said.level,
            channel=RatingChannel.HALL_TABLET,
        )
        try:
            event = (await self._context.handle(command)).event
        except CommandIdReused:  # another level in the same moment
            event = None
        except (Refusal, JournalUnavailable) as exc:
            return t.Refused(code=exc.code, detail=str(exc), rate_id=said.rate_id)
        level = event.level if isinstance(event, m.ServiceRated) else rating.level
        if level is None:
            return t.Refused(code=CommandIdReused.code, detail="send it again", rate_id=said.rate_id)
        return t.RateTaken(rate_id=said.rate_id, level=level)

    # ---- what the hall says -----------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Tell of ratings as they open and close, until the server stops."""
        changed = self._context.live.watch()
        try:
            while not self._context.live.is_ending:
                await changed.wait()
                changed.clear()
                if self._is_in:
                    await self._tell()
        finally:
            self._context.live.unwatch(changed)

    async def _tell(self) -> None:
        async with self._telling:
            hall = self._context.live.hall
            rating_id = hall.counters[self._tablet.counter_no].rating_id
            before, self._told = self._told, rating_id
            if before is not None and before != rating_id:
                rating = hall.ratings.get(before)
                await self._say(t.RateClosed(rate_id=before, is_given=rating is not None and rating.level is not None))
            if rating_id is not None and before != rating_id:
                await self._say(self._quest(rating_id))

    def _quest(self, rating_id: str) -> t.RateQuest:
        hall, texts = self._context.live.hall, self._context.texts
        rating = hall.ratings[rating_id]
        item = self._context.plan.items[hall.tickets[rating.ticket_id].item_key]
        return t.RateQuest(
            rate_id=rating_id,
            counter_no=rating.counter_no,
            staff_no=rating.staff_no,
            business=name_of(item, texts),
            levels=tuple(t.LevelLabel(level=level, label=texts(word)) for level, word in wording.LEVELS.items()),
            option_list_version=OPTION_LIST_VERSION,
        )

    def _window(self) -> t.Window:
        plan, texts = self._context.plan, self._context.texts
        counter = plan.counters[self._tablet.counter_no]
        return t.Window(
            counter_no=counter.counter_no,
            zone=name_of(plan.zones[counter.zone_id], texts),
            queues=tuple(name_of(plan.queues[prefix], texts) for prefix in counter.queues),
        )

    async def _say(self, message: t.ServerSays) -> None:
        await self._socket.send_text(_encode(message).decode())

    async def _close(self, code: int) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):  # it may be gone already
            await self._socket.close(code)
