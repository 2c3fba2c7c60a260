"""From blocks to dots: the one place that gives each kind of block its look."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image

from devices.printers import blocks as b
from devices.printers.codes import qr_mask
from devices.printers.framed import draw_boxes, draw_rows, draw_table
from devices.printers.mongolian import columns_mask
from devices.printers.sheet import WHITE, Sheet, is_empty
from devices.printers.sizes import MARGIN, SIZES
from devices.printers.typeset import cleaned, fit, width_of

LABEL_EMS = 5  # of short labels before lines to write on: those below one another begin at one place


def draw(paper: Sequence[b.Block], *, width_dots: int = 576, is_piece: bool = False) -> Image.Image:
    """Draw a paper, mode "1", `width_dots` wide and as long as it takes.

    Args:
        width_dots: 576 (80 mm paper) or 384 (58 mm).
        is_piece: of a paper that goes on above and below; no white is left there.

    Raises:
        ValueError: another width, or a QR address too long to be printed in modules that a phone reads.
        FontMissing: a font is not installed.
    """
    if width_dots not in SIZES:
        raise ValueError(f"width_dots must be one of {sorted(SIZES)}, not {width_dots}")
    sheet = Sheet(width_dots, SIZES[width_dots], margin=MARGIN)
    sheet.y = 0 if is_piece else sheet.gap
    _draw_all(sheet, paper)
    sheet.y += 0 if is_piece else sheet.gap
    return sheet.printed()


def _draw_all(sheet: Sheet, paper: Sequence[b.Block]) -> None:
    for block in paper:
        DRAWN[type(block)](sheet, block)


def _title(sheet: Sheet, title: b.Title) -> None:
    size = sheet.sizes[title.size]
    sheet.centred(title.text, title.size, size * 3 // 4 if title.shrinks else size, bold=True)


def _text(sheet: Sheet, text: b.Text) -> None:
    size = sheet.sizes[b.Size.LABEL]
    indent = 0 if not text.mark else max(width_of(cleaned(text.mark), size) + size // 3, size * 3 // 2)
    set_text = fit(text.text, sheet.inner - indent, size=size, smallest=size, bold=text.bold, is_even=text.centred)
    if text.mark:
        sheet.line(sheet.left, sheet.y, cleaned(text.mark), size, bold=text.bold)
    sheet.lines(sheet.left + indent, sheet.y, sheet.inner - indent, set_text, bold=text.bold, centred=text.centred)
    sheet.y += set_text.height + sheet.gap * 3 // 4


def _section(sheet: Sheet, section: b.Section) -> None:
    sheet.y += sheet.gap * 3 // 2
    size, bar = sheet.sizes[b.Size.LABEL], sheet.gap // 2
    set_text = sheet.fitted(section.text, sheet.inner - 2 * bar, b.Size.LABEL, b.Size.LABEL, bold=True)
    sheet.fill((sheet.left, sheet.y, sheet.left + bar - 1, sheet.y + set_text.height - 1))
    sheet.lines(sheet.left + 2 * bar, sheet.y, sheet.inner, set_text, bold=True)
    sheet.y += set_text.height + size // 2


def _number(sheet: Sheet, number: b.Number) -> None:
    """Letters and digits stand 0.73 em high on the base line; the rest of the em box is empty paper."""
    set_text = sheet.fitted(number.text, sheet.inner, b.Size.NUMBER, sheet.sizes[b.Size.NUMBER] // 3, bold=True)
    sheet.y += sheet.gap
    top = sheet.y - set_text.size * 15 // 100
    sheet.lines(sheet.left, top, sheet.inner, set_text, bold=True, centred=True)
    sheet.y += set_text.height - set_text.size * 26 // 100


def _pills(sheet: Sheet, pills: b.Pills) -> None:
    size, gap = sheet.sizes[b.Size.LABEL], sheet.gap
    texts = [cleaned(text) for text in pills.texts if not is_empty(text)]
    widths = [width_of(text, size, bold=True) + 2 * size for text in texts]
    while widths and sum(widths) + gap * (len(widths) - 1) > sheet.inner and size > 12:
        size -= 2
        widths = [width_of(text, size, bold=True) + 2 * size for text in texts]
    if not texts:
        return
    x, top, height = (
        sheet.left + (sheet.inner - sum(widths) - gap * (len(widths) - 1)) // 2,
        sheet.y + gap,
        size * 3 // 2,
    )
    for text, width in zip(texts, widths, strict=True):
        sheet.pill((x, top, x + width - 1, top + height), radius=height // 2)
        sheet.line(x + size, top + size // 4, text, size, bold=True, ink=WHITE)
        x += width + gap
    sheet.y = top + height + 1


def _rule(sheet: Sheet, rule: b.Rule) -> None:
    sheet.y += sheet.gap
    thickness = 4 if rule.thick else 2
    step, dash = (12, 7) if rule.dashed else (sheet.inner, sheet.inner)
    for x in range(sheet.left, sheet.right, step):
        sheet.fill((x, sheet.y, min(x + dash, sheet.right) - 1, sheet.y + thickness - 1))
    sheet.y += thickness + sheet.gap


def _code(sheet: Sheet, code: b.Code) -> None:
    sheet.y += sheet.gap * 3 // 4
    beside = sheet.sizes.qr if code.words else 0
    mask = qr_mask(code.data, room=beside or sheet.inner // 2, widest=sheet.width)
    if mask.width <= beside:
        height = _words_beside(sheet, code.words, mask.width)
        sheet.mask(sheet.left, sheet.y + max(0, (height - mask.width) // 2), mask)
        sheet.y += max(mask.width, height)
        return
    sheet.mask(sheet.left + (sheet.inner - mask.width) // 2, sheet.y, mask)
    sheet.y += mask.width
    for n, words in enumerate(code.words):
        sheet.y += sheet.gap * 3 // 4 if n else 0
        sheet.centred(words.text, b.Size.LABEL, b.Size.SMALL, bold=words.bold)


def _words_beside(sheet: Sheet, words: Sequence[b.Text], side: int) -> int:
    """Put texts right of a code that is `side` dots high; the height they take, in dots."""
    left = sheet.left + side + sheet.gap // 2
    width = sheet.right - left
    column = [(sheet.fitted(w.text, width, b.Size.LABEL, b.Size.SMALL, bold=w.bold), w.bold) for w in words]
    height = sum(set_text.height for set_text, _ in column) + sheet.gap * (len(column) - 1)
    y = sheet.y + max(0, (side - height) // 2)
    for set_text, bold in column:
        sheet.lines(left, y, width, set_text, bold=bold)
        y += set_text.height + sheet.gap
    return height


def _columns(sheet: Sheet, columns: b.Columns) -> None:
    if all(map(is_empty, columns.texts)):
        return
    size = sheet.sizes[columns.size]
    mask = columns_mask(columns.texts, size, length=sheet.sizes.column, widest=sheet.inner)
    sheet.mask(sheet.left + (sheet.inner - mask.width) // 2, sheet.y, mask)
    sheet.y += mask.height + sheet.gap


def _beside(sheet: Sheet, beside: b.Beside) -> None:
    """Each side is as high as it needs; the lower one stands in the middle."""
    if all(map(is_empty, beside.left.texts)):
        _draw_all(sheet, beside.right)
        return
    size = sheet.sizes[beside.left.size]
    mask = columns_mask(beside.left.texts, size, length=sheet.sizes.column, widest=sheet.inner * 2 // 5)
    between = sheet.gap + sheet.gap // 2
    right = Sheet(sheet.inner - mask.width - between, sheet.sizes, margin=0)
    _draw_all(right, beside.right)
    picture = right.printed().point([255] + [0] * 255, "1")
    height = max(mask.height, right.y)
    sheet.mask(sheet.left, sheet.y + (height - mask.height) // 2, mask)
    sheet.mask(sheet.left + mask.width + between, sheet.y + (height - right.y) // 2, picture)
    sheet.y += height


def _writing_line(sheet: Sheet, line: b.WritingLine) -> None:
    size = sheet.sizes[b.Size.LABEL]
    sheet.y += sheet.gap * 3 // 2
    set_text = fit(line.label, sheet.inner * 2 // 3, size=size, smallest=size)
    sheet.lines(sheet.left, sheet.y, sheet.inner, set_text, bold=False)
    last = max(width_of(set_text.lines[-1], size), round(size * LABEL_EMS))
    sheet.y += set_text.height + size // 4
    sheet.fill((sheet.left + last + size // 2, sheet.y - 2, sheet.right - 1, sheet.y - 1))
    sheet.y += sheet.gap // 2


def _ends(sheet: Sheet, ends: b.Ends) -> None:
    size = sheet.sizes[b.Size.SMALL]
    left, right = cleaned(ends.left), cleaned(ends.right)
    right_width = width_of(right, size)
    if width_of(left, size) + sheet.gap + right_width > sheet.inner:
        sheet.centred(f"{left} {right}", b.Size.SMALL, size * 3 // 4)
        return
    sheet.line(sheet.left, sheet.y, left, size)
    sheet.line(sheet.right - right_width, sheet.y, right, size)
    sheet.y += size


def _space(sheet: Sheet, space: b.Space) -> None:
    sheet.y += space.gaps * sheet.gap


DRAWN: Mapping[type[b.Block], Callable[[Sheet, Any], None]] = {
    b.Title: _title,
    b.Text: _text,
    b.Section: _section,
    b.Number: _number,
    b.Pills: _pills,
    b.Rule: _rule,
    b.Rows: draw_rows,
    b.Boxes: draw_boxes,
    b.Code: _code,
    b.Table: draw_table,
    b.Columns: _columns,
    b.Beside: _beside,
    b.WritingLine: _writing_line,
    b.Ends: _ends,
    b.Space: _space,
}
"""How each kind of block is drawn; a test holds that none is missing."""
