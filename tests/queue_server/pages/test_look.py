"""How the pages look at the sizes they are made for: nothing clipped, enough contrast, a name for everything."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

CHECKS = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")
TELEVISION, UPRIGHT, DESK, PHONE = (1920, 1080), (1080, 1920), (1440, 900), (390, 844)
BAR = (1920, 360)  # a stretched screen above a window
SCREENS = [
    ("index", "/", DESK, "h2"),
    ("index_phone", "/", PHONE, "h2"),
    ("counter_calling", "/counter/1", DESK, "[data-status=calling] #facts"),
    ("counter_serving_phone", "/counter/10", PHONE, "[data-status=serving] #facts"),
    ("counter_rating", "/counter/9", DESK, "[data-status=rating]"),
    ("counter_paused", "/counter/3", DESK, "[data-status=paused]"),
    ("counter_closed", "/counter/30", DESK, "#sit-down"),
    ("counter_closed_phone", "/counter/30", PHONE, "#sit-down"),
    ("display", "/display", TELEVISION, "#calls li"),
    ("display_upright", "/display", UPRIGHT, "#calls li"),
    ("display_zone", "/display/E", TELEVISION, "#calls li"),
    ("display_zone_upright", "/display/E", UPRIGHT, "#calls li"),
    ("display_quiet", "/display/P", TELEVISION, "#queues li"),
    ("display_small", "/display", (1280, 720), "#calls li"),
    ("display_sign_calling", "/display/counter/1", BAR, "[data-status=calling] #number"),
    ("display_sign_calling_upright", "/display/counter/1", UPRIGHT, "[data-status=calling] #number"),
    ("display_sign_serving", "/display/counter/10", (1024, 600), "[data-status=serving] #number"),
    ("display_sign_paused", "/display/counter/3", BAR, "[data-status=paused]"),
    ("display_sign_closed", "/display/counter/30", (800, 480), "[data-status=closed]"),
    ("manager", "/manager", DESK, "#counters li"),
    ("manager_phone", "/manager", PHONE, "#counters li"),
    ("manager_television", "/manager", TELEVISION, "#counters li"),
    ("not_found", "/t/none", PHONE, "h1"),
]


@pytest.fixture(scope="module")
def screen(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def faults_of(page: Page, pictures: Path, name: str) -> list[str]:
    page.evaluate("document.fonts.ready")
    full = "display" not in name
    page.screenshot(path=pictures / f"{name}.png", full_page=full)
    found: list[str] = page.evaluate(CHECKS)
    return found


@pytest.mark.parametrize(("name", "path", "size", "ready"), SCREENS, ids=[screen[0] for screen in SCREENS])
def test_a_page_is_whole_legible_and_named(busy_hall, screen, pictures, name, path, size, ready):
    screen.set_viewport_size({"width": size[0], "height": size[1]})
    screen.goto(busy_hall.url + path)
    screen.locator(ready).first.wait_for()

    assert faults_of(screen, pictures, name) == []


def test_a_phone_shows_a_ticket_whole_and_legible_from_line_to_end(busy_hall, screen, pictures):
    ticket = busy_hall.ticket("L")
    screen.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    steps: dict[str, tuple[str, ...]] = {"waiting": (), "called": ("call-next",), "served": ("complete",)}

    for state, actions in steps.items():
        busy_hall.counter(48, *actions)
        screen.goto(f"{busy_hall.url}/t/{ticket['ticket_id']}")
        assert faults_of(screen, pictures, f"ticket_{state}") == []


def test_a_flashing_call_and_a_stale_page_are_legible_too(busy_hall, screen, pictures):
    screen.set_viewport_size({"width": TELEVISION[0], "height": TELEVISION[1]})
    screen.emulate_media(reduced_motion="reduce")
    screen.goto(f"{busy_hall.url}/display/C")
    screen.locator("#calls li").first.wait_for()
    screen.evaluate("""() => {
        document.querySelector("#hero").classList.add("flashing");
        document.querySelector("#stale").hidden = false;
    }""")

    assert faults_of(screen, pictures, "display_flashing_stale") == []


def test_the_checks_find_what_is_wrong(busy_hall, screen):
    screen.goto(f"{busy_hall.url}/counter/30")
    screen.locator("#sit-down").wait_for()
    screen.evaluate("""() => {
        document.querySelector("h1").style.cssText = "width: 20px; white-space: nowrap; overflow: hidden";
        document.querySelector(".rating .label").style.color = "#bbb";
        document.querySelector("[data-action=open]").textContent = "";
        document.querySelector("label").remove();
        document.documentElement.lang = "ja";
    }""")

    found = " ".join(screen.evaluate(CHECKS))

    for word in ("too wide", "contrast", "no name", "no label", "language ja"):
        assert word in found


def test_a_hall_in_english_speaks_english_everywhere(make_hall, open_page, pictures):
    own = make_hall(lambda text: text.replace('language = "zh_CN"', 'language = "en"'))
    ticket = own.ticket("A")
    own.counter(1, "call-next")

    page = open_page(own.url)
    for path, (words, *sizes) in {
        "/": ("Pages of this hall", DESK, PHONE),
        "/display": ("Ticket A001, please go to window 1", TELEVISION, UPRIGHT),
        "/manager": ("Manager's overview", DESK, PHONE),
        "/counter/1": ("Call next", DESK, PHONE),
        f"/t/{ticket['ticket_id']}": ("It is your turn", PHONE),
    }.items():
        page.goto(own.url + path)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("body")).to_contain_text(words)
        assert re.findall(r"[\u4e00-\u9fff]+", page.locator("body").inner_text()) == []
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            assert faults_of(page, pictures, f"english_{path.split('/')[1] or 'index'}_{width}") == []
