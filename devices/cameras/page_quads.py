"""Quadrangles that lines could make, and what speaks for each. Ignorant of what is then trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.cameras.page import Field, PaperSize
from devices.cameras.page_lines import Lines

Index = NDArray[np.intp]
OPPOSITE_COS = -0.85  # normals of opposite sides: perspective bends 180 degrees by no more than about 30
ACROSS_COS = 0.52
LEAST_SIDE = 0.09  # of the picture's long side, for an A4 sheet
MOST_QUADS = 60_000
STRONG = 16  # lines
FAR_OUTSIDE = 1.7  # times half the picture, from its middle
MOST_ASPECT_OFF = 0.3  # of the logarithm; perspective changes it by 0.15 at most
MOST_UNALIKE = 0.25  # opposite sides, over their sum


@dataclass(frozen=True, slots=True, eq=False)
class Quads:
    """Candidates: corners about the picture's middle, (n, 4, 2), clockwise, and the line of each side, (n, 4).

    Side k runs from corner k to corner k + 1.
    """

    corners: Field
    sides: Index


def quads_of(lines: Lines, shape: tuple[int, ...], paper: PaperSize) -> Quads:
    """Every four lines whose normals point inwards that look like the paper and are not far outside the picture.

    Three in four sheets are lighter than what they lie on, all round; some are darker; and on a white desk one side may
    be dark where a printed band reaches the sheet's edge.

    Returns:
        Sides are indices of `lines.both_ways`.
    """
    ways, count = lines.both_ways, len(lines.rhos)
    least_px = LEAST_SIDE * max(shape[:2]) / paper.times_smaller
    first, third = _opposite(ways, count, least_px)
    if not len(first):
        return Quads(np.zeros((0, 4, 2), np.float32), np.zeros((0, 4), np.intp))
    one, other = _across(ways, count, first, third)
    sides = np.stack([first[one], first[other], third[one], third[other]], axis=1)
    corners = np.stack([_crossing(ways, sides[:, k - 1], sides[:, k]) for k in range(4)], axis=1)
    return _plausible(Quads(corners, sides), shape, paper, least_px)


def _opposite(ways: Lines, count: int, least_px: float) -> tuple[Index, Index]:
    """Pairs whose normals point at each other, with room between."""
    facing = ways.normals @ ways.normals.T < OPPOSITE_COS
    room = -(ways.rhos[:, None] + ways.rhos[None]) > least_px
    # A dark side opposite a light one has to be among the strongest: a band of colour has a strong edge.
    index = np.arange(2 * count)
    is_dark, is_strong = index >= count, (index < count) | (index < count + STRONG)
    alike = is_dark[:, None] == is_dark[None]
    allowed = alike | (is_strong[:, None] & is_strong[None])
    first, third = np.nonzero(np.triu(facing & room & allowed))
    return first, third


def _across(ways: Lines, count: int, first: Index, third: Index) -> tuple[Index, Index]:
    """Pairs of pairs that cross, in the order that makes the way round clockwise; all light, one dark or all dark."""
    way = ways.normals[first] - ways.normals[third]
    way /= np.hypot(way[:, 0], way[:, 1])[:, None]
    dark = (first >= count).astype(np.int8) + (third >= count)
    sum_dark = dark[:, None] + dark[None]
    crossed = (np.abs(way @ way.T) < ACROSS_COS) & ((sum_dark < 2) | (sum_dark == 4))
    one, other = np.nonzero(np.triu(crossed))
    if len(one) > MOST_QUADS:
        late = (first % count) + (third % count)  # lines come best first
        some = np.argpartition(late[one] + late[other], MOST_QUADS)[:MOST_QUADS]
        one, other = one[some], other[some]
    turn = way[one, 0] * way[other, 1] - way[one, 1] * way[other, 0]
    return np.where(turn > 0, one, other), np.where(turn > 0, other, one)


def _crossing(lines: Lines, one: Index, other: Index) -> Field:
    a, b = lines.normals[one], lines.normals[other]
    r, s = lines.rhos[one], lines.rhos[other]
    turn = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    turn = np.where(np.abs(turn) < 1e-3, 1e-3, turn)
    return np.stack([(r * b[:, 1] - s * a[:, 1]) / turn, (s * a[:, 0] - r * b[:, 0]) / turn], axis=1)


def _plausible(quads: Quads, shape: tuple[int, ...], paper: PaperSize, least_px: float) -> Quads:
    half = np.array([shape[1], shape[0]], np.float32) / 2
    ways = np.roll(quads.corners, -1, axis=1) - quads.corners
    length = np.hypot(ways[..., 0], ways[..., 1])
    after = np.roll(ways, -1, axis=1)
    turns = ways[..., 0] * after[..., 1] - ways[..., 1] * after[..., 0]
    one, other = length[:, 0] + length[:, 2], length[:, 1] + length[:, 3]
    keep = (np.abs(quads.corners) < half * FAR_OUTSIDE).all(axis=(1, 2)) & (turns > 0).all(axis=1)
    keep &= (length > least_px).all(axis=1) & (
        np.abs(np.abs(np.log(one / other)) - np.log(paper.ratio)) < MOST_ASPECT_OFF
    )
    for k in (0, 1):
        keep &= np.abs(length[:, k] - length[:, k + 2]) < MOST_UNALIKE * (length[:, k] + length[:, k + 2])
    return Quads(quads.corners[keep], quads.sides[keep])
