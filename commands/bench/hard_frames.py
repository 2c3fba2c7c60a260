"""Invented frames with the truth beside them, kept on disk: a seed and a version of the generator give the same set.

Frames are kept as cameras send them, as JPEG; the set is measured from the kept ones, whether made now or before.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from msgspec import Struct
from msgspec.json import decode, encode

from commands.prepare import ROOT
from devices.cameras.page import Picture, Quad
from devices.cameras.synthetic_frames import GENERATOR_VERSION, SCENES, film
from devices.cameras.synthetic_pages import PAGES

KEPT = ROOT / ".hallq" / "page_frames"
JPEG_QUALITY = 95
PAGES_OF_A_KIND = 4


class HardFrame(Struct, frozen=True):
    """One frame: which scene, and where the page truly is; none where no page lies or the border cuts it off."""

    scene: str
    frame: Picture
    truth: Quad | None


class _Label(Struct, frozen=True):
    scene: str
    quad: list[list[float]] | None


def hard_frames(seed: int, count: int, size: tuple[int, int]) -> Iterator[HardFrame]:
    """Frames of all scenes in turn; those not kept yet are made, about half a second each."""
    folder = KEPT / f"v{GENERATOR_VERSION}-{seed}-{size[0]}x{size[1]}"
    folder.mkdir(parents=True, exist_ok=True)
    pages: list[Picture] = []
    for index in range(count):
        label = folder / f"{index:04d}.json"
        if not label.is_file():
            pages = pages or _pages(seed)
            _make(seed, index, size, pages, label)
        yield _kept(label)


def _pages(seed: int) -> list[Picture]:
    rng = np.random.default_rng([seed, 1])
    return [page(rng) for page in PAGES.values() for _ in range(PAGES_OF_A_KIND)]


def _make(seed: int, index: int, size: tuple[int, int], pages: list[Picture], label: Path) -> None:
    """Film one frame; its label is written last, so that half a frame is never taken for one."""
    scene = list(SCENES)[index % len(SCENES)]
    rng = np.random.default_rng([seed, 2, index])
    frame, quad = film(pages[int(rng.integers(len(pages)))], SCENES[scene], rng, size)
    cv2.imwrite(str(label.with_suffix(".jpg")), frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    label.write_bytes(encode(_Label(scene, None if quad is None else quad.tolist())))


def _kept(label: Path) -> HardFrame:
    read = decode(label.read_bytes(), type=_Label)
    frame = np.asarray(cv2.imread(str(label.with_suffix(".jpg")), cv2.IMREAD_COLOR), np.uint8)
    whole = read.quad is not None and not SCENES[read.scene].cut_off
    return HardFrame(read.scene, frame, np.array(read.quad, np.float32) if whole else None)
