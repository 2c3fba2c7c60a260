"""Of a visitor's papers nothing is left in memory, on disk or in a log; processes and streams do not pile up."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devices.cameras import messages as m
from devices.cameras.document_camera import Shot
from devices.cameras.newest import NewestFrame
from devices.cameras.process import CameraProcess
from devices.cameras.sources import open_source
from devices.errors import DeviceUnavailable
from tests.devices.cameras import toy_vision
from tests.devices.cameras.conftest import TOY
from tests.devices.cameras.pictures import desk, jpeg
from tests.waiting import until


def test_forgetting_overwrites_what_was_shot_and_replaces_the_process(camera):
    shot, seen = camera.shoot(), camera.preview()
    scan, pid = camera.make_pdf([shot]), camera.pid

    camera.forget()

    assert not any(shot.jpeg + shot.thumb)
    assert not any(scan.pdf)
    assert not any(seen.rgb)
    assert not Path(f"/proc/{pid}").exists()
    assert isinstance(camera.shoot(), Shot)  # by the new one


def test_shots_that_outlived_their_camera_are_wiped_by_who_holds_them(camera):
    shot = camera.shoot()
    camera.close()
    assert shot.jpeg[:2] == b"\xff\xd8"

    shot.wipe()

    assert not any(shot.jpeg + shot.thumb)


def test_nothing_that_was_shot_is_shown_in_a_log_line(camera):
    shot = camera.shoot()

    for thing in (shot, camera.preview(), camera.make_pdf([shot])):
        assert len(repr(thing)) < 200
        assert "bytearray" not in repr(thing)


def test_a_crash_leaves_no_core(camera):
    limits = Path(f"/proc/{camera.pid}/limits").read_text()

    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]


def test_nothing_is_written_to_a_disk(camera):
    """The only files that the process has open for writing are those that the kiosk has too: its log."""
    camera.make_pdf([camera.shoot(), (camera.shoot(is_card=True), camera.shoot(is_card=True))])

    assert files_written_by(camera.pid) <= files_written_by("self")


def files_written_by(pid):
    found = set()
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed while we look, as the folder itself
            path = os.readlink(f"/proc/{pid}/fd/{info.name}")  # noqa: PTH115 (a socket's is no path)
            flags = int(info.read_text().split("flags:")[1].split()[0], 8)
            if flags & os.O_ACCMODE and path.startswith("/") and not path.startswith("/dev/"):
                found.add(path)
    return found


def test_the_process_ends_with_the_kiosk_even_while_it_hangs(sim, shown, tmp_path):
    shown.jpeg = jpeg(desk(corner=toy_vision.HANGS))
    script = (
        "import sys, threading, functools\n"
        "from devices.cameras.document_camera import DocumentCamera\n"
        "from devices.cameras.process import CameraProcess\n"
        "from devices.cameras.messages import Open, Stream\n"
        f"start = functools.partial(CameraProcess, command={TOY!r})\n"
        f"camera = DocumentCamera(Open('c', Stream({sim.url!r}), 100, False), pdf_limit_bytes=1, start=start)\n"
        "print(camera.pid, flush=True)\n"
        "print('shooting', flush=True)\n"
        "camera.shoot()\n"
    )
    kiosk = subprocess.Popen([sys.executable, "-P", "-c", script], stdout=subprocess.PIPE, text=True)
    assert kiosk.stdout is not None
    pid = int(kiosk.stdout.readline())
    assert kiosk.stdout.readline() == "shooting\n"

    kiosk.kill()
    kiosk.communicate()

    until(lambda: _is_over(pid))


def _is_over(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_opencv_is_never_imported_into_the_kiosk(sim):
    script = (
        "import sys\n"
        "from devices.opening.cameras import open_camera\n"
        "from settings.devices.cameras import StreamCamera\n"
        "print(sorted({'cv2', 'numpy', 'PIL', 'img2pdf'} & set(sys.modules)))\n"
    )

    said = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


def test_libraries_say_nothing_on_the_kiosks_standard_error(sim, tmp_path):
    """FFmpeg and libjpeg would write a line for every damaged picture."""
    half = tmp_path / "half.jpg"
    data = bytearray(jpeg(desk()))
    data[12000:13000] = bytes(1000)  # whole by its ends, damaged within
    half.write_bytes(data)
    script = (
        "import functools\n"
        "from devices.cameras.document_camera import DocumentCamera\n"
        "from devices.cameras.process import CameraProcess\n"
        "from devices.cameras.messages import Open, Files\n"
        f"start = functools.partial(CameraProcess, command={TOY!r})\n"
        f"camera = DocumentCamera(Open('c', Files({str(half)!r}, 25), 100, False), pdf_limit_bytes=1, start=start)\n"
        "print(type(camera.shoot()).__name__)\n"
        "camera.close()\n"
    )

    said = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)

    assert (said.stdout, said.stderr) == ("Shot\n", "")


def test_hundreds_of_processes_that_end_leave_no_file_open_and_no_zombie(full):
    before = open_files(), children()

    for _ in range(10_000 if full else 300):
        process = CameraProcess("camera", ("true",))
        with pytest.raises(DeviceUnavailable, match="ended with code 0"):
            process.receive(deadline_s=10)

    assert (open_files(), children()) == before


def test_a_camera_that_is_pulled_and_plugged_again_and_again_leaves_nothing_behind(sim, shown):
    look_once(sim)
    before = open_files(), threading.active_count()

    for _ in range(60):
        look_once(sim)
        sim.unplug()
        sim.plug()

    until(lambda: open_files() <= before[0] and threading.active_count() <= before[1])


def look_once(sim):
    source = open_source(m.Stream(sim.url), "camera")
    newest = NewestFrame(source, "camera")
    newest.after(0, timeout_s=5)
    newest.close()


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def children():
    return "".join(task.read_text() for task in Path("/proc/self/task").glob("*/children"))
