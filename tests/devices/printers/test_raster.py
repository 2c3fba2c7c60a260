"""Dots as bytes, compared with the domain's vectors and with another library's encoder."""

import random
import sys

import pytest
from PIL import Image

from devices.printers.escpos_decoder import DotRow, EscposDecoder, RealTimeScanner, StatusAsked
from devices.printers.raster import REAL_TIME, harmless, raster, whole_commands
from tests.devices.printers.making import CHINESE, a_face, render


def rows_of(commands: bytes) -> bytes:
    return b"".join(event.dots for event in EscposDecoder().feed(commands) if isinstance(event, DotRow))


@pytest.mark.parametrize(
    ("width", "header"), [(576, "1d763000480018 00"), (384, "1d763000300018 00")], ids=["80 mm", "58 mm"]
)
def test_a_band_of_24_lines_has_the_header_of_the_manual(width, header):
    commands = raster(Image.new("1", (width, 24), 1))

    assert commands == bytes.fromhex(header) + bytes(width // 8 * 24)


def test_the_last_band_is_as_high_as_what_is_left():
    commands = raster(Image.new("1", (8, 25), 0))

    assert commands == bytes.fromhex("1d76300001001800") + b"\xff" * 24 + bytes.fromhex("1d76300001000100ff")


def test_black_dots_are_ones_and_the_leftmost_is_the_highest_bit():
    image = Image.new("1", (8, 1), 1)
    image.putpixel((0, 0), 0)

    assert raster(image)[-1] == 0x80


def test_the_dots_are_those_that_another_library_sends():
    dummy = pytest.importorskip("escpos.printer").Dummy()
    image = render(a_face(), texts=CHINESE)

    dummy.image(image, impl="bitImageRaster")

    theirs, ours = rows_of(dummy.output), rows_of(raster(image))
    assert len(ours) == image.width // 8 * image.height
    assert ours == harmless(theirs)


def test_no_ticket_carries_a_real_time_command_among_its_dots():
    for seed in range(10):
        rng = random.Random(seed)
        dots = bytes(rng.choice((0x10, 0x04, 0x05, 0x14, 0x01, 0x00, 0xFF)) for _ in range(576 // 8 * 50))
        image = Image.frombytes("1", (576, 50), dots).point(lambda v: 255 - v)

        commands = raster(image)

        assert REAL_TIME.search(dots)
        assert not REAL_TIME.search(commands)
        assert not [e for e in RealTimeScanner().feed(commands) if isinstance(e, StatusAsked)]


def test_avoiding_a_command_only_blackens_dots_beside_black_ones():
    assert harmless(bytes.fromhex("1004 1005 1014 1006 1010 04".replace(" ", ""))) == bytes.fromhex(
        "100c100d101c100610100c"
    )


@pytest.mark.parametrize(("mode", "size"), [("L", (576, 10)), ("1", (570, 10))])
def test_a_picture_that_is_no_ticket_is_refused(mode, size):
    with pytest.raises(ValueError, match="n x 8 dots wide"):
        raster(Image.new(mode, size))


def test_the_other_library_is_not_needed_to_print():
    assert not [name for name in sys.modules["devices.printers.raster"].__dict__ if "escpos" in name]


def test_a_job_is_cut_between_its_bands_and_loses_nothing():
    job = raster(Image.new("1", (576, 50), 0)) + b"\x1bd\x03"

    parts = list(whole_commands(job))

    assert b"".join(parts) == job
    assert [len(part) for part in parts] == [8 + 72 * 24, 8 + 72 * 24, 8 + 72 * 2, 3]
