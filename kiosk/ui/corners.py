"""Small pictures of rounded boxes, whose corners are kept and whose middle is stretched when a box is drawn.

Kivy's own rounded rectangles lose about 40 KB each time one is drawn anew (2.3.1, seen as 1.2 MB a screen); textured
rectangles lose nothing.
"""

from PIL import Image, ImageDraw

FINER = 4  # drawn so many times larger, then made smooth


def box_picture(radius: int, fill: str, line: str | None, line_px: float, *, alpha: float = 1.0) -> Image.Image:
    """A rounded box with a middle of 2 px.

    Args:
        radius: of the corners in px, >= 0.
        fill: "#RRGGBB".
        line: colour of the line round it, or None.
        line_px: the line's width.
        alpha: how much the fill covers, 0 to 1; the line covers all.

    Returns:
        RGBA, 2 x `corner(radius, line_px)` + 2 px wide and high. See-through corners have the box's colour, so that
        stretching leaves no dark rim.
    """
    side = 2 * corner(radius, line_px if line else 0) + 2
    outer = _mask(side, radius, 0)
    inner = _mask(side, radius, line_px) if line else outer
    picture = Image.new("RGB", (side, side), line or fill)
    picture.paste(Image.new("RGB", (side, side), fill), mask=inner)
    covered = outer.point(lambda value: round(value * alpha))
    if line:
        covered.paste(outer, mask=inner.point(lambda value: 255 - value))
    picture.putalpha(covered)
    return picture


def corner(radius: int, line_px: float) -> int:
    """How many px from each edge are never stretched."""
    return max(radius, round(line_px + 0.5)) + 1


def _mask(side: int, radius: int, edge_px: float) -> Image.Image:
    large = Image.new("L", (side * FINER, side * FINER))
    edge, far = edge_px * FINER, side * FINER - 1 - edge_px * FINER
    ImageDraw.Draw(large).rounded_rectangle((edge, edge, far, far), max(radius - edge_px, 0) * FINER, fill=255)
    return large.resize((side, side), Image.Resampling.BOX)
