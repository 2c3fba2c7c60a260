"""With the product's own eyes: pages of nobody, filmed with all that goes wrong, end as one PDF."""

from importlib.util import find_spec

import cv2
import numpy as np
import pytest

from devices.cameras import synthetic_pages
from devices.cameras.document_camera import DocumentCamera, Retake, Shot
from devices.cameras.frames import decoded
from devices.cameras.messages import Open, Stream
from devices.cameras.scanning import PageVision
from devices.cameras.sim_desk import Pages, SimDesk, made_up
from devices.cameras.sim_mjpeg import SimCamera
from devices.opening.cameras import open_camera
from settings.devices.cameras import FileCamera
from tests.devices.cameras import pictures
from tests.waiting import until

SIZE, DPI = (1920, 1080), 100
A4_PX = (827, 1169)


@pytest.fixture(scope="module")
def desk():
    return SimDesk(made_up(2), size=SIZE)


@pytest.fixture(scope="module")
def camera(desk):
    with SimCamera(desk.picture, fps=15) as sim:
        camera = DocumentCamera(Open("K01.camera", Stream(sim.url), DPI, False), pdf_limit_bytes=1 << 20)
        yield camera
        camera.close()


def like(one, other):
    """How alike two pages are, 0 to 1, whichever way they were turned by half a turn."""
    small = [
        cv2.GaussianBlur(cv2.resize(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY), (105, 148)), (0, 0), 1) for p in (one, other)
    ]
    return max(np.corrcoef(np.rot90(small[0], turn).ravel(), small[1].ravel())[0, 1] for turn in (0, 2))


def test_pages_of_a_stream_become_a_pdf_below_its_limit(camera, desk):
    shots = []
    for page in range(2):
        desk.change(page=page)
        camera.preview(after=camera.preview().number + 2)
        shots.append(camera.shoot())
        assert isinstance(shots[-1], Shot), shots

    scan = camera.make_pdf(shots)

    assert (scan.pages, scan.pdf[:5], len(scan.pdf) <= 1 << 20) == (2, b"%PDF-", True)
    truths = [made_up(2)[page] for page in range(2)]
    for page, shot in enumerate(shots):
        assert sorted((shot.width_px, shot.height_px)) == list(A4_PX)
        taken = decoded(bytes(shot.jpeg), "test")
        upright = np.ascontiguousarray(taken if taken.shape[0] > taken.shape[1] else np.rot90(taken))
        assert like(upright, truths[page]) > max(0.6, like(upright, truths[1 - page]) + 0.2)


def test_the_preview_outlines_the_page_and_an_empty_desk_is_a_retake(camera, desk):
    desk.change(page=0)
    until(lambda: camera.preview().why_not is None)

    desk.change(page=None)
    until(lambda: camera.preview().why_not == "no_page")

    assert camera.shoot() == Retake("no_page")


def test_a_blank_page_is_taken_and_flagged():
    blank = np.full((1754, 1240, 3), 245, np.uint8)
    with SimCamera(SimDesk(Pages([lambda: blank]), size=SIZE).picture, fps=15) as sim:
        camera = DocumentCamera(Open("K01.camera", Stream(sim.url), DPI, False), pdf_limit_bytes=1 << 20)
        shot = camera.shoot()
        camera.close()

    assert isinstance(shot, Shot)
    assert shot.is_blank


def test_both_sides_of_a_card_lie_on_a_page_at_true_size():
    eyes, rng = PageVision(), np.random.default_rng(3)
    sides = tuple(filmed_card(rng, back=back) for back in (False, True))
    cut_out = []
    for picture in sides:
        quad, why_not = eyes.find(picture, is_card=True)
        assert (quad is not None, why_not) == (True, None)
        cut_out.append(eyes.straighten(picture, quad, 200, is_card=True).page)

    page = eyes.card_page(tuple(cut_out), 200)

    assert [side.shape[:2] for side in cut_out] == [(425, 674)] * 2
    assert page.shape[:2] == (2339, 1654)


def filmed_card(rng, *, back):
    """A card on a dark mat, as large in the picture as it is beneath a camera that sees A4."""
    picture = np.clip(rng.normal(45, 4, (SIZE[1], SIZE[0], 3)), 0, 255).astype(np.uint8)
    card = cv2.resize(synthetic_pages.card(rng, back=back), (548, 346), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((274, 173), 4, 1.0)
    turn[:, 2] += (600, 350)
    mask = cv2.warpAffine(np.full(card.shape, 255, np.uint8), turn, SIZE)
    laid = cv2.warpAffine(card, turn, SIZE)
    return np.where(mask > 127, laid, picture)


def test_a_camera_is_opened_with_the_products_own_eyes(tmp_path):
    (tmp_path / "empty.jpg").write_bytes(pictures.jpeg(pictures.desk(page=False)))

    camera = open_camera(FileCamera(kind="file", path=tmp_path, ocr=True), "K01.camera")
    try:
        assert camera.check() == (None if find_spec("rapidocr_onnxruntime") else "ocr_missing")
        assert camera.preview().why_not is not None
    finally:
        camera.close()
