"""The slip of a printer's test button: its name, and patterns on which a dead dot or a skewed head shows."""

from PIL import Image, ImageDraw

from devices.ports import TicketPrinter
from devices.printers.raster import raster
from devices.printers.typeset import draw_line, fit, width_of
from devices.trials import Trial
from hall.texts import Texts

MARGIN, GAP = 16, 18
STEP = 8  # dots of the staircase; every dot of the head prints in one of its rows
STAIR_ROWS = 4


def slip_printed(texts: Texts, dots: int) -> Trial:
    """A printer prints a slip, on which a dead dot of its head shows.

    Args:
        dots: the head's width, 384 or 576.
    """

    def print_slip(printer: TicketPrinter, trial_id: str) -> str | None:
        printer.print(f"trial-{trial_id}", raster(trial_slip(printer.name, texts, dots)))
        return None

    return print_slip


def trial_slip(name: str, texts: Texts, dots: int) -> Image.Image:
    """Draw the slip, mode "1", `dots` wide.

    Args:
        name: the printer's, e.g. "K01.printer".
        dots: the head's width, a multiple of 8.
    """
    size = dots // 12
    lines = [texts("Printer test"), name, texts("Every step of the stairs must be whole.")]
    set_lines = [
        fit(text, dots - 2 * MARGIN, size=size if n == 0 else size // 2, smallest=20, bold=n == 0)
        for n, text in enumerate(lines)
    ]
    height = sum(block.height + GAP for block in set_lines) + GAP + STEP * STAIR_ROWS + 2 * GAP
    image = Image.new("1", (dots, height), 1)
    draw = ImageDraw.Draw(image)
    y = GAP
    for n, block in enumerate(set_lines):
        for text in block.lines:
            draw_line(draw, (dots - width_of(text, block.size, bold=n == 0)) // 2, y, text, block.size, bold=n == 0)
            y += round(block.size * 1.3)
        y += GAP
    _stairs(draw, y, dots)
    return image


def _stairs(draw: ImageDraw.ImageDraw, top: int, dots: int) -> None:
    """Bars one step wide, one step lower each, over the whole head: a dead dot is a white line through one of them."""
    for n, x in enumerate(range(0, dots, STEP)):
        y = top + (n % STAIR_ROWS) * STEP
        draw.rectangle((x, y, x + STEP - 1, y + STEP - 1), fill=0)
