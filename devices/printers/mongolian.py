"""Traditional Mongolian in dots: words joined, columns from top to bottom, set from left to right.

A column is shaped lying, as the font has it, and turned 90° clockwise. Digits and Latin letters inside turn with it;
ideographs stay upright. Source: Unicode Standard Annex 50 (vertical text layout), values R and U.
"""

import functools
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from devices.printers.typeset import LINE_HEIGHT, drawable, has_glyph, runs, thresholded
from settings.fonts import FontMissing, mongolian_font

BASE = 0.92  # ems from a lying line's top to its base line; letters reach 0.83 above it and 0.17 below
THICK = 1.14  # ems of a column across
STEM = 0.41  # ems above the base line: the axis that all letters hang on
LETTERS_STAY = set("\u200c\u200d\u202f\u180b\u180c\u180d\u180e\u180f")  # joiners and selectors: they shape letters
LONGER = 1.2  # columns that do not fit side by side are tried so much longer


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring characters that stand alike: "mongolian", "sideways" or "upright"."""

    text: str
    stands: str


def is_mongolian(ch: str) -> bool:
    """Whether a character is written in columns."""
    return "\u1800" <= ch <= "\u18af" or "\U00011660" <= ch <= "\U0001167f"


def columns_mask(texts: tuple[str, ...], size: int, *, length: int, widest: int) -> Image.Image:
    """Set texts in columns, each text in a column of its own or more.

    Args:
        size: the em, in dots.
        length: dots that a column may take; it grows where the columns would be wider than `widest` side by side.

    Returns:
        Mode "1", what is to be black is set.

    Raises:
        FontMissing: the font is not installed, or nothing here joins letters.
    """
    require_joining()
    texts = tuple(cleaned(text) for text in texts if cleaned(text))
    pitch = round(size * LINE_HEIGHT)
    most = max(1, (widest + pitch - round(size * THICK)) // pitch)
    limit, whole = float(length), sum(_length(text, size) for text in texts)
    columns = [column for text in texts for column in _broken(text, size, limit)]
    while len(columns) > max(most, len(texts)) and limit < whole:
        limit *= LONGER
        columns = [column for text in texts for column in _broken(text, size, limit)]
    strips = [_strip(column, size) for text in texts for column in _balanced(text, size, limit)]
    mask = Image.new("1", (pitch * (len(strips) - 1) + round(size * THICK), max(s.height for s in strips)), 0)
    for n, strip in enumerate(strips):
        mask.paste(strip, (n * pitch, 0))
    return mask


def cleaned(text: str) -> str:
    """One line without characters that draw nothing, but with those that shape letters (narrow space, selectors)."""
    kept = "".join(ch if ch in LETTERS_STAY or not ch.isspace() else " " for ch in unicodedata.normalize("NFC", text))
    kept = "".join(ch for ch in kept if ch in LETTERS_STAY or unicodedata.category(ch) not in ("Cc", "Cf", "Cs"))
    return " ".join(word for word in kept.split(" ") if word)


def require_joining(check: Callable[[str], bool | None] = features.check) -> None:
    """Make sure that letters are joined, since without it words come out as loose letters.

    Args:
        check: says whether Pillow has a feature.

    Raises:
        FontMissing: it lacks RAQM.
    """
    if not check("raqm"):
        raise FontMissing(
            "Pillow was built without RAQM, which joins Mongolian letters; mend: install Pillow from its own wheel"
        )


def _broken(text: str, size: int, length: float) -> list[str]:
    """Break between words only; a word longer than a column keeps its letters joined and gets a column of its own."""
    columns = [""]
    for word in text.split(" "):
        longer = f"{columns[-1]} {word}".strip(" ")
        if columns[-1] and _length(longer, size) > length:
            columns.append(word)
        else:
            columns[-1] = longer
    return columns


def _balanced(text: str, size: int, length: float) -> list[str]:
    """Break so that no column is much shorter than the others, without taking more of them."""
    best = _broken(text, size, length)
    for shorter in range(round(length) - size, 0, -size):
        columns = _broken(text, size, shorter)
        if len(columns) > len(best):
            break
        best = columns
    return best


def _runs(text: str) -> Iterator[_Run]:
    at = 0
    while at < len(text):
        stands, end = _stands(text[at]), at + 1
        while end < len(text) and (text[end] == " " or _stands(text[end]) == stands):
            end += 1
        yield _Run(text[at:end], stands)
        at = end


def _stands(ch: str) -> str:
    if is_mongolian(ch) or ch in LETTERS_STAY:
        return "mongolian" if ch in LETTERS_STAY or has_glyph(mongolian_font(), ch) else "sideways"
    return "upright" if unicodedata.east_asian_width(ch) in "WF" else "sideways"


@functools.lru_cache(maxsize=512)
def _length(text: str, size: int) -> int:
    """Dots along a column."""
    return round(sum(_run_length(run, size) for run in _runs(text)))


def _run_length(run: _Run, size: int) -> float:
    if run.stands == "mongolian":
        return _font(size).getlength(run.text)
    return sum(font.getlength(part) for part, font in runs(run.text, size, bold=False))


@functools.lru_cache(maxsize=64)
def _strip(text: str, size: int) -> Image.Image:
    """One column, mode "1"."""
    ink = Image.new("L", (_length(text, size) + size // 4, round(size * THICK)), 0)
    place = size / 8
    for run in _runs(text):
        _draw_run(ink, run, size, place)
        place += _run_length(run, size)
    return thresholded(ink).transpose(Image.Transpose.ROTATE_270)


def _draw_run(ink: Image.Image, run: _Run, size: int, place: float) -> None:
    draw, base = ImageDraw.Draw(ink), round(size * BASE)
    if run.stands == "mongolian":
        draw.text((place, base), run.text, font=_font(size), fill=255, anchor="ls")
    elif run.stands == "sideways":
        for part, font in runs(run.text, size, bold=False):
            draw.text((place, base), part, font=font, fill=255, anchor="ls")
            place += font.getlength(part)
    else:
        for ch in run.text:
            _draw_upright(ink, ch, size, round(place))
            place += sum(font.getlength(part) for part, font in runs(ch, size, bold=False))


def _draw_upright(ink: Image.Image, ch: str, size: int, place: int) -> None:
    """Turned against the column's turn, so that it stands when the column does."""
    shown, path = drawable(ch, bold=False)
    box = Image.new("L", (size, size), 0)
    font = _upright_font(path, size)
    ImageDraw.Draw(box).text((0, round(size * 0.88)), shown, font=font, fill=255, anchor="ls")
    ink.paste(box.transpose(Image.Transpose.ROTATE_90), (place, round(size * (BASE - STEM)) - size // 2))


@functools.lru_cache(maxsize=4)
def _upright_font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@functools.lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(mongolian_font()), size, layout_engine=ImageFont.Layout.RAQM)
