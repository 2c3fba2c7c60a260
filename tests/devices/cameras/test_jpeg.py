"""Whole pictures are told from half ones, and sensible sizes from bombs, by their bytes alone."""

import cv2
import numpy as np
import pytest

from devices.cameras.frames import JpegFrame
from devices.cameras.jpeg import LONGEST_PADDING, MOST_PIXELS, size_of
from devices.errors import ProtocolError
from tests.devices.cameras.pictures import claiming, desk, jpeg
from tests.devices.fuzzing import Target, corpus, fuzz

# ITU-T T.81 annex B by hand: SOI, a comment, SOF0 (length 11, 8 bits, 2 lines of 3 dots, 1 component), SOS, EOI
BY_HAND = bytes.fromhex("ffd8 fffe 0004 4142 ffc0 000b 08 0002 0003 01 011100 ffda 0008 01 0100 003f00 2a ffd9")


def test_the_size_stands_in_the_frame_header():
    assert size_of(BY_HAND, "camera") == (3, 2)


def test_every_kind_that_cameras_send_is_read():
    assert {size_of(data, "camera") for data in corpus("jpeg")} == {(32, 24)}


def test_a_picture_without_tables_as_usb_cameras_send_it_is_decoded():
    data = dict(zip(("baseline", "grey", "progressive", "restarts", "usb"), corpus("jpeg"), strict=True))

    assert b"\xff\xc4" not in data["usb"]
    shown, usb = (JpegFrame(data[kind], "camera").pixels() for kind in ("baseline", "usb"))
    assert np.array_equal(shown, usb)


@pytest.mark.parametrize("keeps", range(0, 100, 7))
def test_a_picture_that_was_cut_off_is_half_a_picture(keeps):
    data = jpeg(desk())

    with pytest.raises(ProtocolError, match=r"not a JPEG|half a JPEG"):
        size_of(data[: len(data) * keeps // 100], "camera")


def test_zeros_may_follow_but_nothing_else_and_not_without_end():
    data = jpeg(desk())

    assert size_of(data + bytes(1000), "camera") == (960, 720)
    for tail in (b"x", b"\x00\x00x", bytes(LONGEST_PADDING + 1)):
        with pytest.raises(ProtocolError, match="half a JPEG"):
            size_of(data + tail, "camera")


@pytest.mark.parametrize(("width", "height"), [(65535, 65535), (0, 10), (10, 0), (MOST_PIXELS // 1000 + 1, 1000)])
def test_a_size_that_no_camera_has_is_refused(width, height):
    with pytest.raises(ProtocolError, match=f"{width} by {height}"):
        size_of(claiming(width, height), "camera")


def test_a_picture_whose_dots_come_before_its_size_is_refused():
    with pytest.raises(ProtocolError, match="without a size"):
        size_of(bytes.fromhex("ffd8 ffda 0008 01 0100 003f00 2a ffd9"), "camera")


def test_200_000_damaged_pictures_raise_a_protocol_error_or_have_a_size():
    def read(pieces):
        yield size_of(b"".join(pieces), "camera")

    assert fuzz(Target("jpeg", read, may_raise=(ProtocolError,))) > 190_000


def test_what_passes_the_check_is_a_picture_of_that_size_to_the_decoder():
    for data in corpus("jpeg"):
        assert cv2.imdecode(np.frombuffer(data, np.uint8), 1).shape[:2] == size_of(data, "camera")[::-1]
