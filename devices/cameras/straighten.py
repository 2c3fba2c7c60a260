"""A found page as a flat, upright, evenly lit sheet of true size. Ignorant of how it was found.

Three steps that can be had one by one: `straightened`, `upright`, `shadow_free`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.cameras.page import A4, Field, PaperSize, Picture, Quad

MM_PER_INCH = 25.4
SHARPEST_FACTOR = 1.5  # more dots than the camera saw are only interpolated; so many more still help reading
TRIM_MM = 0.6  # of every side: what is left of the desk at a rim that is never quite straight
TEXT_WIDTH_PX = 620  # at this width a line of writing is a band of a few dots
LEAST_ALTERNATION = 0.006  # less is a page with hardly a word
LEAST_ASPECT = 1.25  # how much more the rows must vary than the columns, before the direction is believed
LEAST_LEAN = 0.025  # how much more uneven the ends of lines must be than the starts, before top and foot are believed
LEAST_LINES = 5
RULE_PX = 60  # longer than any stroke of writing
BLOCK_PX = 19  # larger than any letter, smaller than any picture
STRIPS = 6
WHITE = 245.0  # paper after shadows are taken out
PAPER_COLOUR = 0.13  # how much more coloured than most of the page paper can be, of its lightness
DEEPEST_SHADOW = 0.3  # of the page's lightest; darker is print
TINT_STEP = 4  # dots of a page are as good as all of them for its colour, and sixteen times as quick
SHADE_PX = 220  # the light on a page is smooth: looked for at this size


@dataclass(frozen=True, slots=True)
class Upright:
    """How a page was turned.

    Attributes:
        page: the turned page, BGR.
        turned_deg: 0, 90, 180 or 270, clockwise.
        direction_known: whether the lines of writing told which way they run.
        head_known: whether they told which end is the top as well; else the page may stand on its head.
    """

    page: Picture
    turned_deg: int
    direction_known: bool
    head_known: bool


def straightened(frame: Picture, quad: Quad, paper: PaperSize = A4, dpi: int = 200) -> Picture:
    """Take a page out of a frame, without perspective.

    Args:
        frame: uint8 BGR; read, never changed.
        quad: its corners, clockwise, as `find_page` gives them.
        dpi: of the sheet. A4 at 200 dpi has 1654 x 2339 dots, lying pages the other way round.

    Returns:
        The sheet at its true size, the long side as it lay; at the rim a hair's breadth of desk is painted over.
    """
    length = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T)
    lies = length[0] + length[2] > length[1] + length[3]
    sides = sorted((paper.width_mm, paper.height_mm), reverse=bool(lies))
    width, height = (round(side / MM_PER_INCH * dpi) for side in sides)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    onto = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    shrinks = float(length.max()) / max(width, height)
    how = cv2.INTER_AREA if shrinks > SHARPEST_FACTOR else cv2.INTER_CUBIC
    sheet = cv2.warpPerspective(frame, onto, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return _trimmed(np.asarray(sheet, np.uint8), max(1, round(TRIM_MM / MM_PER_INCH * dpi)))


def _trimmed(sheet: Picture, rim: int) -> Picture:
    """The sheet with what is left of the desk at its rim painted over by what is next to it."""
    inner = sheet[rim:-rim, rim:-rim]
    return np.asarray(cv2.copyMakeBorder(inner, rim, rim, rim, rim, cv2.BORDER_REPLICATE), np.uint8)


def upright(page: Picture) -> Upright:
    """Turn a page so that its writing runs from left to right.

    Lines of writing make rows that alternate between ink and blank, whichever the script is; and lines begin alike at a
    margin but end unevenly, so the ragged side is the right one. Where neither shows (a photo, a table without
    writing, a few words) the page is left as it lay and says so.
    """
    ink = _ink(page)
    across, down = _alternation(ink), _alternation(ink.T)
    if max(across, down) < max(LEAST_ALTERNATION, LEAST_ASPECT * min(across, down)):
        return Upright(page, 0, direction_known=False, head_known=False)
    turned_deg = 0 if across > down else 270
    lean = _raggedness(ink if across > down else np.rot90(ink))
    if lean < -LEAST_LEAN:
        turned_deg = (turned_deg + 180) % 360
    return Upright(turned(page, turned_deg), turned_deg, direction_known=True, head_known=abs(lean) > LEAST_LEAN)


def turned(page: Picture, clockwise_deg: int) -> Picture:
    """A page turned by quarter turns; a new array."""
    return np.ascontiguousarray(np.rot90(page, -(clockwise_deg // 90) % 4))


def shadow_free(page: Picture) -> Picture:
    """Even the light out: paper becomes white, ink and coloured stamps keep their colour.

    The light is taken to be what the lightest paper round about sends back, one lightness for all three colours and one
    tint for the whole page, so a red seal is made lighter with its surroundings and stays red.

    Args:
        page: a straightened page, uint8 BGR; read, never changed.
    """
    shade = _shade(page)
    tint = _tint(page, shade)
    gain = np.asarray(WHITE / np.maximum(shade, 24.0), np.float32)
    gains = cv2.merge([gain * factor for factor in tint])
    return np.asarray(cv2.multiply(page, gains, dtype=cv2.CV_8U), np.uint8)  # rounds, and stops at 255


def _shade(page: Picture) -> Field:
    """How light blank paper is at each place; across pictures and coloured bands it is taken from the paper around."""
    scale = SHADE_PX / max(page.shape[:2])
    size = (max(8, round(page.shape[1] * scale)), max(8, round(page.shape[0] * scale)))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    blank = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8)).astype(np.float32)
    light = blank.max(axis=2)
    colour = 1 - blank.min(axis=2) / np.maximum(light, 1)
    usual, lightest = float(np.percentile(colour, 40)), float(np.percentile(light, 95))
    is_paper = _largest((colour < usual + PAPER_COLOUR) & (light > DEEPEST_SHADOW * lightest))
    total, weight = (_near_and_far(field) for field in (light * is_paper, is_paper))
    shade = np.where(weight > 1e-6, total / np.maximum(weight, 1e-6), lightest).astype(np.float32)
    return np.asarray(cv2.resize(shade, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _largest(is_paper: NDArray[np.bool_]) -> Field:
    """Without islands: what is colourless inside a picture is not paper."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(is_paper.astype(np.uint8), connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA]
    large = [k for k in range(1, count) if areas[k] > 0.25 * areas[1:].max()]
    return np.isin(labels, large).astype(np.float32)


