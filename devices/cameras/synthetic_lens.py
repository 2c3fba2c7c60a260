"""From light on a desk to a camera's picture: lamps, shadows, reflections, focus, sensor. Ignorant of pages."""

import cv2
import numpy as np

from devices.cameras.page import Picture
from devices.cameras.synthetic_desks import Light, Rng

FIELD_PX = 240  # lamps and shadows are smooth: drawn this wide and enlarged
GAMMA = 1 / 2.2


def lamp_field(rng: Rng, size: tuple[int, int]) -> Light:
    """How unevenly the desk is lit: brighter to one side, darker in the corners."""
    across, down = _grid(size)
    slope = rng.uniform(-0.16, 0.16, size=2)
    vignette = 1 - rng.uniform(0.05, 0.22) * (across**2 + down**2) / 2
    return _large((1 + slope[0] * across + slope[1] * down) * vignette * rng.uniform(0.82, 1.0), size)


def cast_shadow(rng: Rng, size: tuple[int, int], darkness: float) -> Light:
    """A shadow from somebody at the desk: a bar, a corner or a round thing, with a soft edge."""
    across, down = _grid(size)
    angle = rng.uniform(0, 2 * np.pi)
    along = across * np.cos(angle) + down * np.sin(angle)
    aside = -across * np.sin(angle) + down * np.cos(angle)
    kind = rng.integers(3)
    edge = rng.uniform(-0.5, 0.5)
    if kind == 0:
        depth = along - edge
    elif kind == 1:
        depth = np.minimum(along - edge, rng.uniform(0.3, 0.9) - np.abs(aside - rng.uniform(-0.5, 0.5)))
    else:
        depth = rng.uniform(0.3, 0.7) - np.hypot(across - rng.uniform(-0.8, 0.8), (down - rng.uniform(-0.8, 0.8)) * 0.8)
    softness = rng.uniform(0.012, 0.12)
    return _large(1 - darkness / (1 + np.exp(-np.clip(depth / softness, -30, 30))), size)


def glare(rng: Rng, size: tuple[int, int], strength: float) -> Light:
    """A lamp's reflection on glossy paper: an oval, burnt out in its middle."""
    across, down = _grid(size)
    x, y = rng.uniform(-0.6, 0.6, size=2)
    wide, high = rng.uniform(0.08, 0.28, size=2)
    return _large(1.3 * strength * np.exp(-(((across - x) / wide) ** 2 + ((down - y) / high) ** 2)), size)


def blurred(light: Light, rng: Rng, sigma_px: float) -> Light:
    """Out of focus, or in one of three frames shaken along a line."""
    if rng.random() < 0.33:
        length = max(3, round(sigma_px * 3) | 1)
        kernel = np.zeros((length, length), np.float32)
        middle, angle = length // 2, rng.uniform(0, np.pi)
        ray = np.array([np.cos(angle), np.sin(angle)]) * middle
        ends = [tuple(int(v) for v in np.round(middle + sign * ray)) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        return cv2.filter2D(light, -1, kernel / kernel.sum())  # type: ignore[no-any-return]
    return cv2.GaussianBlur(light, (0, 0), max(0.3, sigma_px))  # type: ignore[no-any-return]


def developed(light: Light, rng: Rng, noise: float) -> Picture:
    """Expose, add the sensor's noise (more in dark parts after the gamma), balance white, compress as MJPEG."""
    balance = rng.uniform(0.93, 1.07, size=3).astype(np.float32)
    exposed = light * (balance * rng.uniform(0.88, 1.06))
    grain = rng.standard_normal(light.shape, dtype=np.float32)
    # An 8-bit step of a middle grey (linear 0.2) is 0.2 * 2.2 / 128 of linear light; shot noise grows by the root.
    grain *= cv2.sqrt(np.maximum(exposed, 0.004))
    exposed += grain * np.float32(noise * 0.0034 / 0.2**0.5)
    picture = (cv2.pow(np.clip(exposed, 0, 1, out=exposed), GAMMA) * 255).astype(np.uint8)
    quality = int(rng.integers(78, 96))
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _grid(size: tuple[int, int]) -> tuple[Light, Light]:
    rows = max(2, FIELD_PX * size[1] // size[0])
    down, across = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : FIELD_PX * 1j].astype(np.float32)
    return across, down


def _large(field: Light, size: tuple[int, int]) -> Light:
    return cv2.resize(field.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)  # type: ignore[no-any-return]
