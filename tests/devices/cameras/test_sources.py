"""Every kind of source delivers whole pictures, says when there are none, and is open to what comes next."""

import contextlib
import time

import cv2
import numpy as np
import pytest

from devices.cameras.frames import JpegFrame, PlainFrame, decoded
from devices.cameras.messages import Files, Stream, V4l2
from devices.cameras.newest import NewestFrame
from devices.cameras.sim_mjpeg import SimCamera
from devices.cameras.sources import Pace, open_source
from devices.errors import DeviceError, DeviceUnavailable, ProtocolError
from tests.devices.cameras.conftest import a_folder, a_video
from tests.devices.cameras.pictures import claiming, desk, jpeg
from tests.waiting import until


@contextlib.contextmanager
def opened(place):
    source = open_source(place, "camera")
    try:
        yield source
    finally:
        source.close()


def read_on(source, count=100):
    """Read until something is raised; what is read until then is the desk."""
    for _ in range(count):
        assert np.abs(source.read().pixels().astype(int) - desk()).mean() < 12


def good_frame(source, within_s=5.0):
    """The next picture that is one, as a supervisor's patience finds it."""
    ends = time.monotonic() + within_s
    while True:
        try:
            return source.read()
        except ProtocolError:
            assert time.monotonic() < ends


def test_each_source_delivers_whole_pictures_one_after_the_other(place):
    with opened(place) as source:
        frames = [source.read() for _ in range(10)]

    assert {frame.size for frame in frames} == {frames[0].size}
    assert frames[-1].pixels().shape == (frames[-1].size[1], frames[-1].size[0], 3)


def test_a_picture_may_be_decoded_at_half_and_a_quarter_of_its_width(place):
    with opened(place) as source:
        frame = source.read()

    width, height = frame.size
    for reduction in (2, 4):
        assert frame.pixels(reduction).shape == (height // reduction, width // reduction, 3)


def test_what_is_shown_is_what_lies_there():
    shown = PlainFrame(desk()), JpegFrame(jpeg(desk()), "camera")

    for frame in shown:
        assert np.abs(frame.pixels().astype(int) - desk()).mean() < 12
        assert frame.pixels(2)[100, 240].min() > 150  # the page


def test_closing_twice_is_harmless(place):
    source = open_source(place, "camera")
    source.close()
    source.close()


@pytest.mark.parametrize(
    "missing",
    [
        Files("/nowhere/desk.jpg", 25),
        Files("/nowhere", 25),
        Files("/nowhere/desk.avi", 25),
        Stream("http://127.0.0.1:9/video.mjpg"),
        V4l2("/dev/v4l/by-path/nothing", 2592, 1944, 15),
    ],
    ids=lambda missing: type(missing).__name__,
)
def test_what_is_absent_is_said_at_once(missing):
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable):
        open_source(missing, "camera")

    assert time.monotonic() - began < 2


def test_an_empty_folder_is_said_to_be_one(tmp_path):
    with pytest.raises(DeviceUnavailable, match="no picture at"):
        open_source(Files(str(tmp_path), 25), "camera")


def test_an_address_is_not_shown():
    assert "secret" not in repr(Stream("http://clerk:secret@camera/video"))


# ---- a stream that goes wrong ---------------------------------------------------------------------------------------


def test_a_pulled_cable_is_said_and_the_stream_can_be_opened_again(sim):
    with opened(Stream(sim.url)) as source:
        source.read()
        sim.unplug()
        with pytest.raises(DeviceUnavailable):
            read_on(source)

    sim.plug()
    with opened(Stream(sim.url)) as source:
        assert source.read().size == (960, 720)


def test_a_silent_stream_is_given_up_in_time(sim):
    with opened(Stream(sim.url)) as source:
        source.read()
        sim.silent = True
        began = time.monotonic()
        with pytest.raises(DeviceUnavailable, match="no picture arrives"):
            read_on(source)

    assert time.monotonic() - began < 5


def test_half_a_picture_is_never_taken_for_a_whole_one(sim):
    with opened(Stream(sim.url)) as source:
        source.read()
        sim.half = True
        with pytest.raises(ProtocolError, match="half a JPEG"):
            read_on(source)

        sim.half = False
        assert good_frame(source).size == (960, 720)


def test_nonsense_is_said_and_the_next_good_picture_is_read(sim):
    with opened(Stream(sim.url)) as source:
        source.read()
        sim.nonsense = True
        with pytest.raises(ProtocolError, match="not a JPEG"):
            read_on(source)

        sim.nonsense = False
        assert good_frame(source).size == (960, 720)


def test_a_slow_line_delivers_late_and_whole(sim):
    sim.bytes_per_s = 1 << 20
    with opened(Stream(sim.url)) as source:
        assert source.read().size == (960, 720)


