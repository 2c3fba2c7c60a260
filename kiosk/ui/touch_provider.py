"""Touches from outside, through Kivy's own input path: what a test or a simulated citizen touches is really touched."""

from collections import deque
from collections.abc import Callable
from typing import Any

from kivy.input.factory import MotionEventFactory
from kivy.input.motionevent import MotionEvent
from kivy.input.provider import MotionEventProvider

PROVIDER_NAME = "hallq"


class OutsideTouch(MotionEvent):  # type: ignore[misc]
    """One finger, at a position between 0 and 1 from the window's foot and left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("is_touch", True)
        kwargs.setdefault("type_id", "touch")
        super().__init__(*args, **kwargs)
        self.profile = ["pos"]

    def depack(self, args: tuple[float, float]) -> None:
        """Take the position over."""
        self.sx, self.sy = args
        super().depack(args)


class OutsideTouches(MotionEventProvider):  # type: ignore[misc]
    """Turns `tap()` into the finger's coming and going, one frame apart, as a screen would report it."""

    def __init__(self, device: str = PROVIDER_NAME, args: str = "") -> None:
        super().__init__(device, args)
        self._taps: deque[tuple[float, float]] = deque()
        self._down: OutsideTouch | None = None
        self._count = 0

    def start(self) -> None:
        """Nothing is opened."""

    def stop(self) -> None:
        """Nothing is closed."""

    def tap(self, sx: float, sy: float) -> None:
        """Touch and let go; any thread may call.

        Args:
            sx: 0 at the window's left edge, 1 at its right edge.
            sy: 0 at the window's foot, 1 at its top.
        """
        self._taps.append((sx, sy))

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        """Called by Kivy in each frame."""
        if self._down is not None:
            touch, self._down = self._down, None
            touch.update_time_end()
            dispatch_fn("end", touch)
        elif self._taps:
            self._count += 1
            self._down = OutsideTouch(self.device, f"hallq{self._count}", self._taps.popleft())
            dispatch_fn("begin", self._down)


MotionEventFactory.register(PROVIDER_NAME, OutsideTouches)
