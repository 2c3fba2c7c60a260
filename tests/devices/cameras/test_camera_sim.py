"""The simulated camera: a stream that browsers could show, and a desk on which everything can happen."""

import contextlib
import io
import socket
import urllib.error
import urllib.request

import numpy as np
import pytest

from commands.sim.main import main
from devices.cameras.frames import decoded
from devices.cameras.messages import Files, Stream
from devices.cameras.sim_desk import SimDesk, made_up, of_folder
from devices.cameras.sim_mjpeg import SimCamera
from devices.cameras.sources import open_source
from devices.errors import DeviceUnavailable, ProtocolError
from tests.devices.cameras.conftest import a_folder
from tests.devices.cameras.pictures import desk, jpeg
from tests.waiting import until

SMALL = (480, 360)
JPEG = b"\xff\xd8 a picture \xff\xd9"


def looking_at(url):
    assert url.startswith("http://127.0.0.1:")
    return urllib.request.urlopen(url, timeout=5)  # noqa: S310


@contextlib.contextmanager
def streaming(**knobs):
    with SimCamera(lambda: JPEG, fps=200) as camera:
        for knob, value in knobs.items():
            setattr(camera, knob, value)
        with looking_at(camera.url) as answer:
            yield camera, answer


def part_of(answer):
    """One part, read as RFC 2046 says: boundary, headers, empty line, as many bytes as announced."""
    assert answer.readline() == b"--hallq-frame\r\n"
    assert answer.readline() == b"Content-Type: image/jpeg\r\n"
    name, _, length = answer.readline().partition(b": ")
    assert (name, answer.readline()) == (b"Content-Length", b"\r\n")
    data = answer.read(int(length))
    assert answer.readline() == b"\r\n"
    return data


def read_on(answer):
    while True:
        part_of(answer)


def test_the_stream_is_a_multipart_of_jpegs():
    with streaming() as (_camera, answer):
        assert answer.headers.get_content_type() == "multipart/x-mixed-replace"
        assert answer.headers.get_param("boundary") == "hallq-frame"
        assert [part_of(answer) for _ in range(3)] == [JPEG] * 3


