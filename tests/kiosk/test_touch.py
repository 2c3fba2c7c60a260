"""Fingers, through Kivy's own input path: what is touched is what happens, on screens of every size."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import events as ev
from kiosk.flow.screens import Screen
from kiosk.flow.state import Facts
from kiosk.ui.elements import HEIGHT, WIDTH
from kiosk.ui.scenes import keys, scene
from tests.kiosk.gallery import a_state, sample_plan, surroundings

SIZES = [(1080, 1920), (540, 960), (1080, 700)]


class Finger:
    """A board in a real window, what it sent, and the provider that touches it."""

    def __init__(self, window: Any, fonts: dict[bool, Path], frames: Callable[[int], None]) -> None:
        from kivy.base import EventLoop

        from kiosk.ui.board import Board
        from kiosk.ui.touch_provider import OutsideTouches

        self.sent: list[ev.Event] = []
        self.board = Board(fonts, self.sent.append, size_hint=(None, None), size=(1080, 1920))
        self.window, self.frames = window, frames
        self.touches = OutsideTouches()
        EventLoop.add_input_provider(self.touches)
        window.add_widget(self.board)

    def close(self) -> None:
        from kivy.base import EventLoop

        EventLoop.remove_input_provider(self.touches)
        self.window.remove_widget(self.board)

    def middle_of(self, name: str, shown: Any) -> tuple[float, float]:
        (key,) = (k for k in keys(shown) if k.name == name)
        left, bottom, w, h = self.board.place(key.x, key.y, key.w, key.h)
        return left + w / 2, bottom + h / 2

    def tap(self, x: float, y: float) -> None:
        self.touches.tap(x / self.window.width, y / self.window.height)


@pytest.fixture
def finger(window: Any, fonts: dict[bool, Path], frames: Callable[[int], None]) -> Iterator[Finger]:
    finger = Finger(window, fonts, frames)
    yield finger
    finger.close()


@pytest.fixture
def choice() -> Any:
    return scene(a_state(Screen.CHOOSE_QUEUE, sample_plan()), surroundings("zh_CN"))


@pytest.mark.parametrize("size", SIZES)
def test_a_tap_in_the_middle_of_each_key_sends_that_key_s_event(size: tuple[int, int], finger: Finger, choice: Any):
    finger.board.size = size
    finger.board.show(choice)

    for key in keys(choice):
        finger.tap(*finger.middle_of(key.name, choice))
        finger.frames(3)

    assert finger.sent == [key.event for key in keys(choice)]


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_keeps_its_shape_and_lies_in_the_middle(size: tuple[int, int], finger: Finger):
    finger.board.size = size

    left, bottom, w, h = finger.board.place(0, 0, WIDTH, HEIGHT)

    assert w / h == pytest.approx(WIDTH / HEIGHT)
    assert left + w / 2 == pytest.approx(size[0] / 2)
    assert bottom + h / 2 == pytest.approx(size[1] / 2)
    assert w <= size[0] + 0.01
    assert h <= size[1] + 0.01


def test_a_tap_beside_the_keys_sends_nothing(finger: Finger, choice: Any):
    finger.board.show(choice)

    for x, y in [(5, 5), (540, 1850), (30, 1000)]:
        finger.tap(x, y)
    finger.frames(8)

    assert finger.sent == []


def test_a_finger_that_slides_off_its_key_sends_nothing(finger: Finger, choice: Any):
    finger.board.show(choice)
    x, y = finger.middle_of("queue:A", choice)

    class Point:
        def __init__(self, x: float, y: float) -> None:
            self.x, self.y = x, y

    finger.board.on_touch_down(Point(x, y))
    finger.board.on_touch_up(Point(x, y - 180))  # on the next key

    assert finger.sent == []


def test_a_screen_that_changes_under_the_finger_sends_nothing(finger: Finger, choice: Any):
    finger.board.show(choice)
    x, y = finger.middle_of("queue:A", choice)
    finger.tap(x, y)
    finger.frames(1)  # down

    finger.board.show(scene(a_state(Screen.CHOOSE_MATTER, sample_plan()), surroundings("zh_CN")))
    finger.frames(3)  # up

    assert finger.sent == []


def test_news_that_leave_the_key_where_it_is_do_not_lose_the_touch(finger: Finger, choice: Any):
    finger.board.show(choice)
    finger.tap(*finger.middle_of("queue:B", choice))
    finger.frames(1)  # down

    state = a_state(Screen.CHOOSE_QUEUE, sample_plan(), facts=Facts(server_answers=True))
    finger.board.show(scene(state, surroundings("zh_CN")))
    finger.frames(3)  # up

    assert finger.sent == [ev.QueueChosen("B")]


def test_a_pressed_key_looks_pressed(finger: Finger, choice: Any):
    finger.board.show(choice)
    finger.frames(1)
    before = finger.board.export_as_image().texture.pixels
    finger.tap(*finger.middle_of("queue:B", choice))
    finger.frames(1)

    during = finger.board.export_as_image().texture.pixels
    finger.frames(2)
    after = finger.board.export_as_image().texture.pixels

    assert during != before
    assert after == before
    assert finger.sent == [ev.QueueChosen("B")]
