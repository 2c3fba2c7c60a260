"""The control socket: what it tells, what it refuses, and who may open it."""

import random
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from kiosk.adapters.control import ControlServer
from kiosk.flow.showcase import Look, Showcase, Target

TARGET = Target(name="queue:A", text="A", x=60, y=540, w=960, h=166)


class Screen:
    """A screen that remembers how it was touched."""

    def __init__(self) -> None:
        self.touches: list[tuple[float, float]] = []

    def touch(self, x: float, y: float) -> None:
        if not (0 <= x < 1080 and 0 <= y < 1920):
            raise ValueError("outside of the window")
        self.touches.append((x, y))

    def take_picture(self, path: Path) -> None:
        path.write_bytes(b"PNG")


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def showcase() -> Showcase:
    showcase = Showcase()
    showcase.put(Look(screen="choose_queue", revision=7, targets=(TARGET,)))
    return showcase


@pytest.fixture
def path(tmp_path: Path, screen: Screen, showcase: Showcase) -> Iterator[Path]:
    path = tmp_path / "K01.sock"
    server = ControlServer(path, showcase, screen.touch, screen.take_picture)
    server.start()
    yield path
    server.close()
    assert not path.exists()


@pytest.fixture
def ask(path: Path) -> Iterator[Any]:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(path))
        with line.makefile("rb") as answers:

            def ask(request: object) -> Any:
                line.sendall((request if isinstance(request, bytes) else json.encode(request)) + b"\n")
                return json.decode(answers.readline())

            yield ask


def test_a_look_tells_the_screen_and_its_keys(ask: Any):
    assert ask({"do": "look"}) == {
        "screen": "choose_queue",
        "revision": 7,
        "targets": [{"name": "queue:A", "text": "A", "x": 60, "y": 540, "w": 960, "h": 166}],
        "display_number": None,
    }


def test_only_the_owner_may_open_the_socket(path: Path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_touch_reaches_the_screen(ask: Any, screen: Screen):
    assert ask({"do": "touch", "x": 540, "y": 620.5}) == {"ok": True}
    assert screen.touches == [(540, 620.5)]


def test_a_wait_is_answered_when_the_screen_changes(ask: Any, showcase: Showcase):
    change = threading.Timer(0.1, lambda: showcase.put(Look(screen="idle", revision=8, targets=())))
    change.start()

    answer = ask({"do": "wait", "revision": 7, "timeout_s": 5})

    change.join()
    assert (answer["screen"], answer["revision"]) == ("idle", 8)


def test_a_wait_that_is_over_tells_what_is_there(ask: Any):
    assert ask({"do": "wait", "revision": 7, "timeout_s": 0.05})["revision"] == 7


def test_a_picture_is_saved_and_a_bad_place_for_it_is_an_error(ask: Any, tmp_path: Path):
    assert ask({"do": "picture", "path": str(tmp_path / "now.png")}) == {"ok": True}
    assert "no picture" in ask({"do": "picture", "path": str(tmp_path / "missing" / "now.png")})["error"]
    assert (tmp_path / "now.png").read_bytes() == b"PNG"


@pytest.mark.parametrize(
    "request_line",
    [
        b"",
        b"touch me",
        b"[1, 2]",
        b'{"do":"dance"}',
        b'{"do":"touch","x":"1","y":2}',
        b'{"do":"touch","x":1}',
        b'{"do":"touch","x":-1,"y":5}',
        b'{"do":"touch","x":5,"y":1920}',
        b'{"do":"touch","x":1,"y":2,"z":3}',
        b"\xff\xfe\x00",
    ],
)
def test_bad_input_gets_an_error_line_and_changes_nothing(request_line: bytes, ask: Any, screen: Screen):
    assert set(ask(request_line)) == {"error"}
    assert screen.touches == []
    assert ask({"do": "look"})["revision"] == 7


def test_noise_never_ends_the_server(path: Path, screen: Screen, ask: Any):
    rng = random.Random(20)
    for _ in range(50):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(path))
            line.sendall(rng.randbytes(rng.randrange(1, 6000)))

    assert ask({"do": "look"})["screen"] == "choose_queue"
    assert screen.touches == []


def test_a_socket_left_by_an_earlier_process_is_replaced_and_a_file_is_not(tmp_path: Path, screen: Screen):
    left, file = tmp_path / "left.sock", tmp_path / "file"
    with socket.socket(socket.AF_UNIX) as earlier:
        earlier.bind(str(left))
    file.write_text("mine")

    server = ControlServer(left, Showcase(), screen.touch, screen.take_picture)
    server.start()
    server.close()
    with pytest.raises(OSError, match="in use"):
        ControlServer(file, Showcase(), screen.touch, screen.take_picture).start()

    assert file.read_text() == "mine"
