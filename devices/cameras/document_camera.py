"""A document camera as the kiosk uses it: preview, shots, one PDF, and nothing left behind.

Ignorant of pictures: they are made and understood in the camera's own process.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec import structs

from devices.cameras import messages as m
from devices.cameras.process import CameraProcess
from devices.errors import DeviceError, DeviceUnavailable, OcrMissing, ProtocolError, ScanTooLarge

ERRORS = {kind.code: kind for kind in (DeviceUnavailable, ProtocolError, ScanTooLarge, OcrMissing)}

R = TypeVar("R", bound=m.Reply)


@dataclass(frozen=True)
class Deadlines:
    """How long the process may take for an answer, in seconds, before it is ended.

    Attributes:
        open_s: importing OpenCV, opening the camera, its first picture; a cold disk takes seconds.
        reading_s: on top of `shoot_s` where pages are read: one full of words takes the engine 10 s of one core.
    """

    open_s: float = 15.0
    check_s: float = 4.0
    preview_s: float = 8.0  # the first one waits until a page was looked for
    shoot_s: float = 12.0
    reading_s: float = 20.0
    bind_s: float = 30.0


DEADLINES = Deadlines()


@dataclass(frozen=True)
class PreviewPicture:
    """A small picture: RGB, 3 bytes a dot, from the top left, with the page outlined where one was found.

    Attributes:
        number: give it back to get a newer one.
        why_not: None when the page can be shot, or the code of what is wrong.
    """

    number: int
    width_px: int
    height_px: int
    why_not: str | None
    rgb: bytearray = field(repr=False)


@dataclass(frozen=True)
class Shot:
    """One page or one side of a card, as JPEG and as a thumbnail that a screen shows without decoding anything.

    Attributes:
        sharpness, glare, is_blank, head_known, suggestion: see `messages.Taken`.
        thumb: RGB, 3 bytes a dot, from the top left.
    """

    width_px: int
    height_px: int
    thumb_width_px: int
    thumb_height_px: int
    sharpness: float
    glare: float
    is_blank: bool
    head_known: bool
    suggestion: str | None
    jpeg: bytearray = field(repr=False)
    thumb: bytearray = field(repr=False)

    def wipe(self) -> None:
        """Overwrite it: for shots that outlived their camera."""
        overwrite(self.jpeg)
        overwrite(self.thumb)


@dataclass(frozen=True)
class Retake:
    """No shot: `why` is a stable code, e.g. "no_page" or "blurred"."""

    why: str


@dataclass(frozen=True)
class Scan:
    """A PDF of A4 pages; `dpi` and `quality` (of its JPEGs) are what it took to stay below the limit."""

    pages: int
    dpi: int
    quality: int
    pdf: bytearray = field(repr=False)

    def wipe(self) -> None:
        """Overwrite it: for scans that outlived their camera."""
        overwrite(self.pdf)


class DocumentCamera:
    """A camera behind a process of its own. One worker thread owns it.

    It lives and dies with its process: `DeviceUnavailable` and `ProtocolError` mean that the worker opens another.
    Shots that were taken stay with whoever holds them. No shot, PDF or preview is ever on a disk.
    """

    def __init__(
        self,
        opening: m.Open,
        *,
        pdf_limit_bytes: int,
        start: Callable[[str], CameraProcess] = CameraProcess,
        deadlines: Deadlines = DEADLINES,
    ) -> None:
        """Start the process and wait until the camera delivers.

        Raises:
            DeviceUnavailable, ProtocolError: it does not.
        """
        self.name = opening.name
        self._opening, self._limit = opening, pdf_limit_bytes
        self._start, self._deadlines = start, deadlines
        self._handed_out: list[bytearray] = []
        self._shown = bytearray()
        self._process = self._begin()
        self._is_opened = False
        self._await_opened()

    @property
    def pid(self) -> int:
        """The camera process."""
        return self._process.pid

    def check(self) -> str | None:
        """Ask for a picture.

        Returns:
            None, or "ocr_missing" where pages shall be read and cannot.

        Raises:
            DeviceUnavailable, ProtocolError: there is no picture.
        """
        return self._ask(m.Check(), m.Fine, deadline_s=self._deadlines.check_s)[0].warning

    def preview(self, after: int = 0, width_px: int = 960, *, is_card: bool = False) -> PreviewPicture:
        """The newest picture; those in between were dropped, none wait.

        Args:
            after: number of the last one seen; this waits for a newer one.
            width_px: as wide as this at most.
            is_card: outline an ID card instead of a page.

        Raises:
            DeviceUnavailable, ProtocolError: there is no picture.
        """
        told, rgb = self._ask(m.Preview(after, width_px, is_card), m.Previewed, deadline_s=self._deadlines.preview_s)
        if len(rgb) != told.width_px * told.height_px * 3:
            raise ProtocolError(self.name, f"{len(rgb)} bytes of {told.width_px} by {told.height_px} dots")
        self._shown = rgb
        return PreviewPicture(told.number, told.width_px, told.height_px, told.why_not, rgb)

    def shoot(self, *, is_card: bool = False) -> Shot | Retake:
        """Take the page that lies there now.

        Args:
            is_card: an ID card's side instead of a page.

        Raises:
            DeviceUnavailable, ProtocolError: the camera failed; what was shot before is not touched.
        """
        reading_s = self._deadlines.reading_s if self._opening.ocr else 0.0
        told, payload = self._ask_any(m.Shoot(is_card), deadline_s=self._deadlines.shoot_s + reading_s)
        match told:
            case m.NotTaken():
                return Retake(told.why)
            case m.Taken():
                facts = structs.asdict(told)
                del facts["sizes"]
                return Shot(**facts, **self._page(told.sizes, payload))
        raise ProtocolError(self.name, f"{type(told).__name__} is no answer to a shot")

    def turn(self, shot: Shot, clockwise_deg: int) -> Shot:
        """The same page turned, as another shot.

        Args:
            clockwise_deg: 90, 180 or 270.

        Raises:
            DeviceUnavailable, ProtocolError: the camera process failed; the shot is not touched.
        """
        told, payload = self._ask(
            m.Turn(clockwise_deg), m.Turned, bytes(shot.jpeg), deadline_s=self._deadlines.preview_s
        )
        return dataclasses.replace(shot, head_known=True, **self._page(told.sizes, payload))

    def make_pdf(self, pages: Sequence[Shot | tuple[Shot, Shot]]) -> Scan:
        """One A4 page for each shot, and one for both sides of a card.

        Args:
            pages: at least one; a pair is a card's front and back.

        Raises:
            ScanTooLarge: they do not fit into the limit of the site file, however small they are made.
            DeviceUnavailable, ProtocolError: the camera process failed; the shots are not touched.
        """
        sides = [page if isinstance(page, tuple) else (page,) for page in pages]
        lengths = tuple(tuple(len(shot.jpeg) for shot in page) for page in sides)
        payload = b"".join(shot.jpeg for page in sides for shot in page)
        told, pdf = self._ask(m.Bind(lengths, self._limit), m.Bound, payload, deadline_s=self._deadlines.bind_s)
        self._handed_out.append(pdf)
        return Scan(told.pages, told.dpi, told.quality, pdf)

    def forget(self) -> None:
        """The visitor has gone: overwrite every shot and PDF, and replace the process, whose memory goes back.

        Does not wait for the new process; the next call does.

        Raises:
            DeviceUnavailable: a new process cannot be started.
        """
        self._wipe()
        self._process.close(0)
        self._process, self._is_opened = self._begin(), False

    def close(self) -> None:
        """Give the camera back. Shots are kept: the camera may just have failed. Closing twice is harmless."""
        self._process.close()

    def _begin(self) -> CameraProcess:
        process = self._start(self.name)
        process.send(self._opening, deadline_s=self._deadlines.check_s)
        return process

    def _await_opened(self) -> None:
        try:
            told, _payload = self._process.receive(deadline_s=self._deadlines.open_s)
            self._require(told, m.Opened)
        except DeviceError:
            self._process.close(0)
            raise
        self._is_opened = True

    def _ask(
        self, request: m.Request, wanted: type[R], payload: bytes = b"", *, deadline_s: float
    ) -> tuple[R, bytearray]:
        told, data = self._ask_any(request, payload, deadline_s=deadline_s)
        return self._require(told, wanted), data

    def _ask_any(self, request: m.Request, payload: bytes = b"", *, deadline_s: float) -> tuple[m.Reply, bytearray]:
        if not self._is_opened:
            self._await_opened()
        told, data = self._process.ask(request, payload, deadline_s=deadline_s)
        if isinstance(told, m.Failed):
            raise ERRORS.get(told.code, ProtocolError)(self.name, told.cause)
        return told, data

    def _require(self, told: m.Reply, wanted: type[R]) -> R:
        if isinstance(told, m.Failed):
            raise ERRORS.get(told.code, ProtocolError)(self.name, told.cause)
        if not isinstance(told, wanted):
            raise ProtocolError(self.name, f"{type(told).__name__} is no {wanted.__name__}")
        return told

    def _page(self, sizes: m.Sizes, payload: bytearray) -> dict[str, Any]:
        """The fields of a `Shot` that hold and measure its pictures."""
        thumb_length = sizes.thumb_width_px * sizes.thumb_height_px * 3
        thumb, jpeg = payload[:thumb_length], payload[thumb_length:]
        if len(thumb) != thumb_length or not jpeg:
            raise ProtocolError(self.name, f"{len(payload)} bytes are no {sizes}")
        overwrite(payload)
        self._handed_out += [thumb, jpeg]
        return {**structs.asdict(sizes), "thumb": thumb, "jpeg": jpeg}

    def _wipe(self) -> None:
        for data in (self._shown, *self._handed_out):
            overwrite(data)
        self._handed_out.clear()


def overwrite(data: bytearray) -> None:
    """Put zeros over what a visitor has shown; the length stays."""
    data[:] = bytes(len(data))
