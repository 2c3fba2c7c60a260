import cv2
import numpy as np
import pytest

from devices.cameras.page import A4, NoPage, Page, Reason, ordered, overlap
from devices.cameras.page_finding import find_page
from devices.cameras.synthetic_frames import SCENES, film
from devices.cameras.synthetic_pages import letter
from tests.devices.cameras.invented import SIZE, filmed, whole

EMPTY = [name for name, scene in SCENES.items() if not scene.page]
WHOLE = [name for name, scene in SCENES.items() if scene.page and not scene.cut_off and name not in ("worst", "noise")]


@pytest.mark.parametrize("page", ["letter", "certificate"])
@pytest.mark.parametrize("scene", WHOLE)
def test_a_page_is_found_exactly(scene: str, page: str):
    frame, truth = whole(scene, page)

    found = find_page(frame)

    assert isinstance(found, Page)
    assert overlap(found.quad, truth) > 0.97


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scene", EMPTY)
def test_where_no_page_lies_none_is_found(scene: str, seed: int):
    frame, _ = filmed(scene, seed=seed)

    assert isinstance(find_page(frame), NoPage)


@pytest.mark.parametrize("seed", range(4))
def test_a_page_that_the_frame_cuts_off_is_not_given(seed: int):
    frame, _ = filmed("cut_off", seed=seed)

    assert isinstance(find_page(frame), NoPage)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((2, 900, 3), np.uint8),
        np.zeros((480, 640), np.uint8),
        np.zeros((480, 640, 4), np.uint8),
        np.zeros((480, 640, 3), np.float32),
    ],
    ids=["no dots", "one dot", "two rows", "grey", "four colours", "floats"],
)
def test_what_is_no_frame_is_called_unusable(frame: np.ndarray):
    assert find_page(frame) == NoPage(Reason.UNUSABLE)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_an_even_frame_has_no_page(level: int):
    assert isinstance(find_page(np.full((480, 640, 3), level, np.uint8)), NoPage)


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_page(seed: int):
    rng = np.random.default_rng(seed)
    frame = rng.integers(0, 256, size=(int(rng.integers(64, 700)), int(rng.integers(64, 900)), 3)).astype(np.uint8)

    assert isinstance(find_page(frame), NoPage)


def test_the_frame_is_only_read():
    frame, _ = whole("wood")
    kept = frame.copy()
    frame.setflags(write=False)

    find_page(frame)

    assert np.array_equal(frame, kept)


def test_the_same_frame_gives_the_same_page():
    frame, _ = whole("dark_mat")

    one, other = find_page(frame), find_page(frame.copy())

    assert isinstance(one, Page)
    assert isinstance(other, Page)
    assert np.array_equal(one.quad, other.quad)


def test_corners_go_clockwise_from_the_one_nearest_the_top_left():
    frame, truth = whole("rotated")

    found = find_page(frame)

    assert isinstance(found, Page)
    assert cv2.contourArea(found.quad, oriented=True) > 0
    assert int(np.argmin(found.quad.sum(axis=1))) == 0
    assert np.abs(found.quad - ordered(truth)).max() < 12


def test_a_seed_gives_the_same_frame_dot_for_dot():
    one, other = (film(letter(np.random.default_rng(4)), SCENES["worst"], np.random.default_rng(5), SIZE) for _ in "ab")

    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


def test_a_portrait_frame_is_searched_as_well():
    frame, truth = whole("dark_mat")

    found = find_page(np.ascontiguousarray(np.rot90(frame)))

    assert isinstance(found, Page)
    assert found.trust > 0.5
    assert A4.ratio == pytest.approx(2**0.5, abs=0.001)
    assert abs(cv2.contourArea(found.quad) / cv2.contourArea(truth) - 1) < 0.03
