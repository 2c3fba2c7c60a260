"""A camera over a desk, invented: pages with pose, shadow, glare, blur and noise, and where the page truly is.

Ignorant of what is on the pages (`synthetic_pages`). Ships with the product, since the camera simulator films with it.
Everything is drawn from the generator that is handed in: the same seed gives the same frame, dot for dot.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.cameras import synthetic_lens as lens
from devices.cameras import synthetic_things as things
from devices.cameras.page import Picture, Quad
from devices.cameras.synthetic_desks import DESKS, Light, Rng
from devices.cameras.synthetic_pages import A4_MM

GENERATOR_VERSION = 1
"""Rises with every change to what a seed draws: kept frames of other versions are made anew."""

PAPER = 0.86  # reflectance of a white sheet
CUT_OFF_LEAST, CUT_OFF_MOST = 0.04, 0.35  # how much of a cut-off page's area lies outside the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is filmed: one knob a difficulty. Strengths are upper ends; each frame draws its own up to there.

    Attributes:
        desks: of `DESKS`, one is drawn.
        page: whether a page lies there at all.
        sheet_mm: the sheet's size; `fill` is that of an A4 sheet in its place.
        turn_deg: the page is turned by up to so much, either way.
        tilt_deg: the camera leans by up to so much about each axis.
        fill: the page's long side over the picture's height, least and most.
        cut_off: 4 to 35 % of the page lie outside the picture.
        shadow: 0 to 1, how dark a hand's or lamp's cast shadow gets.
        glare: 0 to 1, how bright a lamp's reflection gets.
        blur: in thousandths of the picture's width, out of focus or shaken.
        noise: of a middle grey, in 8-bit steps (a good sensor has 1).
        fingers, folded, clutter: hand over the edge, a corner turned in, other smaller things about.
    """

    desks: tuple[str, ...] = ("mat", "wood", "grey", "white")
    page: bool = True
    sheet_mm: tuple[float, float] = A4_MM
    turn_deg: float = 9.0
    tilt_deg: float = 11.0
    fill: tuple[float, float] = (0.62, 0.92)
    cut_off: bool = False
    shadow: float = 0.15
    glare: float = 0.0
    blur: float = 0.5
    noise: float = 2.5
    fingers: bool = False
    folded: bool = False
    clutter: bool = False


PLAIN = Scene()
SCENES: dict[str, Scene] = {
    "dark_mat": replace(PLAIN, desks=("mat",)),
    "wood": replace(PLAIN, desks=("wood",)),
    "white_desk": replace(PLAIN, desks=("white",)),
    "shadow": replace(PLAIN, shadow=0.6),
    "glare": replace(PLAIN, glare=1.0),
    "noise": replace(PLAIN, noise=12.0),
    "blur": replace(PLAIN, blur=2.6),
    "hand": replace(PLAIN, fingers=True),
    "folded": replace(PLAIN, folded=True),
    "rotated": replace(PLAIN, turn_deg=180.0, fill=(0.5, 0.8)),
    "clutter": replace(PLAIN, clutter=True, fill=(0.55, 0.8)),
    "worst": replace(
        PLAIN, turn_deg=180.0, fill=(0.5, 0.8), shadow=0.45, glare=0.6, noise=6.0, fingers=True, clutter=True
    ),
    "cut_off": replace(PLAIN, cut_off=True, turn_deg=25.0),
    "empty": replace(PLAIN, page=False, shadow=0.4, glare=0.5),
    "empty_clutter": replace(PLAIN, page=False, clutter=True, fingers=True, shadow=0.4),
}


def film(page: Picture | None, scene: Scene, rng: Rng, size: tuple[int, int]) -> tuple[Picture, Quad | None]:
    """Film a page once.

    Args:
        page: BGR, of any size in dots; its true size is the scene's. None where the scene has none; never changed.
        size: of the frame, (width_px, height_px).

    Returns:
        The frame, uint8 BGR, and the page's corners in it, float32 (4, 2), clockwise from the page's own top left, also
        where a corner is folded in or lies outside the frame; None where no page lies there.
    """
    desk = str(rng.choice(scene.desks))
    light = np.ascontiguousarray(DESKS[desk](rng, size))
    lamp = rng.uniform(-1, 1, size=2)  # where the light comes from decides on which sides a sheet's edge is dark
    if scene.clutter:
        things.scatter(light, rng, lamp)
    quad = None
    if scene.page and page is not None:
        quad = _pose(scene, rng, size)
        things.lay_sheet(light, page, quad, rng, lamp, white=PAPER * rng.uniform(0.96, 1.06), folded=scene.folded)
    if scene.fingers:
        things.reach_in(light, rng, quad)
    return _exposed(light, scene, rng), quad


def _exposed(light: Light, scene: Scene, rng: Rng) -> Picture:
    light *= lens.lamp_field(rng, _size(light))[..., None]
    if scene.shadow:
        light *= lens.cast_shadow(rng, _size(light), scene.shadow * rng.uniform(0.4, 1.0))[..., None]
    if scene.glare:
        light += lens.glare(rng, _size(light), scene.glare * rng.uniform(0.5, 1.0))[..., None]
    blurred = lens.blurred(light, rng, scene.blur * rng.uniform(0.4, 1.0) / 1000 * light.shape[1])
    return lens.developed(blurred, rng, scene.noise * rng.uniform(0.5, 1.0))


def _pose(scene: Scene, rng: Rng, size: tuple[int, int]) -> Quad:
    """Where an A4 sheet under a leaning pinhole camera appears, wholly inside the frame or cut off as asked."""
    for _attempt in range(400):
        quad = _projected(scene, rng, size)
        outside = 1 - inside_share(quad, size)
        if CUT_OFF_LEAST <= outside <= CUT_OFF_MOST if scene.cut_off else outside == 0 and _clear(quad, size):
            return quad
    raise ValueError(f"no pose of {scene} fits a frame of {size}")


def _projected(scene: Scene, rng: Rng, size: tuple[int, int]) -> Quad:
    width, height = size
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * scene.sheet_mm
    turn = np.radians(rng.uniform(-scene.turn_deg, scene.turn_deg) + (90 if rng.random() < 0.5 else 0))
    tilt_x, tilt_y = np.radians(rng.uniform(-scene.tilt_deg, scene.tilt_deg, size=2))
    focal = 1.15 * width
    distance = focal * A4_MM[1] / (height * rng.uniform(*scene.fill))
    shift = (
        rng.uniform(-0.35, 0.35, size=2)
        * (1.6 if scene.cut_off else 1.0)
        * np.array([width, height])
        * distance
        / focal
    )
    plane = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + shift
    depth = distance + plane[:, 0] * np.sin(tilt_y) + plane[:, 1] * np.sin(tilt_x)
    seen = focal * plane * np.array([np.cos(tilt_y), np.cos(tilt_x)]) / depth[:, None]
    return np.asarray(seen + np.array([width, height]) / 2, np.float32)


def inside_share(quad: Quad, size: tuple[int, int]) -> float:
    """The share of a quadrangle's area that lies inside a frame, 0 to 1."""
    frame = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    shared, _ = cv2.intersectConvexConvex(quad, frame)
    return min(1.0, float(shared) / float(cv2.contourArea(quad)))


def _clear(quad: Quad, size: tuple[int, int]) -> bool:
    """Whether a corner could not be taken for one on the frame's border."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    margin = 0.008 * size[0]
    return bool((low > margin).all() and (high < np.array(size) - margin).all())


def _size(light: Light | NDArray[np.uint8]) -> tuple[int, int]:
    return light.shape[1], light.shape[0]
