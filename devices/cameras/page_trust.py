"""What speaks for a quadrangle being a sheet of paper, in figures. Ignorant of how they are weighed.

All figures are taken from sums along the lines (`page_sides`), for all candidates at once.
"""

import numpy as np

from devices.cameras.page import Field, PaperSize
from devices.cameras.page_lines import Lines
from devices.cameras.page_quads import Index, Quads
from devices.cameras.page_sides import STEP_PX, Sides

BEYOND_PX = (8.0, 48.0)  # past a corner a sheet's edge has ended
AT_CORNERS = 0.15  # of a side
MOST_CONTRAST = 0.25  # more does not make a sheet likelier
MOST_ASPECT_OFF = 0.6
ONE_OF_FOUR = 0.25
FIGURES = (
    "edge_mean",  # how much of the sides is edge; the least, and the second least of the four
    "edge_least",
    "edge_second",
    "steps_mean",  # the same of light areas only
    "steps_least",
    "corners_mean",  # of the sides next to the corners
    "corners_least",
    "beyond_mean",  # of the lines past the corners, where a sheet has none
    "beyond_most",
    "contrast_mean",  # light side over dark side
    "contrast_least",
    "contrast_spread",
    "uneven",  # lightness inside, along the sides
    "tint_spread",  # colour inside, between the sides
    "tint",
    "tint_spread_outside",
    "lightness",
    "lightness_spread",  # inside, between the sides
    "aspect_off",  # logarithm of the aspect over the paper's
    "skew",  # cosine of the least square corner
    "size",  # root of the share of the picture that an A4 sheet in its place would have
    "dark_sides",  # the share of sides at which the sheet is darker than what it lies on
    "one_dark",  # whether it is one side only
)


