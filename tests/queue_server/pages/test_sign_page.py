"""The screen above one counter: what the bar says, large, in two languages, and never older than it looks."""

import re
import signal

import pytest
from playwright.sync_api import expect

from tests.queue_server.pages.conftest import HallProcess

BAR = (1920, 360)


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """A hall of this module's own, so that nobody else calls at its counters."""
    process = HallProcess(tmp_path_factory.mktemp("sign_hall"))
    process.start()
    yield process
    process.end(signal.SIGKILL)


def test_a_counters_screen_follows_it_through_a_visit(hall, open_page):
    sign = open_page(f"{hall.url}/display/counter/24", *BAR)
    expect(sign.locator("h1")).to_have_text("24号窗口")
    expect(sign.locator("#line")).to_have_text("24号窗口 未开放")
    expect(sign.locator("#second")).to_have_text("Window 24 is closed")

    hall.counter(24)
    expect(sign.locator("#sign")).to_have_attribute("data-status", "idle")
    expect(sign.locator("#number")).to_be_hidden()
    expect(sign.locator("#line")).to_have_text(re.compile(r"^24号窗口 \S"))
    hall.ticket("C")
    number = hall.counter(24, "call-next")["event"]["display_number"]

    expect(sign.locator("#number")).to_have_text(number)
    expect(sign.locator("#sign")).to_have_class("flashing")
    expect(sign.locator("#line")).to_have_text(f"请{number}号到24号窗口办理")
    expect(sign.locator("#second")).to_have_text(f"Ticket {number}, please go to window 24")
    hall.counter(24, "start")
    expect(sign.locator("#sign")).not_to_have_class("flashing")
    expect(sign.locator("#line")).to_have_text(f"{number}号办理中")
    hall.counter(24, "complete")
    expect(sign.locator("#number")).to_be_hidden()


def test_a_pause_is_said_in_words_in_both_languages(hall, open_page):
    sign = open_page(f"{hall.url}/display/counter/23", *BAR)
    hall.counter(23)

    hall.post("/counters/23/pause", reason="meal")

    expect(sign.locator("#line")).to_have_text("暂停服务，请到其他窗口办理")
    expect(sign.locator("#second")).to_have_text("Service paused, please use another window")
    assert "meal" not in sign.content()


def test_another_counters_call_changes_nothing_and_no_document_number_is_sent(hall, open_page):
    hall.ticket("C", identity_kind="resident", masked_number="**************456X")
    hall.counter(22)
    heard: list[str] = []
    sign = open_page(f"{hall.url}/display/counter/22", *BAR)
    expect(sign.locator("#sign")).to_have_attribute("data-status", "idle")

    hall.counter(21, "call-next")

    expect(sign.locator("#sign")).to_have_attribute("data-status", "idle")
    heard.append(
        sign.evaluate(
            """() => new Promise((done) => {
                const stream = new EventSource("/api/v1/stream/signs/21");
                stream.addEventListener("snapshot", (event) => { stream.close(); done(event.data); });
            })"""
        )
    )
    assert '"status":"calling"' in heard[0]
    assert "456X" not in heard[0]


def test_a_server_that_dies_is_said_within_six_seconds_and_its_return_puts_it_right(make_hall, open_page):
    own = make_hall()
    own.counter(1)
    sign = open_page(f"{own.url}/display/counter/1", *BAR)
    expect(sign.locator("#sign")).to_have_attribute("data-status", "idle")

    own.end(signal.SIGKILL)
    expect(sign.locator("#stale")).to_be_visible(timeout=6000)
    own.start()
    own.ticket("A")
    own.counter(1, "call-next")

    expect(sign.locator("#stale")).to_be_hidden(timeout=7000)
    expect(sign.locator("#number")).to_have_text("A001")


def test_a_counter_that_is_not_there_is_said(hall, open_page):
    page = open_page(f"{hall.url}/display/counter/999")

    expect(page.locator("body")).to_contain_text("本大厅没有999号窗口。")


def test_a_hall_in_english_writes_english_large(make_hall, open_page):
    own = make_hall(lambda text: text.replace('language = "zh_CN"', 'language = "en"'))
    sign = open_page(f"{own.url}/display/counter/1", *BAR)

    expect(sign.locator("#line")).to_have_text("Window 1 is closed")
    expect(sign.locator("#second")).to_have_text("1号窗口 未开放")
    expect(sign.locator("#second")).to_have_attribute("lang", "zh-CN")
