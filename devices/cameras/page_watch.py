"""Looks for the page in the newest picture, again and again, beside the preview and for as long as there is one.

Finding a page takes longer than a picture lasts: the preview shows every picture with the outline that was found last.
"""

import threading
import time

import numpy as np

from devices.cameras.frames import reduction_for
from devices.cameras.newest import NewestFrame
from devices.cameras.vision import Quad, Sighting, Vision
from devices.errors import DeviceError

LOOK_WIDTH_PX = 960  # wide enough to find a page in; what is cut out is found anew in the whole picture
STOPS_AFTER_S = 2.0  # without a preview nobody needs to know
FIRST_S = 3.0


class PageWatch:
    """Finds in a thread of its own. Quads are shares of the picture's width and height, 0 to 1."""

    def __init__(self, newest: NewestFrame, vision: Vision) -> None:
        """Prepare; looking begins with the first `sighting`."""
        self._newest, self._vision = newest, vision
        self._changed = threading.Condition()
        self._is_card = False
        self._seen: Sighting | None = None
        self._error: Exception | None = None
        self._wanted_until_s = 0.0
        self._thread: threading.Thread | None = None

    def sighting(self, *, is_card: bool) -> Sighting:
        """What was found last; the first time this waits for it.

        Args:
            is_card: look for a card from now on, instead of a page.

        Raises:
            Exception: what looking has raised; it begins anew with the next call.
        """
        with self._changed:
            self._wanted_until_s = time.monotonic() + STOPS_AFTER_S
            if is_card != self._is_card:
                self._is_card, self._seen = is_card, None
            if self._thread is None:
                self._seen = None
                self._thread = threading.Thread(target=self._look_on, name="page watch", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self._seen or self._error, FIRST_S)
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            return self._seen or Sighting(None, "no_page")

    def rest(self) -> None:
        """Stop looking until the next `sighting`: a shot needs the machine."""
        with self._changed:
            self._wanted_until_s = 0.0

    def _look_on(self) -> None:
        number = 0
        try:
            while True:
                with self._changed:
                    if time.monotonic() > self._wanted_until_s:
                        self._thread = None
                        return
                    is_card = self._is_card
                number, seen = self._look(number, is_card=is_card)
                with self._changed:
                    if is_card == self._is_card:
                        self._seen = seen
                        self._changed.notify_all()
        except Exception as exc:  # noqa: BLE001 (a thread begins here; who asks next gets it)
            with self._changed:
                self._error, self._seen, self._thread = exc, None, None
                self._changed.notify_all()

    def _look(self, number: int, *, is_card: bool) -> tuple[int, Sighting]:
        number, frame = self._newest.after(number, FIRST_S)
        try:
            picture = frame.pixels(reduction_for(frame, LOOK_WIDTH_PX))
        except DeviceError:
            return number, Sighting(None, "no_page")
        quad, why_not = self._vision.find(picture, is_card=is_card)
        return number, Sighting(None if quad is None else _shares(quad, picture.shape), why_not)


def _shares(quad: Quad, shape: tuple[int, ...]) -> Quad:
    return np.asarray(quad / np.array([shape[1], shape[0]]), np.float32)
