"""One picture as it came from a camera: checked at once, decoded only when somebody looks at it.

A camera sends more pictures than anybody looks at; those that nobody sees must cost nothing.
"""

from typing import Literal, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from devices.cameras.jpeg import MOST_PIXELS, size_of
from devices.errors import ProtocolError

Pixels = npt.NDArray[np.uint8]
"""A picture, uint8 BGR, shape (height_px, width_px, 3)."""

Reduction = Literal[1, 2, 4]
REDUCED = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}


class Frame(Protocol):
    """One picture of a camera."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    def pixels(self, reduction: Reduction = 1) -> Pixels:
        """The picture, or one of half or a quarter of its width, which costs less.

        Raises:
            ProtocolError: it cannot be decoded.
        """
        ...


def reduction_for(frame: Frame, width_px: int) -> Reduction:
    """How far a picture may be reduced and still be `width_px` wide."""
    return 4 if frame.size[0] >= 4 * width_px else 2 if frame.size[0] >= 2 * width_px else 1


class JpegFrame:
    """A picture that the camera has sent as JPEG."""

    def __init__(self, data: bytes, name: str) -> None:
        """Check it.

        Raises:
            ProtocolError: it is no whole JPEG picture of a sensible size.
        """
        self.size = size_of(data, name)
        self._data, self._name = data, name

    def pixels(self, reduction: Reduction = 1) -> Pixels:
        """Decode it."""
        return decoded(self._data, self._name, reduction)


class PlainFrame:
    """A picture that came decoded, as from a camera that sends H.264."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self.size = (pixels.shape[1], pixels.shape[0])

    def pixels(self, reduction: Reduction = 1) -> Pixels:
        """Shrink it."""
        if reduction == 1:
            return self._pixels
        width, height = (side // reduction for side in self.size)
        return np.asarray(cv2.resize(self._pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def decoded(data: bytes, name: str, reduction: Reduction = 1) -> Pixels:
    """Decode a picture in any format that OpenCV knows.

    Raises:
        ProtocolError: it is none, or larger than `MOST_PIXELS`.
    """
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[reduction]) if data else None
    except cv2.error as exc:  # also what OPENCV_IO_MAX_IMAGE_PIXELS forbids
        raise ProtocolError(name, f"a picture that cannot be decoded: {exc.err or exc}") from exc
    if picture is None:
        raise ProtocolError(name, f"not a picture: {len(data)} bytes beginning {data[:4].hex()}")
    if picture.shape[0] * picture.shape[1] > MOST_PIXELS:
        raise ProtocolError(name, f"a picture of {picture.shape[1]} by {picture.shape[0]} pixels")
    return np.asarray(picture, np.uint8)
