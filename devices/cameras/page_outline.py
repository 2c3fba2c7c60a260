"""The page in a stream of frames, drawn for the person at the desk. Ignorant of clocks and screens.

Looking for a page anew takes as long as three frames of a preview may last; a page that lay still or moved a little is
followed by laying its sides along the edges again, which takes a tenth of that.
"""

import cv2
import numpy as np

from devices.cameras.page import A4, NoPage, Page, PaperSize, Picture, Quad, ordered, overlap
from devices.cameras.page_finding import find_page, usable
from devices.cameras.page_refine import refined

GREEN = (64, 200, 64)
FOLLOW_PX = 0.012  # of the frame's long side: how far a side may have moved from one frame to the next
LEAST_HELD, LEAST_OVERLAP = 0.45, 0.85
ANEW_EACH = 15  # frames: somebody may have laid another page on this one
ABSENT_EACH = 4  # frames without a page: look for one in each fourth


class PageFollower:
    """Says for each frame of a stream where the page is."""

    def __init__(self, paper: PaperSize = A4) -> None:
        self._paper = paper
        self._last: Page | NoPage | None = None
        self._is_dark = False
        self._since = 0

    def follow(self, frame: Picture) -> Page | NoPage:
        """Follow the page into the next frame, or look for one anew where it was lost; the frame is not changed."""
        self._since += 1
        if isinstance(self._last, Page) and usable(frame) and self._since < ANEW_EACH:
            if moved := _moved(frame, self._last):
                self._last = moved
                return moved
        elif isinstance(self._last, NoPage) and self._since < ABSENT_EACH:
            return self._last
        self._last, self._since = find_page(frame, self._paper), 0
        return self._last


def draw_outline(frame: Picture, quad: Quad, colour: tuple[int, int, int] = GREEN) -> Picture:
    """A copy of a frame with the page outlined; a line is a three-hundredth of the frame wide."""
    shown = frame.copy()
    thick = max(2, frame.shape[1] // 300)
    cv2.polylines(shown, [np.round(quad * 16).astype(np.int32)], isClosed=True, color=colour, thickness=thick, shift=4)
    return shown


def _moved(frame: Picture, last: Page) -> Page | None:
    """The same page a little further on, or None where its edges are lost."""
    if not (last.quad >= 0).all() or (last.quad > (frame.shape[1], frame.shape[0])).any():
        return None
    found = refined(frame, last.quad, FOLLOW_PX * max(frame.shape[:2]))
    if np.sort(found.held)[1] < LEAST_HELD or overlap(found.quad, last.quad) < LEAST_OVERLAP:
        return None
    return Page(ordered(found.quad), last.trust)
