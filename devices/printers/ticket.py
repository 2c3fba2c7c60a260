"""What a ticket looks like. Drawn as a picture, so that every printer prints the same and no script is foreign to it.

A ticket names no person: of an identity number only the tail is printed, and the caller passes nothing more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from PIL import Image, ImageDraw

from devices.printers.raster import raster
from devices.printers.typeset import LINE_HEIGHT, Lines, cleaned, draw_line, fit, width_of
from hall.texts import Texts

__all__ = ["TicketFace", "raster", "render"]

USUAL_HINTS = (
    "Please listen for your number.",
    "If you miss your call, go to the guide desk.",
    "Valid today only.",
)
MARGIN = 12  # dots left white on either side
QUIET_MODULES = 4  # ISO/IEC 18004
LEAST_MODULE = 4  # dots: 0.5 mm, which a phone reads from thermal paper at arm's length
INK_BELOW = 150  # of 255: a little bolder than half, since thermal dots bleed less than they fade


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFace:
    """Everything that is printed on one ticket, in words that are ready to be read.

    Attributes:
        ahead_count: people called before; None when only the server knows and does not answer.
        wait: an expected wait in words (`wording.wait_range`); None while no counter is open.
        identity_tail: the last characters of the number shown at the kiosk, at most 6.
        issued_at: aware, in the hall's zone.
        hints: English texts, looked up in the translations.
    """

    hall_name: str
    display_number: str
    matter: str
    department: str
    zone: str
    counters: str
    ahead_count: int | None
    issued_at: datetime
    kiosk_id: str
    qr_url: str
    wait: str | None = None
    identity_tail: str | None = None
    is_copy: bool = False
    hints: tuple[str, ...] = USUAL_HINTS

    def __post_init__(self) -> None:
        if self.identity_tail is not None and len(self.identity_tail.strip("*")) > 6:
            raise ValueError("identity_tail: a ticket shows at most 6 characters of an identity number")
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at: an aware datetime is needed")


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Ems in dots for one paper width; 8 dots are 1 mm."""

    hall: int
    number: int
    label: int
    value: int
    box: int
    small: int
    gap: int
    qr: int  # the widest QR that leaves room for hints beside it; 0: hints go below


SIZES = {
    576: _Sizes(hall=46, number=176, label=26, value=34, box=42, small=24, gap=16, qr=248),
    384: _Sizes(hall=34, number=124, label=22, value=28, box=32, small=22, gap=12, qr=0),
}


def render(face: TicketFace, *, width_dots: int = 576, texts: Texts) -> Image.Image:
    """Draw a ticket, mode "1", `width_dots` wide and as long as it takes.

    Args:
        width_dots: 576 (80 mm paper) or 384 (58 mm).

    Raises:
        ValueError: another width, or a QR address too long to be printed in modules of `LEAST_MODULE` dots.
        FontMissing: the Chinese font is not installed.
    """
    if width_dots not in SIZES:
        raise ValueError(f"width_dots must be one of {sorted(SIZES)}, not {width_dots}")
    sheet = _Sheet(width_dots, SIZES[width_dots])
    _head(sheet, face, texts)
    _matter(sheet, face, texts)
    _waiting(sheet, face, texts)
    _code_and_hints(sheet, face, texts)
    _foot(sheet, face, texts)
    return sheet.printed()


class _Sheet:
    """A paper that grows downwards: strokes are noted, and made once its length is known."""

    def __init__(self, width: int, sizes: _Sizes) -> None:
        self.width, self.sizes = width, sizes
        self.inner = width - 2 * MARGIN
        self.y = sizes.gap
        self._strokes: list[Callable[[ImageDraw.ImageDraw], None]] = []

    def stroke(self, make: Callable[[ImageDraw.ImageDraw], None]) -> None:
        self._strokes.append(make)

    def line(self, x: int, top: int, text: str, size: int, *, bold: bool = False, ink: int = 0) -> None:
        self.stroke(lambda draw: draw_line(draw, x, top, text, size, bold=bold, ink=ink))

    def block(self, x: int, top: int, width: int, set_text: Lines, *, bold: bool, centred: bool) -> None:
        """Put broken lines into a column; does not move `y`."""
        for n, text in enumerate(set_text.lines):
            inset = (width - width_of(text, set_text.size, bold=bold)) // 2 if centred else 0
            self.line(x + inset, top + round(n * set_text.size * LINE_HEIGHT), text, set_text.size, bold=bold)

    def centred(self, text: str, size: int, smallest: int, *, bold: bool = False) -> None:
        lines = fit(text, self.inner, size=size, smallest=smallest, bold=bold)
        self.block(MARGIN, self.y, self.inner, lines, bold=bold, centred=True)
        self.y += lines.height

    def rule(self, thickness: int = 2, *, dashed: bool = False) -> None:
        self.y += self.sizes.gap
        step, dash = (12, 7) if dashed else (self.inner, self.inner)
        for x in range(MARGIN, self.width - MARGIN, step):
            box = (x, self.y, min(x + dash, self.width - MARGIN) - 1, self.y + thickness - 1)
            self.stroke(lambda draw, box=box: draw.rectangle(box, fill=0))  # type: ignore[misc]
        self.y += thickness + self.sizes.gap

    def printed(self) -> Image.Image:
        image = Image.new("L", (self.width, self.y + self.sizes.gap), 255)
        draw = ImageDraw.Draw(image)
        for make in self._strokes:
            make(draw)
        return image.point([0] * INK_BELOW + [255] * (256 - INK_BELOW)).convert("1", dither=Image.Dither.NONE)


