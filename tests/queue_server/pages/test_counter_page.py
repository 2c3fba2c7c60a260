"""The clerk's page, worked by hand: mouse, keyboard, a bad network. Each test works at counters of its own."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

BUTTONS = ("call-next", "recall", "start", "missed", "complete", "pause", "resume", "close")


def button(page: Page, action: str) -> Any:
    return page.locator(f"button[data-action={action}]")


def sit_down(page: Page) -> None:
    """Each counter has a clerk of its own."""
    page.get_by_label("工号").fill(f"9{int(page.url.rsplit('/', 1)[1]):03d}")
    page.get_by_role("button", name="上岗").click()
    expect(page.locator("#status-word")).to_have_text("空闲")


def enabled(page: Page) -> set[str]:
    return {action for action in BUTTONS if button(page, action).is_enabled()}


def calls_at(hall: Any, *counters: str) -> list[tuple[str, str]]:
    shown = hall.get("/display")["calls"]
    return [(call["display_number"], call["counter_no"]) for call in shown if call["counter_no"] in counters]


def test_a_visit_from_sitting_down_to_the_rating_and_leaving(hall, open_page):
    for _ in range(2):
        hall.ticket("G", identity_kind="resident", masked_number="**************000X")
    page = open_page(f"{hall.url}/counter/43")
    sit_down(page)
    expect(page.locator("#clerk")).to_have_text("工号 9043")
    expect(page.locator("#waiting-count")).to_have_text("2")
    assert enabled(page) == {"call-next", "pause", "close"}

    button(page, "call-next").click()
    expect(page.locator("#number")).to_have_text("G001")
    expect(page.locator("#document")).to_have_text("尾号 000X")
    expect(page.locator("#waiting li strong")).to_have_text(["G002"])
    expect(page.locator("#waited")).to_have_text(re.compile(r"^\d+秒$"))
    assert enabled(page) == {"recall", "start", "missed", "complete"}
    button(page, "start").click()
    expect(page.locator("#status-word")).to_have_text("办理中")
    assert enabled(page) == {"recall", "complete"}
    button(page, "complete").click()
    expect(page.locator("#rating")).to_have_text("评价进行中，请提醒办事人评价")
    expect(page.locator("#completed")).to_have_text("1")

    page.get_by_label("暂停原因").select_option("meal")
    button(page, "pause").click()
    expect(page.locator("#status-note")).to_have_text("暂停原因：用餐")
    assert enabled(page) == {"resume", "close"}
    button(page, "resume").click()
    expect(page.locator("#status-word")).to_have_text("空闲")
    expect(page.locator("#rating")).to_have_text("上一位未评价")
    button(page, "close").click()
    expect(page.get_by_label("工号")).to_be_visible()


def test_a_rating_that_arrives_is_told_without_its_level(hall, open_page):
    hall.ticket("T")
    rating_id = hall.counter(47, "call-next", "complete")["event"]["rating_id"]
    page = open_page(f"{hall.url}/counter/47")
    expect(page.locator("#rating")).to_have_text("评价进行中，请提醒办事人评价")

    hall.post(f"/ratings/{rating_id}", level="dissatisfied", channel="evaluator")

    expect(page.locator("#rating")).to_have_text("已收到评价")
    assert "不满意" not in page.locator("body").inner_text()


def test_two_clerks_who_call_at_once_get_different_visitors(hall, open_page):
    numbers = [hall.ticket("D")["display_number"] for _ in range(2)]
    pages = [open_page(f"{hall.url}/counter/{no}") for no in (26, 27)]
    for page in pages:
        sit_down(page)

    for page in pages:  # in the browser, so that no click waits for the other
        page.evaluate("setTimeout(() => document.querySelector('[data-action=call-next]').click(), 50)")

    for page in pages:
        expect(page.locator("#status-word")).to_have_text("呼叫中")
    assert sorted(page.locator("#number").inner_text() for page in pages) == sorted(numbers)
    assert len(calls_at(hall, "26", "27")) == 2


def test_a_double_click_is_one_call(hall, open_page):
    for _ in range(2):
        hall.ticket("E")
    page = open_page(f"{hall.url}/counter/33")
    sit_down(page)

    button(page, "call-next").dblclick()
    expect(page.locator("#status-word")).to_have_text("呼叫中")
    place = button(page, "recall").bounding_box()
    page.mouse.move(place["x"] + 20, place["y"] + 20)
    for click in (1, 2):  # slowly: the first is answered before the second
        page.mouse.down(click_count=click)
        page.mouse.up(click_count=click)
        expect(button(page, "recall")).to_be_enabled()
        expect(page.locator("#status-note")).to_have_text("已呼叫2次")

    assert len(calls_at(hall, "33")) == 2
    expect(page.locator("#refusal")).to_have_text("")
    expect(page.locator("#waiting-count")).to_have_text("1")


def test_the_clerk_sees_who_comes_next_who_was_sent_here_and_who_stepped_aside(make_hall, open_page):
    hall = make_hall()
    page = open_page(f"{hall.url}/counter/50")
    sit_down(page)
    numbers = [hall.ticket("P")["display_number"] for _ in range(3)]
    button(page, "call-next").click()
    expect(page.locator("#number")).to_have_text(numbers[0])

    hall.post("/commands", type="HoldTicket", counter_no="50", reason="form")
    button(page, "call-next").click()
    expect(page.locator("#number")).to_have_text(numbers[1])

    expect(page.locator("#held")).to_have_text(f"已挂起：{numbers[0]}")
    expect(page.locator("#waiting li strong")).to_have_text([numbers[2]])
    expect(page.locator("#missed")).to_be_hidden()


def test_the_number_keys_press_the_buttons_but_not_while_somebody_types(hall, open_page):
    hall.ticket("F")
    page = open_page(f"{hall.url}/counter/39")
    page.get_by_label("工号").click()  # typing alone does not wait until the page has its first view
    page.keyboard.type("1123")
    page.keyboard.press("Enter")
    expect(page.locator("#status-word")).to_have_text("空闲")
    assert calls_at(hall, "39") == []

    expect(button(page, "call-next")).to_be_enabled()  # the page knows the state before its own answer arrives
    page.keyboard.press("1")
    expect(page.locator("#status-word")).to_have_text("呼叫中")
    page.get_by_label("暂停原因").focus()
    page.keyboard.press("3")  # meant for the list of reasons
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    expect(button(page, "recall")).to_be_enabled()
    expect(page.locator("#status-note")).to_have_text("已呼叫2次")
    page.keyboard.press("3")
    expect(page.locator("#status-word")).to_have_text("办理中")
    page.keyboard.press("4")  # missed is not allowed while serving
    page.keyboard.press("5")
    expect(page.locator("#status-word")).to_have_text("待评价")


def test_every_button_is_reached_and_pressed_by_keyboard_alone(hall, open_page):
    hall.ticket("F")
    hall.counter(40)
    page = open_page(f"{hall.url}/counter/40")
    expect(page.locator("#status-word")).to_have_text("空闲")

    page.keyboard.press("Tab")
    expect(button(page, "call-next")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#status-word")).to_have_text("呼叫中")


def test_a_refusal_is_a_chinese_sentence(hall, open_page):
    page = open_page(f"{hall.url}/counter/29")
    sit_down(page)

    button(page, "call-next").click()

    expect(page.get_by_role("alert").filter(visible=True)).to_have_text("本窗口暂无等候人员。")
    expect(button(page, "call-next")).to_be_enabled()


def test_a_visitor_who_may_still_come_is_not_missed_and_the_clerk_reads_what_is_left(make_hall, open_page):
    hall = make_hall(lambda text: text.replace("least_calls = 1\nleast_wait_s = 0\n", "least_calls = 2\n"))
    hall.ticket("E")
    page = open_page(f"{hall.url}/counter/33")
    sit_down(page)
    button(page, "call-next").click()
    expect(page.locator("#status-word")).to_have_text("呼叫中")

    button(page, "missed").click()
    expect(page.locator("#refusal")).to_have_text("还须再呼叫1次，方可作过号处理。")
    button(page, "recall").click()
    expect(page.locator("#refusal")).to_have_text("")
    button(page, "missed").click()

    expect(page.locator("#refusal")).to_have_text(re.compile(r"^办事人可能正在前来，\d+秒后方可作过号处理。$"))
    expect(page.locator("#status-word")).to_have_text("呼叫中")
    expect(button(page, "missed")).to_be_enabled()


def test_a_window_taken_by_another_clerk_meanwhile_is_refused_in_chinese(hall, open_page):
    page = open_page(f"{hall.url}/counter/2")
    expect(page.get_by_label("工号")).to_be_visible()
    page.get_by_label("工号").fill("9001")
    page.route("**/open", lambda route: (hall.counter(2, staff_no="9002"), route.continue_())[-1])

    page.get_by_role("button", name="上岗").click()

    expect(page.locator("#refusal")).to_have_text("该窗口已有其他工作人员在岗。")
    expect(page.locator("#clerk")).to_have_text("工号 9002")


def test_an_answer_lost_on_the_way_is_asked_for_again_under_the_same_id(hall, open_page):
    for _ in range(2):
        hall.ticket("C")
    page = open_page(f"{hall.url}/counter/21")
    sit_down(page)
    sent: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "")["command_id"])
        if len(sent) == 1:
            route.fetch()  # the server does it, and the page never hears of it
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/call-next", lose_the_first_answer)

    button(page, "call-next").click()

    expect(button(page, "recall")).to_be_enabled()
    expect(page.locator("#number")).to_have_text("C001")
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert calls_at(hall, "21") == [("C001", "21")]


def test_a_command_that_never_got_through_keeps_its_id_until_the_true_state_is_known(hall, open_page):
    page = open_page(f"{hall.url}/counter/1")
    page.clock.install()
    sent: list[str] = []

    def refuse_connection(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "")["command_id"])
        route.abort("connectionrefused")

    page.route("**/nowhere", refuse_connection)
    send = """async (isSettled) => {
        const { Sender } = await import(document.querySelector("script[src]").src.replace("counter_page", "commands"));
        window.sender ??= new Sender();
        if (isSettled) window.sender.settle();
        window.code = null;
        window.sender.send("/nowhere", {}).catch((error) => (window.code = error.code));
    }"""

    for is_settled in (False, False, True):
        page.evaluate(send, is_settled)
        while page.evaluate("window.code") is None:
            page.clock.run_for(1000)
        assert page.evaluate("window.code") == "not_delivered"

    tries = len(sent) // 3
    assert tries >= 4
    assert len(set(sent[: 2 * tries])) == 1
    assert len(set(sent)) == 2


def test_command_ids_are_made_without_a_secure_context_too(hall, open_page):
    page = open_page(f"{hall.url}/counter/1")

    ids = page.evaluate("""async () => {
        const page = document.querySelector("script[src]").src;
        const { newCommandId } = await import(page.replace("counter_page", "commands"));
        const plain = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
        return Array.from({ length: 200 }, () => newCommandId(plain));
    }""")

    assert len(set(ids)) == 200
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", i) for i in ids)


@pytest.mark.parametrize("reason", ["short_break", "handover"])
def test_a_pause_is_kept_with_its_reason_as_a_code(hall, open_page, reason):
    counter_no = {"short_break": 3, "handover": 4}[reason]
    page = open_page(f"{hall.url}/counter/{counter_no}")
    sit_down(page)

    page.get_by_label("暂停原因").select_option(reason)
    button(page, "pause").click()

    expect(page.locator("#status-word")).to_have_text("暂停")
    assert hall.get(f"/counters/{counter_no}")["pause_reason"] == reason
