"""Sheets, cards, pens and fingers laid on a desk of light. Ignorant of lamps above and of the lens."""

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.cameras.page import Picture, Quad
from devices.cameras.synthetic_desks import Light, Rng
from devices.cameras.synthetic_pages import CARD_MM, card

TO_LINEAR = np.power(np.arange(256) / 255, 2.2).astype(np.float32)
SKIN = np.array([0.22, 0.32, 0.55], np.float32)
PEN_COLOURS = ((0.02, 0.02, 0.02), (0.3, 0.06, 0.03), (0.05, 0.04, 0.4))


def lay_sheet(
    light: Light, sheet: Picture, quad: Quad, rng: Rng, lamp: NDArray[np.float64], *, white: float, folded: bool = False
) -> None:
    """Put a sheet on the desk, with the faint shadow that its thickness throws and the light its edge catches."""
    width = light.shape[1]
    cover = _cover(light, quad, sheet)
    paper = _warped(sheet, quad, light) * white
    if folded:
        cover, paper = _folded(cover, paper, quad, rng, white)
    _edge_shadow(light, cover, lamp * width / 1600, rng.uniform(0.10, 0.35))
    rim = np.clip(cover - _shifted(cover, -lamp * width / 1600), 0, 1)[..., None]
    np.copyto(light, light * (1 - cover[..., None]) + paper * (1 + 0.03 * rim) * cover[..., None])


def scatter(light: Light, rng: Rng, lamp: NDArray[np.float64]) -> None:
    """Other things: one to three of a smaller paper, a card and a pen, anywhere."""
    for kind in rng.permutation(["paper", "card", "pen"])[: rng.integers(1, 4)]:
        if kind == "pen":
            _pen(light, rng)
        elif kind == "card":
            lay_sheet(light, card(rng), _anywhere(light, rng, CARD_MM, rng.uniform(0.14, 0.2)), rng, lamp, white=0.8)
        else:
            slip = np.full((300, 220, 3), int(rng.integers(190, 252)), np.uint8)
            for y in range(30, 270, 24):
                cv2.line(slip, (20, y), (int(rng.integers(60, 200)), y), (60, 60, 60), 4)
            lay_sheet(light, slip, _anywhere(light, rng, (80, 110), rng.uniform(0.15, 0.22)), rng, lamp, white=0.85)


def reach_in(light: Light, rng: Rng, quad: Quad | None) -> None:
    """Two to four fingers from outside the frame, over one side of the page where there is one."""
    height, width = light.shape[:2]
    tip, out = _grip(rng, quad, width, height)
    aside = np.array([-out[1], out[0]])
    thick = width * rng.uniform(0.026, 0.036)
    cover = np.zeros((height, width), np.uint8)
    for finger in range(int(rng.integers(2, 5))):
        start = tip + aside * finger * thick * 1.15 - out * thick * rng.uniform(-0.5, 1.2)
        end = start + out * 3 * width + aside * width * 0.02
        cv2.line(cover, _point(start), _point(end), 255, round(thick), cv2.LINE_AA)
    soft = cv2.GaussianBlur(cover, (0, 0), width / 1200).astype(np.float32)[..., None] / 255
    shade = 0.75 + 0.25 * cv2.GaussianBlur(cover, (0, 0), float(thick / 4)).astype(np.float32)[..., None] / 255
    _edge_shadow(light, soft[..., 0], rng.uniform(-1, 1, size=2) * thick / 4, 0.4)
    np.copyto(light, light * (1 - soft) + SKIN * rng.uniform(0.5, 1.1) * shade * soft)


