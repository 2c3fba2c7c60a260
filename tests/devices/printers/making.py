"""Tickets to print, and the pieces in which a wire brings them."""

import ast
import random
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from devices.printers.drawing import draw
from devices.printers.papers.ticket import TicketFace, ticket
from hall.scripts import Scripts
from hall.texts import Texts

PO_FILE = Path(__file__).parents[3] / "config" / "locale" / "zh_CN" / "printing.po"


def po_entries() -> dict[str, str]:
    pairs = re.findall(r'^msgid (".*")\nmsgstr (".*")$', PO_FILE.read_text(encoding="utf-8"), re.MULTILINE)
    return {ast.literal_eval(key): ast.literal_eval(value) for key, value in pairs if key != '""'}


CHINESE = Texts(po_entries(), "zh_CN")


def render(face: TicketFace, *, width_dots: int = 576, texts: Texts, scripts: Scripts = Scripts.ZH_ONLY) -> Image.Image:
    return draw(ticket(face, texts, scripts), width_dots=width_dots)


def a_face(**changes: Any) -> TicketFace:
    values: dict[str, Any] = {
        "hall_name": "样例市政务服务大厅",
        "display_number": "A023",
        "matter": "企业开办",
        "department": "市场监管",
        "zone": "一楼 企业服务区",
        "counters": "1、2、3号窗口",
        "ahead_count": 5,
        "wait": "10–20分钟",
        "identity_tail": "**000X",
        "issued_at": datetime(2025, 3, 3, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai")),
        "kiosk_id": "K01",
        "qr_url": "http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10",
    }
    return TicketFace(**(values | changes))


def pieces(data: bytes, rng: random.Random) -> Iterator[bytes]:
    """Cut bytes where a wire might."""
    while data:
        size = rng.choice((1, 2, 3, 7, 64, 1500))
        yield data[:size]
        data = data[size:]
