"""Chinese typesetting in dots: measure, break, shrink and draw lines. Knows nothing of tickets or printers.

A character is drawn from the first installed font that has it, so that a rare one never becomes an empty box.
"""

import functools
import logging
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageDraw, ImageFont

from settings.fonts import cjk_font, other_fonts

logger = logging.getLogger(__name__)

MISSING_MARK = "〓"  # the printers' geta: "a character is missing here" (JIS X 4051)
NEVER_FIRST = set("，。、；：？！）」』】》〉”’%…·,.;:?!)]}–-")  # of a line
NEVER_LAST = set("（「『【《〈“‘([{")
WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_@%+*'-]*|.", re.DOTALL)
LINE_HEIGHT = 1.3  # times the size; accessibility norms ask for no less
PROBE_SIZE = 32


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


def width_of(text: str, size: int, *, bold: bool = False) -> int:
    """How many dots a line takes."""
    return round(sum(font.getlength(part) for part, font in _runs(text, size, bold)))


def fit(text: str, width: int, *, size: int, smallest: int, bold: bool = False) -> Lines:
    """Set a text in a column: on one line if some size allows, else on two, else on as many as it takes.

    Nothing is ever cut off. Lines of a broken text are made about equally long.

    Args:
        width: of the column, in dots.
        size: the wanted em, in dots; `smallest` is the least acceptable.
    """
    text = cleaned(text)
    for most in (1, 2):
        for em in range(size, smallest - 1, -2):
            lines = _broken(text, width, em, bold)
            if len(lines) <= most:
                return Lines(_balanced(text, width, em, bold), em)
    return Lines(_balanced(text, width, smallest, bold), smallest)


def draw_line(
    draw: ImageDraw.ImageDraw, x: int, top: int, text: str, size: int, *, bold: bool = False, ink: int = 0
) -> None:
    """Draw one line whose em box begins at (x, top)."""
    baseline = top + round(size * 0.88)  # CJK fonts: the em box stands from 0.88 above to 0.12 below
    place = float(x)
    for part, font in _runs(text, size, bold):
        draw.text((place, baseline), part, font=font, fill=ink, anchor="ls")
        place += font.getlength(part)


def _broken(text: str, width: int, size: int, bold: bool) -> tuple[str, ...]:
    """Break greedily between words or ideographs, minding punctuation."""
    lines: list[str] = []
    line: list[str] = []
    for word in _breakable(text, width, size, bold):
        if line and width_of("".join((*line, word)).rstrip(), size, bold=bold) > width:
            cut = _last_break([*line, word])
            lines.append("".join(line[:cut]).rstrip())
            line = line[cut:]
        if line or not word.isspace():
            line.append(word)
    return (*lines, "".join(line).rstrip())


def _breakable(text: str, width: int, size: int, bold: bool) -> list[str]:
    """Words and single ideographs; a word wider than the column falls into its characters."""
    words: list[str] = []
    for word in WORDS.findall(text):
        words += [word] if width_of(word, size, bold=bold) <= width else list(word)
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
    for narrower in range(width - size, width // len(best), -size):
        lines = _broken(text, narrower, size, bold)
        if len(lines) > len(best):
            break
        best = lines
    return best


def _selects(ch: str) -> bool:
    return "\ufe00" <= ch <= "\ufe0f" or "\U000e0100" <= ch <= "\U000e01ef"


def _runs(text: str, size: int, bold: bool) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """Neighbouring characters that one font draws."""
    runs: list[tuple[str, Path]] = []
    for ch in text:
        shown, path = _drawable(ch, bold)
        if runs and runs[-1][1] == path:
            runs[-1] = (runs[-1][0] + shown, path)
        else:
            runs.append((shown, path))
    return [(part, _font(path, size)) for part, path in runs]


@functools.cache
def _drawable(ch: str, bold: bool) -> tuple[str, Path]:
    main = cjk_font(bold=bold)
    for path in (main, *other_fonts()):
        if has_glyph(path, ch):
            return ch, path
    logger.warning("no installed font has the character U+%04X; it is printed as %s", ord(ch), MISSING_MARK)
    return MISSING_MARK, main


@functools.cache
def has_glyph(path: Path, ch: str) -> bool:
    """Whether a font draws a character of its own and not the box for missing ones."""
    return ch.isspace() or _dots(path, ch) != _dots(path, "\uffff")  # a non-character


def _dots(path: Path, ch: str) -> bytes:
    return bytes(_font(path, PROBE_SIZE).getmask(ch))  # type: ignore[no-untyped-call]


@functools.lru_cache(maxsize=16)  # an open font takes 2.5 MB
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