def test_half_pictures_and_nonsense_are_sent_in_whole_parts():
    with streaming(half=True) as (_camera, answer):
        assert part_of(answer) == JPEG[: len(JPEG) // 2]
    with streaming(nonsense=True) as (_camera, answer):
        assert len(part_of(answer)) == 5000


def test_several_hosts_see_the_same_camera():
    with streaming() as (camera, one), looking_at(camera.url) as other:
        assert part_of(one) == part_of(other) == JPEG
        assert camera.hosts == 2


def test_a_pulled_cable_drops_connections_and_refuses_new_ones_until_it_is_back():
    with streaming() as (camera, answer):
        part_of(answer)
        camera.unplug()
        answer.read()  # ends
        with pytest.raises(urllib.error.URLError):
            looking_at(camera.url)

        camera.plug()
        with looking_at(camera.url) as again:
            assert part_of(again) == JPEG


def test_the_cable_can_be_pulled_in_mid_picture():
    with streaming() as (camera, answer):
        part_of(answer)
        camera.cut_after = 30
        rest = answer.read()

    assert rest.count(JPEG) < 10  # what was on its way
    assert not rest.endswith(JPEG + b"\r\n")


def test_a_silent_camera_keeps_the_connection():
    with streaming() as (camera, answer):
        part_of(answer)
        camera.silent = True
        answer.fp.raw._sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            read_on(answer)
        assert camera.hosts == 1


def test_closing_twice_is_harmless_and_gives_the_port_back():
    camera = SimCamera(lambda: JPEG)
    port = int(camera.url.rsplit(":", 1)[1].split("/")[0])
    camera.close()
    camera.close()

    socket.create_server(("127.0.0.1", port)).close()


# ---- the desk -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laid():
    return SimDesk(made_up(3), size=SMALL)


def bright_share(picture):
    return float((decoded(picture, "desk").min(axis=2) > 120).mean())


def test_a_page_is_laid_lifted_and_turned(laid):
    laid.change(page=0, scene="dark_mat", hand=False)
    first = laid.picture()
    laid.turn()
    assert laid.now.page == 1
    second = laid.picture()
    laid.change(page=None)

    assert min(bright_share(first), bright_share(second)) > 0.03 > bright_share(laid.picture())
    assert decoded(first, "desk").shape == (360, 480, 3)
    laid.turn()
    assert laid.now.page == 0


def test_pages_go_round(laid):
    laid.change(page=0)
    for _ in range(3):
        laid.turn()

    assert laid.now.page == 0


def test_a_stream_is_never_twice_the_same_and_a_moment_always_is(laid):
    laid.change(page=0)
    one, other = laid.picture(), laid.picture()
    assert one != other
    assert np.abs(decoded(one, "desk").astype(int) - decoded(other, "desk")).mean() < 5

    again = SimDesk(made_up(3), size=SMALL)
    assert again.picture() in {laid.picture() for _ in range(3)}


def test_a_hand_and_a_lamp_change_what_is_seen(laid):
    laid.change(page=0, hand=False)
    before = decoded(laid.picture(), "desk").astype(int)
    for change in ({"hand": True}, {"hand": False, "scene": "glare"}):
        laid.change(**change)
        assert np.abs(before - decoded(laid.picture(), "desk")).mean() > 2
    laid.change(scene="dark_mat")


def test_an_unknown_scene_changes_nothing(laid):
    before = laid.now
    with pytest.raises(KeyError):
        laid.change(scene="moonlight")

    assert laid.now == before


def test_a_folder_of_pictures_can_be_laid(tmp_path):
    pages = of_folder(a_folder(tmp_path))

    assert (len(pages), pages[0].shape) == (3, (720, 960, 3))


def test_an_empty_folder_cannot(tmp_path):
    with pytest.raises(OSError, match="no picture"):
        of_folder(tmp_path)


# ---- by hand --------------------------------------------------------------------------------------------------------


def test_a_person_lays_turns_and_pulls_and_a_camera_sees_it(tmp_path, capsys):
    (tmp_path / "page.jpg").write_bytes(jpeg(desk()))
    video = tmp_path / "desk.avi"
    port = free_port()
    place = Stream(f"http://127.0.0.1:{port}/video.mjpg")

    def typed():
        source = open_source(place, "camera")
        yield "lift\n"
        until(lambda: bright_share_of(source) < 0.02, within_s=20)
        yield "lay\n"
        yield "hand on\n"
        yield "hand up\n"
        yield "light moonlight\n"
        yield f"record {video}\n"
        yield "fps none\n"
        yield "scene hand-on-the-page\n"
        yield "unplug\n"
        with pytest.raises((DeviceUnavailable, ProtocolError)):  # the last picture may be half a one
            look_on(source)
        source.close()
        yield "mend\n"
        source = open_source(place, "camera")
        assert source.read().size == (1280, 720)
        source.close()
        yield "quit\n"

    arguments = ["camera", "--http", str(port), "--size", "720p", "--pages", str(tmp_path)]
    assert main(arguments, typed()) == 0

    said = capsys.readouterr().out
    for line in (
        f'camera = {{ kind = "stream", url = "{place.url}" }}',
        "hand on, or hand off",
        "light NAME: dark_mat",
    ):
        assert line in said
    assert "fps N: a whole number from 1" in said
    recorded = open_source(Files(str(video), 100), "camera")
    assert recorded.read().size == (1280, 720)
    recorded.close()


def look_on(source):
    while True:
        source.read()


def bright_share_of(source):
    return float((source.read().pixels(4).min(axis=2) > 120).mean())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def test_a_port_that_is_taken_is_said_in_one_sentence(capsys, tmp_path):
    (tmp_path / "page.jpg").write_bytes(jpeg(desk()))
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        arguments = ["camera", "--http", str(port), "--size", "720p", "--pages", str(tmp_path)]
        assert main(arguments, io.StringIO("")) == 2

    assert "choose another one" in capsys.readouterr().err
