"""The kiosk's illustrations, drawn here with plain shapes: no image files, and sharp at every size."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from kiosk.ui import theme

FINER = 3  # drawn larger and scaled down, for smooth edges
SKIN, SKIN_DARK = "#F2C9A5", "#D9A67E"
STEEL, STEEL_DARK = "#D5DFEC", "#9FB2CB"


class Pen:
    """Draws in the units of a picture's own small grid."""

    def __init__(self, width_px: int, height_px: int, units_w: float, units_h: float) -> None:
        self._unit = min(width_px / units_w, height_px / units_h) * FINER
        size = (width_px * FINER, height_px * FINER)
        self._left, self._top = (size[0] - units_w * self._unit) / 2, (size[1] - units_h * self._unit) / 2
        self.image = Image.new("RGBA", size, (255, 255, 255, 0))
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, w: float, h: float, fill: str, *, r: float = 0, line: str | None = None) -> None:
        """A rounded rectangle."""
        ends = (*self._at(x, y), *self._at(x + w, y + h))
        self._draw.rounded_rectangle(ends, r * self._unit, fill=fill, outline=line, width=round(0.9 * self._unit))

    def disc(self, x: float, y: float, r: float, fill: str, *, line: str | None = None, px: float = 1.2) -> None:
        """A disc round a centre."""
        ends = (*self._at(x - r, y - r), *self._at(x + r, y + r))
        self._draw.ellipse(ends, fill=fill, outline=line, width=round(px * self._unit))

    def line(self, points: list[tuple[float, float]], color: str, width: float) -> None:
        """A line with round ends and corners."""
        self._draw.line([self._at(*p) for p in points], fill=color, width=round(width * self._unit), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, color)

    def shape(self, points: list[tuple[float, float]], fill: str) -> None:
        """A polygon."""
        self._draw.polygon([self._at(*p) for p in points], fill=fill)

    def arc(self, x: float, y: float, r: float, start: float, end: float, color: str, width: float) -> None:
        """Part of a circle, degrees clockwise from the right."""
        ends = (*self._at(x - r, y - r), *self._at(x + r, y + r))
        self._draw.arc(ends, start, end, fill=color, width=round(width * self._unit))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * self._unit, self._top + y * self._unit


def picture(name: str, width_px: int, height_px: int) -> Image.Image:
    """Draw one illustration.

    Args:
        name: a key of `PICTURES`.

    Returns:
        RGBA image of that size with a transparent ground.
    """
    units, draw = PICTURES[name]
    pen = Pen(width_px, height_px, *units)
    draw(pen)
    return pen.image.resize((width_px, height_px), Image.Resampling.LANCZOS)


def _hall(pen: Pen) -> None:
    pen.disc(50, 50, 50, theme.BLUE)
    pen.shape([(50, 20), (84, 40), (16, 40)], theme.WHITE)
    for x in (24, 40, 54, 70):
        pen.box(x, 45, 7, 22, theme.WHITE, r=1)
    pen.box(18, 71, 64, 8, theme.WHITE, r=2)


def _warning(pen: Pen) -> None:
    pen.shape([(50, 8), (97, 92), (3, 92)], theme.AMBER)
    pen.box(45, 34, 10, 32, theme.WHITE, r=4)
    pen.disc(50, 78, 6, theme.WHITE)


def _onward(pen: Pen) -> None:
    pen.disc(50, 50, 48, theme.SKY)
    pen.line([(42, 28), (64, 50), (42, 72)], theme.BLUE, 10)


def _id_card(pen: Pen, x: float, y: float, *, scale: float = 1.0, ok: bool = True) -> None:
    s = scale
    pen.box(x + 1.5 * s, y + 2.5 * s, 86 * s, 54 * s, "#B9CBE4", r=6 * s)
    pen.box(x, y, 86 * s, 54 * s, theme.WHITE, r=6 * s, line=theme.BLUE)
    pen.box(x + 7 * s, y + 8 * s, 22 * s, 4.5 * s, theme.BLUE, r=2 * s)
    for row, w in enumerate((34, 28, 38)):
        pen.box(x + 7 * s, y + (18 + row * 8) * s, w * s, 3.6 * s, STEEL_DARK, r=1.8 * s)
    pen.box(x + 7 * s, y + 44 * s, 52 * s, 4 * s, theme.BLUE if ok else STEEL_DARK, r=2 * s)
    pen.box(x + 54 * s, y + 9 * s, 25 * s, 30 * s, theme.SKY, r=3 * s)
    pen.disc(x + 66.5 * s, y + 19 * s, 5.6 * s, theme.BLUE)
    pen.box(x + 57.5 * s, y + 26.5 * s, 18 * s, 12.5 * s, theme.BLUE, r=6 * s)


def _reader(pen: Pen, y: float) -> None:
    pen.shape([(34, y), (146, y), (164, y + 30), (16, y + 30)], STEEL)
    pen.box(16, y + 30, 148, 16, STEEL_DARK, r=4)
    pen.shape([(52, y + 6), (128, y + 6), (138, y + 24), (42, y + 24)], theme.NAVY)
    pen.disc(30, y + 38, 2.4, "#2FA36B")


def _waves(pen: Pen, x: float, y: float) -> None:
    for r in (10, 18, 26):
        pen.arc(x, y, r, 215, 325, theme.BLUE, 2.6)


def _card_on_reader(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.SKY)
    _reader(pen, 78)
    _id_card(pen, 47, 2)
    pen.line([(90, 61), (90, 74)], theme.BLUE, 3.6)
    pen.line([(83, 68), (90, 75.5), (97, 68)], theme.BLUE, 3.6)


def _card(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.SKY)
    _reader(pen, 84)
    _id_card(pen, 47, 34)
    _waves(pen, 90, 32)