def test_a_stream_of_h264_would_come_decoded(tmp_path):
    path = a_video(tmp_path, fourcc="mp4v")

    with opened(Files(str(path), 60)) as source:
        frames = [source.read() for _ in range(9)]  # beyond its end: it begins again

    assert all(isinstance(frame, PlainFrame) for frame in frames)


# ---- files that go wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps", [0.0, 0.01, 0.5, 0.9])
def test_a_video_that_was_cut_off_ends_or_goes_round_and_raises_nothing_else(tmp_path, keeps):
    path = a_video(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keeps)])

    with contextlib.suppress(DeviceUnavailable), opened(Files(str(path), 1000)) as source:
        for _ in range(10):
            with contextlib.suppress(ProtocolError):
                assert np.abs(source.read().pixels().astype(int) - desk()).mean() < 40


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "not a picture: 0 bytes"),
        (b"GIF89a nonsense", "not a picture"),
        (jpeg(desk())[:2000], "half a JPEG"),
        (claiming(65535, 65535), "65535 by 65535"),
        (claiming(0, 720), "0 by 720"),
        (b"P6 60000 60000 255\n", "cannot be decoded"),
    ],
    ids=["empty", "not-one", "half", "bomb", "no-width", "bomb-of-another-kind"],
)
def test_a_file_that_is_no_picture_is_a_protocol_error(tmp_path, data, cause):
    path = tmp_path / "page.jpg"
    path.write_bytes(data)

    with opened(Files(str(path), 1000)) as source, pytest.raises(ProtocolError, match=cause):
        source.read()


def test_other_formats_are_read_too(tmp_path):
    cv2.imwrite(str(tmp_path / "page.png"), desk())

    with opened(Files(str(tmp_path), 1000)) as source:
        assert np.array_equal(source.read().pixels(), desk())


def test_a_picture_that_vanishes_is_an_absence(tmp_path):
    folder = a_folder(tmp_path)
    with opened(Files(str(folder), 1000)) as source:
        source.read()
        for path in folder.glob("*.jpg"):
            path.unlink()
        with pytest.raises(DeviceUnavailable):
            source.read()


def test_a_decoder_that_is_given_nothing_says_so():
    with pytest.raises(ProtocolError, match="not a picture"):
        decoded(b"", "camera")


def test_pictures_come_at_their_pace():
    pace, began = Pace(50), time.monotonic()
    for _ in range(6):
        pace.wait()

    assert 0.09 < time.monotonic() - began < 0.5


# ---- the newest picture ---------------------------------------------------------------------------------------------


class Scripted:
    """A source that delivers what it is given: numbers become pictures, errors are raised."""

    def __init__(self, *script):
        self.script, self.closed = list(script), 0

    def read(self):
        if not self.script:
            time.sleep(0.005)
            raise ProtocolError("camera", "nonsense")
        step = self.script.pop(0)
        if isinstance(step, DeviceError):
            raise step
        return PlainFrame(np.full((4, 4, 3), step, np.uint8))

    def close(self):
        self.closed += 1


@contextlib.contextmanager
def newest_of(source):
    newest = NewestFrame(source, "camera")
    try:
        yield newest
    finally:
        newest.close()


def test_who_asks_late_gets_the_newest_picture_and_none_before_it():
    with newest_of(Scripted(*range(1, 100))) as newest:
        until(lambda: newest.number == 99)
        number, frame = newest.after(3, timeout_s=1)

    assert (number, frame.pixels()[0, 0, 0]) == (99, 99)


def test_who_has_the_newest_waits_for_a_newer_one_and_is_told_of_nonsense():
    with newest_of(Scripted(1)) as newest, pytest.raises(ProtocolError, match="nonsense"):
        newest.after(1, timeout_s=0.1)


def test_nonsense_between_two_pictures_is_passed_over():
    with newest_of(Scripted(1, ProtocolError("camera", "x"), 2)) as newest:
        assert newest.after(1, timeout_s=1)[0] == 2


def test_a_source_that_ends_is_told_at_once_and_closed():
    source = Scripted(1, DeviceUnavailable("camera", "gone"))
    with newest_of(source) as newest:
        began = time.monotonic()
        with pytest.raises(DeviceUnavailable, match="gone"):
            newest.after(1, timeout_s=30)
        assert time.monotonic() - began < 5

    assert source.closed == 1


def look_on(newest):
    while True:
        newest.after(newest.number, timeout_s=5)


def test_a_camera_that_was_cut_in_mid_picture_delivers_again_once_it_is_back():
    shown = jpeg(desk())
    with SimCamera(lambda: shown) as sim:
        with newest_of(open_source(Stream(sim.url), "camera")) as newest:
            newest.after(0, timeout_s=2)
            sim.cut_after = len(shown) // 2
            with pytest.raises(DeviceUnavailable):
                look_on(newest)
        sim.plug()
        with newest_of(open_source(Stream(sim.url), "camera")) as newest:
            assert newest.after(0, timeout_s=2)[1].size == (960, 720)
