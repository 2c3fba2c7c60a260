"""How long a scan of ten pages takes until it is one PDF, and how many previews a second the kiosk gets.

Frames come from the simulated camera as JPEGs in memory, as a USB camera hands them over: decoding is measured, the
line is not. A scan is measured twice: by the clock, and by the time it took of processors.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from commands.bench.rows import Row, at_least, at_most, noted
from commands.bench.scale import FULL, Scale
from devices.cameras.document_camera import DocumentCamera
from devices.cameras.frames import JpegFrame
from devices.cameras.messages import Open, Stream
from devices.cameras.pdf import bind_within, jpeg
from devices.cameras.scanning import PageVision
from devices.cameras.sim_desk import SimDesk, made_up
from devices.cameras.sim_mjpeg import SimCamera

PAGES, DPI, LIMIT_BYTES = 10, 200, 4 << 20
TWELVE_MP, FULL_HD = (4000, 3000), (1920, 1080)
GOAL_S, GOAL_FPS = 5.0, 20.0


class NoPages(Exception):
    """The camera filmed pages and none was found: the figures would mean nothing."""


def bench(scale: Scale) -> list[Row]:
    """A scan of 12-megapixel frames, and the preview of a 1080p stream through the camera process."""
    is_full = scale.seconds >= FULL.seconds
    pages = PAGES if is_full else 1
    frames = list(_frames(pages, TWELVE_MP if is_full else FULL_HD))
    took_s, busy_s, size = _scan(frames)
    fps, cpu = _previews(scale.seconds)
    return [
        at_most(f"scan of {PAGES} pages, 12 MP JPEG frames to PDF", took_s * PAGES / pages, "s", GOAL_S),
        noted(f"scan of {PAGES} pages, processor time", busy_s * PAGES / pages, "s"),
        noted(f"scan of {PAGES} pages, size of the PDF", size * PAGES / pages / 1024, "KB"),
        at_least("preview with outline, 1080p, through the process", fps, "/s", GOAL_FPS),
        noted("preview, processor time of the camera process", cpu * 100, "%"),
    ]


def _frames(count: int, size: tuple[int, int]) -> Iterator[bytes]:
    desk = SimDesk(made_up(count), size=size)
    for number in range(count):
        desk.change(page=number)
        yield desk.picture()


def _scan(frames: list[bytes]) -> tuple[float, float, int]:
    """Wall time, processor time, and size of the file: decode, find, straighten, judge, encode, bind."""
    vision = PageVision()
    _page(vision, frames[0])  # libraries get ready at the first picture
    began, busy = time.perf_counter(), time.process_time()
    pages = [_page(vision, frame) for frame in frames]
    pdf, _dpi, _quality = bind_within(pages, "bench", dpi=DPI, limit_bytes=LIMIT_BYTES)
    return time.perf_counter() - began, time.process_time() - busy, len(pdf)


def _page(vision: PageVision, data: bytes) -> bytes:
    picture = JpegFrame(data, "bench").pixels()
    quad, why_not = vision.find(picture, is_card=False)
    if quad is None:
        raise NoPages(why_not)
    page = vision.straighten(picture, quad, DPI, is_card=False).page
    vision.judge(picture, quad, page)
    return jpeg(page)


@contextmanager
def _camera(picture: Callable[[], bytes]) -> Iterator[DocumentCamera]:
    with SimCamera(picture, fps=60) as sim:
        camera = DocumentCamera(Open("bench", Stream(sim.url), DPI, ocr=False), pdf_limit_bytes=LIMIT_BYTES)
        try:
            yield camera
        finally:
            camera.close()


def _previews(seconds: float) -> tuple[float, float]:
    """Pictures a second as the kiosk gets them, and the camera process's share of one processor."""
    with _camera(SimDesk(made_up(1), size=FULL_HD).picture) as camera:
        shown = camera.preview()  # waits for the first outline
        if shown.why_not is not None:
            raise NoPages(shown.why_not)
        count, began, busy = 0, time.perf_counter(), _busy_s(camera.pid)
        while (took_s := time.perf_counter() - began) < seconds:
            shown = camera.preview(after=shown.number)
            count += 1
        return count / took_s, (_busy_s(camera.pid) - busy) / took_s


def _busy_s(pid: int) -> float:
    """Processor time of a process so far, all its threads. Source: proc(5), utime and stime of /proc/pid/stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
