"""A document camera that streams MJPEG: lay, turn and lift pages, put a hand over them, change the light, unplug."""

import argparse
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from commands.sim.console import Console, Misunderstood, NeedsMore, Verb, port

if TYPE_CHECKING:
    from devices.cameras.sim_desk import SimDesk
    from devices.cameras.sim_mjpeg import SimCamera

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "5mp": (2592, 1944), "12mp": (4000, 3000)}
SOON_S = 1.5  # a scene begins while a person is still reading its name
RECORD_FRAMES = 75

TABLE = "[[kiosks]]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say how the camera can be started."""
    parser.add_argument("--http", type=port, default=8090, metavar="PORT", help="where it streams, here only")
    parser.add_argument("--size", choices=SIZES, default="1080p", help="of its frames; default 1080p")
    parser.add_argument("--fps", type=float, default=25, help="frames a second; default 25")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="lay these pictures instead of made-up pages")


def start(options: argparse.Namespace, say: Callable[[str], None]) -> Console:
    """Lay the first page and begin to stream."""
    try:
        from devices.cameras.sim_desk import SimDesk, made_up, of_folder
    except ImportError as exc:
        raise NeedsMore(f"it films with OpenCV, which is not installed ({exc.name}): install the extra vision") from exc
    from devices.cameras.sim_mjpeg import SimCamera

    say("filming the first page …")
    desk = SimDesk(of_folder(options.pages) if options.pages else made_up(), size=SIZES[options.size])
    camera = SimCamera(desk.picture, port=options.http, fps=options.fps)
    place = f'camera = {{ kind = "stream", url = "{camera.url}" }}'
    verbs = {**_page_verbs(desk), **_desk_verbs(desk), **_line_verbs(camera)}
    return Console(place, verbs, camera.close, _scenes(desk, camera))


def _page_verbs(desk: "SimDesk") -> dict[str, Verb]:
    def lay(_words: list[str]) -> str:
        """lay a page"""
        desk.change(page=desk.now.page or 0)
        return "done"

    def lift(_words: list[str]) -> str:
        """take the page away"""
        desk.change(page=None)
        return "done"

    def turn(_words: list[str]) -> str:
        """lay the next page"""
        desk.turn()
        return f"page {desk.now.page}"

    def hand(words: list[str]) -> str:
        """on or off: hold the page at its edge"""
        if words not in (["on"], ["off"]):
            raise Misunderstood("hand on, or hand off")
        desk.change(hand=words == ["on"])
        return "done"

    return {"lay": lay, "lift": lift, "turn": turn, "hand": hand}


def _desk_verbs(desk: "SimDesk") -> dict[str, Verb]:
    from devices.cameras.sim_desk import write_video
    from devices.cameras.synthetic_frames import SCENES

    def light(words: list[str]) -> str:
        """NAME: change desk and light, e.g. glare, shadow, white_desk, noise, blur, cut_off"""
        if len(words) != 1 or words[0] not in SCENES:
            raise Misunderstood(f"light NAME: {', '.join(SCENES)}")
        desk.change(scene=words[0])
        return "done"

    def record(words: list[str]) -> str:
        """FILE.avi: write three seconds of what the camera sees"""
        if len(words) != 1 or not words[0].endswith(".avi"):
            raise Misunderstood("record FILE.avi")
        try:
            write_video(Path(words[0]), [desk.picture() for _ in range(RECORD_FRAMES)])
        except OSError as exc:
            raise Misunderstood(str(exc)) from exc
        return f'camera = {{ kind = "file", path = "{Path(words[0]).absolute()}" }}'

    return {"light": light, "record": record}


def _line_verbs(camera: "SimCamera") -> dict[str, Verb]:
    def unplug(_words: list[str]) -> str:
        """pull the cable"""
        camera.unplug()
        return "done"

    def plug(_words: list[str]) -> str:
        """put the cable back"""
        camera.plug()
        return "done"

    def hang(_words: list[str]) -> str:
        """send nothing more, and keep the connection"""
        camera.silent = True
        return "done"

    def nonsense(_words: list[str]) -> str:
        """send bytes that are no pictures"""
        camera.nonsense = True
        return "done"

    def half(_words: list[str]) -> str:
        """send the first half of each picture only"""
        camera.half = True
        return "done"

    def slow(words: list[str]) -> str:
        """KB_PER_S: a slow line"""
        camera.bytes_per_s = _positive(words, "slow KB_PER_S") * 1024
        return "done"

    def fps(words: list[str]) -> str:
        """N: pictures a second"""
        camera.fps = _positive(words, "fps N")
        return "done"

    def mend(_words: list[str]) -> str:
        """all is well again: plugged in, fast, whole pictures"""
        camera.silent = camera.nonsense = camera.half = False
        camera.bytes_per_s = None
        camera.plug()
        return "done"

    found = (unplug, plug, hang, nonsense, half, slow, fps, mend)
    return {verb.__name__: verb for verb in found}


def _positive(words: list[str], form: str) -> int:
    if len(words) != 1 or not words[0].isdecimal() or int(words[0]) < 1:
        raise Misunderstood(f"{form}: a whole number from 1")
    return int(words[0])


def _scenes(desk: "SimDesk", camera: "SimCamera") -> dict[str, Callable[[], None]]:
    def lifted() -> None:
        """the page is taken away too early"""
        _soon(partial(desk.change, page=None))

    def hand() -> None:
        """a hand stays on the page"""
        desk.change(hand=True)

    def glare() -> None:
        """a lamp shines back from the page"""
        desk.change(scene="glare")

    def unplugged() -> None:
        """somebody trips over the cable, in the middle of a picture"""

        def cut() -> None:
            camera.cut_after = len(desk.picture()) // 2

        _soon(cut)

    def hangs() -> None:
        """the camera stops and keeps its connection"""

        def silent() -> None:
            camera.silent = True

        _soon(silent)

    return {
        "page-lifted-too-early": lifted,
        "hand-on-the-page": hand,
        "lamp-on-the-page": glare,
        "cable-pulled": unplugged,
        "camera-hangs": hangs,
    }


def _soon(run: Callable[[], None]) -> None:
    timer = threading.Timer(SOON_S, run)
    timer.daemon = True
    timer.start()
