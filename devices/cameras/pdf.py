"""Pages become one PDF, in memory, each exactly A4. Ignorant of cameras.

JPEGs go into the file as they are (img2pdf); only a file above its limit has them made smaller, step by step.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from devices.cameras.frames import Pixels, decoded
from devices.errors import ScanTooLarge

A4_MM = (210, 297)
MM_PER_INCH = 25.4
QUALITY = 85
STEPS = ((QUALITY, 300), (75, 200), (60, 200), (60, 150), (50, 150), (45, 120), (40, 100))
"""JPEG quality and highest dpi, in this order until the file fits; below 100 dpi small print cannot be read."""


def jpeg(picture: Pixels, quality: int = QUALITY) -> bytes:
    """Encode a picture; `quality` is 1 to 100."""
    _is_done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


def bind(pages: Sequence[bytes]) -> bytes:
    """One A4 page for each JPEG, filled by it to the edges; the file names no person and no time.

    Args:
        pages: at least one, each of A4's shape; where the picture is wider than high, the page lies.
    """
    import img2pdf  # 0.4 s, which a preview must not wait for

    short, long = (img2pdf.mm_to_pt(side) for side in A4_MM)

    def filled(width_px: int, height_px: int, _dpi: tuple[int, int]) -> tuple[float, float, float, float]:
        page = (long, short) if width_px > height_px else (short, long)
        return (*page, *page)  # the page, and the picture on it

    return bytes(img2pdf.convert(list(pages), layout_fun=filled, nodate=True, engine=img2pdf.Engine.internal))


def bind_within(pages: Sequence[bytes], name: str, *, dpi: int, limit_bytes: int) -> tuple[bytes, int, int]:
    """One PDF below the limit, with the dpi and JPEG quality that it took.

    Args:
        pages: A4 pages as JPEG, as `jpeg` made them at `dpi`.
        name: of the camera, for the error.

    Raises:
        ScanTooLarge: it does not fit, however small the pages are made.
    """
    size = 0
    for step, (quality, most_dpi) in enumerate(STEPS):
        used = min(dpi, most_dpi)
        smaller = pages if step == 0 else [_smaller(page, name, used / dpi, quality) for page in pages]
        if sum(map(len, smaller)) < limit_bytes:
            pdf = bind(smaller)
            if len(pdf) <= limit_bytes:
                return pdf, used, quality
        size = sum(map(len, smaller))
    raise ScanTooLarge(name, f"{len(pages)} pages take {size} bytes at least; {limit_bytes} are allowed")


def _smaller(page: bytes, name: str, scale: float, quality: int) -> bytes:
    picture = decoded(page, name)
    if scale < 1:
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return jpeg(picture, quality)
