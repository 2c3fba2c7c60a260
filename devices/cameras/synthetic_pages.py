"""Invented papers for cameras to film: letters, forms, certificates, leaflets, photos, cards. No person is on them.

Ignorant of cameras and desks: a page here is flat, evenly lit and exactly A4.
"""

import functools
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from devices.cameras.page import Picture
from devices.cameras.synthetic_desks import Rng
from settings.fonts import cjk_font

A4_MM = (210.0, 297.0)
CARD_MM = (85.6, 54.0)  # ISO/IEC 7810 ID-1
DPI = 150
A4_PX = (round(A4_MM[0] / 25.4 * DPI), round(A4_MM[1] / 25.4 * DPI))
CARD_PX = (round(CARD_MM[0] / 25.4 * 300), round(CARD_MM[1] / 25.4 * 300))
WORDS = (
    "政务服务事项办理指南申请材料清单受理条件审核结果告知承诺书编号日期"
    "单位盖章样例市经办窗口领取凭证说明依据时限流程收费标准咨询电话"
)
INK, FAINT, RED = (28, 28, 34), (120, 120, 126), (200, 28, 36)


def letter(rng: Rng) -> Picture:
    """A title, paragraphs, a date, and a red seal over it."""
    image, draw = _paper()
    _title(draw, rng, 130, INK)
    _lines(draw, rng, 260, int(rng.integers(900, 1400)), left=130, right=A4_PX[0] - 130)
    seal(draw, rng, int(rng.integers(760, 1000)), 1490, int(rng.integers(95, 130)))
    return _picture(image)


def form(rng: Rng) -> Picture:
    """A table that fills the page, with a box for a photo."""
    image, draw = _paper()
    _title(draw, rng, 90, INK)
    left, top, right, foot = 90, 210, A4_PX[0] - 90, A4_PX[1] - int(rng.integers(90, 220))
    rows = int(rng.integers(9, 18))
    heights = np.linspace(top, foot, rows + 1).astype(int)
    draw.rectangle((left, top, right, foot), outline=INK, width=int(rng.integers(2, 6)))
    for row, (high, low) in enumerate(pairwise(heights)):
        draw.line((left, low, right, low), fill=INK, width=2)
        for column in sorted(rng.integers(left + 140, right - 140, size=int(rng.integers(1, 4)))):
            draw.line((column, high, column, low), fill=INK, width=2)
        draw.text((left + 16, high + 14), _text(rng, 4), font=_font(28), fill=INK)
        if row % 2:
            draw.text((left + 420, high + 14), _text(rng, 9), font=_font(28), fill=FAINT)
    _photo(image, rng, (right - 230, top + 8, right - 10, top + 300))
    return _picture(image)


def certificate(rng: Rng) -> Picture:
    """A tinted sheet with a strong double frame close to its edge: the frame is not the page."""
    tint = tuple(int(v) for v in rng.integers(228, 252, size=3))
    image, draw = _paper(tint)
    for inset, width in ((int(rng.integers(60, 90)), 10), (105, 3)):
        colour = (150, 40, 40) if rng.random() < 0.5 else (40, 90, 60)
        draw.rectangle((inset, inset, A4_PX[0] - inset, A4_PX[1] - inset), outline=colour, width=width)
    _title(draw, rng, 330, RED, size=110)
    _lines(draw, rng, 620, 1050, left=220, right=A4_PX[0] - 220, size=38)
    seal(draw, rng, 860, 1380, 130)
    return _picture(image)


def leaflet(rng: Rng) -> Picture:
    """A coloured band across the head, from edge to edge, and columns under it."""
    image, draw = _paper()
    band = tuple(int(v) for v in rng.integers(30, 190, size=3))
    draw.rectangle((0, int(rng.integers(0, 60)), A4_PX[0], int(rng.integers(180, 300))), fill=band)
    _title(draw, rng, 100, (250, 250, 250))
    _lines(draw, rng, 360, 1560, left=100, right=590, size=26)
    _photo(image, rng, (650, 380, 1140, 760))
    _lines(draw, rng, 800, 1560, left=650, right=1140, size=26)
    return _picture(image)


