"""A page's sides laid exactly along its edges in the full picture. Ignorant of how the page was found."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from devices.cameras.page import Field, Picture, Quad

PLACES = 128  # along each side
ENDS = 0.05  # of a side at either end: corners are bent, folded or held
ROUNDS = 6
LEAST_HELD = 0.2  # of the places must agree on a line, else the side stays where it was


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """Attributes:
    quad: corners in the frame.
    held: for each side, which share of its places agrees with the line, 0 to 1.
    """

    quad: Quad
    held: Field


def refined(frame: Picture, quad: Quad, reach_px: float, is_dark: Sequence[bool] = (False,) * 4) -> Refined:
    """Move each side to the strongest edge within `reach_px`; the frame is not changed.

    Args:
        is_dark: for each side, whether the page is darker there than what it lies on.
    """
    lines, held = [], []
    for k in range(4):
        line, share = _side(frame, quad[k], quad[(k + 1) % 4], reach_px, -1.0 if is_dark[k] else 1.0)
        lines.append(line)
        held.append(share)
    corners = np.array([_crossing(lines[k - 1], lines[k]) for k in range(4)])
    if not np.isfinite(corners).all() or np.abs(corners - quad).max() > 4 * reach_px + 4:
        return Refined(quad, np.array(held, np.float32))
    return Refined(corners.astype(np.float32), np.array(held, np.float32))


Line = tuple[Field, Field]
"""A point and a direction."""


def _side(frame: Picture, start: Field, end: Field, reach_px: float, sign: float) -> tuple[Line, float]:
    way = (end - start).astype(np.float64)
    length = float(np.hypot(*way))
    way /= max(length, 1e-6)
    inwards = np.array([-way[1], way[0]])  # clockwise in a picture whose y runs down
    along = np.linspace(ENDS, 1 - ENDS, PLACES) * length
    away = np.arange(-reach_px, reach_px + 0.5, max(1.0, reach_px / 10))
    height, width = frame.shape[:2]
    points = start + along[:, None, None] * way + away[None, :, None] * inwards
    inside = ((points > 0) & (points < (width - 1, height - 1))).all(axis=(1, 2))
    found, weight = _edges(sign * _profiles(frame, points), away, inside)
    line, share = _fit(along, found, weight, reach_px)
    if share < LEAST_HELD:
        return (start.astype(np.float64), way), share
    first, last = (start + way * at + inwards * np.polyval(line, at) for at in (0.0, length))
    return (first, (last - first) / np.hypot(*(last - first))), share


def _profiles(frame: Picture, points: Field) -> Field:
    """Lightness across the side, a row a place, smoothed along the side."""
    x, y = (np.ascontiguousarray(points[..., k], np.float32) for k in (0, 1))
    colours = cv2.remap(frame, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(colours.mean(axis=2), (5, 7), 0), np.float32)


def _edges(profiles: Field, away: Field, inside: Field) -> tuple[Field, Field]:
    """Where each place rises most towards the inside, and how much it counts."""
    rise = profiles[:, 2:] - profiles[:, :-2]
    best = np.argmax(rise, axis=1)
    rows = np.arange(len(rise))
    top = rise[rows, best]
    before, after = rise[rows, np.maximum(best - 1, 0)], rise[rows, np.minimum(best + 1, rise.shape[1] - 1)]
    curve = before - 2 * top + after
    shift = np.where(curve < -1e-6, 0.5 * (before - after) / np.minimum(curve, -1e-6), 0)
    step = away[1] - away[0]
    found = away[1 + best] + np.clip(shift, -0.5, 0.5) * step
    usual = float(np.median(np.abs(rise))) + 0.2
    return found, np.where(inside, np.clip(top / (2 * usual) - 0.5, 0, 1), 0)


def _fit(along: Field, found: Field, weight: Field, reach_px: float) -> tuple[Field, float]:
    """A line through most of the places: others may lie under a finger or in glare."""
    spread = max(1.5, reach_px)
    line = _start(along, found, weight, tolerance=max(1.0, reach_px / 8))
    least = max(0.7, reach_px / 12)
    for _round in range(ROUNDS):
        off = found - np.polyval(line, along)
        own = weight * np.square(np.clip(1 - np.square(off / (2 * spread)), 0, None))
        if own.sum() < 4:
            break
        line = np.polyfit(along, found, 1, w=np.sqrt(own))
        spread = max(least, spread * 0.6)
    held = weight * (np.abs(found - np.polyval(line, along)) < 2 * least)
    return line, float((held > 0.1).mean())


def _start(along: Field, found: Field, weight: Field, tolerance: float) -> Field:
    """The best of lines through pairs of places far apart, all tried at once."""
    one = np.arange(0, len(along) // 2, 4)
    first, second = (a.ravel() for a in np.meshgrid(one, one + len(along) // 2 - 1))
    slope = (found[second] - found[first]) / (along[second] - along[first])
    offset = found[first] - slope * along[first]
    off = np.abs(found[None] - (slope[:, None] * along[None] + offset[:, None])) < tolerance
    votes = (off * weight[None]).sum(axis=1) - 200 * np.abs(slope) * (np.abs(slope) > 0.06)
    best = int(np.argmax(votes))
    return np.array([slope[best], offset[best]])


def _crossing(one: Line, other: Line) -> Field:
    (p, u), (q, v) = one, other
    turn = u[0] * v[1] - u[1] * v[0]
    if abs(turn) < 1e-3:
        return np.full(2, np.nan)
    way = q - p
    return np.asarray(p + u * ((way[0] * v[1] - way[1] * v[0]) / turn))
