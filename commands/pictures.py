"""`./hallq pictures`: photographs a running hall for the README: its kiosk, a printed ticket, and every page."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from commands.demo.citizens import Finger, Look
from commands.demo.devices import KioskDevices
from commands.demo.hall import DemoHall, Options
from commands.demo.main import SAMPLE
from commands.demo.processes import DidNotStart
from commands.demo.running import Running
from commands.pictures_of_papers import photograph_papers
from commands.prepare import ROOT

FOLDER = ROOT / "docs" / "pictures"
PAPERS = "papers"  # in that folder
KIOSK = "K01"
MATTER_QUEUE, MATTER = "B", "I012"
LIVELY_S = 25.0  # how long the hall runs before it is photographed
PATIENCE_S = 20.0
COLOURS = 192
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoPicture(Exception):
    """Something to be photographed did not appear."""


def main(arguments: list[str] | None = None) -> int:
    """Make every picture.

    Returns:
        0; 1 when a part did not start or did not show what it should.
    """
    parser = argparse.ArgumentParser(prog="hallq pictures", description=__doc__)
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder (default: docs/pictures)")
    parser.add_argument("--papers", action="store_true", help="only what is printed; needs neither hall nor browser")
    options = parser.parse_args(arguments)
    if options.papers:
        photograph_papers(options.into / PAPERS)
        return 0
    if not Path(CHROMIUM).exists():
        print(f"hallq pictures: there is no {CHROMIUM} to show pages with; try: apt install chromium", file=sys.stderr)
        return 1
    options.into.mkdir(parents=True, exist_ok=True)
    photograph_papers(options.into / PAPERS)
    work = Path(tempfile.mkdtemp(prefix="hallq-pictures-"))
    running = Running(speed=20, start="10:00", headless=True)
    demo = Options(site=SAMPLE, preset="county", seed=3, running=running, left_free=frozenset({KIOSK}))
    try:
        with DemoHall(demo, work) as hall:
            print(f"the hall is open; it needs {LIVELY_S:g} s to fill", flush=True)
            time.sleep(LIVELY_S)
            _photograph(hall, options.into)
    except (DidNotStart, NoPicture) as exc:
        print(f"hallq pictures: {exc}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


def _photograph(hall: DemoHall, into: Path) -> None:
    control = next(k.control_socket for k in hall.processes.site.kiosks if k.kiosk_id == KIOSK)
    assert control is not None  # noqa: S101 (the demo sets it)
    finger = Finger(control)
    try:
        _photograph_visit(finger, hall.processes.devices.kiosks[KIOSK], into)
    finally:
        finger.close()
    address = zxingcpp.read_barcodes(Image.open(into / "ticket.png").convert("L"))[0].text
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        _photograph_pages(browser, hall, address, into)
        browser.close()


def _photograph_visit(finger: Finger, devices: KioskDevices, into: Path) -> None:
    """One visit at the kiosk, screen by screen, and the ticket that came out of it."""

    def shoot(screen: str) -> Look:
        look = _see(finger, lambda seen: seen.screen == screen, f"the kiosk's screen {screen!r}")
        path = into / f"kiosk-{screen.replace('_', '-')}.png"
        finger.take_picture(path)
        _save(Image.open(path), path)
        return look

    def touch(look: Look, name: str) -> None:
        target = look.find(name)
        if target is None:
            raise NoPicture(f"the kiosk has no key {name!r} on {look.screen!r}")
        finger.touch(target)

    shoot("idle")
    lift = devices.lay_resident_card(random.Random(7), _today())
    touch(shoot("choose_queue"), f"queue:{MATTER_QUEUE}")
    touch(shoot("choose_matter"), f"matter:{MATTER}")
    touch(shoot("ticket"), "finish")
    shoot("take_away")
    lift()
    _save(devices.printer.tickets[-1], into / "ticket.png")


def _photograph_pages(browser: Browser, hall: DemoHall, ticket_address: str, into: Path) -> None:
    with httpx.Client(base_url=hall.base_url, timeout=5) as http:
        counter = _serving_counter(http, hall)
    pages = {
        "call-display": ("/display", 1920, 1080),
        "counter": (f"/counter/{counter}", 1440, 900),
        "manager": ("/manager", 1440, 900),
        "ticket-on-a-phone": (ticket_address.removeprefix(hall.base_url), 390, 844),
    }
    for name, (path, width, height) in pages.items():
        page = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
        page.goto(hall.base_url + path)
        page.wait_for_timeout(2500)  # the first snapshot, and the end of its highlight
        picture = into / f"{name}.png"
        page.screenshot(path=picture, full_page=name == "manager")
        _save(Image.open(picture), picture)
        page.close()


def _serving_counter(http: httpx.Client, hall: DemoHall) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for number in hall.counters:
            view = http.get(f"/api/v1/counters/{number}").json()
            if view["status"] == "serving":
                return number
        time.sleep(0.2)
    raise NoPicture("no counter served anybody")


def _see(finger: Finger, is_it: Callable[[Look], bool], what: str) -> Look:
    deadline, look = time.monotonic() + PATIENCE_S, finger.look()
    while not is_it(look):
        if time.monotonic() > deadline:
            raise NoPicture(f"{what} did not come; there is {look.screen!r}")
        look = finger.wait(look.revision, 1.0)
    return look


def _today() -> date:
    return datetime.now(UTC).date()


def _save(picture: Image.Image, path: Path) -> None:
    """Save with few colours: the pages have few, and a README must load quickly."""
    if picture.mode != "1":
        picture = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    print(f"{path.name:28} {picture.width}×{picture.height}, {path.stat().st_size // 1024} kB", flush=True)
