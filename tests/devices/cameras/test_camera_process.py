"""A camera behind a process of its own: whatever happens to it, the kiosk goes on and the next shot works."""

import contextlib
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from devices.cameras import messages as m
from devices.cameras.document_camera import Scan, Shot
from devices.cameras.process import CameraProcess
from devices.errors import DeviceUnavailable, ProtocolError
from devices.supervisor import DeviceWorker
from tests.devices.cameras import toy_vision
from tests.devices.cameras.pictures import claiming, desk, jpeg
from tests.devices.fuzzing import mutated
from tests.waiting import until

ANSWERS = """
import socket, sys, time
kiosk = socket.socket(fileno=int(sys.argv[-2]))
kiosk.recv(65536)
{then}
time.sleep(60)
"""


def program(then):
    """A camera process that lost its mind."""
    return (sys.executable, "-P", "-c", ANSWERS.format(then=then))


class Kiosk:
    """A device worker with the camera, as the kiosk has it."""

    def __init__(self, open_device):
        self.told = []
        self.worker = DeviceWorker("K01.camera", "camera", open_device, lambda h: self.told.append(h.status))
        self.worker.start()

    def ask(self, job, within_s=30):
        return self.worker.submit(job, deadline_s=within_s).result(within_s + 10)

    def shoot_on(self, count=100):
        for _ in range(count):
            self.ask(lambda camera: camera.shoot())


def shoot_on(camera, count=100):
    for _ in range(count):
        camera.shoot()


@pytest.fixture
def kiosk(open_camera, sim, shown):
    kiosk = Kiosk(lambda: open_camera(m.Stream(sim.url)))
    yield kiosk
    kiosk.worker.close()


@pytest.fixture
def hurried(open_camera, sim, shown):
    kiosk = Kiosk(lambda: open_camera(m.Stream(sim.url), preview_s=0.6))
    yield kiosk
    kiosk.worker.close()


def test_a_kill_in_mid_shot_is_an_absence_and_the_next_shot_works(kiosk, shown):
    kiosk.ask(lambda camera: camera.shoot())
    pid = kiosk.ask(lambda camera: camera.pid)
    shown.jpeg = jpeg(desk(corner=toy_vision.HANGS))  # so that the kill comes within the shot
    killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
    killer.start()

    with pytest.raises(DeviceUnavailable, match="SIGKILL"):
        kiosk.ask(lambda camera: camera.shoot())

    shown.jpeg = jpeg(desk())
    assert isinstance(kiosk.ask(lambda camera: camera.shoot()), Shot)
    until(lambda: kiosk.told[-1] == "ok")
    assert kiosk.told == ["ok", "offline", "ok"]
    assert kiosk.ask(lambda camera: camera.pid) != pid


def test_a_picture_that_crashes_the_decoder_takes_the_process_only(kiosk, shown):
    shown.jpeg = jpeg(desk(corner=toy_vision.CRASHES))
    with pytest.raises(DeviceUnavailable, match="SIGSEGV"):
        kiosk.ask(lambda camera: camera.shoot())

    shown.jpeg = jpeg(desk())
    assert isinstance(kiosk.ask(lambda camera: camera.shoot()), Shot)


def test_a_process_that_hangs_is_given_up_in_time_and_replaced(hurried):
    pid = hurried.ask(lambda camera: camera.pid)
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable, match="no answer within"):
        hurried.ask(lambda camera: camera.preview())

    assert time.monotonic() - began < 3
    assert not Path(f"/proc/{pid}").exists()
    assert isinstance(hurried.ask(lambda camera: camera.shoot()), Shot)


@pytest.mark.parametrize("failing", [toy_vision.RAISES, toy_vision.EATS], ids=["defect", "memory"])
def test_a_defect_or_an_allocation_that_fails_is_told_and_the_next_shot_works(kiosk, shown, failing):
    shown.jpeg = jpeg(desk(corner=failing))
    with pytest.raises(ProtocolError, match="in an unexpected way"):
        kiosk.ask(lambda camera: camera.shoot())

    shown.jpeg = jpeg(desk())
    assert isinstance(kiosk.ask(lambda camera: camera.shoot()), Shot)


@pytest.mark.parametrize(
    "data", [claiming(65535, 65535), b"nonsense" * 100, jpeg(desk())[:5000]], ids=["bomb", "nonsense", "half"]
)
def test_pictures_that_are_none_are_a_protocol_error_and_the_next_shot_works(kiosk, shown, data):
    kiosk.ask(lambda camera: camera.shoot())
    shown.jpeg = data
    with pytest.raises(ProtocolError):
        kiosk.shoot_on()

    shown.jpeg = jpeg(desk())
    until(lambda: _shot_or_none(kiosk), within_s=30)


def _shot_or_none(kiosk):
    try:
        return kiosk.ask(lambda camera: camera.shoot())
    except (DeviceUnavailable, ProtocolError):
        return None


