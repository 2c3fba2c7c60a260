"""What the camera process answers, asked without a process: which picture is taken, and how often it tries."""

import queue

import pytest

from devices.cameras import messages as m
from devices.cameras.frames import PlainFrame
from devices.cameras.newest import NewestFrame
from devices.cameras.service import TRIES, CameraService
from devices.cameras.vision import Judgement
from devices.errors import DeviceUnavailable, OcrMissing, ProtocolError
from tests.devices.cameras.pictures import desk
from tests.devices.cameras.toy_vision import ToyVision
from tests.waiting import until

OPENED = m.Open("camera", m.Files("desk.jpg", 25), dpi=100, ocr=False)
NOTHING = bytearray()


class Stepped:
    """A source that delivers what is put in, and waits for it."""

    def __init__(self):
        self.pictures = queue.Queue()

    def read(self):
        picture = self.pictures.get(timeout=10)
        if picture is None:
            raise DeviceUnavailable("camera", "gone")
        return PlainFrame(picture)

    def close(self):
        pass


class Choosy(ToyVision):
    """Eyes that find fault with the first shots."""

    def __init__(self, *faults):
        self.faults = list(faults)

    def judge(self, picture, quad, page):
        return Judgement(1.0, 0.0, False, self.faults.pop(0) if self.faults else None)


@pytest.fixture
def source():
    return Stepped()


@pytest.fixture
def newest(source):
    newest = NewestFrame(source, "camera")
    yield newest
    source.pictures.put(None)
    newest.close()


def serve(newest, vision=None, suggest=None):
    return CameraService(newest, vision or ToyVision(), OPENED, suggest)


def test_a_shot_takes_a_picture_from_after_it_was_asked_for(source, newest):
    source.pictures.put(desk())
    until(lambda: newest.number == 1)
    for _ in range(TRIES):
        source.pictures.put(desk(page=False))  # the page was taken away, and the camera's next pictures show it
    service = serve(newest)
    until(lambda: newest.number == 1 + TRIES)
    source.pictures.put(desk())

    told, payload = service.answer(m.Shoot(is_card=False), NOTHING)

    assert isinstance(told, m.Taken)
    assert newest.number == 2 + TRIES
    assert payload.endswith(b"\xff\xd9")


def test_a_shot_waits_for_a_picture_and_never_takes_the_one_before(source, newest):
    source.pictures.put(desk())
    until(lambda: newest.number == 1)

    with pytest.raises(DeviceUnavailable, match="no picture within"):
        serve(newest).answer(m.Shoot(is_card=False), NOTHING)


class Delivering:
    """A camera that delivers one picture after the other, each when it is waited for."""

    number = 0

    def after(self, number, timeout_s):
        self.number += 1
        return self.number, PlainFrame(desk())


def shot_with(vision, suggest=None):
    return serve(Delivering(), vision, suggest).answer(m.Shoot(is_card=False), NOTHING)[0]


def test_a_fault_that_passes_is_not_told():
    assert isinstance(shot_with(Choosy("glare", "blurred")), m.Taken)


def test_a_fault_that_stays_is_told_as_it_was_last():
    assert shot_with(Choosy("glare", "glare", "blurred")) == m.NotTaken("blurred")


def a_licence(_page):
    return "business_licence"


def test_what_the_words_speak_for_is_suggested():
    assert shot_with(Choosy(), a_licence).suggestion == "business_licence"


def test_an_engine_that_does_not_work_costs_a_warning_and_not_the_shot():
    def broken(_page):
        raise OcrMissing("camera", "it failed")

    service = serve(Delivering(), suggest=broken)
    taken, _payload = service.answer(m.Shoot(is_card=False), NOTHING)

    assert taken.suggestion is None
    assert service.answer(m.Check(), NOTHING)[0] == m.Fine("ocr_missing")


def test_a_blank_page_is_not_read():
    class Blank(ToyVision):
        def judge(self, picture, quad, page):
            return Judgement(1.0, 0.0, is_blank=True)

    assert shot_with(Blank(), a_licence).suggestion is None


def test_pictures_that_are_none_cannot_be_bound(newest):
    with pytest.raises(ProtocolError, match="not a picture"):
        serve(newest).answer(m.Bind(((4, 4),), 1 << 20), bytearray(b"nonsense"))
