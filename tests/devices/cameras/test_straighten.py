import cv2
import numpy as np
import pytest

from devices.cameras.page import CARD
from devices.cameras.straighten import shadow_free, straightened, turned, upright
from devices.cameras.synthetic_pages import A4_PX, PAGES, letter, photo_page
from tests.devices.cameras.invented import whole


def a_letter(seed: int = 3) -> np.ndarray:
    return letter(np.random.default_rng(seed))


def redness(page: np.ndarray) -> np.ndarray:
    wide = page.astype(np.int16)
    return wide[..., 2] - np.maximum(wide[..., 0], wide[..., 1])


def test_a_page_comes_out_as_it_was_before_it_was_filmed():
    page = PAGES["form"](np.random.default_rng([1, 77]))
    frame, truth = whole("dark_mat", "form", size=(2400, 1800))

    flat = straightened(frame, truth, dpi=150)

    shown, original = (cv2.cvtColor(cv2.resize(p, (310, 438), interpolation=cv2.INTER_AREA), 6) for p in (flat, page))
    assert flat.shape == (A4_PX[1], A4_PX[0], 3)
    assert np.corrcoef(shown.ravel(), original.ravel())[0, 1] > 0.93


def test_a_lying_page_has_its_long_side_across():
    frame, _ = whole("dark_mat")
    quad = np.array([[100, 100], [900, 100], [900, 660], [100, 660]], np.float32)

    assert straightened(frame, quad, dpi=100).shape == (827, 1169, 3)


def test_a_card_has_the_size_of_a_card():
    frame, _ = whole("dark_mat")
    quad = np.array([[100, 100], [440, 110], [440, 320], [100, 315]], np.float32)

    assert straightened(frame, quad, CARD, dpi=300).shape == (638, 1011, 3)


def test_straightening_only_reads_the_frame():
    frame, truth = whole("wood")
    frame.setflags(write=False)
    kept = frame.copy()

    straightened(frame, truth)

    assert np.array_equal(frame, kept)


@pytest.mark.parametrize("kind", ["letter", "leaflet", "certificate"])
@pytest.mark.parametrize("turn_deg", [0, 90, 180, 270])
def test_writing_is_turned_upright(kind: str, turn_deg: int):
    page = PAGES[kind](np.random.default_rng(4))

    found = upright(turned(page, turn_deg))

    assert found.direction_known
    assert found.head_known
    assert np.array_equal(found.page, page)
    assert (turn_deg + found.turned_deg) % 360 == 0


@pytest.mark.parametrize("seed", range(4))
def test_pictures_do_not_tell_which_end_is_the_top(seed: int):
    found = upright(turned(photo_page(np.random.default_rng(seed)), 180))

    assert not found.head_known


@pytest.mark.parametrize("level", [0, 255])
def test_an_even_page_is_left_as_it_lay(level: int):
    page = np.full((1169, 827, 3), level, np.uint8)

    found = upright(page)

    assert (found.turned_deg, found.direction_known, found.head_known) == (0, False, False)
    assert np.array_equal(found.page, page)


def test_a_shadow_is_taken_out_of_the_paper():
    page = a_letter()
    shade = np.where(np.arange(page.shape[1]) < 500, 0.55, 1.0)[None, :, None]
    shaded = (page * cv2.GaussianBlur(np.broadcast_to(shade, page.shape).copy(), (0, 0), 25)).astype(np.uint8)

    clean = shadow_free(shaded)

    margin = clean[1600:1700].astype(int)
    assert shaded[1650, 100].max() < 150
    assert margin[:, 60:250].mean() > 235
    assert abs(margin[:, 60:250].mean() - margin[:, 900:1100].mean()) < 8


def test_a_red_seal_in_the_shadow_stays_red():
    page = a_letter()
    shaded = (page * 0.55).astype(np.uint8)
    seal = redness(page) > 120

    clean = shadow_free(shaded)

    assert seal.sum() > 2000
    assert np.median(redness(clean)[seal]) > 110
    assert np.median(clean[..., 2][seal]) > 170


def test_black_ink_stays_black():
    page = a_letter()
    ink = page.max(axis=2) < 60

    clean = shadow_free((page * 0.6).astype(np.uint8))

    assert np.median(clean[ink]) < 70


def test_taking_shadows_out_only_reads_the_page():
    page = a_letter()
    page.setflags(write=False)
    kept = page.copy()

    shadow_free(page)
    upright(page)

    assert np.array_equal(page, kept)
