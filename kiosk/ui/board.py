"""The one widget: it draws a scene and sends the event of the key that was touched. It decides nothing."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from kivy.core.text import Label as CoreLabel
from kivy.graphics import BorderImage, Color, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget
from kivy.utils import get_color_from_hex
from PIL import Image

from kiosk.flow.events import Event
from kiosk.ui import theme
from kiosk.ui.corners import box_picture, corner
from kiosk.ui.elements import HEIGHT, WIDTH, Box, Key, Picture, Qr, Scene, Text
from kiosk.ui.glyphs import shown
from kiosk.ui.pictures import picture
from kiosk.ui.typeset import LINE_BOX, LINE_PITCH, Lines, block_height, typeset

PRESS_LINE_PX, PRESS_ALPHA = 3.0, 0.22  # the mark of a key under a finger


class Board(Widget):  # type: ignore[misc]
    """Draws scenes of 1080x1920 design pixels, scaled to fit and centred in its own rectangle."""

    def __init__(self, fonts: dict[bool, Path], send: Callable[[Event], None], **kwargs: Any) -> None:
        """Prepare the board.

        Args:
            fonts: the regular (False) and bold (True) font files.
            send: hears of the event of each key that was touched.
        """
        super().__init__(**kwargs)
        self._fonts = fonts
        self._send = send
        self._scene: Scene = ()
        self._pressed: Key | None = None
        self._press_mark = InstructionGroup()
        self._textures = _Textures(fonts)
        self.bind(size=self._draw, pos=self._draw)

    def show(self, scene: Scene) -> None:
        """Draw a scene, if it is another one than now."""
        if scene != self._scene:
            self._scene = scene
            if self._pressed not in scene:  # a finger on a key that is still there stays on it
                self._pressed = None
            self._draw()

    def forget(self) -> None:
        """Drop every text and code that was drawn before; what is shown now is set again when it is next drawn."""
        self._textures.forget()
        for cache in (_set, _width):
            cache.cache_clear()

    @property
    def scale_px(self) -> float:
        """Screen pixels for one design pixel."""
        return float(min(self.width / WIDTH, self.height / HEIGHT))

    def place(self, x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        """Where a design rectangle is in the window: left, bottom (from the window's foot), width, height."""
        scale = self.scale_px
        left = self.x + (self.width - WIDTH * scale) / 2
        top = self.y + (self.height + HEIGHT * scale) / 2
        return left + x * scale, top - (y + h) * scale, w * scale, h * scale

    def picture(self) -> Image.Image:
        """What the board shows, as an RGB image in screen pixels; read from a drawing of its own, never black."""
        texture = self.export_as_image().texture
        return Image.frombytes("RGBA", texture.size, texture.pixels).convert("RGB")

    # ---- drawing ------------------------------------------------------------------------------------------------

    def _draw(self, *_args: object) -> None:
        self.canvas.clear()
        self._press_mark = InstructionGroup()
        with self.canvas:
            for element in self._scene:
                match element:
                    case Box():
                        self._box(element)
                    case Text():
                        self._text(element)
                    case Picture():
                        self._picture(element)
                    case Qr():
                        self._qr(element)
        self.canvas.add(self._press_mark)
        if self._pressed is not None:
            self._mark(self._pressed)

    def _box(self, box: Box) -> None:
        x, y, w, h = self.place(box.x, box.y, box.w, box.h)
        if not box.radius and box.line is None:
            Color(*get_color_from_hex(box.fill))
            Rectangle(pos=(x, y), size=(w, h))
            return
        scale = self.scale_px
        radius = round(min(box.radius * scale, w / 2, h / 2))
        line_px = box.line_px * scale if box.line else 0.0
        edge = corner(radius, line_px)
        Color(1, 1, 1, 1)
        texture = self._textures.box(radius, box.fill, box.line, line_px)
        BorderImage(texture=texture, border=(edge,) * 4, pos=(round(x), round(y)), size=(round(w), round(h)))

    def _text(self, text: Text) -> None:
        scale = self.scale_px
        set_ = set_text(text, self._fonts)
        x, y, w, h = self.place(text.x, text.y, text.w, text.h)
        line_h = LINE_BOX * set_.size * scale
        top = y + h / 2 + block_height(len(set_.lines), set_.size) * scale / 2
        Color(*get_color_from_hex(text.color))
        for index, line in enumerate(set_.lines):
            texture = self._textures.line(line, set_.size * scale, bold=text.bold)
            spare = w - texture.width
            left = x + {"left": 0.0, "center": spare / 2, "right": spare}[text.align]
            bottom = top - index * LINE_PITCH * set_.size * scale - line_h / 2 - texture.height / 2
            Rectangle(texture=texture, pos=(round(left), round(bottom)), size=texture.size)

    def _picture(self, item: Picture) -> None:
        x, y, w, h = self.place(item.x, item.y, item.w, item.h)
        Color(1, 1, 1, 1)
        Rectangle(texture=self._textures.picture(item.name, round(w), round(h)), pos=(round(x), round(y)), size=(w, h))

    def _qr(self, item: Qr) -> None:
        x, y, w, h = self.place(item.x, item.y, item.w, item.h)
        Color(1, 1, 1, 1)
        Rectangle(texture=self._textures.qr(item.content), pos=(round(x), round(y)), size=(round(w), round(h)))

    # ---- touch --------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: Any) -> bool:
        """Mark the key under the finger."""
        self._pressed = self._key_at(touch.x, touch.y)
        if self._pressed is not None:
            self._mark(self._pressed)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Send the key's event if the finger is still on it."""
        pressed, self._pressed = self._pressed, None
        self._press_mark.clear()
        if pressed is not None and pressed == self._key_at(touch.x, touch.y):
            self._send(pressed.event)
        return True

    def _key_at(self, x: float, y: float) -> Key | None:
        for element in reversed(self._scene):
            if isinstance(element, Key):
                left, bottom, w, h = self.place(element.x, element.y, element.w, element.h)
                if left <= x <= left + w and bottom <= y <= bottom + h:
                    return element
        return None

    def _mark(self, key: Key) -> None:
        x, y, w, h = self.place(key.x, key.y, key.w, key.h)
        radius = round(min(key.radius * self.scale_px, w / 2, h / 2))
        texture = self._textures.box(radius, theme.NAVY, theme.NAVY, PRESS_LINE_PX, alpha=PRESS_ALPHA)
        border = (corner(radius, PRESS_LINE_PX),) * 4
        self._press_mark.add(Color(1, 1, 1, 1))
        self._press_mark.add(
            BorderImage(texture=texture, border=border, pos=(round(x), round(y)), size=(round(w), round(h)))
        )


class _Textures:
    """Textures that were drawn before: most of a scene is the same as in the last one."""

    def __init__(self, fonts: dict[bool, Path]) -> None:
        self._fonts = fonts
        self.line = lru_cache(maxsize=150)(self._line)
        self.box = lru_cache(maxsize=64)(self._box)
        self.picture = lru_cache(maxsize=12)(self._picture)
        self.qr = lru_cache(maxsize=2)(self._qr)

    def forget(self) -> None:
        """Drop all but the boxes and pictures, which are the same for everybody."""
        self.line.cache_clear()
        self.qr.cache_clear()

    def _line(self, text: str, size_px: float, *, bold: bool) -> Texture:
        label = CoreLabel(text=text or " ", font_size=size_px, font_name=str(self._fonts[bold]))
        label.refresh()
        return label.texture

    def _box(self, radius: int, fill: str, line: str | None, line_px: float, *, alpha: float = 1.0) -> Texture:
        return _texture(box_picture(radius, fill, line, line_px, alpha=alpha))

    def _picture(self, name: str, w: int, h: int) -> Texture:
        return _texture(picture(name, w, h))

    def _qr(self, content: str) -> Texture:
        code = segno.make(content, error="m", micro=False)
        rows = [[0 if dark else 255 for dark in row] for row in code.matrix_iter(border=4)]
        image = Image.new("L", (len(rows), len(rows)))
        image.putdata([value for row in rows for value in row])
        texture = _texture(image.convert("RGBA"))
        texture.mag_filter = "nearest"
        return texture


def _texture(image: Image.Image) -> Texture:
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(image.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def set_text(text: Text, fonts: dict[bool, Path]) -> Lines:
    """Set a text of a scene in lines, in design pixels."""
    content = shown(text.text, fonts[text.bold])
    return _set(content, text.w, text.h, text.size, str(fonts[text.bold]))


@lru_cache(maxsize=1000)
def _set(content: str, w: float, h: float, size: float, font: str) -> Lines:
    return typeset(content, w=w, h=h, size=size, smallest=theme.SMALLEST, measure=lambda part, s: _width(part, s, font))


@lru_cache(maxsize=4000)
def _width(part: str, size: float, font: str) -> float:
    label = CoreLabel(text=part, font_size=size, font_name=font)
    return float(label.get_extents(part)[0]) + 2  # a hair for rounding at other scales
