"""The hall's pages. A route looks up what a page starts with; everything that changes comes over the API."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from hall.catalogue import Counter, Zone
from hall.priority import PriorityClass
from queue_server.api.context import Context, Ctx
from queue_server.api.queries import place_of, sign_languages
from queue_server.domain.reasons import CLASSES
from queue_server.domain.refusals import UnknownTicket
from queue_server.domain.signs import Named, name_of
from queue_server.pages import wording
from queue_server.pages.panel import BUTTONS, KEYS
from queue_server.pages.rendering import HTML_LANGUAGES, Assets, Renderer
from queue_server.service.trials import NOT_TRIED

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


def install(app: FastAPI) -> None:
    """Serve the pages and their static files."""
    renderer = Renderer()
    app.state.renderer = renderer
    app.mount(f"/static/{renderer.assets}", Assets(directory=renderer.static_folder), name="static")
    app.include_router(router)


def _renderer(request: Request) -> Renderer:
    renderer: Renderer = request.app.state.renderer
    return renderer


Pages = Annotated[Renderer, Depends(_renderer)]


@router.get("/")
async def index(context: Ctx, pages: Pages) -> HTMLResponse:
    """Links to every page, for whoever sets up screens."""
    zones = [(zone, _name(context, zone), _counters_of(context, zone)) for zone in context.plan.zones.values()]
    return pages.page("index", context.texts, hall=_name(context, context.plan), zones=zones)


@router.get("/counter/{counter_no}")
async def counter(counter_no: str, context: Ctx, pages: Pages) -> HTMLResponse:
    """The clerk's page of one counter."""
    plan, texts = context.plan, context.texts
    if counter_no not in plan.counters:
        return _not_found(context, pages, texts("There is no window {counter} in this hall.", counter=counter_no))
    queues = [_name(context, plan.queues[prefix]) for prefix in plan.counters[counter_no].queues]
    data = _started(context) | {
        "counterNo": counter_no,
        "buttons": BUTTONS,
        "keys": KEYS,
        "says": wording.spoken(texts, wording.COUNTER_SAYS),
        "statuses": wording.by_code(texts, wording.STATUSES),
        "reasons": wording.by_code(texts, wording.PAUSE_REASONS | wording.PAUSE_REASONS_OF_DEVICES),
        "classes": {p: texts(word) for p, word in CLASSES.items() if p is not PriorityClass.ORDINARY},
        "refusals": wording.by_code(texts, wording.REFUSALS),
    }
    return pages.page(
        "counter",
        texts,
        data=data,
        hall=_name(context, plan),
        counter_no=counter_no,
        kind=texts(wording.COUNTER_KINDS[plan.counters[counter_no].kind]),
        queues=queues,
        keys=KEYS,
        reasons=wording.by_code(texts, wording.PAUSE_REASONS),
    )


@router.get("/display")
async def display(context: Ctx, pages: Pages) -> HTMLResponse:
    """The call display of the whole hall."""
    return _display(context, pages, None)


@router.get("/display/{zone_id}")
async def zone_display(zone_id: str, context: Ctx, pages: Pages) -> HTMLResponse:
    """The call display of one zone."""
    zone = context.plan.zones.get(zone_id)
    if zone is None:
        return _not_found(context, pages, context.texts("There is no zone {zone} in this hall.", zone=zone_id))
    return _display(context, pages, zone)


@router.get("/display/counter/{counter_no}")
async def sign(counter_no: str, context: Ctx, pages: Pages) -> HTMLResponse:
    """The small screen above one counter."""
    plan, texts = context.plan, context.texts
    if counter_no not in plan.counters:
        return _not_found(context, pages, texts("There is no window {counter} in this hall.", counter=counter_no))
    return pages.page(
        "sign",
        texts,
        data={"counterNo": counter_no},
        hall=_name(context, plan),
        counter_no=counter_no,
        second_lang=HTML_LANGUAGES[sign_languages(context)[1].language],
    )


@router.get("/manager")
async def manager(context: Ctx, pages: Pages) -> HTMLResponse:
    """The whole hall at a glance."""
    texts = context.texts
    data = _started(context) | {
        "says": wording.spoken(texts, (*wording.MANAGER_SAYS, *wording.TRIAL_SAYS)),
        "statuses": wording.by_code(texts, wording.STATUSES),
        "kinds": wording.by_code(texts, wording.COUNTER_KINDS),
        "levels": wording.by_code(texts, wording.LEVELS),
        "deviceStatuses": wording.by_code(texts, wording.DEVICE_STATUSES),
        "deviceKinds": wording.by_code(texts, wording.DEVICE_KINDS),
        "deviceCauses": wording.by_code(texts, wording.DEVICE_CAUSES),
        "deviceMends": wording.mends(texts),
        "notTried": sorted(NOT_TRIED),
    }
    return pages.page("manager", texts, data=data, hall=_name(context, context.plan))


@router.get("/t/{ticket_id}")
async def ticket(ticket_id: str, context: Ctx, pages: Pages) -> HTMLResponse:
    """One ticket's place, behind the QR code on its paper."""
    texts = context.texts
    try:
        place = place_of(context, ticket_id)
    except UnknownTicket:
        detail = texts("Tickets are valid on their own day only. Please take a new one.")
        return _not_found(context, pages, detail, title=texts("This ticket is not known today"))
    data = {
        "ticketId": ticket_id,
        "place": msgspec.to_builtins(place),
        "says": wording.spoken(texts, wording.TICKET_SAYS),
        "states": wording.by_code(texts, wording.TICKET_STATES),
        "hints": wording.by_code(texts, wording.TICKET_HINTS),
    }
    return pages.page(
        "ticket",
        texts,
        data=data,
        hall=_name(context, context.plan),
        place=place,
        state=texts(wording.TICKET_STATES[place.state]),
        hint=texts(wording.TICKET_HINTS[place.state]),
    )


def _display(context: Context, pages: Renderer, zone: Zone | None) -> HTMLResponse:
    data = _started(context) | {
        "zoneId": zone and zone.zone_id,
        "says": wording.spoken(context.texts, wording.DISPLAY_SAYS),
    }
    zone_name = _name(context, zone) if zone else None
    return pages.page("display", context.texts, data=data, hall=_name(context, context.plan), zone=zone_name)


def _started(context: Context) -> dict[str, object]:
    """What the page's clock starts from: the hall's time, and hall seconds per real second."""
    return {"now": context.clock.now().isoformat(), "speed": context.speed}


def _not_found(context: Context, pages: Renderer, detail: str, *, title: str | None = None) -> HTMLResponse:
    title = title or context.texts("This page does not exist")
    return pages.page(
        "not_found", context.texts, status=404, hall=_name(context, context.plan), title=title, detail=detail
    )


def _name(context: Context, thing: Named) -> str:
    return name_of(thing, context.texts)


def _counters_of(context: Context, zone: Zone) -> list[Counter]:
    return [counter for counter in context.plan.counters.values() if counter.zone_id == zone.zone_id]
