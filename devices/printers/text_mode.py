"""Papers in a printer's own letters: GB18030 text and commands instead of dots. Plainer, and ten times shorter.

Lines with characters that no printer's font is sure to have (rare ideographs, Mongolian) are sent as pictures. How the
rest looks is the printer's affair, so this mode has no preview.

Source: Epson ESC/POS command reference, "FS &", "GS !", "ESC a", "ESC E", "GS ( k" functions 165, 167, 169, 180 and
181; a one-byte letter is 12 x 24 dots.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from devices.printers import blocks as b
from devices.printers.codes import chosen
from devices.printers.drawing import draw
from devices.printers.raster import raster
from devices.printers.sizes import SIZES
from devices.printers.table_columns import column_widths
from devices.printers.typeset import broken, cleaned

CELL = 12  # dots: the width of a one-byte character
SURE = "gbk"  # the characters that every Chinese printer has; GB18030 gives them the same bytes
CHINESE = b"\x1c&"  # FS &
LEFT, CENTRE = 0, 1
LARGEST = 6  # times a letter; larger ones are coarse
QR_LEVELS = {"l": 48, "m": 49}
DASH, DOUBLE = "-", "="


def text_job(paper: Sequence[b.Block], *, width_dots: int = 576) -> bytes:
    """A paper as text, without feed or cut.

    Args:
        width_dots: 576 (48 cells) or 384 (32).

    Raises:
        ValueError: another width, or a QR address that is too long.
        FontMissing: a line must be drawn, and a font is not installed.
    """
    if width_dots not in SIZES:
        raise ValueError(f"width_dots must be one of {sorted(SIZES)}, not {width_dots}")
    roll = _Roll(width_dots)
    _write_all(roll, paper)
    return bytes(roll.job)


def cells_of(text: str) -> int:
    """How many cells a text takes: one a byte, two for everything else."""
    return sum(1 if ch.isascii() else 2 for ch in text)


class _Roll:
    """A job that grows, line by line."""

    def __init__(self, dots: int) -> None:
        self.dots, self.cells = dots, dots // CELL
        self.job = bytearray(CHINESE)

    def line(self, text: str, *, align: int = LEFT, times: int = 1, bold: bool = False) -> None:
        """One line, already short enough; a picture where the printer may lack a letter."""
        try:
            letters = text.encode(SURE)
        except UnicodeEncodeError:
            self.picture(b.Text(text, bold=bold, centred=align == CENTRE))
            return
        size = (times - 1) << 4 | (times - 1)
        self.job += b"\x1ba%c\x1d!%c\x1bE%c" % (align, size, bold) + letters + b"\n"

    def lines(self, text: str, *, align: int = LEFT, bold: bool = False, indent: str = "") -> None:
        """As many lines as it takes; all but the first begin with `indent`'s width."""
        room = self.cells - cells_of(indent)
        for n, line in enumerate(broken(cleaned(text), room, cells_of)):
            self.line((" " * cells_of(indent) if n else indent) + line, align=align, bold=bold)

    def picture(self, block: b.Block) -> None:
        """A block as dots."""
        self.job += raster(draw((block,), width_dots=self.dots, is_piece=True))


def _title(roll: _Roll, title: b.Title) -> None:
    _large(roll, title.text, most=2)


def _number(roll: _Roll, number: b.Number) -> None:
    _large(roll, number.text, most=LARGEST)


def _pills(roll: _Roll, pills: b.Pills) -> None:
    _large(roll, " ".join(f"【{text}】" for text in pills.texts), most=2)


