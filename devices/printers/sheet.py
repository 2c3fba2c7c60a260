"""A paper that grows downwards, and how lines, texts and masks get on it. Knows no blocks."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from devices.printers.blocks import Size
from devices.printers.sizes import Sizes
from devices.printers.typeset import LINE_HEIGHT, Lines, cleaned, fit, line_mask, overhang_of, width_of

BLACK, WHITE = 0, 255  # also in mode "1"
Box = tuple[int, int, int, int]
"""Left, top, right and bottom dot, the last two included."""


class Sheet:
    """Strokes are noted as they come, and made once the paper's length is known.

    Attributes:
        y: where the next thing begins, in dots from the top.
        left, inner: where the column that is printed on begins, and how wide it is.
    """

    def __init__(self, width: int, sizes: Sizes, *, margin: int) -> None:
        self.width, self.sizes = width, sizes
        self.left, self.inner = margin, width - 2 * margin
        self.gap = sizes.gap
        self.y = 0
        self._strokes: list[Callable[[Image.Image, ImageDraw.ImageDraw], None]] = []

    @property
    def right(self) -> int:
        """The first dot right of the column."""
        return self.left + self.inner

    def line(self, x: int, top: int, text: str, size: int, *, bold: bool = False, ink: int = BLACK) -> None:
        """Put one line; its em box begins at (x, top)."""
        overhang = overhang_of(size)
        self.mask(x - overhang, top - overhang, line_mask(text, size, bold=bold), ink=ink)

    def mask(self, x: int, top: int, mask: Image.Image, *, ink: int = BLACK) -> None:
        """Put what is set in a mask."""
        self._strokes.append(lambda page, _draw: page.paste(ink, (x, top), mask))

    def fill(self, box: Box) -> None:
        """Blacken a rectangle."""
        self._strokes.append(lambda _page, draw: draw.rectangle(box, fill=BLACK))

    def frame(self, box: Box, *, radius: int, width: int) -> None:
        """Draw a rectangle with round corners."""
        self._strokes.append(lambda _page, draw: draw.rounded_rectangle(box, radius, outline=BLACK, width=width))

    def pill(self, box: Box, *, radius: int) -> None:
        """Blacken a rectangle with round corners."""
        self._strokes.append(lambda _page, draw: draw.rounded_rectangle(box, radius, fill=BLACK))

    def lines(self, x: int, top: int, width: int, set_text: Lines, *, bold: bool, centred: bool = False) -> None:
        """Put broken lines into a column; does not move `y`."""
        for n, text in enumerate(set_text.lines):
            inset = (width - width_of(text, set_text.size, bold=bold)) // 2 if centred else 0
            self.line(x + inset, top + round(n * set_text.size * LINE_HEIGHT), text, set_text.size, bold=bold)

    def fitted(self, text: str, width: int, size: Size, smallest: Size | int, *, bold: bool = False) -> Lines:
        """Set a text in a column: see `typeset.fit`."""
        least = self.sizes[smallest] if isinstance(smallest, Size) else smallest
        return fit(text, width, size=self.sizes[size], smallest=min(least, self.sizes[size]), bold=bold)

    def centred(self, text: str, size: Size, smallest: Size | int, *, bold: bool = False) -> None:
        """Put a text in the middle and go on below it."""
        set_text = self.fitted(text, self.inner, size, smallest, bold=bold)
        self.lines(self.left, self.y, self.inner, set_text, bold=bold, centred=True)
        self.y += set_text.height

    def printed(self) -> Image.Image:
        """The paper in black and white, mode "1"."""
        page = Image.new("1", (self.width, self.y), WHITE)
        draw = ImageDraw.Draw(page)
        for make in self._strokes:
            make(page, draw)
        return page


def is_empty(text: str) -> bool:
    """Whether a text leaves no ink."""
    return not cleaned(text)
