"""Long straight edges, each with its light side. Ignorant of pages and of where the edges come from.

A Hough transform in which an edge votes only about its own direction, over the full circle: a line's normal points to
its light side, so a sheet's four sides have normals that point inwards, and a drawn line counts as two.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from devices.cameras.page import Field

ANGLES = 720  # half a degree each
RHO_PX = 2.0
SPREAD = 10  # an edge votes for so many angles to either side of its own
MOST_EDGES = 16_000
MOST_FITTED = 6_000
NEAR_PX, NEAR_COS = 3.0, 0.98  # an edge this near, and this alike in direction, belongs to a line


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines x·cos(angle) + y·sin(angle) = rho, with (0, 0) in the picture's middle; the normal points to the light.

    Attributes:
        normals: float32 (n, 2), of length 1.
        rhos: float32 (n,), px.
    """

    normals: Field
    rhos: Field

    @property
    def directions(self) -> Field:
        """Along each line, the same way for both of its normals."""
        ways = np.stack([self.normals[:, 1], -self.normals[:, 0]], axis=1)
        back = (ways[:, 0] < 0) | ((ways[:, 0] == 0) & (ways[:, 1] < 0))
        return np.asarray(np.where(back[:, None], -ways, ways))

    @property
    def both_ways(self) -> "Lines":
        """The lines, and after them the same ones with normals to the dark side."""
        return Lines(np.concatenate([self.normals, -self.normals]), np.concatenate([self.rhos, -self.rhos]))


def lines_in(field: Field, most: int) -> Lines:
    """The lines with the most edges on them, best first."""
    places, normals, weights = _edges(field)
    if len(places) < 20:
        return Lines(np.zeros((0, 2), np.float32), np.zeros(0, np.float32))
    angles, rhos = _peaks(_votes(places, normals, weights, field.shape), most)
    few = slice(None, None, -(-len(places) // MOST_FITTED))
    return _fitted(angles, rhos, places[few], normals[few], weights[few])


def joined(one: Lines, other: Lines) -> Lines:
    """Both, without those of the second that the first has."""
    if not len(one.rhos) or not len(other.rhos):
        return other if not len(one.rhos) else one
    alike = other.normals @ one.normals.T > 0.9995
    near = np.abs(other.rhos[:, None] - one.rhos[None]) < 3
    new = ~(alike & near).any(axis=1)
    return Lines(np.concatenate([one.normals, other.normals[new]]), np.concatenate([one.rhos, other.rhos[new]]))


def _edges(field: Field) -> tuple[Field, Field, Field]:
    """Thin edges: places about the middle, directions to the light, weights up to 1."""
    fixed = np.clip(field * 64, -30_000, 30_000).astype(np.int16)
    thin = cv2.Canny(np.ascontiguousarray(fixed[..., 0]), np.ascontiguousarray(fixed[..., 1]), 64, 80, L2gradient=True)
    thin[:2], thin[-2:], thin[:, :2], thin[:, -2:] = 0, 0, 0, 0
    rows, columns = np.nonzero(thin)
    if len(rows) > MOST_EDGES:
        some = np.linspace(0, len(rows) - 1, MOST_EDGES).astype(np.intp)
        rows, columns = rows[some], columns[some]
    gradient = field[rows, columns]
    size = np.hypot(gradient[:, 0], gradient[:, 1])
    places = np.stack([columns - field.shape[1] / 2, rows - field.shape[0] / 2], axis=1).astype(np.float32)
    return places, gradient / size[:, None], np.minimum(size / 2.5, 1).astype(np.float32)


def _votes(places: Field, normals: Field, weights: Field, shape: tuple[int, ...]) -> Field:
    reach = int(np.hypot(shape[0], shape[1]) / 2 / RHO_PX) + 2
    own = np.round(np.arctan2(normals[:, 1], normals[:, 0]) * (ANGLES / (2 * np.pi))).astype(np.int32)
    table = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    cosines, sines = np.cos(table).astype(np.float32), np.sin(table).astype(np.float32)
    angle = (own[None] + np.arange(-SPREAD, SPREAD + 1, dtype=np.int32)[:, None]) % ANGLES
    rho = (places[:, 0] * cosines[angle] + places[:, 1] * sines[angle]) * np.float32(1 / RHO_PX)
    cell = angle * (2 * reach + 1) + np.round(rho).astype(np.int32) + reach
    counted = np.bincount(cell.ravel(), np.broadcast_to(weights, cell.shape).ravel(), ANGLES * (2 * reach + 1))
    return counted.reshape(ANGLES, 2 * reach + 1).astype(np.float32)


def _peaks(votes: Field, most: int) -> tuple[Field, Field]:
    """Angles and rhos of the highest cells, none next to a higher one."""
    soft = cv2.blur(np.concatenate([votes[-8:], votes, votes[:8]]), (3, 3))
    top = cv2.dilate(soft, np.ones((17, 7), np.uint8))
    rows, columns = np.nonzero((soft[8:-8] == top[8:-8]) & (soft[8:-8] > 4))
    best = np.argsort(-soft[8:-8][rows, columns])[:most]
    reach = (votes.shape[1] - 1) // 2
    return np.asarray(rows[best] * (2 * np.pi / ANGLES)), np.asarray((columns[best] - reach) * RHO_PX)


def _fitted(angles: Field, rhos: Field, places: Field, normals: Field, weights: Field) -> Lines:
    """Each line laid through the edges that belong to it, twice."""
    lines = Lines(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), rhos.astype(np.float32))
    for near_px in (NEAR_PX * 1.3, NEAR_PX * 0.7):
        away = places @ lines.normals.T - lines.rhos
        own = np.where((np.abs(away) < near_px) & (normals @ lines.normals.T > NEAR_COS), weights[:, None], 0)
        lines = _through(lines, places, own.astype(np.float32))
    return lines


def _through(lines: Lines, places: Field, own: Field) -> Lines:
    total = np.maximum(own.sum(axis=0), 1e-3)
    middle = (own.T @ places) / total[:, None]
    xx, yy = own.T @ (places[:, 0] ** 2), own.T @ (places[:, 1] ** 2)
    xy = own.T @ (places[:, 0] * places[:, 1])
    vx, vy = xx / total - middle[:, 0] ** 2, yy / total - middle[:, 1] ** 2
    vxy = xy / total - middle[:, 0] * middle[:, 1]
    along = 0.5 * np.arctan2(2 * vxy, vx - vy)
    fitted = np.stack([-np.sin(along), np.cos(along)], axis=1)
    side = (fitted * lines.normals).sum(axis=1)
    fitted *= np.where(side < 0, -1, 1)[:, None]
    trusted = (np.abs(side) > 0.995) & (total > 2)  # few edges on a short piece say little about the direction
    normals = np.where(trusted[:, None], fitted, lines.normals).astype(np.float32)
    rhos = np.where(total > 2, (normals * middle).sum(axis=1), lines.rhos).astype(np.float32)
    return Lines(normals, rhos)


def borders(shape: tuple[int, ...]) -> Lines:
    """The picture's own four borders, as sides of what goes on beyond them."""
    normals = np.array([[0, 1], [-1, 0], [0, -1], [1, 0]], np.float32)
    halves = np.array([shape[0], shape[1], shape[0], shape[1]], np.float32) / 2
    return Lines(normals, -halves)
