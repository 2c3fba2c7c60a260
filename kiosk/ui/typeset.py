"""Break a text into lines that fit a rectangle, by Chinese and Latin rules; a measure is handed in."""

import re
from collections.abc import Callable

from msgspec import Struct

Measure = Callable[[str, float], float]
"""Width in px of one line of text at a size in px."""

SCALE = (180, 72, 62, 54, 46, 42, 38, 34, 30, 28, 26)
"""The sizes that texts are set in, in px."""
LINE_PITCH = 1.36  # of the size; a design value: Chinese wants 1.3 or more
LINE_BOX = 1.45  # height of one line's glyph box in Noto CJK: ascender 1.16 and descender 0.288
NEVER_FIRST = "，。！？；：、）》”’…,.!?;:)"
_WORDS = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\U00020000-\U0003ffff]|\s+|[^\s\u2e80-\u9fff\uff00-\uffef]+")
_CLAUSES = re.compile(r"[^，。！？；,.!?;]*[，。！？；,.!?;]*\s*")


class Lines(Struct, frozen=True, kw_only=True):
    """A text set in lines."""

    lines: tuple[str, ...]
    size: float
    is_cut: bool = False  # even the smallest size did not fit


def typeset(text: str, *, w: float, h: float, size: float, smallest: float, measure: Measure) -> Lines:
    """Set a text in the largest size that fits, at most `size`; at `smallest` what does not fit is cut with "…".

    Sizes are those of `SCALE`: every size that a font is opened in costs 2.5 MB for as long as it is used.
    """
    smallest = min(size, smallest)
    for tried in [step for step in SCALE if smallest < step <= size]:
        lines = wrapped(text, w, lambda part, s=tried: measure(part, s))  # type: ignore[misc]
        if _fits(lines, w, h, tried, measure):
            return Lines(lines=lines, size=tried)
    lines = wrapped(text, w, lambda part: measure(part, smallest))
    if _fits(lines, w, h, smallest, measure):
        return Lines(lines=lines, size=smallest)
    return Lines(lines=_cut(lines, w, h, smallest, measure), size=smallest, is_cut=True)


def block_height(count: int, size: float) -> float:
    """Height in px of so many lines."""
    return (count - 1) * LINE_PITCH * size + LINE_BOX * size


def wrapped(text: str, w: float, width_of: Callable[[str], float]) -> tuple[str, ...]:
    """Break a text between its clauses if that takes no more lines, else wherever a line is full."""
    lines = _filled(text, w, width_of)
    if len(lines) == 1:
        return lines
    by_clause = [""]
    for clause in _CLAUSES.findall(text):
        if width_of((by_clause[-1] + clause).rstrip()) <= w:
            by_clause[-1] += clause
        else:
            by_clause.append(clause)
    kept = tuple(line.strip() for line in by_clause if line.strip())
    return kept if len(kept) <= len(lines) and all(width_of(line) <= w for line in kept) else lines


def _filled(text: str, w: float, width_of: Callable[[str], float]) -> tuple[str, ...]:
    """Break a text where Chinese may break (not before punctuation) and Latin must (between words)."""
    lines, line = [], ""
    for word in _WORDS.findall(text):
        closes = word[0] in NEVER_FIRST
        if not line or width_of(line + word.rstrip()) <= w:
            line += word if line else word.lstrip()
        elif closes and len(line) > 1:  # take the last character along, so that no line begins with a full stop
            lines.append(line[:-1].rstrip())
            line = line[-1] + word
        else:
            lines.append(line.rstrip())
            line = word.lstrip()
    return (*lines, line.rstrip()) if line else tuple(lines) or ("",)


def _fits(lines: tuple[str, ...], w: float, h: float, size: float, measure: Measure) -> bool:
    return block_height(len(lines), size) <= h and all(measure(line, size) <= w for line in lines)


def _cut(lines: tuple[str, ...], w: float, h: float, size: float, measure: Measure) -> tuple[str, ...]:
    room = max(1, int((h - LINE_BOX * size) // (LINE_PITCH * size)) + 1)
    kept = list(lines[:room])
    last = kept[-1]
    while last and measure(last + "…", size) > w:
        last = last[:-1]
    return (*kept[:-1], last + "…")
