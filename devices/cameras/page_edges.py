"""Where a picture has edges that a sheet's rim could make. Ignorant of lines and pages.

Writing is wiped out first (a closing keeps what is light), so that what remains is where light areas end. A second
field keeps thin dark lines: on a white desk the shadow at a sheet's rim may be all there is to see.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from devices.cameras.page import Field, Picture

WORK_PX = 960  # the long side of the picture that is searched
STROKE_PX = 15  # wider than writing on an A4 page at that size
OPPONENT = np.array([[1 / 3, 1 / 3, 1 / 3], [0.7, 0, -0.7], [-0.35, 0.7, -0.35]], np.float32)
"""From BGR to lightness, coldness (paper is bluer than wood, skin and most laminates) and greenness."""
FLOOR = 0.12  # 8-bit steps per dot: no camera's picture is quieter
COLD_SHARE = 0.8  # cameras halve the resolution of colour


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A small picture and its edges.

    Attributes:
        scale: dots of the frame per dot here.
        paper: float32, the small picture without its writing: lightness 0 to 255, coldness and greenness about 0.
        steps: float32 (height_px, width_px, 2), gradient towards the light over the local noise; 1 is barely an edge.
        strokes: the same of the picture with its writing.
    """

    scale: float
    paper: Field
    steps: Field
    strokes: Field


def evidence(frame: Picture, work_px: int = WORK_PX) -> Evidence:
    """Search a frame for edges; it is not changed."""
    small = _shrunk(frame, work_px)
    scale = max(frame.shape[:2]) / max(small.shape[:2])
    # Blurred before closing: the noise dithers 8-bit steps away, and else the closing would draw contour lines.
    soft = cv2.GaussianBlur(cv2.transform(small.astype(np.float32), OPPONENT), (5, 5), 1.0)
    kernel = np.ones((STROKE_PX, STROKE_PX), np.uint8)
    paper = cv2.GaussianBlur(cv2.morphologyEx(soft, cv2.MORPH_CLOSE, kernel), (9, 9), 1.5)
    light, cold = (np.ascontiguousarray(paper[..., k]) for k in (0, 1))
    steps = _stronger(_normalised(light), _normalised(cold) * np.float32(COLD_SHARE))
    return Evidence(scale, paper, steps, _normalised(np.ascontiguousarray(soft[..., 0])))


def _shrunk(frame: Picture, work_px: int) -> Picture:
    """About as large as is searched. Halving is ten times faster than any other factor."""
    while max(frame.shape[:2]) > 1.9 * work_px:
        frame = _resized(frame, frame.shape[1] // 2, frame.shape[0] // 2)
    longest = max(frame.shape[:2])
    if longest <= 1.1 * work_px:
        return frame
    return _resized(frame, frame.shape[1] * work_px // longest, frame.shape[0] * work_px // longest)


def _resized(frame: Picture, width: int, height: int) -> Picture:
    return np.asarray(cv2.resize(frame, (max(1, width), max(1, height)), interpolation=cv2.INTER_AREA), np.uint8)


def _stronger(one: Field, other: Field) -> Field:
    first, second = (cv2.magnitude(field[..., 0], field[..., 1]) for field in (one, other))
    return np.asarray(cv2.copyTo(other, cv2.compare(second, first, cv2.CMP_GT), one), np.float32)


def _normalised(field: Field) -> Field:
    """The gradient in units of what noise and texture make there."""
    across = cv2.Scharr(field, cv2.CV_32F, 1, 0, scale=1 / 32)
    down = cv2.Scharr(field, cv2.CV_32F, 0, 1, scale=1 / 32)
    size = cv2.magnitude(across, down)
    usual = FLOOR + float(np.median(size[::3, ::3]))
    around = cv2.blur(cv2.min(size, 5 * usual), (81, 81))  # capped: a strong edge must not hide a faint one near it
    unit = cv2.divide(1.0, cv2.addWeighted(around, 0.9, around, 0.0, 1.1 * usual))
    return np.asarray(cv2.merge((cv2.multiply(across, unit), cv2.multiply(down, unit))), np.float32)
