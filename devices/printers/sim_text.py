"""A virtual printer's own letters and codes: text on a grid of cells, magnified dot by dot, and stored QR symbols.

Source: Epson ESC/POS command reference, "ESC a", "ESC E", "GS !", "FS &", "GS ( k" functions 165 to 181; the cells of
Chinese printers: 12 x 24 dots for a byte, 24 x 24 for a character of two bytes or four.
"""

import segno
from PIL import Image

from devices.printers.escpos_decoder import Command
from devices.printers.typeset import line_mask, overhang_of

CELL, HEIGHT, LINE = 12, 24, 30
LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}
LATIN = 20  # of the em: what fits a narrow cell


class TextModes:
    """How the next line will look, and what the last symbol was."""

    def __init__(self, dots: int) -> None:
        """Start as after a reset.

        Args:
            dots: the head's width.
        """
        self._dots = dots
        self.reset()

    def reset(self) -> None:
        """ESC @: modes back to normal; a stored symbol is forgotten too."""
        self._across = self._down = 1
        self._align, self._bold, self._is_chinese = 0, False, False
        self._module, self._level, self._symbol = 3, "l", b""

    def obey(self, command: Command) -> bytes:
        """Change a mode; the rows of dots that come out of it, if any, each as wide as the head."""
        code, parameters = command.code, command.parameters
        if code == b"\x1b@":
            self.reset()
        elif code == b"\x1d!":
            self._across, self._down = (parameters[0] >> 4 & 7) + 1, (parameters[0] & 7) + 1
        elif code == b"\x1ba":
            self._align = parameters[0] & 3
        elif code == b"\x1bE":
            self._bold = bool(parameters[0] & 1)
        elif code in (b"\x1c&", b"\x1c."):
            self._is_chinese = code == b"\x1c&"
        elif code == b"\x1d(" and parameters[:1] == b"k":
            return self._obey_symbol(parameters[3:])
        return b""

    def line(self, text: bytes) -> bytes:
        """One line's rows of dots; what is too long for the head goes on below."""
        shown = text.decode("gb18030" if self._is_chinese else "cp437", "replace")
        rows, used = b"", 0
        row: list[tuple[str, int]] = []
        for ch in shown:
            cells = 1 if not self._is_chinese or len(ch.encode("gb18030", "replace")) == 1 else 2
            if used + cells * CELL * self._across > self._dots:
                rows, row, used = rows + self._rows(row), [], 0
            row.append((ch, cells))
            used += cells * CELL * self._across
        return rows + self._rows(row)

    def placed(self, ink: Image.Image) -> bytes:
        """A picture (mode "1", black is set) where the alignment puts it."""
        line = Image.new("1", (self._dots, ink.height), 0)
        line.paste(ink, (max(0, self._dots - ink.width) * min(self._align, 2) // 2, 0))
        return line.tobytes()

    def _rows(self, row: list[tuple[str, int]]) -> bytes:
        if not row:
            return bytes(self._dots // 8 * LINE * self._down)
        ink = Image.new("1", (sum(cells for _, cells in row) * CELL, LINE), 0)
        x = 0
        for ch, cells in row:
            ink.paste(_glyph(ch, cells * CELL, bold=self._bold), (x, 0))
            x += cells * CELL
        return self.placed(ink.resize((ink.width * self._across, LINE * self._down), Image.Resampling.NEAREST))

    def _obey_symbol(self, function: bytes) -> bytes:
        """GS ( k with cn 49 (QR); other symbols are not known here."""
        match function[:2]:
            case b"1C" if len(function) == 3 and 1 <= function[2] <= 16:
                self._module = function[2]
            case b"1E" if len(function) == 3:
                self._level = LEVELS.get(function[2], self._level)
            case b"1P" if function[2:3] == b"0":
                self._symbol = function[3:]
            case b"1Q" if self._symbol:
                return self._print_symbol()
        return b""

    def _print_symbol(self) -> bytes:
        """No quiet zone: the paper around it is the sender's business."""
        try:
            matrix = segno.make_qr(self._symbol, error=self._level, boost_error=False).matrix
        except (segno.DataOverflowError, ValueError):
            return b""  # printers print nothing
        small = Image.frombytes("L", (len(matrix),) * 2, b"".join(matrix)).point([0] + [255] * 255, "1")
        side = len(matrix) * self._module
        return b"" if side > self._dots else self.placed(small.resize((side, side), Image.Resampling.NEAREST))


def _glyph(ch: str, width: int, *, bold: bool) -> Image.Image:
    """One character in its cell; a wide letter is squeezed into a narrow one."""
    size = LATIN if width == CELL else HEIGHT
    overhang = overhang_of(size)
    mask = line_mask(ch, size, bold=bold)
    mask = mask.crop((overhang, 0, mask.width - overhang, mask.height))
    if mask.width > width or ch == "_":  # an underline meets its neighbours
        mask = mask.resize((width, mask.height), Image.Resampling.NEAREST)
    cell = Image.new("1", (width, LINE), 0)
    cell.paste(mask, ((width - mask.width) // 2, (HEIGHT - size) // 2 + 3 - overhang))
    return cell