def _near_and_far(field: Field) -> Field:
    """Blurred a little, and where nothing is near, a lot."""
    near, far = (cv2.GaussianBlur(field, (0, 0), sigma) for sigma in (2.5, 25))
    return np.asarray(near + 0.003 * far, np.float32)


def _tint(page: Picture, shade: Field) -> Field:
    """What makes the paper's own colour neutral, three factors about 1."""
    page, shade = page[::TINT_STEP, ::TINT_STEP], shade[::TINT_STEP, ::TINT_STEP]
    blank = page[page.max(axis=2) > 0.9 * shade]
    if len(blank) < 100:
        return np.ones(3, np.float32)
    colour = np.median(blank, axis=0).astype(np.float32)
    return np.asarray(np.clip(colour.max() / np.maximum(colour, 1.0), 1.0, 1.15), np.float32)


def _ink(page: Picture) -> Field:
    """How much darker than the paper round about, 0 to 1, small; without rim, pictures, frames and rules."""
    scale = TEXT_WIDTH_PX / min(page.shape[:2])
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    ink = np.clip((paper - small) / np.maximum(paper, 1) - 0.12, 0, 0.5).astype(np.float32)
    is_picture = cv2.dilate((paper < 0.6 * np.percentile(paper, 90)).astype(np.uint8), np.ones((25, 25), np.uint8))
    ink[is_picture > 0] = 0
    for rule in ((1, RULE_PX), (RULE_PX, 1), (BLOCK_PX, BLOCK_PX)):
        long = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(rule, np.uint8))
        ink = np.where(cv2.dilate(long, np.ones((7, 7), np.uint8)) > 0.04, 0, ink).astype(np.float32)
    rim = TEXT_WIDTH_PX // 40
    return np.asarray(ink[rim:-rim, rim:-rim], np.float32)


def _alternation(ink: Field) -> float:
    """How strongly rows change from ink to blank, in strips: a picture beside the text counts little."""
    strengths = []
    for strip in np.array_split(ink, STRIPS, axis=1):
        rows = cv2.GaussianBlur(np.ascontiguousarray(strip.mean(axis=1))[:, None], (1, 0), sigmaX=0.1, sigmaY=2.2)
        waves = rows - cv2.blur(rows, (1, 41))
        strengths.append(float(waves.std()))
    return float(np.mean(sorted(strengths)[STRIPS // 3 :]))


def _raggedness(ink: Field) -> float:
    """Above 0 where lines end unevenly on the right; below where on the left, so that the page stands on its head."""
    rows = ink.mean(axis=1)
    is_written = rows > 0.3 * max(float(np.percentile(rows, 90)), 1e-6)
    if np.count_nonzero(np.diff(is_written.astype(np.int8)) > 0) < LEAST_LINES:
        return 0.0
    written = (cv2.dilate(ink, np.ones((1, 5), np.uint8)) > 0.08)[is_written]
    written = written[written.any(axis=1)]
    width = written.shape[1]
    return _spread(np.argmax(written[:, ::-1], axis=1) / width) - _spread(np.argmax(written, axis=1) / width)


def _spread(places: Field) -> float:
    return float(np.abs(places - np.median(places)).mean())