def _grip(rng: Rng, quad: Quad | None, width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the first fingertip is, and the direction in which the hand leaves."""
    if quad is None:
        angle = rng.uniform(0, 2 * np.pi)
        out = np.array([np.cos(angle), np.sin(angle)])
        return np.array([width, height]) * (0.5 + 0.3 * out), out
    side = int(rng.integers(4))
    start, end = quad[side].astype(float), quad[(side + 1) % 4].astype(float)
    out = np.array([(end - start)[1], -(end - start)[0]]) / np.hypot(*(end - start))
    return start + (end - start) * rng.uniform(0.1, 0.75) - out * width * rng.uniform(0.005, 0.03), out


def _folded(cover: Light, paper: Light, quad: Quad, rng: Rng, white: float) -> tuple[Light, Light]:
    """Turn one corner in: the desk shows where it was, its blank back lies on the page."""
    corner = int(rng.integers(4))
    here, before, after = (quad[(corner + k) % 4].astype(float) for k in (0, -1, 1))
    first = here + (before - here) * rng.uniform(0.06, 0.16)
    second = here + (after - here) * rng.uniform(0.06, 0.16)
    crease = (second - first) / np.hypot(*(second - first))
    mirrored = first + 2 * crease * np.dot(here - first, crease) - (here - first)
    gone, flap = (_polygon(cover, [first, tip, second]) for tip in (here, mirrored))
    shade = cv2.GaussianBlur(flap, (0, 0), cover.shape[1] / 250)
    paper = paper * (1 - 0.25 * shade * (1 - flap))[..., None]
    paper = paper * (1 - flap[..., None]) + white * 0.93 * flap[..., None]
    return np.clip(cover - gone, 0, 1), paper


def _edge_shadow(light: Light, cover: Light, towards: NDArray[np.float64], darkness: float) -> None:
    """The desk beside a thing's edge, on the side away from the lamp."""
    reach = 1.6 * light.shape[1] / 1600
    thrown = cv2.GaussianBlur(_shifted(cover, towards * 1.5), (0, 0), reach)
    light *= (1 - darkness * np.clip(thrown, 0, 1) * (1 - cover))[..., None]


def _pen(light: Light, rng: Rng) -> None:
    height, width = light.shape[:2]
    start = rng.uniform(0.05, 0.95, size=2) * (width, height)
    angle = rng.uniform(0, 2 * np.pi)
    end = start + np.array([np.cos(angle), np.sin(angle)]) * width * 0.22
    colour = PEN_COLOURS[rng.integers(len(PEN_COLOURS))]
    cv2.line(light, _point(start), _point(end), colour, round(width * 0.009), cv2.LINE_AA)


def _anywhere(light: Light, rng: Rng, shape_mm: tuple[float, float], long_share: float) -> Quad:
    """A small sheet's corners, turned any way."""
    height, width = light.shape[:2]
    box = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * shape_mm / max(shape_mm) * long_share * width
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(box @ turn + rng.uniform(0.08, 0.92, size=2) * (width, height), np.float32)


def _warped(sheet: Picture, quad: Quad, light: Light) -> Light:
    """A sheet's reflectance where it lies, without the sparkle of coarse sampling."""
    height, width = sheet.shape[:2]
    shrink = np.hypot(*(quad[1] - quad[0])) / width
    if shrink < 0.9:
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.45 / float(shrink)), np.uint8)
    seen = cv2.warpPerspective(
        sheet, _onto(quad, width, height), (light.shape[1], light.shape[0]), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.LUT(seen, TO_LINEAR), np.float32)


def _cover(light: Light, quad: Quad, sheet: Picture) -> Light:
    """1 where the sheet lies, 0 elsewhere, one half exactly on its edge."""
    height, width = sheet.shape[:2]
    full, size = np.ones((height, width), np.float32), (light.shape[1], light.shape[0])
    return np.asarray(cv2.warpPerspective(full, _onto(quad, width, height), size), np.float32)


def _polygon(like: Light, corners: list[NDArray[np.float64]]) -> Light:
    cover = np.zeros(like.shape[:2], np.uint8)
    points = np.round(np.array(corners) * 256).astype(np.int32)  # a sheet's corner is no whole number of dots
    cv2.fillConvexPoly(cover, points, 255, cv2.LINE_AA, 8)
    return np.asarray(cover / np.float32(255), np.float32)


def _onto(quad: Quad, width: int, height: int) -> NDArray[np.float64]:
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    return np.asarray(cv2.getPerspectiveTransform(flat, quad), np.float64)


def _shifted(field: Light, by: NDArray[np.float64]) -> Light:
    move = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float64)
    return np.asarray(cv2.warpAffine(field, move, (field.shape[1], field.shape[0])), np.float32)


def _point(place: NDArray[np.float64]) -> tuple[int, int]:
    return int(np.clip(place[0], -32000, 32000)), int(np.clip(place[1], -32000, 32000))
