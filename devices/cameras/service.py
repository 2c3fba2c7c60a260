"""What the camera process does when it is asked: preview, shot, PDF. Ignorant of sockets and of the kiosk."""

import logging
from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2
import numpy as np

from devices.cameras import messages as m
from devices.cameras.frames import Pixels, decoded, reduction_for
from devices.cameras.newest import NewestFrame
from devices.cameras.page_watch import PageWatch
from devices.cameras.pdf import bind_within, jpeg
from devices.cameras.vision import Quad, Vision
from devices.errors import OcrMissing

logger = logging.getLogger(__name__)

NEXT_FRAME_S = 2.5  # longer than a source waits: what it says about the silence comes first
TRIES = 3  # pictures for one shot: a hand may just be leaving
THUMB_PX = 480  # of a page's width: enough to see on a screen that it is the right one
GREEN, OUTLINE_SHARE = (60, 200, 60), 1 / 200  # of the picture's width
Suggest = Callable[[Pixels], str | None]
Answer = tuple[m.Reply, bytes]


class CameraService:
    """Answers requests, one at a time."""

    def __init__(
        self, newest: NewestFrame, vision: Vision, opened: m.Open, suggest: Suggest | None, warning: str | None = None
    ) -> None:
        """Serve an open camera.

        Args:
            suggest: reads a page and says which document it may be; None where nobody asked for it.
            warning: what `Check` tells: the code of what does not work although the camera does.
        """
        self._newest, self._vision, self._opened = newest, vision, opened
        self._suggest, self._warning = suggest, warning
        self._watch = PageWatch(newest, vision)

    def answer(self, request: m.Request, payload: bytearray) -> Answer:
        """Do what is asked.

        Raises:
            DeviceError: it cannot be done.
        """
        match request:
            case m.Check():
                self._newest.after(self._newest.number, NEXT_FRAME_S)
                return m.Fine(self._warning), b""
            case m.Preview():
                return self._preview(request)
            case m.Shoot():
                return self._shoot(is_card=request.is_card)
            case m.Turn():
                return self._turn(request, payload)
            case m.Bind():
                return self._bind(request, payload)
            case m.Open():
                width, height = self._newest.after(0, NEXT_FRAME_S)[1].size
                return m.Opened(width, height), b""

    def _preview(self, request: m.Preview) -> Answer:
        number, frame = self._newest.after(request.after, NEXT_FRAME_S)
        shown = _at_most_wide(frame.pixels(reduction_for(frame, request.width_px)), request.width_px)
        quad, why_not = self._watch.sighting(is_card=request.is_card)
        if quad is not None:
            shown = _outlined(shown, quad)
        return m.Previewed(number, shown.shape[1], shown.shape[0], why_not), _rgb(shown)

    def _shoot(self, *, is_card: bool) -> Answer:
        self._watch.rest()
        number, why = self._newest.number, ""
        for _try in range(TRIES):
            number, frame = self._newest.after(number, NEXT_FRAME_S)
            taken = self._cut_out(frame.pixels(), is_card=is_card)
            if not isinstance(taken, str):
                return taken
            why = taken
        return m.NotTaken(why), b""

    def _cut_out(self, picture: Pixels, *, is_card: bool) -> Answer | str:
        """The page in a picture, or the code of why it cannot be taken."""
        quad, why_not = self._vision.find(picture, is_card=is_card)
        if quad is None or why_not is not None:
            return why_not or "no_page"
        page, head_known = self._vision.straighten(picture, quad, self._opened.dpi, is_card=is_card)
        sharpness, glare, is_blank, why_not = self._vision.judge(picture, quad, page)
        if why_not is not None:
            return why_not
        suggestion = None if is_blank else self._suggestion(page)
        sizes, payload = _packed(page)
        return m.Taken(sizes, sharpness, glare, is_blank, head_known, suggestion), payload

    def _suggestion(self, page: Pixels) -> str | None:
        """Which document it may be; not knowing never costs the shot."""
        if self._suggest is None:
            return None
        try:
            return self._suggest(page)
        except OcrMissing as exc:
            logger.warning("%s", exc)
            self._warning = exc.code
            return None

    def _turn(self, request: m.Turn, payload: bytearray) -> Answer:
        page = decoded(bytes(payload), self._opened.name)
        sizes, turned = _packed(np.ascontiguousarray(np.rot90(page, -(request.clockwise_deg // 90))))
        return m.Turned(sizes), turned

    def _bind(self, request: m.Bind, payload: bytearray) -> Answer:
        name, dpi = self._opened.name, self._opened.dpi
        ends = np.cumsum([0, *(length for page in request.pages for length in page)])
        pictures = iter([bytes(payload[a:b]) for a, b in pairwise(ends.tolist())])
        pages = [self._page([next(pictures) for _length in page]) for page in request.pages]
        pdf, used_dpi, quality = bind_within(pages, name, dpi=dpi, limit_bytes=request.limit_bytes)
        return m.Bound(len(pages), used_dpi, quality), pdf

    def _page(self, pictures: Sequence[bytes]) -> bytes:
        """One page as JPEG: a picture as it is, or the sides of a card put together."""
        if len(pictures) == 1:
            return pictures[0]
        sides = tuple(decoded(picture, self._opened.name) for picture in pictures)
        return jpeg(self._vision.card_page(sides, self._opened.dpi))


def _packed(page: Pixels) -> tuple[m.Sizes, bytes]:
    """A page as thumbnail and JPEG."""
    thumb = _at_most_wide(page, THUMB_PX)
    return m.Sizes(page.shape[1], page.shape[0], thumb.shape[1], thumb.shape[0]), _rgb(thumb) + jpeg(page)


def _rgb(picture: Pixels) -> bytes:
    return bytes(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).tobytes())


def _at_most_wide(picture: Pixels, width_px: int) -> Pixels:
    height, width = picture.shape[:2]
    if width <= width_px:
        return picture
    size = (width_px, max(1, round(height * width_px / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _outlined(picture: Pixels, quad: Quad) -> Pixels:
    """A copy with a line around the page; `quad` in shares of width and height."""
    height, width = picture.shape[:2]
    corners = np.round(quad * (width, height)).astype(np.int32).reshape(-1, 1, 2)
    thickness = max(2, round(width * OUTLINE_SHARE))
    return np.asarray(cv2.polylines(picture.copy(), [corners], True, GREEN, thickness, cv2.LINE_AA), np.uint8)
