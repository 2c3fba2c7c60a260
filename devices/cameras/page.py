"""A page found in a picture, or why none was. Ignorant of how it is looked for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""A frame: uint8 BGR, shape (height_px, width_px, 3)."""
Field = NDArray[np.floating[Any]]
"""Figures that need no more than 32 bits, and mostly have no more."""
Quad = NDArray[np.float32]
"""Four corners, shape (4, 2), x to the right and y down in px, clockwise in the picture."""


class Reason(StrEnum):
    """Why there is no page: programs and translations go by it."""

    NO_PAGE = "no_page"
    SEVERAL = "several_pages"
    CUT_OFF = "cut_off"
    TOO_SMALL = "too_small"
    UNUSABLE = "unusable_frame"


@dataclass(frozen=True, slots=True)
class PaperSize:
    """What is looked for.

    Attributes:
        width_mm, height_mm: of the sheet, upright for paper and lying for cards.
    """

    width_mm: float
    height_mm: float

    @property
    def times_smaller(self) -> float:
        """How many times smaller than an A4 sheet beside it this looks, by the root of the area."""
        return float(np.sqrt(A4.width_mm * A4.height_mm / (self.width_mm * self.height_mm)))

    @property
    def ratio(self) -> float:
        """The long side over the short one."""
        return max(self.width_mm, self.height_mm) / min(self.width_mm, self.height_mm)


A4 = PaperSize(210.0, 297.0)
CARD = PaperSize(85.6, 54.0)  # ISO/IEC 7810 ID-1, as identity cards are


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page that can be trusted.

    Attributes:
        quad: its corners, clockwise in the picture, beginning with the one nearest the picture's top left; which of
            them is the page's own top left shows only once it is read (`upright`).
        trust: 0 to 1; how much speaks for it.
    """

    quad: Quad
    trust: float


@dataclass(frozen=True, slots=True)
class NoPage:
    """No page that can be trusted; `trust` is that of the best guess, which is not given."""

    reason: Reason
    trust: float = 0.0


def ordered(quad: Quad) -> Quad:
    """The same corners, clockwise in the picture, from the one nearest its top left."""
    middle = quad.mean(axis=0)
    around = np.argsort(np.arctan2(quad[:, 1] - middle[1], quad[:, 0] - middle[0]))
    clockwise = quad[around]
    return np.ascontiguousarray(np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0), dtype=np.float32)


def overlap(one: Quad, other: Quad) -> float:
    """Intersection over union of two convex quadrangles, 0 to 1."""
    shared, _ = cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))
    whole = float(cv2.contourArea(one)) + float(cv2.contourArea(other)) - float(shared)
    return float(shared) / whole if whole > 0 else 0.0