def note(rng: Rng) -> Picture:
    """A page with a few lines on it."""
    image, draw = _paper()
    _lines(draw, rng, 220, int(rng.integers(330, 520)), left=160, right=900, size=36)
    return _picture(image)


def photo_page(rng: Rng) -> Picture:
    """Two large pictures with a caption each: dark areas inside a light page."""
    image, draw = _paper()
    for top in (120, 920):
        _photo(image, rng, (110, top, A4_PX[0] - 110, top + 640))
        draw.text((130, top + 660), _text(rng, 14), font=_font(30), fill=INK)
    return _picture(image)


PAGES: dict[str, Callable[[Rng], Picture]] = {
    "letter": letter,
    "form": form,
    "certificate": certificate,
    "leaflet": leaflet,
    "note": note,
    "photo_page": photo_page,
}


def card(rng: Rng, *, back: bool = False) -> Picture:
    """One side of a card of the size of an identity card, with nobody's data."""
    image = Image.new("RGB", CARD_PX, tuple(int(v) for v in rng.integers(205, 240, size=3)))
    draw = ImageDraw.Draw(image)
    if back:
        seal(draw, rng, 190, 180, 90)
        draw.text((330, 130), "样例证件", font=_font(90, bold=True), fill=INK)
    else:
        _photo(image, rng, (660, 110, 940, 460))
        for row in range(4):
            draw.text((70, 90 + row * 95), _text(rng, int(rng.integers(3, 8))), font=_font(44), fill=INK)
    draw.text((70, 530), _text(rng, 12), font=_font(44), fill=INK)
    return _picture(image)


def seal(draw: ImageDraw.ImageDraw, rng: Rng, x: int, y: int, radius: int) -> None:
    """A round red seal with a star, centred on (x, y)."""
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, outline=RED, width=max(4, radius // 14))
    draw.regular_polygon((x, y, radius * 0.4), 5, rotation=int(rng.integers(0, 360)), fill=RED)
    draw.text((x, y + radius * 0.62), "样例专用章", font=_font(radius // 5), fill=RED, anchor="mm")


def _paper(tint: tuple[int, ...] = (250, 250, 250)) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", A4_PX, tint)
    return image, ImageDraw.Draw(image)


def _title(draw: ImageDraw.ImageDraw, rng: Rng, top: int, ink: tuple[int, ...], size: int = 62) -> None:
    text = _text(rng, int(rng.integers(5, 9)))
    draw.text((A4_PX[0] / 2, top), text, font=_font(size, bold=True), fill=ink, anchor="ma")


def _lines(draw: ImageDraw.ImageDraw, rng: Rng, top: int, foot: int, *, left: int, right: int, size: int = 30) -> None:
    full = (right - left) // size
    for y in range(top, foot - size, round(size * 1.6)):
        length = full if rng.random() < 0.75 else int(rng.integers(2, full))
        draw.text((left, y), _text(rng, length), font=_font(size), fill=INK)


def _photo(image: Image.Image, rng: Rng, box: tuple[int, int, int, int]) -> None:
    """A picture of nothing: smooth coloured clouds."""
    small = rng.integers(10, 230, size=(5, 4, 3)).astype(np.uint8)
    size = (box[2] - box[0], box[3] - box[1])
    image.paste(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC), box[:2])


def _text(rng: Rng, length: int) -> str:
    return "".join(rng.choice(list(WORDS), size=length))


def _picture(image: Image.Image) -> Picture:
    """As cameras give it: BGR."""
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


@functools.lru_cache(maxsize=16)  # an open font takes 2.5 MB
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(cjk_font(bold=bold)), size, layout_engine=ImageFont.Layout.BASIC)
