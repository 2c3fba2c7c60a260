"""The page in a picture, or why there is none that can be trusted. Ignorant of cameras, files and what is on the page.

Long edges are looked for in a small picture (`page_edges`, `page_lines`), put together to quadrangles (`page_quads`),
each weighed by what speaks for it (`page_trust`, `page_weights`); the best is laid exactly along its edges in the full
picture (`page_refine`). What is not trusted is not given: a guess would cut a visitor's document.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.cameras.page import A4, Field, NoPage, Page, PaperSize, Picture, Quad, Reason, ordered, overlap
from devices.cameras.page_edges import Evidence, evidence
from devices.cameras.page_lines import Lines, borders, joined, lines_in
from devices.cameras.page_quads import quads_of
from devices.cameras.page_refine import refined
from devices.cameras.page_sides import along
from devices.cameras.page_trust import FIGURES, figures, most_edged, runs_on, unseen
from devices.cameras.page_weights import trust_of

LEAST_PX = 64  # of a frame's shorter side
LINES_OF_AREAS, LINES_OF_STROKES = 48, 40
MOST_CANDIDATES = 3_000
LEAST_TRUST = 0.5
LEAST_CUT_TRUST = 0.3  # nothing is given away by telling a visitor to move the sheet
ANOTHER_TRUST, ANOTHER_OVERLAP, ANOTHER_SIZE = 0.98, 0.05, 0.7  # a second page is another one, and sure
SIZE = FIGURES.index("size")
LEAST_SHARE = 0.07  # of the frame, for A4; less is too small to be read
NEARLY = 0.95  # as much trust as in the best
LEAST_FRAME, MOST_OUTER = 1.05, 60  # how much larger a sheet is than the frame printed on it; so many are tried
MOST_RUN_ON = 0.6  # more: the sheet goes on
HIDDEN = 0.02  # of a side outside the picture: the page is cut off
REACH = 2.5  # how far the sides may be moved, in dots of the small picture


def find_page(frame: Picture, paper: PaperSize = A4) -> Page | NoPage:
    """Find the one page in a frame.

    Args:
        frame: uint8 BGR; read, never changed. Anything else is answered with `Reason.UNUSABLE`.

    Returns:
        The page with its corners in the frame, exact to about a dot in a sharp picture, or the reason why there is
        none: no page, several, one that the picture's border cuts off, one that is too small.
    """
    if not usable(frame):
        return NoPage(Reason.UNUSABLE)
    found = evidence(frame)
    lines = joined(lines_in(found.steps, LINES_OF_AREAS), lines_in(found.strokes, LINES_OF_STROKES))
    candidates = _weighed(found, lines, paper)
    best = candidates.best()
    if best is None or candidates.trust[best] < LEAST_TRUST:
        return _not_found(found, lines, candidates, paper)
    trust = float(candidates.trust[best])
    if candidates.size[best] ** 2 < LEAST_SHARE:
        return NoPage(Reason.TOO_SMALL, trust)
    if candidates.has_another(best):
        return NoPage(Reason.SEVERAL, trust)
    about = in_frame(candidates.corners[best], found, frame)
    exact = refined(frame, about, REACH * found.scale, candidates.is_dark[best])
    return Page(ordered(exact.quad), trust)


def usable(frame: Picture) -> bool:
    """Whether an array is a frame at all: uint8, three colours, not tiny."""
    return frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3 and min(frame.shape[:2]) >= LEAST_PX


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Quadrangles with what is thought of them; corners are about the small picture's middle."""

    corners: Quad
    trust: Field
    size: Field
    is_dark: NDArray[np.bool_]  # each side
    is_whole: NDArray[np.bool_]

    def best(self) -> int | None:
        """The most trusted of those that lie wholly in the picture, or a trusted sheet on which that is printed."""
        if not self.is_whole.any():
            return None
        best = int(np.argmax(np.where(self.is_whole, self.trust, -1)))
        larger = self.size > LEAST_FRAME * self.size[best]
        around = np.flatnonzero(self.is_whole & larger & (self.trust > NEARLY * self.trust[best]))
        for outer in around[np.argsort(-self.trust[around])][:MOST_OUTER]:
            if _encloses(self.corners[outer], self.corners[best]):
                return int(outer)
        return best

    def has_another(self, best: int) -> bool:
        """Whether a second sheet of like size lies beside the best one."""
        sure = np.flatnonzero(
            self.is_whole & (self.trust > ANOTHER_TRUST) & (self.size > ANOTHER_SIZE * self.size[best])
        )
        mine = self.corners[best]
        return any(overlap(mine, self.corners[k]) < ANOTHER_OVERLAP for k in sure[np.argsort(-self.trust[sure])][:200])


def _encloses(outer: Quad, inner: Quad) -> bool:
    shared, _ = cv2.intersectConvexConvex(outer.astype(np.float32), inner.astype(np.float32))
    return float(shared) > 0.985 * float(cv2.contourArea(inner.astype(np.float32)))


def _weighed(found: Evidence, lines: Lines, paper: PaperSize) -> Candidates:
    """All quadrangles of some lines."""
    if len(lines.rhos) < 4:
        none = np.zeros(0, np.float32)
        return Candidates(none.reshape(0, 4, 2), none, none, none.reshape(0, 4) > 0, none > 0)
    ways, sides = lines.both_ways, along(lines, found).both_ways
    quads = most_edged(quads_of(lines, found.paper.shape, paper), ways, sides, MOST_CANDIDATES)
    rows = figures(quads, ways, sides, found.paper.shape, paper)
    whole = unseen(quads, ways, sides) <= HIDDEN
    trust = np.where(runs_on(quads, ways, sides) > MOST_RUN_ON, 0, trust_of(rows))
    return Candidates(quads.corners, trust, rows[:, SIZE], quads.sides >= len(lines.rhos), whole)


def _not_found(found: Evidence, lines: Lines, candidates: Candidates, paper: PaperSize) -> NoPage:
    """Whether the picture's border cuts off what would be a page, or nothing is there."""
    trust = float(candidates.trust[candidates.is_whole].max(initial=0.0))
    beyond = _weighed(found, joined(lines, borders(found.paper.shape)), paper)
    is_cut = (beyond.trust[~beyond.is_whole] > LEAST_CUT_TRUST).any()
    return NoPage(Reason.CUT_OFF if is_cut else Reason.NO_PAGE, trust)


def in_frame(corners: Quad, found: Evidence, frame: Picture) -> Quad:
    """From dots about the middle of the small picture to dots of the frame."""
    height, width = found.paper.shape[:2]
    size = np.array([frame.shape[1] / width, frame.shape[0] / height])
    return np.asarray((corners + np.array([width, height]) / 2 + 0.5) * size - 0.5, np.float32)
