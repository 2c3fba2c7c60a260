"""Chinese typesetting in dots: measure, break, shrink and draw lines. Knows nothing of tickets or printers.

A character is drawn from the first installed font that has it, so that a rare one never becomes an empty box.
"""

import functools
import logging
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from settings.fonts import cjk_font, other_fonts

logger = logging.getLogger(__name__)

MISSING_MARK = "〓"  # the printers' geta: "a character is missing here" (JIS X 4051)
NEVER_FIRST = set("，。、；：？！）」』】》〉”’%…·,.;:?!)]}–-")  # of a line
NEVER_LAST = set("（「『【《〈“‘([{")
WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_@%+*'–-]*|.", re.DOTALL)
LINE_HEIGHT = 1.3  # times the size; accessibility norms ask for no less
SHORTEST_LAST = 4  # characters in the last line of running text
PROBE_SIZE = 32
ASCENT = 0.88  # ems; CJK fonts: the em box stands from 0.88 above the base line to 0.12 below
OVERHANG = 0.25  # ems; what a letter may reach beyond its own box
INKED_FROM = 106  # of 255: a little bolder than half, since thermal dots bleed less than they fade
THRESHOLD = [0] * INKED_FROM + [255] * (256 - INKED_FROM)


@dataclass(frozen=True, slots=True)
class Lines:
    """A text broken into lines at one size."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> int:
        """Dots from the top of the first line's box to the foot of the last one's."""
        return round(self.size * (1 + LINE_HEIGHT * (len(self.lines) - 1)))


def cleaned(text: str) -> str:
    """One line without characters that draw nothing: controls, joiners, variation selectors."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(ch for ch in text if unicodedata.category(ch) not in ("Cc", "Cf", "Cs") and not _selects(ch))


@functools.lru_cache(maxsize=4096)
def width_of(text: str, size: int, *, bold: bool = False) -> int:
    """How many dots a line takes."""
    return round(sum(font.getlength(part) for part, font in runs(text, size, bold=bold)))


@functools.lru_cache(maxsize=512)
def fit(text: str, width: int, *, size: int, smallest: int, bold: bool = False, is_even: bool = True) -> Lines:
    """Set a text in a column: on one line if some size allows, else on two, else on as many as it takes.

    Nothing is ever cut off.

    Args:
        width: of the column, in dots.
        size: the wanted em, in dots; `smallest` is the least acceptable.
        is_even: lines are made about equally long; False fills each, as in running text.
    """
    text = cleaned(text)
    for most in (1, 2):
        for em in range(size, smallest - 1, -2):
            lines = _broken(text, width, em, bold)
            if len(lines) <= most:
                return Lines(_balanced(text, width, em, bold) if _wants_balance(lines, is_even) else lines, em)
    lines = _broken(text, width, smallest, bold)
    return Lines(_balanced(text, width, smallest, bold) if _wants_balance(lines, is_even) else lines, smallest)


def overhang_of(size: int) -> int:
    """How many dots stand around the em boxes of a line in its mask, on every side."""
    return round(size * OVERHANG)


@functools.lru_cache(maxsize=192)  # some 30 KB each
def line_mask(text: str, size: int, *, bold: bool = False) -> Image.Image:
    """One line in dots, with `overhang_of(size)` around it.

    Returns:
        Mode "1", what is to be black is set. It is kept for the next time: never change it.
    """
    overhang = overhang_of(size)
    ink = Image.new("L", (width_of(text, size, bold=bold) + 2 * overhang, size + 2 * overhang), 0)
    draw, place = ImageDraw.Draw(ink), float(overhang)
    for part, font in runs(text, size, bold=bold):
        draw.text((place, overhang + round(size * ASCENT)), part, font=font, fill=255, anchor="ls")
        place += font.getlength(part)
    return thresholded(ink)


def thresholded(ink: Image.Image) -> Image.Image:
    """Grey coverage (mode "L", 255 is all ink) as dots (mode "1")."""
    return ink.point(THRESHOLD, "1")


