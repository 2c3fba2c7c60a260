import numpy as np

from devices.cameras.page import NoPage, Page, overlap
from devices.cameras.page_outline import GREEN, PageFollower, draw_outline
from tests.devices.cameras.invented import SIZE, whole


def test_a_page_is_followed_while_it_is_pushed():
    frame, truth = whole("dark_mat")
    follower = PageFollower()

    found = [follower.follow(np.roll(frame, 3 * step, axis=1)) for step in range(8)]

    for step, page in enumerate(found):
        assert isinstance(page, Page)
        assert overlap(page.quad, truth + np.float32([3 * step, 0])) > 0.98


def test_a_page_that_is_taken_away_is_gone_at_once():
    frame, _ = whole("dark_mat")
    follower = PageFollower()
    assert isinstance(follower.follow(frame), Page)

    assert isinstance(follower.follow(np.full_like(frame, 30)), NoPage)


def test_a_page_that_is_laid_down_is_found_within_four_frames():
    frame, _ = whole("dark_mat")
    follower = PageFollower()
    follower.follow(np.full_like(frame, 30))

    assert any(isinstance(follower.follow(frame), Page) for _ in range(4))


def test_a_frame_of_another_size_is_no_reason_to_fail():
    frame, _ = whole("dark_mat")
    follower = PageFollower()
    follower.follow(frame)

    assert isinstance(follower.follow(frame[: SIZE[1] // 4, : SIZE[0] // 4].copy()), Page | NoPage)
    assert isinstance(follower.follow(np.zeros((1, 1, 3), np.uint8)), NoPage)


def test_the_outline_is_drawn_on_a_copy():
    frame, truth = whole("dark_mat")
    kept = frame.copy()

    shown = draw_outline(frame, truth)

    middle = ((truth[0] + truth[1]) / 2).astype(int)
    assert tuple(shown[middle[1], middle[0]]) == GREEN
    assert np.array_equal(frame, kept)
