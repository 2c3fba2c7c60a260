"""Server-sent events: a snapshot first, then what changes. An event's id is the journal's incarnation and sequence.

A page that reconnects with `Last-Event-ID` gets the calls it missed; where they are no longer held, or the id is not
ours (another database), it gets a snapshot. Every stream beats at least every `HEARTBEAT_S`, so that a page can tell
silence from quiet; a beat carries the hall's time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from prometheus_client import Gauge

from hall.messages import DayStarted, TicketCalled
from queue_server.api.context import Context, Ctx
from queue_server.api.queries import DISPLAY_CALLS, counter_now, manager_now, sign_now
from queue_server.domain.hall_day import Call
from queue_server.domain.record import Record
from queue_server.service.views import call_view, display_view, queue_views

router = APIRouter(prefix="/api/v1/stream")

HEARTBEAT_S = 2.0
SHORTEST_S = 0.25  # between two snapshots of the same page
MOST_DIGITS = 18  # of a sequence that a page may tell
STREAMS = Gauge("hq_streams", "Open event streams.", ["stream"])

_json = msgspec.json.Encoder()
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]


@router.get("/display", response_class=StreamingResponse)
async def display(
    context: Ctx, zone: Annotated[str | None, Query()] = None, last_event_id: LastEventId = None
) -> StreamingResponse:
    """Events `snapshot` (a DisplayView), `call` (a CallView), `queues` (who waits) and `beat`."""
    zone_id = zone if zone in context.plan.zones else None
    return _respond("display", _display_events(context, zone_id, last_event_id))


@router.get("/counters/{counter_no}", response_class=StreamingResponse)
async def counter(counter_no: str, context: Ctx) -> StreamingResponse:
    """Events `snapshot` (a CounterView) and `beat`."""
    counter_now(context, counter_no)  # refuses an unknown counter before the stream begins
    return _respond("counter", _snapshots(context, lambda: counter_now(context, counter_no)))


@router.get("/signs/{counter_no}", response_class=StreamingResponse)
async def sign(counter_no: str, context: Ctx) -> StreamingResponse:
    """Events `snapshot` (a SignView) and `beat`: what a screen above a counter shows."""
    sign_now(context, counter_no)  # refuses an unknown counter before the stream begins
    return _respond("sign", _snapshots(context, lambda: sign_now(context, counter_no)))


@router.get("/manager", response_class=StreamingResponse)
async def manager(context: Ctx) -> StreamingResponse:
    """Events `snapshot` (a ManagerView) and `beat`."""
    return _respond("manager", _snapshots(context, lambda: manager_now(context)))


async def _display_events(context: Context, zone_id: str | None, last_event_id: str | None) -> AsyncIterator[bytes]:
    seen = _sequence(context, last_event_id)
    async for has_changed in _changes(context):
        if not has_changed:
            yield _beat(context)
            continue
        chunks, seen = _news(context, zone_id, seen), context.live.hall.seq  # the hall goes on while they are sent
        for chunk in chunks:
            yield chunk


async def _snapshots(context: Context, view: Callable[[], object]) -> AsyncIterator[bytes]:
    async for has_changed in _changes(context):
        if has_changed:
            yield _event("snapshot", view())
            await asyncio.sleep(SHORTEST_S)
        else:
            yield _beat(context)


async def _changes(context: Context) -> AsyncIterator[bool]:
    """Yield True at once and after each change, False when nothing has changed for `HEARTBEAT_S`."""
    event = context.live.watch()
    event.set()
    try:
        while True:
            try:
                await asyncio.wait_for(event.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield False
                continue
            if context.live.is_ending:
                return
            event.clear()
            yield True
    finally:
        context.live.unwatch(event)


def _event_id(context: Context, seq: int) -> str:
    return f"{context.incarnation}.{seq}"


def _sequence(context: Context, last_event_id: str | None) -> int | None:
    """The sequence that a page has seen last; None when it has seen none, or one of another journal."""
    incarnation, _, digits = (last_event_id or "").partition(".")
    if incarnation != context.incarnation or len(digits) > MOST_DIGITS or not digits.isdecimal():
        return None
    return int(digits)


def _news(context: Context, zone_id: str | None, seen: int | None) -> list[bytes]:
    """What a display lacks that has seen all up to `seen`: calls and counts, or everything after a gap."""
    live, now = context.live, context.clock.now()
    now_at = _event_id(context, live.hall.seq)
    missed = None if seen is None else live.since(seen)
    if missed is None or any(isinstance(record.event, DayStarted) for record in missed):
        return [_event("snapshot", display_view(live.hall, context.texts, zone_id, DISPLAY_CALLS, now), now_at)]
    queues = _event("queues", queue_views(live.hall, context.texts, now), now_at)
    return [*_calls(context, zone_id, missed), queues]


def _calls(context: Context, zone_id: str | None, records: list[Record]) -> list[bytes]:
    chunks = []
    for record in records:
        event = record.event
        if not isinstance(event, TicketCalled):
            continue
        zone = context.plan.counters[event.counter_no].zone_id
        if zone_id in (None, zone):
            call = Call(
                event.call_id,
                event.display_number,
                event.counter_no,
                zone,
                event.call_count,
                record.seq,
                record.at,
            )
            chunks.append(_event("call", call_view(call, context.texts), _event_id(context, record.seq)))
    return chunks


def _beat(context: Context) -> bytes:
    return _event("beat", {"now": context.clock.now()})


def _event(name: str, data: object, event_id: str | None = None) -> bytes:
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + _json.encode(data) + b"\n\n"


def _respond(name: str, events: AsyncIterator[bytes]) -> StreamingResponse:
    async def counted() -> AsyncIterator[bytes]:
        with STREAMS.labels(name).track_inprogress():
            yield b"retry: 1000\n\n"
            async for chunk in events:
                yield chunk

    return StreamingResponse(
        counted(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