def broken(text: str, width: int, measure: Callable[[str], int]) -> tuple[str, ...]:
    """Break greedily between words or ideographs, minding punctuation.

    Args:
        text: cleaned.
        width: of the column, in whatever `measure` counts.
    """
    lines: list[str] = []
    line: list[str] = []
    for word in _breakable(text, width, measure):
        if line and measure("".join((*line, word)).rstrip()) > width:
            cut = _last_break([*line, word])
            lines.append("".join(line[:cut]).rstrip())
            line = line[cut:]
        if line or not word.isspace():
            line.append(word)
    return (*lines, "".join(line).rstrip())


def _broken(text: str, width: int, size: int, bold: bool) -> tuple[str, ...]:
    return broken(text, width, lambda part: width_of(part, size, bold=bold))


def _breakable(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Words and single ideographs; a word wider than the column falls into its characters."""
    words: list[str] = []
    for word in WORDS.findall(text):
        words += [word] if measure(word) <= width else list(word)
    return words


def _last_break(words: list[str]) -> int:
    """How many words stay when the last one does not fit: punctuation takes its neighbour along."""
    for cut in range(len(words) - 1, 0, -1):
        if words[cut][0] not in NEVER_FIRST and words[cut - 1][-1] not in NEVER_LAST:
            return cut
    return len(words) - 1


def _balanced(text: str, width: int, size: int, bold: bool) -> tuple[str, ...]:
    """Break a text in the narrowest column that needs no more lines."""
    best = _broken(text, width, size, bold)
    if len(best) == 2 and (halves := _at_a_space(text, width, size, bold)):
        return halves
    for narrower in range(width - size, width // len(best), -size):
        lines = _broken(text, narrower, size, bold)
        if len(lines) > len(best):
            break
        best = lines
    return best


def _at_a_space(text: str, width: int, size: int, bold: bool) -> tuple[str, str] | None:
    """The evenest two lines that part at a space, where its writer parted the text; None when they do not fit."""
    words = text.split(" ")
    halves = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    widths = {half: max(width_of(line, size, bold=bold) for line in half) for half in halves}
    best = min(widths, key=widths.__getitem__, default=None)
    return best if best is not None and widths[best] <= width else None


def _wants_balance(lines: tuple[str, ...], is_even: bool) -> bool:
    """Also running text does not end in a line of one or two characters."""
    return is_even or len(lines[-1]) < SHORTEST_LAST


def _selects(ch: str) -> bool:
    return "\ufe00" <= ch <= "\ufe0f" or "\U000e0100" <= ch <= "\U000e01ef"


def runs(text: str, size: int, *, bold: bool) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """Neighbouring characters that one font draws."""
    found: list[tuple[str, Path]] = []
    for ch in text:
        shown, path = drawable(ch, bold=bold)
        if found and found[-1][1] == path:
            found[-1] = (found[-1][0] + shown, path)
        else:
            found.append((shown, path))
    return [(part, _font(path, size)) for part, path in found]


@functools.lru_cache(maxsize=4096)
def drawable(ch: str, *, bold: bool) -> tuple[str, Path]:
    """A character and the font that draws it; `MISSING_MARK` for one that none has."""
    main = cjk_font(bold=bold)
    for path in (main, *other_fonts()):
        if has_glyph(path, ch):
            return ch, path
    logger.warning("no installed font has the character U+%04X; it is printed as %s", ord(ch), MISSING_MARK)
    return MISSING_MARK, main


@functools.lru_cache(maxsize=8192)
def has_glyph(path: Path, ch: str) -> bool:
    """Whether a font draws a character of its own and not the box for missing ones."""
    return ch.isspace() or _dots(path, ch) != _dots(path, "\uffff")  # a non-character


def _dots(path: Path, ch: str) -> bytes:
    return bytes(_font(path, PROBE_SIZE).getmask(ch))  # type: ignore[no-untyped-call]


@functools.lru_cache(maxsize=16)  # an open font takes 2.5 MB
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
