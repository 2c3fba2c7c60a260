"""What can be read once: the kiosk's choice, a counter, the whole hall, one ticket's place."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hall.texts import Texts
from queue_server.api.context import Context, Ctx
from queue_server.api.schemas import HealthOut
from queue_server.domain.refusals import UnknownCounter, UnknownItem, UnknownTicket
from queue_server.domain.slots import BookingCause
from queue_server.service.device_keys import with_key_warnings
from queue_server.service.sign_view import SignView, sign_view
from queue_server.service.staff_views import CounterView, ManagerView, counter_view, manager_view
from queue_server.service.views import PlaceView, booking_cause, display_view, place_view, queue_views, slot_views

router = APIRouter()
_json = msgspec.json.Encoder()

DISPLAY_CALLS = 12  # a recall is a call of its own; pages list each ticket once


@router.get("/api/v1/health")
async def health(context: Ctx) -> HealthOut:
    """Whether the server can do its work."""
    return HealthOut(
        status="ok",
        hall_id=context.plan.hall_id,
        revision=context.live.hall.seq,
        broker_connected=context.broker_connected(),
    )


@router.get("/api/v1/queues")
async def queues(context: Ctx) -> Response:
    """How full each queue is, and the business day that runs by the journal: null before the first."""
    hall = context.live.hall
    views = queue_views(hall, context.texts, context.clock.now())
    journal = {"incarnation": context.incarnation, "revision": hall.seq, "business_day": hall.day}
    return as_json({"hall": context.plan.hall_id} | journal | {"queues": views})


@router.get("/api/v1/items/{item_key}/slots")
async def slots(item_key: str, day: date, context: Ctx) -> Response:
    """The times of a day that can be booked for a matter, and how many places each has left."""
    item = context.plan.items.get(item_key)
    if item is None:
        raise UnknownItem(f"the catalogue has no item {item_key!r}")
    hall, now = context.live.hall, context.clock.now()
    cause = booking_cause(hall, item, day, now)
    slots = slot_views(hall, item, day, now) if cause is BookingCause.BOOKABLE else []
    return as_json({"revision": hall.seq, "cause": cause, "slots": slots})


@router.get("/api/v1/display")
async def display(context: Ctx, zone: Annotated[str | None, Query()] = None) -> Response:
    """The newest calls of a zone, or of all."""
    zone_id = zone if zone in context.plan.zones else None
    return as_json(display_view(context.live.hall, context.texts, zone_id, DISPLAY_CALLS, context.clock.now()))


@router.get("/api/v1/counters/{counter_no}")
async def counter(counter_no: str, context: Ctx) -> Response:
    """One counter."""
    return as_json(counter_now(context, counter_no))


@router.get("/api/v1/manager")
async def manager(context: Ctx) -> Response:
    """The whole hall at a glance."""
    return as_json(manager_now(context))


@router.get("/api/v1/tickets/{ticket_id}")
async def ticket(ticket_id: str, context: Ctx) -> Response:
    """One ticket's place, for the page behind its QR code. It names no visitor."""
    return as_json(place_of(context, ticket_id))


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def counter_now(context: Context, counter_no: str) -> CounterView:
    """A counter's view; raises `UnknownCounter`."""
    if counter_no not in context.plan.counters:
        raise UnknownCounter(f"the hall has no counter {counter_no!r}")
    return counter_view(context.live.hall, context.texts, counter_no, context.clock.now(), context.languages)


def sign_now(context: Context, counter_no: str) -> SignView:
    """A counter's sign; raises `UnknownCounter`."""
    if counter_no not in context.plan.counters:
        raise UnknownCounter(f"the hall has no counter {counter_no!r}")
    return sign_view(context.live.hall, counter_no, sign_languages(context))


def sign_languages(context: Context) -> list[Texts]:
    """The site's language, and the other one below it."""
    return sorted(context.languages, key=lambda texts: texts.language != context.texts.language)


def place_of(context: Context, ticket_id: str) -> PlaceView:
    """A ticket's place; raises `UnknownTicket`."""
    ticket = context.live.hall.tickets.get(ticket_id)
    if ticket is None:
        raise UnknownTicket("there is no such ticket today")
    return place_view(context.live.hall, ticket, context.texts)


def manager_now(context: Context) -> ManagerView:
    """The manager's view."""
    return manager_view(
        context.live.hall,
        context.texts,
        context.clock.now(),
        with_key_warnings(context.live.devices.values()),
        context.live.tried.values(),
        broker_connected=context.broker_connected(),
    )


def as_json(value: object) -> Response:
    """A struct as a response that nobody caches."""
    return Response(_json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"})
