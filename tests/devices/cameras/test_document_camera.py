"""A document camera as the kiosk uses it: the same on every kind of camera, and as a person sees it."""

from itertools import pairwise
from pathlib import Path

import pytest

from devices.cameras import messages as m
from devices.cameras.document_camera import Retake, Shot
from devices.errors import DeviceUnavailable, ScanTooLarge
from tests.devices.cameras.pictures import desk, jpeg
from tests.waiting import until

# ---- the contract, on every kind of camera --------------------------------------------------------------------------


def test_a_page_is_shot_upright_at_the_dpi_of_the_site_file(camera_there):
    assert camera_there.check() is None

    shot = camera_there.shoot()

    assert isinstance(shot, Shot)
    assert (shot.width_px, shot.height_px) == (827, 1169)  # A4 at 100 dpi
    assert (shot.jpeg[:2], shot.is_blank, shot.suggestion) == (b"\xff\xd8", False, None)


def test_a_shot_has_a_thumbnail_that_a_screen_shows_as_it_is(camera_there):
    shot = camera_there.shoot()

    assert (shot.thumb_width_px, len(shot.thumb)) == (480, 480 * shot.thumb_height_px * 3)
    assert sum(shot.thumb) / len(shot.thumb) > 128  # a white page


def test_a_shot_can_be_turned_and_the_first_one_stays(camera_there):
    shot = camera_there.shoot()

    turned = camera_there.turn(shot, 90)
    back = camera_there.turn(turned, 270)

    assert (turned.width_px, turned.height_px, turned.head_known) == (shot.height_px, shot.width_px, True)
    assert (back.width_px, back.thumb_height_px) == (shot.width_px, shot.thumb_height_px)
    assert max(abs(a - b) for a, b in zip(shot.thumb[::997], back.thumb[::997], strict=True)) < 60
    assert shot.jpeg[:2] == turned.jpeg[:2] == b"\xff\xd8"


def test_previews_are_small_new_and_say_what_they_see(camera_there):
    first = camera_there.preview(width_px=480)
    second = camera_there.preview(after=first.number, width_px=480)

    assert (first.width_px, first.why_not, len(first.rgb)) == (480, None, 480 * first.height_px * 3)
    assert second.number > first.number


def test_pages_become_one_pdf(camera_there):
    shots = [camera_there.shoot() for _ in range(3)]

    scan = camera_there.make_pdf(shots)

    assert (scan.pages, scan.pdf[:5]) == (3, b"%PDF-")


def test_closing_twice_is_harmless_and_ends_the_process(camera):
    camera.close()
    camera.close()

    assert not Path(f"/proc/{camera.pid}").exists()
    with pytest.raises(DeviceUnavailable):
        camera.shoot()


# ---- what a person sees ---------------------------------------------------------------------------------------------


def test_the_outline_is_drawn_around_the_page(camera):
    picture = camera.preview(width_px=960)

    at = (272 * picture.width_px + 330) * 3  # half way down the page's left edge
    red, green, blue = picture.rgb[at : at + 3]
    assert green > red + 60
    assert green > blue + 60


def test_an_empty_desk_is_a_retake_and_no_fault(camera, shown):
    shown.jpeg = jpeg(desk(page=False))
    until(lambda: camera.preview().why_not == "no_page")

    assert camera.shoot() == Retake("no_page")
    assert camera.check() is None


def test_a_page_without_writing_is_taken_and_flagged(camera, shown):
    shown.jpeg = jpeg(desk(blank=True))
    camera.preview(after=camera.preview().number + 5)

    assert camera.shoot().is_blank


def test_a_shot_shows_the_page_that_lies_there_now(camera, shown):
    camera.shoot()
    shown.jpeg = jpeg(desk(page=False))
    camera.preview(after=camera.preview().number + 3)  # what was on the line has passed

    assert camera.shoot() == Retake("no_page")


def test_both_sides_of_a_card_become_one_page(camera):
    front, back = camera.shoot(is_card=True), camera.shoot(is_card=True)
    assert (front.width_px, front.height_px) == (337, 213)

    scan = camera.make_pdf([(front, back), camera.shoot()])

    assert (scan.pages, scan.pdf.count(b"/Type /Page\n")) == (2, 2)


def test_a_slow_viewer_gets_the_newest_picture_and_none_that_waited(camera, sim):
    numbers = [camera.preview().number]
    for _ in range(3):
        sent = sim.sent
        until(lambda sent=sent: sim.sent > sent + 10)
        numbers.append(camera.preview(after=numbers[-1]).number)

    assert all(later - earlier > 8 for earlier, later in pairwise(numbers))


def test_a_scan_that_cannot_fit_is_refused_and_its_shots_are_kept(open_camera, sim, shown):
    camera = open_camera(m.Stream(sim.url), pdf_limit_bytes=10_000)
    shot = camera.shoot()

    with pytest.raises(ScanTooLarge, match="10000 are allowed"):
        camera.make_pdf([shot] * 4)

    assert shot.jpeg[:2] == b"\xff\xd8"
    assert camera.check() is None