def figures(quads: Quads, lines: Lines, sides: Sides, shape: tuple[int, ...], paper: PaperSize) -> Field:
    """One row a candidate, one column each of `FIGURES`; lengths are shares of the picture, colours of their range.

    Args:
        lines, sides: both ways, as the quadrangles' sides are counted.
    """
    start, end = _ends(quads, lines)
    edges = _edge_figures(quads.sides, start, end, sides)
    colours = _colour_figures(quads.sides, start, end, sides)
    dark = (quads.sides >= len(lines.rhos) // 2).mean(axis=1)
    shapes = _shape_figures(quads, shape, paper)
    return np.stack([*edges, *colours, *shapes, dark, dark == ONE_OF_FOUR], axis=1, dtype=np.float32)


def most_edged(quads: Quads, lines: Lines, sides: Sides, most: int) -> Quads:
    """The candidates with the most edge along their sides: a bound to the time that the other figures take."""
    if len(quads.sides) <= most:
        return quads
    start, end = _ends(quads, lines)
    edge = _mean(sides.edge, sides.seen, quads.sides, sides.place(start), sides.place(end)).mean(axis=1)
    best = np.argpartition(-edge, most)[:most]
    return Quads(quads.corners[best], quads.sides[best])


def runs_on(quads: Quads, lines: Lines, sides: Sides) -> Field:
    """How surely a sheet goes on past one of the four sides, 0 to 1, for each candidate.

    Where both neighbours of a side have an edge past it, the side is a fold, a rule or a shadow on a larger sheet.
    """
    start, end = _ends(quads, lines)
    before, after = _beyond(quads.sides, start, end, sides)
    ways = np.roll(quads.corners, -1, axis=1) - quads.corners
    with_line = (ways * lines.directions[quads.sides]).sum(axis=2) > 0
    past_first, past_last = np.where(with_line, before, after), np.where(with_line, after, before)
    return np.asarray(np.minimum(np.roll(past_last, 1, axis=1), np.roll(past_first, -1, axis=1)).max(axis=1))


def unseen(quads: Quads, lines: Lines, sides: Sides) -> Field:
    """The greatest share of a side that lies outside the picture, for each candidate."""
    start, end = _ends(quads, lines)
    visible = sides.seen[quads.sides, sides.place(end)] - sides.seen[quads.sides, sides.place(start)]
    return np.asarray((1 - np.minimum(visible * STEP_PX / np.maximum(end - start, 1), 1)).max(axis=1))


def _ends(quads: Quads, lines: Lines) -> tuple[Field, Field]:
    """Where each side begins and ends on its line, px, in the line's own direction."""
    ways = lines.directions[quads.sides]
    here = (quads.corners * ways).sum(axis=2)
    there = (np.roll(quads.corners, -1, axis=1) * ways).sum(axis=2)
    return np.minimum(here, there), np.maximum(here, there)


def _mean(total: Field, seen: Field, index: Index, start: Index, end: Index) -> Field:
    """The mean over the visible places between two on a line; 0 where none is."""
    count = np.maximum(seen[index, end] - seen[index, start], 1e-3)
    if total.ndim == 3:
        count = count[..., None]
    return np.asarray((total[index, end] - total[index, start]) / count)


def _beyond(index: Index, start: Field, end: Field, sides: Sides) -> tuple[Field, Field]:
    """How much edge each line has past the two ends of a side."""
    near, far = BEYOND_PX
    first = _mean(sides.edge, sides.seen, index, sides.place(start - far), sides.place(start - near))
    last = _mean(sides.edge, sides.seen, index, sides.place(end + near), sides.place(end + far))
    return first, last


def _edge_figures(index: Index, start: Field, end: Field, sides: Sides) -> list[Field]:
    def mean(total: Field, one: Field, other: Field) -> Field:
        return _mean(total, sides.seen, index, sides.place(one), sides.place(other))

    edge, steps = mean(sides.edge, start, end), mean(sides.steps, start, end)
    piece = (end - start) * AT_CORNERS
    corners = np.concatenate([mean(sides.edge, start, start + piece), mean(sides.edge, end - piece, end)], axis=1)
    beyond = np.concatenate(_beyond(index, start, end, sides), axis=1)
    ranked = np.sort(edge, axis=1)
    return [
        edge.mean(axis=1),
        ranked[:, 0],
        ranked[:, 1],
        steps.mean(axis=1),
        steps.min(axis=1),
        corners.mean(axis=1),
        np.sort(corners, axis=1)[:, 1],
        beyond.mean(axis=1),
        np.sort(beyond, axis=1)[:, -2],
    ]


def _colour_figures(index: Index, start: Field, end: Field, sides: Sides) -> list[Field]:
    one, other = sides.place(start), sides.place(end)
    inside = _mean(sides.inside, sides.seen, index, one, other) / 255
    outside = _mean(sides.outside, sides.seen, index, one, other) / 255
    square = _mean(sides.inside_square, sides.seen, index, one, other) / 255**2
    light, tint, other_tint = inside[..., 0], inside[..., 1:], outside[..., 1:]
    contrast = np.abs(light - outside[..., 0]) / (np.maximum(light, outside[..., 0]) + 0.05)
    uneven = np.sqrt(np.maximum(square - light**2, 0))
    return [
        np.minimum(contrast, MOST_CONTRAST).mean(axis=1),
        np.minimum(contrast, MOST_CONTRAST).min(axis=1),
        contrast.std(axis=1),
        uneven.mean(axis=1),
        tint.std(axis=1).mean(axis=1),
        np.abs(tint).mean(axis=(1, 2)),
        other_tint.std(axis=1).mean(axis=1),
        light.mean(axis=1),
        light.std(axis=1),
    ]


def _shape_figures(quads: Quads, shape: tuple[int, ...], paper: PaperSize) -> list[Field]:
    ways = np.roll(quads.corners, -1, axis=1) - quads.corners
    length = np.hypot(ways[..., 0], ways[..., 1])
    wide, high = (length[:, 0] + length[:, 2]) / 2, (length[:, 1] + length[:, 3]) / 2
    aspect = np.maximum(wide, high) / np.minimum(wide, high)
    unit = ways / length[..., None]
    square = np.abs((unit * np.roll(unit, -1, axis=1)).sum(axis=2))
    one, other = quads.corners[:, 2] - quads.corners[:, 0], quads.corners[:, 3] - quads.corners[:, 1]
    area = 0.5 * np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    return [
        np.minimum(np.abs(np.log(aspect / paper.ratio)), MOST_ASPECT_OFF),
        square.max(axis=1),
        np.sqrt(area / (shape[0] * shape[1])) * paper.times_smaller,
    ]
