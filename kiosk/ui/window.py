"""The kiosk's window: shows what the flow's state looks like, 30 frames a second at most, and only when it changed."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.flow.runner import FlowRunner
from kiosk.flow.showcase import Look, Showcase, Target
from kiosk.flow.state import State
from kiosk.flow.visit import RESTING
from kiosk.ui.board import Board
from kiosk.ui.elements import Key
from kiosk.ui.memory import give_back
from kiosk.ui.scenes import keys, scene, shown_number
from kiosk.ui.touch_provider import OutsideTouches
from kiosk.ui.wording import Surroundings

logger = logging.getLogger(__name__)

LOOKS_PER_S = 30
PICTURE_S = 10.0


class KioskApp(App):  # type: ignore[misc]
    """Runs Kivy's loop in the main thread and drains the flow in it."""

    title = "HallQ"
    use_kivy_settings = False

    def __init__(
        self,
        runner: FlowRunner,
        surroundings: Callable[[str], Surroundings],
        fonts: dict[bool, Path],
        showcase: Showcase,
        *,
        each_look: Callable[[], None],
        on_first_frame: Callable[[], None],
        **kwargs: Any,
    ) -> None:
        """Prepare the window.

        Args:
            surroundings: what a scene needs besides the state, for a language.
            fonts: the regular (False) and bold (True) font files.
            showcase: gets every new look.
            each_look: called some times a second in the main thread.
            on_first_frame: called once, when something can be seen.
        """
        super().__init__(**kwargs)
        self._runner = runner
        self._surroundings = surroundings
        self._showcase = showcase
        self._each_look = each_look
        self._on_first_frame = on_first_frame
        self._fonts = fonts
        self._touches = OutsideTouches()
        self._drawn: tuple[State, str, tuple[int, int]] | None = None
        self._board: Board | None = None

    def build(self) -> Board:
        """Make the one widget."""
        self._board = Board(self._fonts, self._runner.post)
        return self._board

    def on_start(self) -> None:
        """Begin to look at the flow."""
        EventLoop.add_input_provider(self._touches)
        Window.bind(on_flip=self._flipped)
        Clock.schedule_interval(self._look, 1 / LOOKS_PER_S)
        self._look()

    def open_settings(self, *_args: object) -> bool:
        """A kiosk's visitor has no settings."""
        return False

    # ---- for other threads --------------------------------------------------------------------------------------

    def touch(self, x: float, y: float) -> None:
        """Touch the window at pixels from its top left corner.

        Raises:
            ValueError: outside of the window.
        """
        w, h = Window.size
        if not (0 <= x < w and 0 <= y < h):
            raise ValueError(f"({x:g}, {y:g}) is not in the window of {w} by {h} pixels")
        self._touches.tap(x / w, 1 - y / h)

    def take_picture(self, path: Path) -> None:
        """Save the window as PNG and return when it is written; not from the main thread.

        Raises:
            OSError: it cannot be written.
        """
        done: Future[None] = Future()
        Clock.schedule_once(lambda _dt: self._export(path, done))
        try:
            done.result(PICTURE_S)
        except TimeoutError as exc:
            raise OSError(f"no picture within {PICTURE_S:g} s") from exc

    def end(self) -> None:
        """Close the window soon; any thread, or a signal's handler, may call."""
        Clock.schedule_once(lambda _dt: self.stop())

    # ---- in the main thread ---------------------------------------------------------------------------------------

    def _look(self, *_dt: object) -> None:
        self._each_look()
        self._runner.drain()
        state = self._runner.state
        at = self._surroundings(state.language)
        drawn = (state, f"{at.now:%Y-%m-%d %H:%M}", tuple(Window.size))
        if self._board is None or drawn == self._drawn:
            return
        before, self._drawn = self._drawn, drawn
        shown = scene(state, at)
        self._board.show(shown)
        if before is not None and _visit_has_ended(before[0], state):
            self._board.forget()
            give_back()
        self._showcase.put(
            Look(
                screen=state.screen,
                revision=self._runner.revision,
                targets=tuple(self._target(key) for key in keys(shown)),
                display_number=shown_number(state),
            )
        )

    def _target(self, key: Key) -> Target:
        assert self._board is not None  # noqa: S101 (drawn before it is told)
        left, bottom, w, h = self._board.place(key.x, key.y, key.w, key.h)
        top = Window.height - bottom - h
        return Target(name=key.name, text=key.text, x=round(left), y=round(top), w=round(w), h=round(h))

    def _export(self, path: Path, done: "Future[None]") -> None:
        try:
            if self._board is None:
                raise OSError("nothing is drawn yet")
            self._board.picture().save(path, "PNG", compress_level=1)
            done.set_result(None)
        except OSError as exc:
            done.set_exception(exc)
        except Exception as exc:
            logger.exception("taking a picture failed")
            done.set_exception(OSError(str(exc)))

    def _flipped(self, *_args: object) -> None:
        Window.unbind(on_flip=self._flipped)
        self._on_first_frame()


def _visit_has_ended(before: State, now: State) -> bool:
    """Whether nobody, or somebody else, stands before the kiosk now."""
    if now.screen in RESTING:
        return before.screen not in RESTING
    return before.person is not None and now.person != before.person
