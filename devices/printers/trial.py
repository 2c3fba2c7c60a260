"""What a printer's test button does: a slip with the printer's name, on which a dead dot or a skewed head shows."""

from PIL import Image, ImageDraw

from devices.ports import TicketPrinter
from devices.printers.blocks import Code, Text, Title
from devices.printers.drawing import draw
from devices.printers.raster import raster
from devices.trials import Trial
from hall.texts import Texts

STEP = 8  # dots of the staircase; every dot of the head prints in one of its rows
STAIR_ROWS = 4
TRIAL_CODE = "HALLQ TEST"  # tells the slip from a ticket, and shows whether a code can be read


def slip_printed(texts: Texts, dots: int) -> Trial:
    """A printer prints a slip.

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
        dots: the head's width, 384 or 576.
    """
    words = draw(
        (
            Title(texts("Printer test")),
            Text(name, centred=True),
            Code(TRIAL_CODE, (Text(texts("Every step of the stairs must be whole.")),)),
        ),
        width_dots=dots,
    )
    slip = Image.new("1", (dots, words.height + STEP * (STAIR_ROWS + 1)), 1)
    slip.paste(words, (0, 0))
    _stairs(ImageDraw.Draw(slip), words.height, dots)
    return slip


def _stairs(pen: ImageDraw.ImageDraw, top: int, dots: int) -> None:
    """Squares one step wide, each a step lower, over the whole head: a dead dot is a white line through some."""
    for n, x in enumerate(range(0, dots, STEP)):
        y = top + (n % STAIR_ROWS) * STEP
        pen.rectangle((x, y, x + STEP - 1, y + STEP - 1), fill=0)
