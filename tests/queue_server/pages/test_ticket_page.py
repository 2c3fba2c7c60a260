"""The page behind a ticket's QR code, on its owner's phone."""

import re

from playwright.sync_api import expect

PHONE = (390, 844)


def test_a_phone_follows_its_ticket_from_the_line_to_the_window_and_out(hall, open_page):
    first, second = hall.ticket("Z"), hall.ticket("Z")
    phone = open_page("about:blank", *PHONE)
    phone.clock.install()
    phone.goto(f"{hall.url}/t/{second['ticket_id']}")
    expect(phone.locator("#ahead")).to_have_text("前面等候1人")

    def after(*actions: str) -> None:
        hall.counter(52, *actions)
        phone.clock.run_for(5100)

    after("call-next")
    expect(phone.locator("#ahead")).to_have_text("您是下一位")
    after("complete", "call-next")
    expect(phone.locator("#state")).to_have_text("请到窗口办理")
    expect(phone.locator("#counter")).to_have_text("52号窗口")
    expect(phone).to_have_title(re.compile(second["display_number"]))
    after("start")
    expect(phone.locator("#state")).to_have_text("办理中")
    after("complete")
    expect(phone.locator("#state")).to_have_text("已办结")
    assert first["display_number"] not in phone.content()


def test_a_missed_visitor_is_told_where_to_ask(hall, open_page):
    ticket = hall.ticket("Z")
    hall.counter(52, "call-next", "missed")

    phone = open_page(f"{hall.url}/t/{ticket['ticket_id']}", *PHONE)

    expect(phone.locator("#state")).to_have_text("已过号")
    expect(phone.locator("#hint")).to_have_text("请到咨询导办台。")
    expect(phone.locator("#counter")).to_have_text("")
