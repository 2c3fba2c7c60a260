"""Pictures of pages, drawn in a moment: a white page with lines on a dark desk."""

import cv2
import numpy as np

SIZE = (960, 720)
PAGE = (330, 60, 630, 484)  # left, top, right, foot: A4's shape


def desk(*, page=True, blank=False, corner=(40, 40, 40), size=SIZE, seed=1):
    """A BGR picture; `corner` is the colour of its first dots."""
    picture = np.random.default_rng(seed).integers(20, 60, (size[1], size[0], 3), dtype=np.uint8)
    picture[:16, :16] = corner
    if page:
        left, top, right, foot = PAGE
        cv2.rectangle(picture, (left, top), (right, foot), (230, 230, 230), -1)
        for y in range(top + 30, foot - 30, 24 if not blank else 10_000):
            if not blank:
                cv2.line(picture, (left + 30, y), (right - 30, y), (30, 30, 30), 3)
    return picture


def jpeg(picture, quality=90):
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def claiming(width, height):
    """A JPEG whose header claims another size than its picture has."""
    data = bytearray(jpeg(desk(size=(64, 48), page=False)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)
