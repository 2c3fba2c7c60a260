"""A picture as ESC/POS raster bytes. Source: Epson, "GS v 0".

python-escpos is not used here: it sends dots that a printer takes for real-time commands, and its import leaves a
folder in the temporary directory. The tests compare with it.
"""

import re
from collections.abc import Iterator

from PIL import Image

BAND_ROWS = 24  # small bands fit into the buffer of cheap printers
GS_V_0 = b"\x1dv0\x00"
HEADER_BYTES = 8  # GS v 0, mode, bytes in a row, rows
INVERTED = bytes(range(255, -1, -1))  # a printer's 1 is black, a picture's is white
# DLE followed by EOT, ENQ or DC4 begins a real-time command. A printer obeys it wherever it stands, also among dots.
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")


def raster(image: Image.Image) -> bytes:
    """Encode a picture as bands of `BAND_ROWS` lines, without feed or cut.

    Where eight dots and the next eight would read as a real-time command, one more dot is made black beside
    one that already is; no QR module is thin enough for that to happen in one.

    Args:
        image: mode "1", black on white, a multiple of 8 dots wide.

    Raises:
        ValueError: another mode or width.
    """
    if image.mode != "1" or image.width % 8:
        raise ValueError(f'a ticket is mode "1" and n x 8 dots wide, not {image.mode}, {image.width}')
    dots = harmless(image.tobytes().translate(INVERTED))
    return b"".join(_bands(dots, image.width // 8))


def preview(job: bytes) -> Image.Image:
    """The picture that a printer gets to see, dot for dot: read back from the very bytes that are sent.

    Args:
        job: from `raster`.

    Raises:
        ValueError: it holds other commands than pictures; their look is the printer's own.
    """
    dots, row_bytes = bytearray(), 0
    for command in whole_commands(job):
        if not command.startswith(GS_V_0):
            raise ValueError("only pictures have a preview; how a printer sets its own text is not known here")
        row_bytes = int.from_bytes(command[4:6], "little")
        dots += command[HEADER_BYTES:]
    height = len(dots) // row_bytes if row_bytes else 0
    return Image.frombytes("1", (row_bytes * 8, height), bytes(dots).translate(INVERTED))


def harmless(dots: bytes) -> bytes:
    """Dots without the beginnings of real-time commands: 04, 05 and 14 after 10 become 0C, 0D and 1C."""
    return REAL_TIME.sub(lambda found: bytes((0x10, found[0][1] | 0x08)), dots)


def whole_commands(job: bytes) -> Iterator[bytes]:
    """Cut a job between its bands, where a status may be asked; whatever stands between two bands is one piece."""
    at = 0
    while at < len(job):
        if job.startswith(GS_V_0, at):
            row_bytes, rows = (int.from_bytes(job[at + n : at + n + 2], "little") for n in (4, 6))
            end = at + HEADER_BYTES + row_bytes * rows
        else:
            end = found if (found := job.find(GS_V_0, at)) >= 0 else len(job)  # no text holds a GS
        yield job[at:end]
        at = end


def _bands(dots: bytes, row_bytes: int) -> Iterator[bytes]:
    step = BAND_ROWS * row_bytes
    for start in range(0, len(dots), step):
        band = dots[start : start + step]
        rows = len(band) // row_bytes
        yield GS_V_0 + row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little") + band