def _large(roll: _Roll, text: str, *, most: int) -> None:
    """As large as it fits on one line; bold lines where it does not."""
    text = cleaned(text)
    times = min(most, roll.cells // max(1, cells_of(text)))
    if times < 2:
        roll.lines(text, align=CENTRE, bold=True)
        return
    roll.line(text, align=CENTRE, times=times, bold=True)


def _text(roll: _Roll, text: b.Text) -> None:
    mark = f"{cleaned(text.mark)} " if text.mark else ""
    roll.lines(text.text, align=CENTRE if text.centred else LEFT, bold=text.bold, indent=mark)


def _section(roll: _Roll, section: b.Section) -> None:
    roll.line("")
    roll.lines(section.text, bold=True, indent="■")


def _rule(roll: _Roll, rule: b.Rule) -> None:
    roll.line((DOUBLE if rule.thick else DASH) * roll.cells)


def _boxes(roll: _Roll, boxes: b.Boxes) -> None:
    roll.line(DASH * roll.cells)
    _pairs(roll, boxes.cells, bold=True)
    roll.line(DASH * roll.cells)


def _rows(roll: _Roll, rows: b.Rows) -> None:
    _pairs(roll, rows.rows)


def _pairs(roll: _Roll, rows: Sequence[tuple[str, str]], *, bold: bool = False) -> None:
    kept = [(cleaned(label), value) for label, value in rows if cleaned(value)]
    widest = min(max((cells_of(label) for label, _ in kept), default=0), roll.cells // 2)
    for label, value in kept:
        if cells_of(label) > widest:
            roll.lines(label, bold=bold)
            label = ""
        roll.lines(value, bold=bold, indent=label + " " * (widest - cells_of(label) + 2))


def _code(roll: _Roll, code: b.Code) -> None:
    found = chosen(code.data, room=roll.dots // 2, widest=roll.dots)
    data = code.data.encode()
    roll.line("")
    roll.job += b"\x1ba%c" % CENTRE
    roll.job += _symbol(b"A2\x00") + _symbol(b"C%c" % found.module) + _symbol(b"E%c" % QR_LEVELS[found.level])
    roll.job += _symbol(b"P0" + data) + _symbol(b"Q0")
    roll.line("")
    for words in code.words:
        roll.lines(words.text, align=CENTRE, bold=words.bold)


def _symbol(function: bytes) -> bytes:
    """GS ( k pL pH 49 fn …: for a QR code."""
    return b"\x1d(k" + (len(function) + 1).to_bytes(2, "little") + b"1" + function


def _table(roll: _Roll, table: b.Table) -> None:
    widths = column_widths(table, roll.cells, cells_of, between=1)
    for n, row in enumerate((table.head, *table.rows)):
        cells = [broken(cleaned(text), width - 1, cells_of) for text, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            padded = (part + " " * (width - cells_of(part)) for part, width in zip(parts, widths, strict=True))
            roll.line("".join(padded).rstrip(), bold=not n)
        if not n:
            roll.line(DASH * roll.cells)


def _beside(roll: _Roll, beside: b.Beside) -> None:
    roll.picture(beside.left)
    _write_all(roll, beside.right)


def _writing_line(roll: _Roll, line: b.WritingLine) -> None:
    label = cleaned(line.label)
    roll.line("")
    roll.lines(label + "_" * max(8, roll.cells - cells_of(label)))


def _ends(roll: _Roll, ends: b.Ends) -> None:
    left, right = cleaned(ends.left), cleaned(ends.right)
    between = roll.cells - cells_of(left) - cells_of(right)
    if between < 1:
        roll.lines(left)
        roll.lines(right)
        return
    roll.line(left + " " * between + right)


def _space(roll: _Roll, space: b.Space) -> None:
    for _ in range(space.gaps):
        roll.line("")


def _write_all(roll: _Roll, paper: Sequence[b.Block]) -> None:
    for block in paper:
        WRITTEN[type(block)](roll, block)


WRITTEN: Mapping[type[b.Block], Callable[[_Roll, Any], None]] = {
    b.Title: _title,
    b.Text: _text,
    b.Section: _section,
    b.Number: _number,
    b.Pills: _pills,
    b.Rule: _rule,
    b.Rows: _rows,
    b.Boxes: _boxes,
    b.Code: _code,
    b.Table: _table,
    b.Columns: _Roll.picture,
    b.Beside: _beside,
    b.WritingLine: _writing_line,
    b.Ends: _ends,
    b.Space: _space,
}
"""How each kind of block is written; a test holds that none is missing."""
