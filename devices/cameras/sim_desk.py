"""What lies under a simulated camera: pages that are laid, turned and lifted, filmed with all that goes wrong.

The camera (`sim_mjpeg`) streams what this gives; frames are filmed when something changes, and kept.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from devices.cameras import synthetic_pages
from devices.cameras.frames import Pixels, decoded
from devices.cameras.pdf import jpeg
from devices.cameras.sources import PICTURES
from devices.cameras.synthetic_frames import SCENES, film

TAKES = 3  # of one moment, with other noise: a stream is never twice the same
TAKE_NOISE = 1.5  # 8-bit steps
MADE_UP = (synthetic_pages.letter, synthetic_pages.form, synthetic_pages.certificate, synthetic_pages.leaflet)


@dataclass(frozen=True)
class Moment:
    """What lies there: a page by its number or none, a hand over its edge or none, in which light and on which desk."""

    page: int | None = 0
    hand: bool = False
    scene: str = "dark_mat"


class SimDesk:
    """Pages under a camera; `picture` is what the camera sees. Safe to use from any thread."""

    def __init__(self, pages: "Pages", *, size: tuple[int, int] = (1920, 1080), seed: int = 1) -> None:
        """Lay the first page.

        Args:
            size: of the frames, (width_px, height_px).
            seed: the same one gives the same frames.
        """
        self._pages, self._size, self._seed = pages, size, seed
        self._kept: dict[Moment, Sequence[bytes]] = {}
        self._lock = threading.Lock()
        self._now = Moment()
        self._takes: Iterator[bytes] = itertools.cycle(self._filmed(self._now))

    @property
    def now(self) -> Moment:
        """What lies there."""
        return self._now

    def picture(self) -> bytes:
        """What the camera sees, as JPEG."""
        with self._lock:
            return next(self._takes)

    def change(self, **changed: object) -> None:
        """Change the moment, e.g. `page=None`, `hand=True`, `scene="glare"`; filming it first takes a second.

        Raises:
            KeyError: there is no such scene.
        """
        moment = replace(self._now, **changed)  # type: ignore[arg-type]  # names and types are `Moment`'s
        takes = self._filmed(moment)
        with self._lock:
            self._now, self._takes = moment, itertools.cycle(takes)

    def turn(self) -> None:
        """Lay the next page; after the last one the first."""
        before = self._now.page
        self.change(page=0 if before is None else (before + 1) % len(self._pages))

    def _filmed(self, moment: Moment) -> Sequence[bytes]:
        if moment not in self._kept:
            self._kept[moment] = self._film(moment)
        return self._kept[moment]

    def _film(self, moment: Moment) -> Sequence[bytes]:
        scene = replace(SCENES[moment.scene], fingers=moment.hand or SCENES[moment.scene].fingers)
        page = None if moment.page is None else self._pages[moment.page]
        rng = np.random.default_rng((self._seed, 0 if moment.page is None else moment.page + 1))
        frame, _quad = film(page, scene, rng, self._size)
        return [jpeg(_noisy(frame, rng)) for _ in range(TAKES)]


class Pages:
    """Pages by number: made up, or the pictures of a folder."""

    def __init__(self, makers: Sequence[Callable[[], Pixels]]) -> None:
        self._makers = makers

    def __len__(self) -> int:
        return len(self._makers)

    def __getitem__(self, number: int) -> Pixels:
        return self._makers[number % len(self._makers)]()


def made_up(count: int = 10, seed: int = 1) -> Pages:
    """Letters, forms and certificates of nobody."""

    return Pages([partial(_made_up, number, seed) for number in range(count)])


def _made_up(number: int, seed: int) -> Pixels:
    return MADE_UP[number % len(MADE_UP)](np.random.default_rng((seed, number)))


def of_folder(folder: Path) -> Pages:
    """The pictures of a folder, in the order of their names.

    Raises:
        OSError: there is none.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    if not paths:
        raise FileNotFoundError(f"there is no picture in {folder}")
    return Pages([partial(_picture_of, path) for path in paths])


def _picture_of(path: Path) -> Pixels:
    return decoded(path.read_bytes(), path.name)


def write_video(path: Path, pictures: Sequence[bytes], fps: int = 25) -> None:
    """Write JPEGs of one size into an .avi (MJPG).

    Raises:
        OSError: it cannot be written.
    """
    frames = [decoded(picture, path.name) for picture in pictures]
    size = (frames[0].shape[1], frames[0].shape[0])
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
    if not video.isOpened():
        raise OSError(f"cannot write {path}")
    for frame in frames:
        video.write(frame)
    video.release()


def _noisy(frame: Pixels, rng: np.random.Generator) -> Pixels:
    noise = np.zeros(frame.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(1 << 30)))
    cv2.randn(noise, 0, TAKE_NOISE)
    return np.asarray(np.clip(frame + noise, 0, 255), np.uint8)
