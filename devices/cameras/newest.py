"""Keeps the newest picture of a source and lets go of all others: who is slow sees fewer, never older ones."""

import threading

from devices.cameras.frames import Frame
from devices.cameras.sources import FrameSource
from devices.errors import DeviceError, DeviceUnavailable, ProtocolError


class NewestFrame:
    """Reads a source in a thread of its own for as long as it delivers."""

    def __init__(self, source: FrameSource, name: str) -> None:
        """Begin to read; the source belongs to this from now on."""
        self._source, self._name = source, name
        self._changed = threading.Condition()
        self._number = 0
        self._frame: Frame | None = None
        self._error: DeviceError | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    @property
    def number(self) -> int:
        """Of the newest picture; they count from 1."""
        return self._number

    def after(self, number: int, timeout_s: float) -> tuple[int, Frame]:
        """The newest picture, once it is newer than `number`.

        Raises:
            DeviceUnavailable: none came in time, or none will come any more.
            ProtocolError: only nonsense came.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._number > number or self._is_over, timeout_s)
            if self._frame is not None and self._number > number:
                return self._number, self._frame
            raise self._error or DeviceUnavailable(self._name, f"no picture within {timeout_s:g} s")

    def close(self) -> None:
        """Stop reading, and close the source."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join(timeout=5)

    @property
    def _is_over(self) -> bool:
        return self._is_closing or isinstance(self._error, DeviceUnavailable)

    def _read(self) -> None:
        try:
            while not self._is_over:
                self._take()
        finally:
            self._source.close()

    def _take(self) -> None:
        frame: Frame | None = None
        error: DeviceError | None = None
        try:
            frame = self._source.read()
        except (DeviceUnavailable, ProtocolError) as exc:
            error = exc
        with self._changed:
            self._error = error
            if frame is not None:
                self._number += 1
                self._frame = frame
            elif self._is_over:
                self._frame = None
            self._changed.notify_all()
