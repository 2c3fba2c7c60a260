"""From a site file's table to a camera: what may be written, and what is plainly absent."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from devices.cameras.messages import Files, Stream, V4l2
from devices.errors import DeviceUnavailable
from devices.opening import cameras
from devices.opening.cameras import open_camera
from settings.devices.cameras import Camera
from settings.devices.kiosks import KioskTable

read = TypeAdapter(Camera).validate_python
USB = {"kind": "v4l2", "path": "/dev/v4l/by-path/pci-0000:00:14.0-usb-0:2:1.0-video-index0"}


def test_a_usb_camera_is_five_megapixels_and_a4_at_200_dpi_unless_said_otherwise():
    table = read(USB)

    assert (table.width_px, table.height_px, table.fps, table.dpi, table.ocr) == (2592, 1944, 15, 200, False)


@pytest.mark.parametrize(
    "table",
    [
        {"kind": "v4l2", "path": "video0"},
        {**USB, "width_px": 10},
        {**USB, "dpi": 600},
        {**USB, "pdf_limit_kb": 1},
        {"kind": "stream", "url": "file:///etc/passwd"},
        {"kind": "stream", "url": "http://clerk:secret@camera/video"},
        {"kind": "stream", "url": "concat:a|b"},
        {"kind": "file"},
        {"kind": "twain"},
    ],
    ids=json.dumps,
)
def test_what_makes_no_sense_is_refused(table):
    with pytest.raises(ValidationError):
        read(table)


def test_a_kiosk_may_have_a_camera():
    kiosk = KioskTable.model_validate({"kiosk_id": "K01", "zone": "A", "camera": USB})

    assert kiosk.camera == read(USB)
    assert KioskTable(kiosk_id="K02", zone="A").camera is None


def test_a_password_goes_into_the_address_and_nowhere_else():
    table = read({"kind": "stream", "url": "rtsp://10.0.0.9:554/main", "username": "clerk", "password": "p@ss/word"})

    assert cameras._place(table) == Stream("rtsp://clerk:p%40ss%2Fword@10.0.0.9:554/main")
    assert "p@ss" not in repr(table) + table.model_dump_json()


def test_each_table_has_its_place():
    assert cameras._place(read(USB)) == V4l2(USB["path"], 2592, 1944, 15)
    assert cameras._place(read({"kind": "file", "path": "/srv/pages"})) == Files("/srv/pages", 25)


@pytest.mark.parametrize(
    ("table", "cause"),
    [
        (USB, "nothing is plugged in at /dev/v4l"),
        ({"kind": "file", "path": "/nowhere.avi"}, "there is no file /nowhere.avi"),
        (
            {"kind": "stream", "url": "http://127.0.0.1:9/", "username": "a", "password": "b"},
            "cannot connect to 127.0.0.1:9",
        ),
    ],
)
def test_what_is_plainly_absent_is_told_without_starting_a_process(table, cause):
    before = children()

    with pytest.raises(DeviceUnavailable, match=cause) as told:
        open_camera(read(table), "K01.camera")

    assert told.value.name == "K01.camera"
    assert children() == before


def children():
    return "".join(task.read_text() for task in Path("/proc/self/task").glob("*/children"))