def _card_error(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.AMBER_PALE)
    _reader(pen, 78)
    _id_card(pen, 47, 12, ok=False)
    pen.disc(132, 64, 17, theme.AMBER, line=theme.WHITE)
    pen.line([(126, 58), (138, 70)], theme.WHITE, 4)
    pen.line([(138, 58), (126, 70)], theme.WHITE, 4)


def _touch(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.SKY)
    pen.box(46, 10, 88, 44, theme.BLUE, r=9)
    pen.box(62, 28, 56, 8, theme.WHITE, r=4)
    for r in (13, 21):
        pen.arc(90, 62, r, 190, 350, theme.BLUE, 2.6)
    pen.box(84, 58, 13, 46, SKIN, r=6.5)
    pen.box(97, 78, 12, 30, SKIN, r=6)
    pen.box(108, 82, 11, 28, SKIN, r=5.5)
    pen.box(72, 84, 47, 34, SKIN, r=12)
    pen.box(70, 112, 50, 12, theme.NAVY, r=3)
    pen.line([(97, 88), (97, 98)], SKIN_DARK, 1.4)
    pen.line([(108, 90), (108, 99)], SKIN_DARK, 1.4)


def _slip(pen: Pen, x: float, y: float, h: float, *, w: float = 44) -> None:
    pen.box(x + 1.5, y + 2, w, h, "#B9CBE4", r=2)
    pen.box(x, y, w, h, theme.WHITE, r=2, line=STEEL_DARK)
    if h > 20:
        pen.box(x + w * 0.2, y + h - 16, w * 0.6, 8, theme.BLUE, r=2)
    for row in range(int((h - 22) // 7)):
        pen.box(x + 7, y + h - 25 - row * 7, w - 14, 3, STEEL_DARK, r=1.5)


def _printer_body(pen: Pen, y: float) -> None:
    pen.box(36, y, 108, 46, STEEL, r=9)
    pen.box(36, y + 32, 108, 14, STEEL_DARK, r=7)
    pen.box(54, y + 18, 72, 9, theme.NAVY, r=4.5)


def _printer(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.SKY)
    _printer_body(pen, 14)
    _slip(pen, 66, 37, 68, w=48)
    pen.disc(133, 25, 2.6, "#2FA36B")


def _no_paper(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.AMBER_PALE)
    _printer_body(pen, 34)
    for x in (70, 82, 94, 106):
        pen.line([(x, 88), (x + 4, 88)], STEEL_DARK, 2.6)
    pen.disc(138, 78, 17, theme.AMBER, line=theme.WHITE)
    pen.box(135.6, 67, 4.8, 13, theme.WHITE, r=2)
    pen.disc(138, 86, 2.9, theme.WHITE)


def _server(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.AMBER_PALE)
    for row in range(3):
        y = 22 + row * 27
        pen.box(46, y, 88, 22, STEEL, r=5, line=STEEL_DARK)
        pen.box(54, y + 8, 40, 6, theme.NAVY, r=3)
        pen.disc(122, y + 11, 3, STEEL_DARK)
    pen.disc(134, 94, 18, theme.AMBER, line=theme.WHITE)
    pen.line([(128, 88), (140, 100)], theme.WHITE, 4)
    pen.line([(140, 88), (128, 100)], theme.WHITE, 4)


def _clock(pen: Pen) -> None:
    pen.disc(90, 60, 58, theme.SKY)
    pen.disc(90, 60, 38, theme.WHITE, line=theme.BLUE, px=5)
    pen.line([(90, 38), (90, 61), (106, 70)], theme.BLUE, 5)


def _tick(pen: Pen, x: float, y: float, *, scale: float = 1.0) -> None:
    pen.disc(x, y, 19 * scale, theme.GREEN, line=theme.WHITE)
    points = [(-9.0, 0.0), (-2.0, 7.0), (10.0, -7.0)]
    pen.line([(x + dx * scale, y + dy * scale) for dx, dy in points], theme.WHITE, 5 * scale)


def _take_both(pen: Pen) -> None:
    pen.disc(90, 90, 88, theme.GREEN_PALE)
    _printer_body(pen, 22)
    _slip(pen, 66, 45, 62, w=48)
    _id_card(pen, 47, 110)
    _tick(pen, 140, 158)


def _take_ticket(pen: Pen) -> None:
    pen.disc(90, 90, 88, theme.GREEN_PALE)
    _printer_body(pen, 34)
    _slip(pen, 66, 57, 84, w=48)
    _tick(pen, 132, 140)


def _take_card(pen: Pen) -> None:
    pen.disc(90, 90, 88, theme.GREEN_PALE)
    _id_card(pen, 33, 54, scale=1.3)
    _tick(pen, 144, 132)


def _thanks(pen: Pen) -> None:
    pen.disc(90, 90, 88, theme.GREEN_PALE)
    _tick(pen, 90, 90, scale=2.6)


PICTURES: dict[str, tuple[tuple[float, float], Callable[[Pen], None]]] = {
    "hall": ((100, 100), _hall),
    "warning": ((100, 100), _warning),
    "onward": ((100, 100), _onward),
    "card_on_reader": ((180, 126), _card_on_reader),
    "card": ((180, 132), _card),
    "card_error": ((180, 126), _card_error),
    "touch": ((180, 126), _touch),
    "printer": ((180, 120), _printer),
    "no_paper": ((180, 120), _no_paper),
    "server": ((180, 120), _server),
    "clock": ((180, 120), _clock),
    "take_both": ((180, 180), _take_both),
    "take_ticket": ((180, 180), _take_ticket),
    "take_card": ((180, 180), _take_card),
    "thanks": ((180, 180), _thanks),
}
