"""A window without a screen, shared by the tests that draw, and where their pictures go."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.ui.before_kivy import prepare_kivy
from settings.fonts import cjk_font


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are saved: HALLQ_PICTURES, else a temporary folder."""
    chosen = os.environ.get("HALLQ_PICTURES")
    folder = Path(chosen) / "kiosk" if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def fonts() -> dict[bool, Path]:
    """The regular and the bold Chinese font."""
    return {bold: cjk_font(bold=bold) for bold in (False, True)}


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A real Kivy window of 1080x1920 on SDL's offscreen driver."""
    before = {name: os.environ.pop(name, None) for name in ("DISPLAY", "WAYLAND_DISPLAY")}
    prepare_kivy(tmp_path_factory.mktemp("kivy"))
    from kivy.base import EventLoop

    EventLoop.ensure_window()
    os.environ.update({name: value for name, value in before.items() if value is not None})
    return EventLoop.window


@pytest.fixture
def frames(window: Any) -> Callable[[int], None]:
    """Lets Kivy draw so many frames."""
    from kivy.base import EventLoop

    def advance(count: int) -> None:
        for _ in range(count):
            EventLoop.idle()

    return advance
