"""Simulated citizens: they lay a card on a kiosk's reader, look at its screen and touch what they find there.

Everything they know is what the control socket tells: which keys are on the screen and where.
"""

import logging
import queue
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from commands.demo.devices import KioskDevices
from commands.demo.profile import WITHOUT_CARD
from hall.catalogue import ServiceItem

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE_S = 20.0  # real seconds that a citizen gives one visit
SOCIAL_CARD_SHARE = 0.15
WAYS_ON = {  # screens that have one way on, whatever the visit
    "still_there": ("stay",),
    "card_error": ("begin",),
    "out_of_paper": ("take_on_screen",),
    "cover_open": ("take_on_screen",),
    "printer_gone": ("take_on_screen",),
    "no_answer": ("try_again", "start_over"),
    "refused": ("try_again", "start_over"),
}
PCSC_SETTLE_S = 0.6  # pcscd looks at a slot every 0.4 s


class Target(msgspec.Struct, frozen=True):
    """A key on the screen."""

    name: str
    x: float
    y: float
    w: float
    h: float


class Look(msgspec.Struct, frozen=True):
    """What a citizen sees."""

    screen: str
    revision: int
    targets: list[Target]
    display_number: str | None = None

    def find(self, name: str) -> Target | None:
        """The key of that name, if it is there."""
        return next((target for target in self.targets if target.name == name), None)


class Finger:
    """A citizen's eyes and finger at one kiosk."""

    def __init__(self, control: Path) -> None:
        """Connect; raises OSError when the kiosk is not there."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(15.0)
        self._socket.connect(str(control))
        self._lines = self._socket.makefile("rb")

    def look(self) -> Look:
        """What is on the screen now."""
        return self._ask({"do": "look"}, Look)

    def wait(self, revision: int, timeout_s: float) -> Look:
        """What is on the screen once it has changed."""
        return self._ask({"do": "wait", "revision": revision, "timeout_s": timeout_s}, Look)

    def touch(self, target: Target) -> None:
        """Touch the middle of a key."""
        self._ask({"do": "touch", "x": target.x + target.w / 2, "y": target.y + target.h / 2}, dict)

    def take_picture(self, path: Path) -> None:
        """Save the screen as PNG."""
        self._ask({"do": "picture", "path": str(path)}, dict)

    def close(self) -> None:
        """Go away."""
        self._lines.close()
        self._socket.close()

    def _ask(self, request: dict[str, object], answer_type: type[T]) -> T:
        self._socket.sendall(msgspec.json.encode(request) + b"\n")
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the kiosk has gone")
        return msgspec.json.decode(line, type=answer_type)


@dataclass(frozen=True)
class Visit:
    """How a visit at a kiosk ended."""

    kiosk_id: str
    display_number: str | None  # None: the citizen left without a number
    touched_at: float  # time.monotonic() of the touch that asked for the number
    last_screen: str


class KioskLine:
    """The people before one kiosk, served one after another in a thread of their own."""

    def __init__(
        self,
        finger: Finger,
        devices: KioskDevices,
        items: Sequence[ServiceItem],
        rng: random.Random,
        today: Callable[[], date],
    ) -> None:
        """Begin to serve.

        Args:
            items: the matters that people come for, as often as they stand here.
        """
        self.visits: list[Visit] = []
        self._finger = finger
        self._devices = devices
        self._items = items
        self._rng = rng
        self._today = today
        self._people: queue.Queue[bool] = queue.Queue()
        self._social_card_out_at = 0.0
        self._thread = threading.Thread(target=self._run, name=f"citizens {devices.kiosk_id}", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many stand before the kiosk."""
        return self._people.qsize()

    def join(self) -> None:
        """One more person comes."""
        self._people.put(True)

    def close(self, timeout_s: float) -> int:
        """Send away those who still stand in line and let the one at the kiosk finish.

        Returns:
            How many were sent away.
        """
        sent_away = 0
        while True:
            try:
                sent_away += self._people.get_nowait()
            except queue.Empty:
                break
        self._people.put(False)
        self._thread.join(timeout_s)
        self._finger.close()
        return sent_away

    def _run(self) -> None:
        while self._people.get():
            try:
                self.visits.append(self._visit())
            except (OSError, msgspec.DecodeError) as exc:
                logger.warning("%s: a citizen gave up: %s", self._devices.kiosk_id, exc)

    def _visit(self) -> Visit:
        item = self._rng.choice(self._items)
        lift = self._lay_card()
        visit = _Course(self._finger, item, begins_by_touch=lift is None)
        try:
            visit.run()
        finally:
            if lift is not None:
                lift()
        return Visit(self._devices.kiosk_id, visit.display_number, visit.touched_at, visit.screen)

    def _lay_card(self) -> Callable[[], None] | None:
        chance = self._rng.random()
        if chance < WITHOUT_CARD:
            return None
        is_settled = time.monotonic() - self._social_card_out_at > PCSC_SETTLE_S
        if self._devices.slot is not None and is_settled and chance < WITHOUT_CARD + SOCIAL_CARD_SHARE:
            return self._take_out_later(self._devices.insert_social_card(self._rng, self._today()))
        return self._devices.lay_resident_card(self._rng, self._today())

    def _take_out_later(self, take_out: Callable[[], None]) -> Callable[[], None]:
        def taken_out() -> None:
            take_out()
            self._social_card_out_at = time.monotonic()

        return taken_out


class _Course:
    """One visit from the first look to "please take your ticket and card"."""

    def __init__(self, finger: Finger, item: ServiceItem, *, begins_by_touch: bool) -> None:
        self.display_number: str | None = None
        self.touched_at = 0.0
        self.screen = ""
        self._finger = finger
        self._item = item
        self._begins_by_touch = begins_by_touch
        self._has_begun = False

    def run(self) -> None:
        """Do on each screen what it asks for, until the ticket is in hand or patience ends."""
        deadline, look = time.monotonic() + PATIENCE_S, self._finger.look()
        while time.monotonic() < deadline:
            self.screen = look.screen
            if look.screen == "take_away" and self.display_number:
                return
            self._act(look)
            look = self._finger.wait(look.revision, 2.0)

    def _act(self, look: Look) -> None:
        match look.screen:
            case "idle" if self._begins_by_touch:
                self._touch(look, "begin")
            case "choose_queue":
                self._has_begun = True
                self._touch(look, f"queue:{self._item.queue}", "next_page", "previous_page")
            case "choose_matter":
                if self._touch(look, f"matter:{self._item.key}", "next_page", "back") == 0:
                    self.touched_at = time.monotonic()
            case "ticket" | "no_paper_ticket" if self._has_begun:
                self.display_number = look.display_number
                self._touch(look, "finish")
            case "take_away" if not self._has_begun:  # the last visitor's
                self._touch(look, "finish")
            case screen:
                self._touch(look, *WAYS_ON.get(screen, ()))

    def _touch(self, look: Look, *names: str) -> int | None:
        """Touch the first of these keys that is on the screen; returns which one that was."""
        for at, name in enumerate(names):
            target = look.find(name)
            if target is not None:
                self._finger.touch(target)
                return at
        return None
