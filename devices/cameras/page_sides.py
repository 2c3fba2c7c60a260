"""What lies along each line: how much edge there is, and what colour is on either side. Ignorant of pages.

Everything is summed up along the line once, so that any piece of it is looked up in no time.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.cameras.page import Field
from devices.cameras.page_edges import Evidence
from devices.cameras.page_lines import Lines

STEP_PX = 2.0
ABOUT_PX = (-2.0, 0.0, 2.0)  # an edge is looked for so far to either side: paper is never quite flat
INSIDE_PX, OUTSIDE_PX = (7.0, 11.0), (-7.0, -11.0)
STROKE_SHARE = 0.75  # an edge of a drawn line says less than one of a light area
ENOUGH, FULL = 0.7, 1.6  # of the local noise: from no edge at all to a sure one


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Sums along each line; the first axis is the line, the second the place, one every `STEP_PX` from `-reach_px`.

    Attributes:
        seen: whether the place is in the picture.
        edge: how sure the edge is, 0 to 1.
        steps: the same of areas only, without drawn lines.
        inside, outside: colour on the light side and on the dark one, as in `Evidence.paper`.
        inside_square, outside_square: lightness there, squared.
    """

    reach_px: float
    seen: Field
    edge: Field
    steps: Field
    inside: Field
    outside: Field
    inside_square: Field
    outside_square: Field

    @property
    def both_ways(self) -> "Sides":
        """Those of `Lines.both_ways`: after the lines the same ones with the dark side inside."""
        return Sides(
            self.reach_px,
            np.concatenate([self.seen, self.seen]),
            np.concatenate([self.edge, self.edge]),
            np.concatenate([self.steps, self.steps]),
            np.concatenate([self.inside, self.outside]),
            np.concatenate([self.outside, self.inside]),
            np.concatenate([self.inside_square, self.outside_square]),
            np.concatenate([self.outside_square, self.inside_square]),
        )

    def place(self, along_px: Field) -> NDArray[np.intp]:
        """The index of a place on a line."""
        last = self.seen.shape[1] - 1
        return np.clip(np.round((along_px + self.reach_px) / STEP_PX), 0, last).astype(np.intp)


def along(lines: Lines, found: Evidence) -> Sides:
    """Look along every line, from one end of the picture to the other."""
    height, width = found.paper.shape[:2]
    reach = float(np.hypot(width, height)) / 2
    ways = np.arange(-reach, reach, STEP_PX, dtype=np.float32)
    middle = np.array([width / 2, height / 2], np.float32)
    foot = lines.normals * lines.rhos[:, None] + middle
    points = foot[:, None] + lines.directions[:, None] * ways[None, :, None]
    normals = lines.normals[:, None]
    seen = (points > 1).all(axis=2) & (points[..., 0] < width - 2) & (points[..., 1] < height - 2)
    steps = _strongest(found.steps, points, normals)
    strokes = _strongest(found.strokes, points, normals)
    edge = np.maximum(steps, STROKE_SHARE * strokes)
    inside, outside = (_colour(found.paper, points, normals, depths) for depths in (INSIDE_PX, OUTSIDE_PX))
    light, dark = inside[..., 0], outside[..., 0]
    mask = seen[..., None]
    return Sides(
        reach,
        _summed(seen),
        _summed(edge * seen),
        _summed(steps * seen),
        _summed(inside * mask),
        _summed(outside * mask),
        _summed(light * light * seen),
        _summed(dark * dark * seen),
    )


def _strongest(field: Field, points: Field, normals: Field) -> Field:
    best = np.full(points.shape[:2], -np.inf, np.float32)
    for away in ABOUT_PX:
        value = _sampled(field, points + normals * np.float32(away))
        np.maximum(best, (value * normals).sum(axis=2), out=best)
    return np.asarray(np.clip((best - ENOUGH) / (FULL - ENOUGH), 0, 1))


def _colour(paper: Field, points: Field, normals: Field, depths: tuple[float, ...]) -> Field:
    total = sum(_sampled(paper, points + normals * np.float32(depth)) for depth in depths)
    return np.asarray(total / len(depths), np.float32)


def _sampled(field: Field, points: Field) -> Field:
    x, y = (np.ascontiguousarray(points[..., k]) for k in (0, 1))
    return np.asarray(cv2.remap(field, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _summed(values: NDArray[np.float32] | NDArray[np.bool_]) -> Field:
    """Sums up to each place; the difference of two is the sum between them."""
    return np.asarray(np.cumsum(values, axis=1, dtype=np.float32))
