"""The call display: every call is seen, and after any gap it is right again."""

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Page, Route, expect

SHOWS_NUMBER = "document.querySelector('#hero-number').textContent"


def listed(page: Page) -> list[str]:
    numbers, counters = (page.locator(f"#calls .{name}").all_inner_texts() for name in ("number", "counter"))
    return [f"{number} {counter}" for number, counter in zip(numbers, counters, strict=True)]


def until_listed(page: Page, first: str) -> None:
    expect(page.locator("#calls .number").first).to_have_text(first)


def test_a_call_made_on_the_clerks_page_is_shown_with_its_sentence(hall, open_page):
    hall.ticket("D")
    hall.counter(28)
    clerk, display = open_page(f"{hall.url}/counter/28"), open_page(f"{hall.url}/display", 1920, 1080)
    expect(clerk.locator("#status-word")).to_have_text("空闲")

    clerk.get_by_role("button", name="呼叫下一位").click()

    number = display.locator("#hero-number")
    expect(clerk.locator("#number")).to_have_text(re.compile(r"D\d{3}"))
    expect(number).to_have_text(clerk.locator("#number").inner_text())
    expect(display.locator("#hero-text")).to_have_text(f"请{number.inner_text()}号到28号窗口办理")
    expect(display.locator("#hero-label")).to_have_text("正在呼叫")
    expect(display.locator("#hero")).to_have_class(re.compile("flashing"))
    expect(display.locator("#hero-label")).to_have_text("最新叫号")  # and after some seconds it rests


def test_the_page_names_the_call_it_has_shown(hall, open_page):
    hall.ticket("L")
    display = open_page(f"{hall.url}/display/L")
    expect(display.locator("#hero-empty")).to_be_visible()

    call_id = hall.counter(48, "call-next")["event"]["call_id"]

    display.wait_for_function("id => document.documentElement.dataset.lastCall === id", arg=call_id)
    until_listed(display, "L001")


def test_calls_that_come_together_are_listed_at_once_and_highlighted_one_after_the_other(hall, open_page):
    counters = range(9, 14)
    for counter_no in counters:
        hall.ticket("B")
        hall.counter(counter_no)
    display = open_page(f"{hall.url}/display/B")
    expect(display.locator("#hero-empty")).to_be_visible()
    display.evaluate(f"""() => {{
        window.seen = [];
        new MutationObserver(() => window.seen.push({SHOWS_NUMBER}))
            .observe(document.querySelector("#hero-number"), {{ childList: true, characterData: true, subtree: true }});
    }}""")

    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda no: hall.post(f"/counters/{no}/call-next"), counters))

    in_order = [a["event"]["display_number"] for a in sorted(answers, key=lambda answer: answer["seq"])]
    expect(display.locator("#calls .number")).to_have_text(in_order[::-1], timeout=1000)
    display.wait_for_function("count => window.seen.length >= count", arg=len(in_order))
    assert display.evaluate("window.seen") == in_order


def test_a_recalled_visitor_is_listed_once_and_on_top(hall, open_page):
    for _ in range(2):
        hall.ticket("N")
    hall.counter(51, "call-next")
    display = open_page(f"{hall.url}/display/N")
    until_listed(display, "N001")

    hall.counter(51, "complete", "call-next")
    until_listed(display, "N002")
    hall.counter(51, "recall", "recall")

    expect(display.locator("#calls .number")).to_have_text(["N002", "N001"])
    display.reload()
    expect(display.locator("#calls .number")).to_have_text(["N002", "N001"])


def test_a_zones_display_shows_its_own_calls_and_counts_only(hall, open_page):
    for prefix in ("A", "F"):
        hall.ticket(prefix)
    display = open_page(f"{hall.url}/display/A", 1920, 1080)
    expect(display.locator("#queues .name")).to_have_text(["企业开办与市场准入"])
    expect(display.locator("h1")).to_contain_text("企业服务区")
    waiting = int(display.locator("#queues strong").inner_text())

    hall.counter(41, "call-next")
    number = hall.counter(1, "call-next")["event"]["display_number"]

    until_listed(display, number)
    assert not [line for line in listed(display) if not line.startswith("A")]
    expect(display.locator("#queues strong")).to_have_text([str(waiting - 1)])


def test_no_name_and_no_document_number_reaches_a_display(hall, open_page):
    hall.ticket("H", identity_kind="resident", masked_number="**************123X")
    display = open_page(f"{hall.url}/display/H")
    hall.counter(46, "call-next")

    until_listed(display, "H001")

    assert "123X" not in display.content()
    assert "123X" not in str(hall.get("/display?zone=H"))


