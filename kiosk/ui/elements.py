"""What a scene is made of. Coordinates are design pixels, 1080 wide and 1920 high, from the top left corner."""

from typing import Literal

from msgspec import Struct

from kiosk.flow.events import Event

WIDTH, HEIGHT = 1080, 1920


class Box(Struct, frozen=True, kw_only=True):
    """A filled rectangle with rounded corners, perhaps with a line round it."""

    x: float
    y: float
    w: float
    h: float
    fill: str
    radius: float = 0
    line: str | None = None
    line_px: float = 2


class Text(Struct, frozen=True, kw_only=True):
    """A text that has the whole of its rectangle; it wraps, and shrinks down to `theme.SMALLEST` before it is cut."""

    x: float
    y: float
    w: float
    h: float
    text: str
    size: float
    color: str
    on: str  # the colour behind it, for the contrast check
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"


class Key(Struct, frozen=True, kw_only=True):
    """A rectangle that answers to touch. What it looks like is drawn by other elements."""

    x: float
    y: float
    w: float
    h: float
    name: str
    event: Event
    text: str
    radius: float = 0


class Picture(Struct, frozen=True, kw_only=True):
    """An illustration of `kiosk.ui.pictures`, by name."""

    x: float
    y: float
    w: float
    h: float
    name: str


class Qr(Struct, frozen=True, kw_only=True):
    """A QR code with its quiet zone."""

    x: float
    y: float
    w: float
    h: float
    content: str


Element = Box | Text | Key | Picture | Qr
Scene = tuple[Element, ...]
