"""What a page may lie on, as reflectance in linear light. Ignorant of pages, lamps and lenses."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Light = NDArray[np.float32]
"""Linear light or reflectance, 0 to 1, BGR, shape (height_px, width_px, 3)."""


def mat(rng: Rng, size: tuple[int, int]) -> Light:
    """The dark rubber mat that document cameras come with: nearly black, green or blue, slightly rough."""
    colour = rng.uniform(0.015, 0.07) * rng.uniform(0.7, 1.3, size=3)
    return _even(size, colour) * (1 + 0.10 * _clouds(rng, size, 60)[..., None] + 0.12 * _grain(rng, size)[..., None])


def wood(rng: Rng, size: tuple[int, int]) -> Light:
    """Planks: long grain, knots of darker bands, seams; light or dark, always warm."""
    height = size[1]
    brightness = rng.uniform(0.14, 0.5)
    colour = brightness * np.array([rng.uniform(0.35, 0.6), rng.uniform(0.62, 0.8), 1.0])
    across = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    bent = across + 0.03 * _clouds(rng, size, 4)
    rings = np.sin(bent * rng.uniform(60, 160) + 3 * _clouds(rng, size, 3)) * rng.uniform(0.05, 0.18)
    streaks = _stretched(rng, size)
    seams = np.ones((height, 1), np.float32)
    for place in np.arange(rng.uniform(0, 0.2), 1, rng.uniform(0.14, 0.3)):
        seams[np.abs(across - place) < 0.0016] = 0.45
        seams *= np.where(across > place, rng.uniform(0.9, 1.1), 1.0).astype(np.float32)
    grain = (1 + rings + rng.uniform(0.06, 0.16) * streaks) * seams
    turned = grain if rng.random() < 0.5 else np.ascontiguousarray(_resized(grain.T, size))
    return _even(size, colour) * turned[..., None]


def white(rng: Rng, size: tuple[int, int]) -> Light:
    """A laminate nearly as light as paper: 3 to 14 % darker than a sheet, slightly warm or grey."""
    colour = 0.86 * rng.uniform(0.86, 0.97) * np.array([rng.uniform(0.94, 1.0), rng.uniform(0.98, 1.0), 1.0])
    return _even(size, colour) * (1 + 0.012 * _clouds(rng, size, 8)[..., None] + 0.01 * _grain(rng, size)[..., None])


def grey(rng: Rng, size: tuple[int, int]) -> Light:
    """Stone or painted metal of middle brightness, speckled."""
    colour = rng.uniform(0.1, 0.45) * rng.uniform(0.92, 1.05, size=3)
    return _even(size, colour) * (1 + 0.12 * _clouds(rng, size, 90)[..., None] + 0.10 * _grain(rng, size)[..., None])


DESKS: dict[str, Callable[[Rng, tuple[int, int]], Light]] = {"mat": mat, "wood": wood, "white": white, "grey": grey}


def _even(size: tuple[int, int], colour: NDArray[np.float64]) -> Light:
    return np.broadcast_to(colour.astype(np.float32), (size[1], size[0], 3))


def _clouds(rng: Rng, size: tuple[int, int], cells: int) -> Light:
    """Smooth noise of about unit height, `cells` bumps across the picture."""
    small = rng.standard_normal((max(2, cells * size[1] // size[0]), cells)).astype(np.float32)
    return _resized(small, size)


def _grain(rng: Rng, size: tuple[int, int]) -> Light:
    """Fine roughness: as fine at any resolution as the desk itself."""
    small = rng.standard_normal((size[1] * 1200 // size[0], 1200)).astype(np.float32)
    return _resized(small, size)


def _stretched(rng: Rng, size: tuple[int, int]) -> Light:
    """Fibres along the picture's width."""
    small = rng.standard_normal((420, 12)).astype(np.float32)
    return _resized(small, size)


def _resized(field: Light, size: tuple[int, int]) -> Light:
    return cv2.resize(field, size, interpolation=cv2.INTER_CUBIC)  # type: ignore[no-any-return]
