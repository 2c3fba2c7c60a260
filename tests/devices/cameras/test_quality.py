from dataclasses import replace

import cv2
import numpy as np
import pytest

from devices.cameras.card_sheet import card_sheet
from devices.cameras.page import Page
from devices.cameras.quality import Flaw, is_blank, quality, touches_border
from devices.cameras.straighten import straightened
from devices.cameras.synthetic_frames import SCENES, film
from devices.cameras.synthetic_pages import A4_PX, PAGES, card
from tests.devices.cameras.invented import whole

CALM = replace(SCENES["dark_mat"], shadow=0.0, blur=0.3, noise=1.5)
LARGE = (1800, 1350)


def judged(frame: np.ndarray, truth: np.ndarray) -> set[Flaw]:
    return set(quality(frame, Page(truth, 1.0)).flaws)


@pytest.mark.parametrize("page", list(PAGES))
def test_a_good_shot_has_no_flaw(page: str):
    assert judged(*whole(CALM, page, size=LARGE)) == set()


@pytest.mark.parametrize("page", ["letter", "form", "leaflet", "note"])
def test_a_shot_out_of_focus_is_blurred(page: str):
    frame, truth = whole(CALM, page, size=LARGE)

    assert judged(cv2.GaussianBlur(frame, (0, 0), 5), truth) == {Flaw.BLURRED}


def test_a_lamp_reflected_on_the_page_is_glare():
    frame, truth = whole(CALM, size=LARGE)
    x, y = truth.mean(axis=0).astype(int)
    spot = np.zeros(frame.shape[:2], np.float32)
    cv2.circle(spot, (int(x), int(y)), 120, 1.0, -1)
    shining = np.clip(frame + 260 * cv2.GaussianBlur(spot, (0, 0), 40)[..., None], 0, 255).astype(np.uint8)

    assert judged(shining, truth) == {Flaw.GLARE}


def test_a_shot_without_light_is_too_dark():
    frame, truth = whole(CALM, size=LARGE)

    assert Flaw.TOO_DARK in judged((frame * 0.2).astype(np.uint8), truth)


def test_a_corner_on_the_border_may_be_cut_off():
    frame, truth = whole(CALM, size=LARGE)

    assert not touches_border(truth, frame)
    assert Flaw.CUT_OFF in judged(frame, truth - truth.min(axis=0))


def test_a_back_without_writing_is_blank():
    blank = np.full((A4_PX[1], A4_PX[0], 3), 250, np.uint8)
    frame, truth = film(blank, SCENES["shadow"], np.random.default_rng(2), LARGE)
    assert truth is not None

    assert is_blank(blank)
    assert is_blank(straightened(frame, truth, dpi=150))


@pytest.mark.parametrize("page", list(PAGES))
def test_a_page_with_anything_on_it_is_not_blank(page: str):
    assert not is_blank(PAGES[page](np.random.default_rng(1)))


def test_one_short_line_is_enough_not_to_be_blank():
    page = np.full((A4_PX[1], A4_PX[0], 3), 246, np.uint8)
    cv2.putText(page, "No. 2026-0001", (400, 800), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (90, 90, 90), 2, cv2.LINE_AA)

    assert not is_blank(page)


@pytest.mark.parametrize("level", [0, 255])
def test_an_even_frame_is_judged_without_failing(level: int):
    frame = np.full((600, 800, 3), level, np.uint8)
    quad = np.array([[100, 100], [500, 100], [500, 590], [100, 590]], np.float32)

    assert Flaw.BLURRED not in judged(frame, quad)


def test_both_sides_of_a_card_lie_on_one_sheet_at_true_size():
    rng = np.random.default_rng(1)
    front, back = card(rng), card(rng, back=True)

    sheet = card_sheet(front, back, dpi=200)

    laid = np.argwhere((sheet != 255).any(axis=2))
    assert sheet.shape == (2339, 1654, 3)
    assert laid[:, 1].max() - laid[:, 1].min() + 1 == pytest.approx(85.6 / 25.4 * 200, abs=1)
    rows = np.flatnonzero((sheet != 255).any(axis=(1, 2)))
    assert len(rows) == pytest.approx(2 * 54 / 25.4 * 200, abs=2)
    assert np.diff(rows).max() > 50
