"""Whether a shot is good enough to keep, or another one should be asked for. Ignorant of how the page was found."""

import functools
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from devices.cameras.page import Field, Page, Picture, Quad
from devices.cameras.straighten import straightened

MEASURED_DPI = 100
BURNT_OUT = 250
LEAST_SHARPNESS = 0.19
MOST_GLARE = 0.004
LEAST_LIGHT = 70.0
LEAST_INK = 0.0006
BORDER = 0.004  # of the frame: a corner this near its border may be cut off


class Flaw(StrEnum):
    """Why another shot should be asked for."""

    BLURRED = "blurred"
    GLARE = "glare"
    TOO_DARK = "too_dark"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Quality:
    """What a shot is like.

    Attributes:
        sharpness: how steep the steepest strokes are, 0 to 1; a page without ink has 1, since nothing on it can blur.
        glare: the burnt-out share of the page, 0 to 1.
        light: of the paper, 0 to 255.
        flaws: what to ask another shot for, the worst first; empty when it is good.
    """

    sharpness: float
    glare: float
    light: float
    flaws: tuple[Flaw, ...]


def quality(frame: Picture, page: Page) -> Quality:
    """Judge a shot of a found page; the frame is not changed."""
    flat = straightened(frame, page.quad, dpi=MEASURED_DPI)
    grey = cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY)
    sharp, burnt, light = sharpness(frame, page.quad), glare(flat), float(np.percentile(grey, 80))
    flaws = [
        (touches_border(page.quad, frame), Flaw.CUT_OFF),
        (light < LEAST_LIGHT, Flaw.TOO_DARK),
        (burnt > MOST_GLARE, Flaw.GLARE),
        (sharp < LEAST_SHARPNESS, Flaw.BLURRED),
    ]
    return Quality(sharp, burnt, light, tuple(flaw for is_so, flaw in flaws if is_so))


def sharpness(frame: Picture, quad: Quad) -> float:
    """How steep strokes are against how dark they are: 1 for a step from one dot to the next, 0 to 1.

    Measured in the frame's own dots on what a page of A4 would need for reading: at 150 dpi.
    """
    flat = cv2.cvtColor(straightened(frame, quad, dpi=150), cv2.COLOR_BGR2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(flat, (0, 0), 0.8)
    paper = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))  # wider than a blurred line
    depth = paper - cv2.erode(soft, np.ones((9, 9), np.uint8))
    steep = cv2.dilate(cv2.magnitude(*_slopes(soft)), np.ones((9, 9), np.uint8))
    strokes = (paper - soft > 0.5 * depth) & (depth > 0.1 * np.maximum(paper, 40))
    if strokes.mean() < LEAST_INK:
        return 1.0
    return float(np.clip(np.percentile(steep[strokes] / depth[strokes], 80), 0, 1))


def glare(page: Picture) -> float:
    """The share of a page that is burnt out while the paper round about is not, 0 to 1."""
    grey = functools.reduce(cv2.min, cv2.split(page))
    if float(np.median(grey)) >= BURNT_OUT - 5:
        return 1.0
    burnt = cv2.morphologyEx((grey >= BURNT_OUT).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return float(burnt.mean())


def is_blank(page: Picture) -> bool:
    """Whether nothing is written on a straightened page: its back, most often. A pencil note counts as writing."""
    return ink_share(page) < LEAST_INK


def ink_share(page: Picture) -> float:
    """The share of a page that is darker or more coloured than the paper beside it, 0 to 1; dust does not count."""
    small = cv2.resize(page, (620, round(620 * page.shape[0] / page.shape[1])), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 1.0)
    lightest = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((31, 31), np.uint8)).astype(np.float32)
    darker = functools.reduce(cv2.max, cv2.split((lightest - soft) / np.maximum(lightest, 20)))
    noise = float(np.median(darker))
    marked = (darker > max(0.06, 3.5 * noise)).astype(np.uint8)
    marked = cv2.morphologyEx(marked, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    rim = 620 // 40
    return float(marked[rim:-rim, rim:-rim].mean())


def touches_border(quad: Quad, frame: Picture) -> bool:
    """Whether a corner lies on the frame's border or beyond, so that some of the page may be missing."""
    size = np.array([frame.shape[1], frame.shape[0]])
    margin = BORDER * size.max()
    return bool((quad < margin).any() or (quad > size - 1 - margin).any())


def _slopes(grey: Field) -> tuple[Field, Field]:
    return cv2.Scharr(grey, cv2.CV_32F, 1, 0, scale=1 / 32), cv2.Scharr(grey, cv2.CV_32F, 0, 1, scale=1 / 32)
