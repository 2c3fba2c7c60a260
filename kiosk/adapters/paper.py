"""From a drawn number to what the printer gets: the ticket's face in the visitor's language, as a picture in bytes."""

import logging
from collections.abc import Sequence
from typing import Literal

from devices.printers.blocks import Block
from devices.printers.drawing import draw
from devices.printers.papers.ticket import USUAL_HINTS, TicketFace, ticket
from devices.printers.raster import raster
from devices.printers.text_mode import text_job
from devices.printers.wording import wait_range, window_list
from hall.catalogue import HallPlan
from hall.scripts import Scripts
from hall.texts import Texts
from kiosk.flow.events import PrintTicket
from settings.fonts import FontMissing

logger = logging.getLogger(__name__)

PLACE_LATER = "Your place in line will be known later."
TAIL = 4  # characters of a number that are not masked. Source: hall.identity.masked_number


def face_of(job: PrintTicket, plan: HallPlan, texts: Texts, kiosk_id: str) -> TicketFace:
    """What the paper says; of the document only its last characters."""
    ticket, english = job.ticket, texts.language == "en"
    item = plan.items[ticket.item_key]
    zone = plan.zones[plan.queues[ticket.prefix].zone_id]
    waits = None
    if ticket.wait_p50_s is not None and ticket.wait_p90_s is not None:
        waits = wait_range(ticket.wait_p50_s, ticket.wait_p90_s, texts)
    tail = (job.masked_number or "").strip("*")[-TAIL:]
    return TicketFace(
        hall_name=plan.name_en if english else plan.name,
        display_number=ticket.display_number,
        matter=item.name_en if english else item.name,
        department=item.department,
        zone=texts("Floor {floor}, {zone}", floor=zone.floor, zone=zone.name_en if english else zone.name),
        counters=window_list(plan.counters_of(ticket.prefix), texts),
        ahead_count=ticket.ahead_count,
        issued_at=ticket.issued_at,
        kiosk_id=kiosk_id,
        qr_url=ticket.status_url,
        wait=waits,
        identity_tail=tail or None,
        hall_name_mn=plan.name_mn,
        matter_mn=item.name_mn,
        zone_mn=zone.name_mn,
        hints=USUAL_HINTS if ticket.ahead_count is not None else (PLACE_LATER, *USUAL_HINTS),
    )


def printable(
    job: PrintTicket,
    plan: HallPlan,
    texts: Texts,
    kiosk_id: str,
    *,
    dots: int,
    scripts: Scripts = Scripts.ZH_ONLY,
    mode: Literal["raster", "text"] = "raster",
) -> bytes:
    """Lay the ticket out for a printer that is `dots` wide (384 or 576), as the printer's table says.

    A kiosk without the Mongolian font prints in Chinese only, and says so in its log.

    Raises:
        FontMissing: the Chinese font is not installed.
        ValueError: the ticket cannot be drawn, e.g. its address is too long for a QR code.
    """
    face = face_of(job, plan, texts, kiosk_id)
    if scripts is not Scripts.ZH_ONLY:
        try:
            return _encoded(ticket(face, texts, scripts), dots, mode)
        except FontMissing as exc:
            logger.warning("the ticket has no Mongolian: %s", exc)
    return _encoded(ticket(face, texts), dots, mode)


def _encoded(paper: Sequence[Block], dots: int, mode: Literal["raster", "text"]) -> bytes:
    if mode == "text":
        return text_job(paper, width_dots=dots)
    return raster(draw(paper, width_dots=dots))
