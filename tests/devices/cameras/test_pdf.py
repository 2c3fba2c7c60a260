"""Pages become one PDF: exactly A4, their JPEGs as they were, nobody's name in it, and below its limit."""

import re

import cv2
import numpy as np
import pytest

from devices.cameras.frames import decoded
from devices.cameras.pdf import QUALITY, STEPS, bind, bind_within, jpeg
from devices.errors import ScanTooLarge

pikepdf = pytest.importorskip("pikepdf")

POINTS_PER_MM = 72 / 25.4
DPI = 200
A4_PX = (1654, 2339)


def a_page(number=0, dpi=DPI):
    """Fine print on paper with some grain, so that JPEG has work to do."""
    rng = np.random.default_rng(number)
    width, height = (round(side * dpi / DPI) for side in A4_PX)
    page = rng.integers(235, 250, (height, width, 3), dtype=np.uint8)
    for y in range(100, height - 100, 40):
        cv2.putText(
            page, f"{rng.integers(10**18)} {number}" * 3, (100, y), cv2.FONT_HERSHEY_PLAIN, 1.6, (20, 20, 20), 2
        )
    return page


@pytest.fixture(scope="module")
def pages():
    return [jpeg(a_page(number)) for number in range(4)]


def picture_on(page):
    """The JPEG that a page of a PDF draws, as it stands in the file."""
    return next(iter(page.Resources.XObject.values())).read_raw_bytes()


@pytest.fixture
def read(tmp_path):
    """Opens a PDF with another program's eyes."""

    def read(pdf):
        path = tmp_path / "scan.pdf"
        path.write_bytes(pdf)
        return pikepdf.open(path)

    return read


def test_each_page_is_a4_and_filled_to_its_edges(pages, read):
    with read(bind(pages)) as pdf:
        assert len(pdf.pages) == len(pages)
        for page in pdf.pages:
            left, foot, width, height = map(float, page.mediabox)
            assert (left, foot) == (0, 0)
            assert (width / POINTS_PER_MM, height / POINTS_PER_MM) == (
                pytest.approx(210, abs=0.01),
                pytest.approx(297, abs=0.01),
            )
            drawn = page.Contents.read_bytes().decode()
            a, b, c, d, x, y = map(float, re.search(r"([\d. -]+) cm", drawn).group(1).split())
            assert (a, d) == (pytest.approx(width, abs=0.01), pytest.approx(height, abs=0.01))
            assert (b, c, x, y) == (0, 0, 0, 0)


def test_a_page_that_is_wider_than_high_lies(read):
    lying = jpeg(np.rot90(a_page(dpi=100)))

    with read(bind([lying])) as pdf:
        width, height = map(float, pdf.pages[0].mediabox[2:])

    assert (width / POINTS_PER_MM, height / POINTS_PER_MM) == (pytest.approx(297), pytest.approx(210))


def test_jpegs_are_in_it_as_they_were_and_in_order(pages, read):
    with read(bind(pages)) as pdf:
        inside = [picture_on(page) for page in pdf.pages]

    assert inside == pages


def test_it_names_no_person_no_time_and_no_file(pages, read):
    data = bind(pages)

    with read(data) as pdf:
        assert {key for key in pdf.docinfo if key != "/Producer"} == set()
        assert "/Metadata" not in pdf.Root
    head = re.sub(rb"stream\r?\n.*?endstream", b"", data, flags=re.DOTALL)
    assert not re.search(rb"Date|Author|Title|Creator|/tmp|/home", head)


def test_the_same_pages_give_the_same_bytes(pages):
    assert bind(pages) == bind(pages)


def test_what_fits_is_not_touched(pages):
    data, dpi, quality = bind_within(pages, "camera", dpi=DPI, limit_bytes=50 << 20)

    assert (data, dpi, quality) == (bind(pages), DPI, QUALITY)


@pytest.mark.parametrize("share", [0.9, 0.6, 0.4, 0.25])
def test_what_does_not_is_made_smaller_until_it_does_and_stays_a4(pages, read, share):
    limit = round(len(bind(pages)) * share)

    data, dpi, quality = bind_within(pages, "camera", dpi=DPI, limit_bytes=limit)

    assert len(data) <= limit
    assert (quality, dpi) in {(q, min(DPI, most)) for q, most in STEPS[1:]}
    with read(data) as pdf:
        assert float(pdf.pages[0].mediabox[3]) == pytest.approx(297 * POINTS_PER_MM, abs=0.01)
        inside = picture_on(pdf.pages[3])
    before, after = (
        cv2.resize(decoded(page, "camera"), (400, 566), interpolation=cv2.INTER_AREA) for page in (pages[3], inside)
    )
    assert np.abs(before.astype(int) - after).mean() < 6  # the same page


def test_no_step_is_skipped_that_would_have_fitted(pages):
    sizes = [len(bind_within(pages, "camera", dpi=DPI, limit_bytes=10**9)[0])]
    found = bind_within(pages, "camera", dpi=DPI, limit_bytes=sizes[0] - 1)

    assert found[1:] == (DPI, STEPS[1][0])


def test_what_never_fits_is_said_with_figures(pages):
    with pytest.raises(ScanTooLarge, match=r"camera: 4 pages take \d+ bytes at least; 50000 are allowed"):
        bind_within(pages, "camera", dpi=DPI, limit_bytes=50_000)


def test_the_steps_go_down():
    assert STEPS[0] == (QUALITY, 300)
    assert list(STEPS) == sorted(STEPS, key=lambda step: -step[0] * step[1])
