"""What a camera process needs of those who understand pictures, named after the need."""

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from devices.cameras.frames import Pixels

Quad = npt.NDArray[np.float32]
"""A page's corners in a picture, in pixels: shape (4, 2), from the page's top left on, clockwise."""


class Sighting(NamedTuple):
    """A page in a picture, or the stable code of why none can be trusted."""

    quad: Quad | None
    why_not: str | None = None


class Straight(NamedTuple):
    """A page on its own; where `head_known` is false nothing told which end is its top."""

    page: Pixels
    head_known: bool


class Judgement(NamedTuple):
    """How good a page's picture is; `why_not` is the code of what asks for another shot."""

    sharpness: float
    glare: float
    is_blank: bool
    why_not: str | None = None


class Vision(Protocol):
    """Finds and straightens pages. Pictures are read, never changed."""

    def find(self, picture: Pixels, *, is_card: bool) -> Sighting:
        """Where the page (or card) lies."""
        ...

    def straighten(self, picture: Pixels, quad: Quad, dpi: int, *, is_card: bool) -> Straight:
        """The page upright, trimmed and without shadow, A4 (or the card, ID-1) at `dpi`."""
        ...

    def judge(self, picture: Pixels, quad: Quad, page: Pixels) -> Judgement:
        """How good the page is, by the picture that it was cut out of and by itself."""
        ...

    def card_page(self, sides: tuple[Pixels, ...], dpi: int) -> Pixels:
        """Both sides of a card, true to size on one A4 page."""
        ...
