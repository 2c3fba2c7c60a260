"""Frames of invented pages, as the tests of this folder want them."""

import numpy as np

from devices.cameras.page import Picture, Quad
from devices.cameras.synthetic_frames import SCENES, Scene, film
from devices.cameras.synthetic_pages import PAGES

SIZE = (1280, 960)


def filmed(
    scene: str | Scene, page: str = "letter", seed: int = 1, size: tuple[int, int] = SIZE
) -> tuple[Picture, Quad | None]:
    """One frame and where the page truly is."""
    rng = np.random.default_rng([seed, 77])
    chosen = SCENES[scene] if isinstance(scene, str) else scene
    return film(PAGES[page](rng), chosen, rng, size)


def whole(
    scene: str | Scene, page: str = "letter", seed: int = 1, size: tuple[int, int] = SIZE
) -> tuple[Picture, Quad]:
    """The same of a scene that has a page."""
    frame, quad = filmed(scene, page, seed, size)
    assert quad is not None
    return frame, quad
