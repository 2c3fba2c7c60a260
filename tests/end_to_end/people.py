"""One person at a kiosk and one clerk at a counter, who do what the test says and see what there is to see."""

import time
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from commands.demo.citizens import Finger, Look
from devices.identity.synthetic import SyntheticPerson

PERSON = SyntheticPerson(
    name="测试甲丙",
    sex="2",
    ethnic="01",
    birth=date(1990, 1, 1),
    address="测试市样例区虚构路1号",
    number="15990019900101000X",
    issuer="测试市公安局样例分局",
    valid_from=date(2020, 1, 1),
    valid_to=date(2040, 1, 1),
)
LONG_TERM_PERSON = replace(PERSON, valid_to=None)
FAMILY_NAMES_OUTSIDE_GBK = {"㛃": replace(PERSON, name="㛃测试"), "𠮷": replace(PERSON, name="𠮷测试")}


class Visitor:
    """A visitor at one kiosk, through the control socket: looks at the screen and touches its keys."""

    def __init__(self, control: Path) -> None:
        self._finger = Finger(control)

    def close(self) -> None:
        self._finger.close()

    def look(self) -> Look:
        return self._finger.look()

    def see(self, *screens: str, timeout_s: float = 15.0) -> Look:
        """Wait until one of these screens is shown; a screen that comes between is waited out."""
        look, ends = self._finger.look(), time.monotonic() + timeout_s
        while look.screen not in screens:
            left_s = ends - time.monotonic()
            assert left_s > 0, f"the kiosk shows {look.screen}, not {' or '.join(screens)}"
            look = self._finger.wait(look.revision, min(left_s, 1.0))
        return look

    def touch(self, name: str) -> None:
        target = self._finger.look().find(name)
        assert target is not None, f"there is no key {name!r} on {self._finger.look().screen}"
        self._finger.touch(target)

    def choose(self, queue: str = "A", matter: str = "I001") -> None:
        """From the choice of queues to the touch that asks for a number."""
        self.see("choose_queue")
        self.touch(f"queue:{queue}")
        self.see("choose_matter")
        self.touch(f"matter:{matter}")

    def take_number_without_card(self, queue: str = "A", matter: str = "I001") -> None:
        """From the resting screen to the touch that asks for a number."""
        self.see("idle")
        self.touch("begin")
        self.choose(queue, matter)

    def leave(self) -> None:
        """Go back to the resting screen, whatever is shown."""
        ends = time.monotonic() + 20
        while (look := self._finger.look()).screen != "idle":
            assert time.monotonic() < ends, f"the kiosk stays at {look.screen}"
            for name in ("finish", "start_over", "go_back"):
                key = look.find(name)
                if key is not None:
                    self._finger.touch(key)
                    break
            self._finger.wait(look.revision, 1.0)

    def photograph(self, path: Path) -> Path:
        """Save what the screen shows."""
        self._finger.take_picture(path)
        return path


class Clerk:
    """A clerk at one counter, over the HTTP of the clerk's page."""

    def __init__(self, http: httpx.Client, counter_no: str, staff_no: str = "T0001") -> None:
        self._http = http
        self._counter_no = counter_no
        self.staff_no = staff_no

    def open(self) -> None:
        self.do("open", staff_no=self.staff_no)

    def do(self, action: str, **values: str) -> Any:
        """Do something; returns the event that answers it."""
        answer = self.ask(action, **values)
        assert answer.status_code == 200, answer.text
        return answer.json()["event"]

    def ask(self, action: str, *, command_id: str | None = None, **values: str) -> httpx.Response:
        body = {"command_id": command_id or str(uuid.uuid4())} | values
        return self._http.post(f"/api/v1/counters/{self._counter_no}/{action}", json=body)

    def send_everybody_home(self) -> None:
        """Serve whoever is here or waits, and leave the counter."""
        for action in ("start", "complete"):
            self.ask(action)
        while self.ask("call-next").status_code == 200:
            self.do("start")
            self.do("complete")
        self.do("close")
