"""What is on the screen, for other threads to look at and to wait for."""

import threading

from msgspec import Struct


class Target(Struct, frozen=True, kw_only=True):
    """A key and where it is, in window pixels from the top left corner."""

    name: str
    text: str
    x: int
    y: int
    w: int
    h: int


class Look(Struct, frozen=True, kw_only=True):
    """What is on the screen."""

    screen: str
    revision: int
    targets: tuple[Target, ...]
    display_number: str | None = None


class Showcase:
    """The newest look: the window puts it in, other threads take it out or wait for a newer one."""

    def __init__(self) -> None:
        self._look = Look(screen="starting", revision=0, targets=())
        self._changed = threading.Condition()

    @property
    def look(self) -> Look:
        """What is on the screen now."""
        return self._look

    def put(self, look: Look) -> None:
        """Replace the look."""
        with self._changed:
            self._look = look
            self._changed.notify_all()

    def wait_newer(self, revision: int, timeout_s: float) -> Look:
        """Wait until the look is newer than `revision`, at most `timeout_s`; returns the look then."""
        with self._changed:
            self._changed.wait_for(lambda: self._look.revision > revision, timeout_s)
            return self._look