def _head(sheet: _Sheet, face: TicketFace, texts: Texts) -> None:
    sizes = sheet.sizes
    sheet.centred(face.hall_name, sizes.hall, sizes.hall * 3 // 4, bold=True)
    sheet.rule(4)
    sheet.centred(texts("Your number"), sizes.label, sizes.small)
    number = fit(face.display_number, sheet.inner, size=sizes.number, smallest=sizes.number // 3, bold=True)
    # Letters and digits stand 0.73 em high on the base line; the rest of the em box is empty paper.
    sheet.y += sizes.gap
    sheet.block(MARGIN, sheet.y - number.size * 15 // 100, sheet.inner, number, bold=True, centred=True)
    sheet.y += number.height - number.size * 26 // 100
    if face.is_copy:
        _pill(sheet, texts("Reprint"))


def _pill(sheet: _Sheet, text: str) -> None:
    """A mark in white on black."""
    size = sheet.sizes.label
    text_width = width_of(cleaned(text), size, bold=True)
    left, top = (sheet.width - text_width) // 2, sheet.y + sheet.sizes.gap
    box = (left - size, top, left + text_width + size, top + round(size * 1.5))
    sheet.stroke(lambda draw: draw.rounded_rectangle(box, radius=size * 3 // 4, fill=0))
    sheet.line(left, top + size // 4, cleaned(text), size, bold=True, ink=255)
    sheet.y = box[3] + 1


def _matter(sheet: _Sheet, face: TicketFace, texts: Texts) -> None:
    rows = [
        (texts("Matter"), face.matter),
        (texts("Department"), face.department),
        (texts("Area"), face.zone),
        (texts("Windows"), face.counters),
        (texts("ID number ends"), face.identity_tail or ""),
    ]
    rows = [(label, value) for label, value in rows if cleaned(value)]
    sheet.rule()
    sizes = sheet.sizes
    column = max(width_of(label, sizes.label) for label, _ in rows) + sizes.label
    for n, (label, value) in enumerate(rows):
        sheet.y += sizes.gap if n else 0
        lines = fit(value, sheet.inner - column, size=sizes.value, smallest=sizes.label, bold=True)
        sheet.line(MARGIN, sheet.y + (lines.size - sizes.label) * 7 // 8, label, sizes.label)
        sheet.block(MARGIN + column, sheet.y, sheet.inner - column, lines, bold=True, centred=False)
        sheet.y += lines.height


def _waiting(sheet: _Sheet, face: TicketFace, texts: Texts) -> None:
    """Boxes side by side: how many are ahead, and how long that may take."""
    cells = [(texts("Ahead of you"), _people(face.ahead_count, texts))]
    if face.wait is not None:
        cells.append((texts("Expected wait"), face.wait))
    sizes, pad = sheet.sizes, sheet.sizes.gap
    top = sheet.y = sheet.y + pad + pad // 2
    width = sheet.inner // len(cells)
    set_cells = [
        (
            fit(label, width - 2 * pad, size=sizes.label, smallest=sizes.small),
            fit(value, width - 2 * pad, size=sizes.box, smallest=sizes.label, bold=True),
        )
        for label, value in cells
    ]
    label_height = max(label.height for label, _ in set_cells)
    value_height = max(value.height for _, value in set_cells)
    for n, (label, value) in enumerate(set_cells):
        x, value_top = MARGIN + n * width + pad // 2, top + pad + label_height + pad // 2
        sheet.block(x, top + pad, width - pad, label, bold=False, centred=True)
        value_top += (value_height - value.height) // 2
        sheet.block(x, value_top, width - pad, value, bold=True, centred=True)
    foot = top + label_height + value_height + pad * 5 // 2
    frame = (MARGIN, top, sheet.width - MARGIN - 1, foot)
    sheet.stroke(lambda draw: draw.rounded_rectangle(frame, radius=12, outline=0, width=3))
    if len(cells) == 2:
        middle = sheet.width // 2
        sheet.stroke(lambda draw: draw.rectangle((middle - 1, top + pad, middle, foot - pad), fill=0))
    sheet.y = foot + 1


def _people(count: int | None, texts: Texts) -> str:
    if count is None:
        return texts("known later")
    return texts("1 person") if count == 1 else texts("{count} people", count=count)


def _code_and_hints(sheet: _Sheet, face: TicketFace, texts: Texts) -> None:
    code, module = _code(face.qr_url, sheet)
    side = (len(code) + 2 * QUIET_MODULES) * module
    sizes = sheet.sizes
    sheet.y += sizes.gap * 3 // 4
    words = [(texts("Scan to follow your place in the queue"), True), *((texts(h), False) for h in face.hints)]
    if side <= sizes.qr:
        height = _words_beside(sheet, words, side)
        _draw_code(sheet, code, module, MARGIN, sheet.y + max(0, (height - side) // 2))
        sheet.y += max(side, height)
        return
    _draw_code(sheet, code, module, (sheet.width - side) // 2, sheet.y)
    sheet.y += side
    for n, (text, bold) in enumerate(words):
        sheet.y += sizes.gap * 3 // 4 if n else 0
        sheet.centred(text, sizes.label, sizes.small, bold=bold)


def _words_beside(sheet: _Sheet, words: Sequence[tuple[str, bool]], side: int) -> int:
    """Put texts (and whether they are bold) right of a code that is `side` dots high; the height they take, in dots."""
    sizes = sheet.sizes
    left = MARGIN + side + sizes.gap // 2
    width = sheet.width - MARGIN - left
    column = [(fit(text, width, size=sizes.label, smallest=sizes.small, bold=bold), bold) for text, bold in words]
    height = sum(set_text.height for set_text, _ in column) + sizes.gap * (len(column) - 1)
    y = sheet.y + max(0, (side - height) // 2)
    for set_text, bold in column:
        sheet.block(left, y, width, set_text, bold=bold, centred=False)
        y += set_text.height + sizes.gap
    return height


def _code(url: str, sheet: _Sheet) -> tuple[tuple[bytearray, ...], int]:
    """A QR code and its module's size: large where there is room, never under `LEAST_MODULE`."""
    for error in ("m", "l"):
        matrix = segno.make_qr(url, error=error).matrix
        modules = len(matrix) + 2 * QUIET_MODULES
        room = sheet.sizes.qr or sheet.width // 2
        module = min(max(room // modules, LEAST_MODULE), 8)
        if module * modules <= sheet.width:
            return matrix, module
    raise ValueError(f"a QR address of {len(url)} characters is too long for {sheet.width} dots")


def _draw_code(sheet: _Sheet, matrix: tuple[bytearray, ...], module: int, left: int, top: int) -> None:
    x0, y0 = left + QUIET_MODULES * module, top + QUIET_MODULES * module

    def make(draw: ImageDraw.ImageDraw) -> None:
        for row, bits in enumerate(matrix):
            for column, bit in enumerate(bits):
                if bit:
                    x, y = x0 + column * module, y0 + row * module
                    draw.rectangle((x, y, x + module - 1, y + module - 1), fill=0)

    sheet.stroke(make)


def _foot(sheet: _Sheet, face: TicketFace, texts: Texts) -> None:
    sheet.rule(dashed=True)
    sizes = sheet.sizes
    issued = f"{face.issued_at:%Y-%m-%d %H:%M}"
    kiosk = texts("Kiosk {kiosk_id}", kiosk_id=cleaned(face.kiosk_id))
    kiosk_width = width_of(kiosk, sizes.small)
    if width_of(issued, sizes.small) + sizes.gap + kiosk_width > sheet.inner:
        sheet.centred(f"{issued} {kiosk}", sizes.small, sizes.small * 3 // 4)
        return
    sheet.line(MARGIN, sheet.y, issued, sizes.small)
    sheet.line(sheet.width - MARGIN - kiosk_width, sheet.y, kiosk, sizes.small)
    sheet.y += sizes.small
