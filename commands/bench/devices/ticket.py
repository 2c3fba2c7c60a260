"""How long a ticket takes from its face to the dots that a printer gets."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from commands.bench.rows import Row, at_most
from commands.bench.scale import Scale
from devices.printers.drawing import draw
from devices.printers.papers.samples import INNER_MONGOLIA, SCRIPT
from devices.printers.papers.ticket import TicketFace, ticket
from devices.printers.raster import raster
from hall.scripts import Scripts
from hall.texts import Texts
from settings.locale import texts_in

GOAL_MS = 30.0


def bench(scale: Scale) -> list[Row]:
    """The middle of many tickets for each width of paper; each has another number, so that nothing is kept."""
    texts = texts_in("zh_CN")
    return [*(_row(dots, texts, scale) for dots in (576, 384)), _mongolian(texts, scale)]


def _row(dots: int, texts: Texts, scale: Scale) -> Row:
    took_ms = _median_ms(lambda n: raster(draw(ticket(_face(n), texts), width_dots=dots)), scale)
    return at_most(f"ticket drawn, {dots} dots, median", took_ms, "ms", GOAL_MS)


def _mongolian(texts: Texts, scale: Scale) -> Row:
    def make(number: int) -> bytes:
        face = replace(_face(number), hall_name_mn=INNER_MONGOLIA, matter_mn=SCRIPT)
        return raster(draw(ticket(face, texts, Scripts.MN_LEFT_ZH)))

    return at_most("ticket with Mongolian drawn, median", _median_ms(make, scale), "ms", GOAL_MS)


def _median_ms(make: Callable[[int], bytes], scale: Scale) -> float:
    took_ms: list[float] = []
    make(0)  # fonts are read once, when a kiosk starts
    ends = time.perf_counter() + scale.seconds
    while time.perf_counter() < ends:
        began = time.perf_counter()
        make(len(took_ms) + 1)
        took_ms.append((time.perf_counter() - began) * 1000)
    return statistics.median(took_ms)


def _face(number: int) -> TicketFace:
    return TicketFace(
        hall_name="样例市政务服务大厅",
        display_number=f"A{number % 1000:03d}",
        matter="企业开办",
        department="市场监管",
        zone="一楼 企业服务区",
        counters="1、2、3号窗口",
        ahead_count=number % 40,
        wait="10–20分钟",
        identity_tail="**000X",
        issued_at=datetime(2026, 3, 3, 9, 12, tzinfo=timezone(timedelta(hours=8))),
        kiosk_id="K01",
        qr_url=f"http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-{number:012x}",
    )
