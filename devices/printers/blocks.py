"""What a paper consists of, from top to bottom: data only. How it becomes dots or a printer's own text is elsewhere.

One description serves every width of paper: sizes are names here, and `sizes` gives each its dots.
"""

from enum import StrEnum

from msgspec import Struct


class Size(StrEnum):
    """How large a text stands; each width of paper has its own dots for it."""

    HALL = "hall"  # the name over everything
    TITLE = "title"  # what kind of paper this is
    NUMBER = "number"  # read from two metres away
    BOX = "box"
    VALUE = "value"
    LABEL = "label"
    SMALL = "small"


class Block(Struct, frozen=True, tag=True):
    """A piece of paper as wide as its sheet."""


class Title(Block, frozen=True):
    """Centred and bold.

    Attributes:
        shrinks: a little before it breaks; False where it stands beside a script that must not be larger.
    """

    text: str
    size: Size = Size.HALL
    shrinks: bool = True


class Text(Block, frozen=True):
    """Running text that breaks where it must.

    Attributes:
        mark: stands before the first line, e.g. "1." or "□"; the lines hang beside it.
    """

    text: str
    bold: bool = False
    centred: bool = False
    mark: str = ""


class Section(Block, frozen=True):
    """The heading of what follows, with a bar before it."""

    text: str


class Number(Block, frozen=True):
    """The number that is called."""

    text: str


class Pills(Block, frozen=True):
    """Marks in white on black, side by side, e.g. a reprint."""

    texts: tuple[str, ...]


class Rule(Block, frozen=True):
    """A line across the paper."""

    thick: bool = False
    dashed: bool = False


class Rows(Block, frozen=True):
    """Labels and their values, the values under one another; rows without a value are left out."""

    rows: tuple[tuple[str, str], ...]


class Boxes(Block, frozen=True):
    """Labels over values, framed, side by side."""

    cells: tuple[tuple[str, str], ...]


class Code(Block, frozen=True):
    """A QR code, and words beside it where there is room, else below."""

    data: str
    words: tuple[Text, ...] = ()


class Table(Block, frozen=True):
    """Rows of cells under a head.

    Attributes:
        shares: of the width, one a column, e.g. (6, 2, 2).
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]


class Columns(Block, frozen=True):
    """Traditional Mongolian: columns from top to bottom, set from left to right. Empty texts are left out."""

    texts: tuple[str, ...]
    size: Size = Size.VALUE


class Beside(Block, frozen=True):
    """Mongolian columns on the left, everything else on the right of them."""

    left: Columns
    right: tuple[Block, ...]


class WritingLine(Block, frozen=True):
    """A label and room to write by hand, e.g. a signature."""

    label: str


class Ends(Block, frozen=True):
    """Two short texts at the two edges of one line."""

    left: str
    right: str


class Space(Block, frozen=True):
    """White paper, in gaps of the sheet."""

    gaps: int = 1
