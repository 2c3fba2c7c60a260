"""The page is looked for beside the preview: every picture is shown, the outline is the one found last."""

import threading
import time

import numpy as np
import pytest

from devices.cameras import page_watch
from devices.cameras.frames import PlainFrame
from devices.cameras.newest import NewestFrame
from devices.cameras.page_watch import PageWatch
from tests.devices.cameras.pictures import PAGE, SIZE, desk
from tests.devices.cameras.toy_vision import ToyVision
from tests.waiting import until


class Table:
    """A source that shows what lies on it: set `picture`."""

    def __init__(self):
        self.picture = desk()

    def read(self):
        time.sleep(0.005)
        return PlainFrame(self.picture)

    def close(self):
        pass


class Watched:
    """Eyes that count their looks, and take as long as they are told."""

    def __init__(self):
        self.looks, self.go_on = 0, threading.Event()
        self.go_on.set()

    def find(self, picture, *, is_card):
        self.looks += 1
        self.for_card = is_card
        self.go_on.wait(20)
        return ToyVision().find(picture, is_card=is_card)


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def newest(table):
    newest = NewestFrame(table, "camera")
    yield newest
    newest.close()


@pytest.fixture
def eyes():
    eyes = Watched()
    yield eyes
    eyes.go_on.set()


@pytest.fixture
def watch(newest, eyes):
    watch = PageWatch(newest, eyes)
    yield watch
    watch.rest()


def test_the_first_answer_waits_for_a_look_and_is_in_shares_of_the_picture(watch):
    quad, why_not = watch.sighting(is_card=False)

    assert why_not is None
    assert quad[0] * SIZE == pytest.approx(PAGE[:2], abs=3)
    assert quad[2] * SIZE == pytest.approx(PAGE[2:], abs=3)


def test_what_is_seen_follows_what_lies_there(watch, table):
    watch.sighting(is_card=False)
    table.picture = desk(page=False)

    until(lambda: watch.sighting(is_card=False).why_not == "no_page")
    assert watch.sighting(is_card=False).quad is None

    table.picture = desk()
    until(lambda: watch.sighting(is_card=False).why_not is None)


def test_a_card_is_looked_for_as_soon_as_it_is_asked_for(watch, eyes):
    watch.sighting(is_card=False)
    assert not eyes.for_card

    watch.sighting(is_card=True)

    assert eyes.for_card


def test_a_look_that_takes_long_holds_nobody_up(watch, eyes):
    before = watch.sighting(is_card=False)
    eyes.go_on.clear()
    until(lambda: eyes.looks > 1)
    began = time.monotonic()

    answers = [watch.sighting(is_card=False) for _ in range(100)]

    assert time.monotonic() - began < 1
    assert all(np.array_equal(answer.quad, before.quad) for answer in answers)


def test_nobody_looks_while_nobody_asks(watch, eyes):
    watch.sighting(is_card=False)
    watch.rest()
    until(lambda: watch._thread is None)
    looks = eyes.looks

    assert watch.sighting(is_card=False).why_not is None  # looks anew
    assert eyes.looks > looks


def test_a_defect_is_told_once_and_looking_begins_anew(watch, table):
    table.picture = desk(corner=(0, 255, 0))
    with pytest.raises(RuntimeError, match="a defect"):
        watch.sighting(is_card=False)

    table.picture = desk()
    until(lambda: _sees(watch))


def _sees(watch):
    try:
        return watch.sighting(is_card=False).why_not is None
    except RuntimeError:
        return False


def test_looking_is_given_up_where_there_is_no_preview_for_a_while(watch):
    watch.sighting(is_card=False)

    until(lambda: watch._thread is None, within_s=5 * page_watch.STOPS_AFTER_S)