def test_the_clock_shows_the_halls_time_wherever_the_browser_thinks_it_is(hall, open_page):
    display = open_page(f"{hall.url}/display", timezone_id="America/New_York")
    expect(display.locator("#date")).to_have_text("2025年3月3日星期一")
    display.wait_for_function("document.querySelector('#time').textContent !== ''")

    told = hall.get("/manager")["now"][11:19]
    shown = display.locator("#time").inner_text()

    def seconds(text: str) -> int:
        hours, minutes, rest = map(int, text.split(":"))
        return hours * 3600 + minutes * 60 + rest

    assert abs(seconds(shown) - seconds(told)) <= 2


def test_who_asked_for_less_motion_sees_a_steady_highlight(hall, open_page):
    hall.ticket("P")
    display = open_page(f"{hall.url}/display/P", reduced_motion="reduce")
    expect(display.locator("#hero-empty")).to_be_visible()

    hall.counter(50, "call-next")

    expect(display.locator("#hero-label")).to_have_text("正在呼叫")
    assert display.evaluate("document.getAnimations().length") == 0


def test_a_server_that_dies_is_noticed_by_every_page_and_its_return_puts_them_right(make_hall, open_page):
    own = make_hall()
    tickets = [own.ticket("A") for _ in range(3)]
    own.counter(1, "call-next", "complete")
    paths = ("/display", "/counter/1", "/manager", f"/t/{tickets[2]['ticket_id']}")
    pages = [open_page(own.url + path, 1440, 900) for path in paths]
    display, clerk, manager, phone = pages
    until_listed(display, "A001")
    expect(clerk.locator("#waiting-count")).to_have_text("2")
    expect(manager.locator("#waiting")).to_have_text("2")
    expect(phone.locator("#ahead")).to_have_text("前面等候1人")

    died_at = time.monotonic()
    own.end(signal.SIGKILL)
    for page in (display, clerk, manager):
        expect(page.locator("#stale")).to_be_visible(timeout=6000)
    assert time.monotonic() - died_at < 6
    expect(display.locator("#stale")).to_have_text("连接中断，正在重连……当前显示可能不是最新")
    expect(phone.locator("#stale")).to_be_visible(timeout=6000)  # it asks every 5 s
    own.start()
    own.counter(1, "call-next")

    for page in pages:
        expect(page.locator("#stale")).to_be_hidden(timeout=7000)
    assert listed(display) == ["A002 1号窗口", "A001 1号窗口"]
    expect(display.locator("#queues strong").first).to_have_text("1")
    expect(clerk.locator("#number")).to_have_text("A002")
    expect(manager.locator("#waiting")).to_have_text("1")
    expect(phone.locator("#ahead")).to_have_text("您是下一位")


def test_markup_in_the_site_files_names_stays_text(make_hall, open_page):
    evil = "<b>x</b><script>document.title='owned'</script>"

    def rename(text: str) -> str:
        for name in ("样例市政务服务大厅", "企业服务区", "企业开办与市场准入"):
            text = text.replace(f'"{name}"', f'"{evil}"')
        return text

    own = make_hall(rename)
    own.ticket("A")
    own.counter(1, "call-next")

    page = open_page(own.url)
    for path in ("/", "/display", "/display/A", "/manager", "/counter/1"):
        page.goto(own.url + path)
        expect(page.locator("body")).to_contain_text(evil)
        assert page.locator("b", has_text=re.compile("^x$")).count() == 0
        assert page.title() != "owned"


def test_a_screen_loads_itself_again_after_the_server_was_upgraded_and_only_then(hall, open_page):
    display = open_page(f"{hall.url}/display")
    ask = """async () => {
        const module = document.querySelector("script[src]").src.replace("display_page", "upgrade");
        await (await import(module)).reloadWhenUpgraded();
    }"""
    display.evaluate("window.isOld = true")

    display.evaluate(ask)
    assert display.evaluate("window.isOld")
    display.route("**/display", lambda route: route.fulfill(body="<p>the next release</p>", content_type="text/html"))
    with display.expect_navigation():
        display.evaluate(f"void ({ask})()")

    expect(display.locator("body")).to_have_text("the next release")


def test_a_stream_that_answers_with_an_error_is_opened_again(hall, open_page):
    hall.ticket("C")
    number = hall.counter(22, "call-next")["event"]["display_number"]
    display = open_page(f"{hall.url}/manager")
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=502, body="the proxy is starting")

    display.route("**/stream/display?*", refuse_once)
    display.goto(f"{hall.url}/display/C")

    expect(display.locator("#calls .number", has_text=number)).to_be_visible()
    assert len(refused) == 1
