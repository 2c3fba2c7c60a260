"""Which characters a font can draw: what it cannot is masked rather than shown as an empty box."""

from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

MASK = "＊"


@lru_cache(maxsize=4)
def drawable(font: Path) -> frozenset[int]:
    """The code points that a font file has shapes for."""
    with TTFont(str(font), lazy=True) as face:
        return frozenset(face.getBestCmap())


def shown(text: str, font: Path) -> str:
    """A text with every character that the font lacks masked."""
    known = drawable(font)
    return "".join(c if ord(c) in known else MASK for c in text)
