"""Where pictures come from: a USB camera, a stream, a file, all read alike. Ignorant of what is on the pictures.

OpenCV hands MJPEG over undecoded (`CAP_PROP_FORMAT` -1 with FFmpeg, `CAP_PROP_CONVERT_RGB` 0 with V4L2), so whether a
picture is whole can be told, and one that nobody looks at is not decoded.
"""

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, cast

import cv2
import numpy as np

from devices.cameras.frames import Frame, JpegFrame, Pixels, PlainFrame, decoded
from devices.cameras.jpeg import START
from devices.cameras.messages import Files, Place, Stream, V4l2
from devices.errors import DeviceUnavailable

OPEN_TIMEOUT_MS = 4000
READ_TIMEOUT_MS = 2000
MJPG = cv2.VideoWriter.fourcc(*"MJPG")
PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}
BUFFERS = 2  # of the V4L2 driver: each one more is a picture that is older


class FrameSource(Protocol):
    """Delivers one picture after the other."""

    def read(self) -> Frame:
        """The next picture; waits for it for at most `READ_TIMEOUT_MS`.

        Raises:
            DeviceUnavailable: no picture came, and none will: open it anew.
            ProtocolError: what came is no picture; the next one may be.
        """
        ...

    def close(self) -> None:
        """Give the camera back; closing twice is harmless."""
        ...


def open_source(place: Place, name: str) -> FrameSource:
    """Open what a site file names.

    Raises:
        DeviceUnavailable: it is not there, in use, or delivers nothing.
    """
    match place:
        case V4l2():
            return _open_v4l2(place, name)
        case Stream():
            return CaptureSource(_ffmpeg(place.url, name, "the stream"), name)
        case Files():
            path = Path(place.path)
            if path.suffix.lower() in PICTURES or path.is_dir():
                return PictureSource(path, name, place.fps)
            return VideoSource(path, name, place.fps)


class CaptureSource:
    """Anything that OpenCV captures from."""

    def __init__(self, capture: cv2.VideoCapture, name: str) -> None:
        self._capture, self._name = capture, name
        self._is_jpeg = int(capture.get(cv2.CAP_PROP_FOURCC)) == MJPG and _hand_over_undecoded(capture)

    def read(self) -> Frame:
        """The next picture."""
        try:
            is_there, data = self._capture.read()
        except cv2.error as exc:
            raise DeviceUnavailable(self._name, f"no picture: {exc.err or exc}") from exc
        if not is_there or data is None or not data.size:
            raise DeviceUnavailable(self._name, "no picture arrives any more")
        if self._is_jpeg:
            return JpegFrame(data.tobytes(), self._name)
        return PlainFrame(_in_colour(data))

    def close(self) -> None:
        """Give the camera back."""
        self._capture.release()


class VideoSource:
    """A video file, again and again, at a given pace."""

    def __init__(self, path: Path, name: str, fps: int) -> None:
        """Open it.

        Raises:
            DeviceUnavailable: it is not there, or no video.
        """
        self._path, self._name = path, name
        self._pace = Pace(fps)
        self._source = self._open()
        self._has_delivered = False

    def read(self) -> Frame:
        """The next picture; after the last one the first."""
        self._pace.wait()
        try:
            found = self._source.read()
        except DeviceUnavailable:
            if not self._has_delivered:
                raise
            self._source.close()
            self._source, self._has_delivered = self._open(), False
            found = self._source.read()
        self._has_delivered = True
        return found

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _open(self) -> CaptureSource:
        if not self._path.is_file():
            raise DeviceUnavailable(self._name, f"there is no file {self._path}")
        return CaptureSource(_ffmpeg(str(self._path), self._name, str(self._path)), self._name)


class PictureSource:
    """A picture, or those of a folder in the order of their names, again and again."""

    def __init__(self, path: Path, name: str, fps: int) -> None:
        """Look what is there.

        Raises:
            DeviceUnavailable: nothing is.
        """
        self._name = name
        self._pace = Pace(fps)
        self._paths: Iterator[Path] = itertools.cycle(_pictures(path, name))

    def read(self) -> Frame:
        """The next picture, read from the disk each time: it may have changed."""
        self._pace.wait()
        path = next(self._paths)
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise DeviceUnavailable(self._name, f"cannot read {path}: {exc}") from exc
        if data[:2] == START:
            return JpegFrame(data, self._name)
        return PlainFrame(decoded(data, self._name))

    def close(self) -> None:
        """Nothing is held open."""


class Pace:
    """Waits so that pictures from a disk come as fast as from a camera, and no faster."""

    def __init__(self, fps: int) -> None:
        self._every_s = 1 / fps
        self._next_s = time.monotonic()

    def wait(self) -> None:
        """Until the next picture is due."""
        now = time.monotonic()
        if now < self._next_s:
            time.sleep(self._next_s - now)
        self._next_s = max(self._next_s, now) + self._every_s


def _open_v4l2(place: V4l2, name: str) -> CaptureSource:
    if not Path(place.path).exists():
        raise DeviceUnavailable(name, f"nothing is plugged in at {place.path}")
    if not os.access(place.path, os.R_OK | os.W_OK):
        raise DeviceUnavailable(name, f"{place.path} may not be opened: add this user to the group video")
    capture = cv2.VideoCapture(str(Path(place.path).resolve()), cv2.CAP_V4L2)
    if not capture.isOpened():
        raise DeviceUnavailable(name, f"cannot open {place.path}: in use, or not a camera")
    for what, value in (
        (cv2.CAP_PROP_FOURCC, MJPG),  # first: with raw YUYV, USB 2 has no room for the high modes
        (cv2.CAP_PROP_FRAME_WIDTH, place.width_px),
        (cv2.CAP_PROP_FRAME_HEIGHT, place.height_px),
        (cv2.CAP_PROP_FPS, place.fps),
        (cv2.CAP_PROP_BUFFERSIZE, BUFFERS),
    ):
        capture.set(what, value)  # a camera that cannot do one of them does what is nearest, and is still a camera
    return CaptureSource(capture, name)


def _ffmpeg(address: str, name: str, shown: str) -> cv2.VideoCapture:
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        raise DeviceUnavailable(name, f"no pictures from {shown}")
    return capture


def _hand_over_undecoded(capture: cv2.VideoCapture) -> bool:
    if capture.getBackendName() == "FFMPEG":
        return bool(capture.set(cv2.CAP_PROP_FORMAT, -1))
    return bool(capture.set(cv2.CAP_PROP_CONVERT_RGB, 0))


def _in_colour(data: Pixels) -> Pixels:
    return cast(Pixels, cv2.cvtColor(data, cv2.COLOR_GRAY2BGR)) if data.ndim == 2 else np.asarray(data, np.uint8)


def _pictures(path: Path, name: str) -> Sequence[Path]:
    found = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES) if path.is_dir() else [path]
    if not found or not found[0].is_file():
        raise DeviceUnavailable(name, f"there is no picture at {path}")
    return found
