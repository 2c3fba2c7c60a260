"""Blocks whose texts stand in columns: labels with values, framed boxes, tables."""

from devices.printers.blocks import Boxes, Rows, Size, Table
from devices.printers.sheet import Sheet, is_empty
from devices.printers.table_columns import column_widths
from devices.printers.typeset import width_of

LABEL, SMALL, VALUE = Size.LABEL, Size.SMALL, Size.VALUE
WIDEST_LABELS = 2 / 5  # of the paper; longer labels break


def draw_rows(sheet: Sheet, block: Rows) -> None:
    """Labels on the left, bold values in a column of their own."""
    rows = [(label, value) for label, value in block.rows if not is_empty(value)]
    size, y = sheet.sizes[LABEL], sheet.y
    widest = round(sheet.inner * WIDEST_LABELS)
    labels = [sheet.fitted(label, widest, LABEL, SMALL) for label, _ in rows]
    column = max((width_of(line, text.size) for text in labels for line in text.lines), default=0) + size
    for n, (label, (_, value)) in enumerate(zip(labels, rows, strict=True)):
        y += sheet.gap if n else 0
        lines = sheet.fitted(value, sheet.inner - column, VALUE, LABEL, bold=True)
        sheet.lines(sheet.left, y + (lines.size - label.size) * 7 // 8, column, label, bold=False)
        sheet.lines(sheet.left + column, y, sheet.inner - column, lines, bold=True)
        y += max(lines.height, label.height)
    sheet.y = y


def draw_boxes(sheet: Sheet, block: Boxes) -> None:
    """Labels over values in one frame, parted by thin lines."""
    pad = sheet.gap
    top = sheet.y = sheet.y + pad + pad // 2
    width = sheet.inner // len(block.cells)
    cells = [
        (
            sheet.fitted(label, width - 2 * pad, LABEL, SMALL),
            sheet.fitted(value, width - 2 * pad, Size.BOX, LABEL, bold=True),
        )
        for label, value in block.cells
    ]
    label_height = max(label.height for label, _ in cells)
    value_height = max(value.height for _, value in cells)
    foot = top + label_height + value_height + pad * 5 // 2
    for n, (label, value) in enumerate(cells):
        x, value_top = sheet.left + n * width + pad // 2, top + pad + label_height + pad // 2
        sheet.lines(x, top + pad, width - pad, label, bold=False, centred=True)
        value_top += (value_height - value.height) // 2
        sheet.lines(x, value_top, width - pad, value, bold=True, centred=True)
        if n:
            between = sheet.left + n * width
            sheet.fill((between - 1, top + pad, between, foot - pad))
    sheet.frame((sheet.left, top, sheet.right - 1, foot), radius=12, width=3)
    sheet.y = foot + 1


def draw_table(sheet: Sheet, block: Table) -> None:
    """A bold head over a line, then rows parted by thin lines."""
    gap = sheet.gap
    size = sheet.sizes[LABEL]
    widths = column_widths(block, sheet.inner, lambda word: width_of(word, size, bold=True), between=gap // 2)
    for n, row in enumerate((block.head, *block.rows)):
        cells = [
            sheet.fitted(text, width - gap // 2, LABEL, SMALL, bold=not n)
            for text, width in zip(row, widths, strict=True)
        ]
        sheet.y += gap // 2
        x = sheet.left
        for cell, width in zip(cells, widths, strict=True):
            sheet.lines(x, sheet.y, width, cell, bold=not n)
            x += width
        sheet.y += max(cell.height for cell in cells) + gap // 2
        thickness = 2 if not n or n == len(block.rows) else 1
        sheet.fill((sheet.left, sheet.y, sheet.right - 1, sheet.y + thickness - 1))
        sheet.y += thickness
    sheet.y += gap // 2
