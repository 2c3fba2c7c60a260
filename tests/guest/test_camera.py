"""The document camera's source of pictures on a real V4L2 node: whole, in the size asked for, and unplugged."""

import sys
from typing import Any

import pytest

from tests.guest.machine import Machine

pytest.importorskip("devices.cameras.sources")
pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]

BARS = 8


@pytest.fixture(scope="module")
def filmed(machine: Machine) -> dict[str, Any]:
    ran = machine.run("python3", "-c", "import sys; print(*sys.version_info[:2])")
    if ran.lines != (" ".join(map(str, sys.version_info[:2])),):
        pytest.skip(f"OpenCV comes from here, and the guest's Python is {ran.lines}")
    return machine.facts("/host/tests/guest/inside/camera.py")


@pytest.mark.parametrize(("width_px", "height_px"), [(1280, 720), (1920, 1080)])
def test_a_cameras_pictures_come_whole_and_in_the_size_asked_for(filmed, width_px, height_px):
    assert filmed[f"shape_{width_px}"] == [height_px, width_px, 3]
    assert filmed[f"bars_{width_px}"] == BARS  # a crop has fewer


def test_a_camera_that_is_pulled_out_is_unavailable(filmed):
    assert "K01.camera" in filmed["unplugged"]
