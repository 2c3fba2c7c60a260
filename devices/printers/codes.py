"""QR codes in dots. Knows nothing of what they say."""

from dataclasses import dataclass

import segno
from PIL import Image

QUIET_MODULES = 4  # ISO/IEC 18004
LEAST_MODULE = 4  # dots: 0.5 mm, which a phone reads from thermal paper at arm's length
MOST_MODULE = 8
ERROR_LEVELS = ("m", "l")  # the weaker one where the better one has no room


def qr_mask(data: str, *, room: int, widest: int) -> Image.Image:
    """A QR code with its quiet zone: large where there is room, never in modules under `LEAST_MODULE`.

    Args:
        room: dots that it would best fit into.
        widest: dots that it must fit into.

    Returns:
        Mode "1", square; what is to be black is set.

    Raises:
        ValueError: the data is too long.
    """
    code = chosen(data, room=room, widest=widest)
    return _enlarged(code.matrix, code.module)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A code's modules (1 is black), a module's size in dots, and the level of its error correction."""

    matrix: tuple[bytearray, ...]
    module: int
    level: str


def chosen(data: str, *, room: int, widest: int) -> Chosen:
    """What `qr_mask` draws.

    Raises:
        ValueError: the data is too long.
    """
    for level in ERROR_LEVELS:
        matrix = segno.make_qr(data, error=level).matrix  # stronger, if that costs no more modules
        modules = len(matrix) + 2 * QUIET_MODULES
        module = min(max(room // modules, LEAST_MODULE), MOST_MODULE)
        if module * modules <= widest:
            return Chosen(matrix, module, level)
    raise ValueError(f"a QR address of {len(data)} characters is too long for {widest} dots")


def _enlarged(matrix: tuple[bytearray, ...], module: int) -> Image.Image:
    side = len(matrix)
    small = Image.frombytes("L", (side, side), b"".join(matrix)).point([0] + [255] * 255, "1")
    mask = Image.new("1", ((side + 2 * QUIET_MODULES) * module,) * 2, 0)
    large = small.resize((side * module, side * module), Image.Resampling.NEAREST)
    mask.paste(large, (QUIET_MODULES * module, QUIET_MODULES * module))
    return mask
