"""Cameras of every kind that shows the same desk, and camera processes with toy eyes."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import pytest

from devices.cameras.document_camera import Deadlines, DocumentCamera
from devices.cameras.messages import Files, Open, Place, Stream, V4l2
from devices.cameras.process import CameraProcess
from devices.cameras.sim_mjpeg import SimCamera
from tests.devices.cameras.pictures import desk, jpeg

KINDS = ("stream", "picture", "folder", "video")
TOY = (sys.executable, "-P", "-m", "tests.devices.cameras.toy_worker")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of a `place` runs on each kind, and on the camera that `--hardware camera=/dev/...` names."""
    wanted = {"place", "camera_there"} & set(metafunc.fixturenames)
    if wanted:
        given = metafunc.config.getoption("--hardware", default=None) or []
        given = [given] if isinstance(given, str) else given
        real = [one.removeprefix("camera=") for one in given if one.startswith("camera=")]
        scope = "module" if "camera_there" in wanted else "function"
        metafunc.parametrize(wanted.pop(), [*KINDS, *real], indirect=True, scope=scope)


@pytest.fixture
def sim() -> Iterator[SimCamera]:
    shown = jpeg(desk())
    with SimCamera(lambda: shown) as camera:
        yield camera


class Shown:
    """What lies under the simulated camera."""

    def __init__(self) -> None:
        self.jpeg = jpeg(desk())


@pytest.fixture
def shown(sim: SimCamera) -> Shown:
    """Set `jpeg` to lay something else."""
    shown = Shown()
    sim.picture = lambda: shown.jpeg
    return shown


@pytest.fixture
def camera(open_camera: Callable[..., DocumentCamera], sim: SimCamera, shown: Shown) -> DocumentCamera:
    return open_camera(Stream(sim.url))


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the desk is filmed: a name of `KINDS`, or the path of a real camera."""
    if request.param == "stream":
        return Stream(request.getfixturevalue("sim").url)
    return elsewhere(request.param, tmp_path)


def elsewhere(kind: str, folder: Path) -> Place:
    if kind.startswith("/dev/"):
        return V4l2(kind, 2592, 1944, 15)
    return Files(str(_ON_DISK[kind](folder)), fps=60)


def a_picture(folder: Path) -> Path:
    path = folder / "desk.jpg"
    path.write_bytes(jpeg(desk()))
    return path


def a_folder(folder: Path) -> Path:
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(jpeg(desk(seed=number)))
    (folder / "notes.txt").write_text("not a picture")
    return folder


def a_video(folder: Path, fourcc: str = "MJPG") -> Path:
    path = folder / "desk.avi"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), 25, (960, 720))
    for number in range(4):
        video.write(desk(seed=number))
    video.release()
    return path


_ON_DISK = {"picture": a_picture, "folder": a_folder, "video": a_video}


def opened(place: Place, *, command=TOY, pdf_limit_bytes=1 << 22, **deadlines: float) -> DocumentCamera:
    return DocumentCamera(
        Open("camera", place, dpi=100, ocr=False),
        pdf_limit_bytes=pdf_limit_bytes,
        start=partial(CameraProcess, command=command),
        deadlines=Deadlines(**deadlines),
    )


@pytest.fixture
def open_camera() -> Iterator[Callable[..., DocumentCamera]]:
    """Opens cameras whose process has toy eyes, as a worker does after each loss."""
    cameras: list[DocumentCamera] = []

    def open_camera(place: Place, **options: Any) -> DocumentCamera:
        cameras.append(opened(place, **options))
        return cameras[-1]

    yield open_camera
    for camera in cameras:
        camera.close()


@pytest.fixture(scope="module")
def camera_there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentCamera]:
    """A camera of each kind, for tests that leave it as it was."""
    shown = jpeg(desk())
    with SimCamera(lambda: shown) as sim:
        is_stream = request.param == "stream"
        place = Stream(sim.url) if is_stream else elsewhere(request.param, tmp_path_factory.mktemp("camera"))
        camera = opened(place)
        yield camera
        camera.close()