def test_ctrl_c_in_the_kiosks_terminal_is_not_for_the_camera(camera):
    os.kill(camera.pid, signal.SIGINT)

    assert isinstance(camera.shoot(), Shot)


def test_shots_outlive_the_process_that_took_them(kiosk, shown):
    shots = [kiosk.ask(lambda camera: camera.shoot()) for _ in range(2)]
    os.kill(kiosk.ask(lambda camera: camera.pid), signal.SIGKILL)
    with pytest.raises(DeviceUnavailable):
        kiosk.ask(lambda camera: camera.shoot())

    assert isinstance(kiosk.ask(lambda camera: camera.make_pdf(shots)), Scan)


def test_an_unplugged_camera_is_offline_and_back_when_it_is(kiosk, sim):
    kiosk.ask(lambda camera: camera.shoot())
    sim.unplug()
    with pytest.raises(DeviceUnavailable):
        kiosk.shoot_on()

    sim.plug()
    until(lambda: _shot_or_none(kiosk), within_s=30)


def test_a_silent_camera_is_an_absence(camera, sim):
    sim.silent = True

    with pytest.raises(DeviceUnavailable):
        shoot_on(camera)


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ("kiosk.sendall(b'\\xff' * 4000)", ProtocolError),
        ("kiosk.sendall(b'\\0\\0\\0\\1\\0\\0\\0\\0x')", ProtocolError),
        ("kiosk.sendall(b'\\0\\0\\0\\x05\\0\\0\\0\\0ab'); kiosk.close(); sys.exit(3)", DeviceUnavailable),
        ("sys.exit(7)", DeviceUnavailable),
    ],
    ids=["nonsense", "no-message", "half-a-frame", "ends"],
)
def test_a_process_that_talks_nonsense_or_ends_is_told_apart(open_camera, then, error):
    with pytest.raises(error, match=r"nonsense|ended with code"):
        open_camera(m.Stream("http://127.0.0.1:9/"), command=program(then))


def test_a_process_that_never_opens_is_given_up(open_camera):
    with pytest.raises(DeviceUnavailable, match="no answer within"):
        open_camera(m.Stream("http://127.0.0.1:9/"), command=program("pass"), open_s=0.4)


def test_a_process_that_does_not_listen_is_given_up():
    """Ten pages are more than a socket holds: the sender would wait for ever."""
    process = CameraProcess("camera", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(DeviceUnavailable, match="does not listen"):
        process.send(m.Bind(((1,),), 1), bytes(8 << 20), deadline_s=0.3)


def test_a_program_that_is_not_there_is_an_absence():
    with pytest.raises(DeviceUnavailable, match="cannot be started"):
        CameraProcess("camera", ("/nowhere/python",))


def test_the_wrong_answer_is_nonsense(open_camera):
    said = "from devices.cameras import messages as m; from devices.cameras.framing import frame; "
    with pytest.raises(ProtocolError, match="Fine is no Opened"):
        open_camera(m.Stream("http://x/"), command=program(said + "kiosk.sendall(frame(m.encode(m.Fine())))"))


def test_an_absent_camera_is_told_by_the_process_and_the_process_ends(open_camera):
    with pytest.raises(DeviceUnavailable, match="no pictures from"):
        open_camera(m.Stream("http://127.0.0.1:9/video"))


def test_thousands_of_damaged_pictures_are_answered_for_one_by_one(camera, full):
    """Each is decoded in the process; afterwards the same process still shoots a whole page."""
    rng, whole = random.Random(1), jpeg(desk(size=(160, 120)), quality=60)
    good, pid = a_side(whole), camera.pid
    answers = {"taken": 0, "refused": 0}

    for _ in range(20_000 if full else 2_000):
        try:
            camera.make_pdf([(a_side(mutated(rng, [whole])), good)])
            answers["taken"] += 1
        except ProtocolError:
            answers["refused"] += 1

    assert min(answers.values()) > 200, answers
    assert isinstance(camera.shoot(), Shot)
    assert camera.pid == pid


def a_side(data):
    return Shot(160, 120, 0, 0, 1.0, 0.0, False, False, None, jpeg=bytearray(data), thumb=bytearray())


def test_a_stream_of_damaged_pictures_is_survived_and_the_next_whole_one_is_shown(camera, sim, shown):
    rng, whole = random.Random(2), shown.jpeg
    sim.fps, seen = 200, 0
    for _ in range(12):
        shown.jpeg = mutated(rng, [whole])
        with contextlib.suppress(ProtocolError):
            seen = camera.preview(after=seen, width_px=320).number

    shown.jpeg = whole
    until(lambda: _page_seen(camera))


def _page_seen(camera):
    try:
        return camera.preview().why_not is None
    except ProtocolError:
        return False
