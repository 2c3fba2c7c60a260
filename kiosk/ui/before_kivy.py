"""What Kivy must know before its first import: how loud it is, where it keeps its files, and what it draws on."""

import logging
import os
from pathlib import Path

from kiosk.ui.elements import HEIGHT, WIDTH
from kiosk.ui.x_screen import unmanaged_size

OFFSCREEN = "offscreen"  # SDL's driver for a machine without a screen


def prepare_kivy(home: Path) -> None:
    """Tell Kivy to read no arguments, leave the logs alone and draw where it can.

    Args:
        home: an empty folder for what Kivy writes.
    """
    os.environ |= {
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_CONSOLELOG": "1",
        "KIVY_NO_FILELOG": "1",
        "KIVY_LOG_MODE": "PYTHON",
        "KIVY_HOME": str(home),
        "KIVY_WINDOW": "sdl2",  # the x11 provider ends the process when there is no X server
    }
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not has_screen:
        os.environ.setdefault("SDL_VIDEODRIVER", OFFSCREEN)
    is_offscreen = os.environ.get("SDL_VIDEODRIVER") == OFFSCREEN
    _configure((WIDTH, HEIGHT) if is_offscreen else unmanaged_size())


def _configure(size: tuple[int, int] | None) -> None:
    """Set Kivy's configuration; a size of None asks the window manager for the full screen."""
    kivy_log = logging.getLogger("kivy")
    kivy_log.disabled = True  # while it tells of its own making
    from kivy.config import Config

    kivy_log.disabled = False
    kivy_log.setLevel(logging.WARNING)
    width, height = size or (WIDTH, HEIGHT)
    graphics = {
        "fullscreen": "auto" if size is None else "0",
        "width": width,
        "height": height,
        "position": "custom",
        "left": 0,
        "top": 0,
        "borderless": "1",
        "resizable": "0",
        "show_cursor": "0",
        "multisamples": "0",  # 4 quarters the frame rate without a graphics chip
        "maxfps": "30",
    }
    for name, value in graphics.items():
        Config.set("graphics", name, value)
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "log_level", "warning")
    Config.set("input", "mouse", "mouse,disable_multitouch")
