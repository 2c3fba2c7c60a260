"""The manager's overview: the hall's figures, ratings, devices and windows, live."""

import re

from playwright.sync_api import expect


def test_the_figures_are_the_halls(busy_hall, open_page):
    page = open_page(f"{busy_hall.url}/manager", 1440, 900)
    view = busy_hall.get("/manager")

    expect(page.locator("#waiting")).to_have_text(str(view["waiting"]))
    expect(page.locator("#issued")).to_have_text(str(view["issued"]))
    expect(page.locator("#completed")).to_have_text(str(view["completed"]))
    expect(page.locator("#missed")).to_have_text("1")
    expect(page.locator("#open-counters")).to_have_text(f"{view['open_counters']} / 52")
    waiting = [str(queue["waiting"]) for queue in view["queues"]]
    expect(page.locator("#queues strong")).to_have_text(waiting)
    expect(page.locator("#not-printed")).to_have_text("今日有1张号票未打印成功")


def test_ratings_are_drawn_by_level_with_their_numbers(busy_hall, open_page):
    page = open_page(f"{busy_hall.url}/manager", 1440, 900)

    expect(page.locator(".chart-label")).to_have_text(["非常满意", "满意", "基本满意", "不满意", "非常不满意"])
    expect(page.locator(".chart-number")).to_have_text(["4", "1", "1", "1", "0"])
    expect(page.locator("#ratings-summary")).to_have_text("满意率 85%")
    widths = page.locator("rect.chart-positive, rect.chart-negative").evaluate_all(
        "bars => bars.map((bar) => Number(bar.getAttribute('width')))"
    )
    assert widths[0] == 4 * widths[1] == 4 * widths[3] > 0
    assert widths[4] == 0


def test_a_devices_trouble_is_told_with_its_cause_and_mend(busy_hall, open_page):
    page = open_page(f"{busy_hall.url}/manager", 1440, 900)
    printer = page.locator("#devices li", has_text="K01.printer")

    expect(printer).to_contain_text("号票打印机")
    expect(printer.locator(".state")).to_have_text("×故障")
    expect(printer.locator(".cause")).to_have_text("打印纸已用完。")
    expect(printer.locator(".mend")).to_have_text("请更换新纸卷。")
    expect(page.locator("#devices li", has_text="B03")).to_contain_text(
        "设备没有响应。请重启设备，并检查连接线两端。 (已连续失败3次)"
    )
    expect(page.locator("#devices li")).to_have_count(3)
    expect(page.locator("#devices-fine")).to_have_text("3台设备正常")
    expect(page.locator("#broker")).to_have_text("✓已连接")


def test_a_device_is_tried_by_its_button_and_what_came_of_it_is_said(busy_hall, open_page, pictures):
    page = open_page(f"{busy_hall.url}/manager", 1440, 900)
    page.locator(".all-devices summary").click()
    expect(page.locator(".trial")).to_have_count(4)  # the server and the kiosk are no devices

    for device, words in {"K01.printer": "×打印纸已用完。", "K01.reader1": "✓测试通过"}.items():
        page.get_by_role("button", name=f"测试 {device}", exact=True).click()
        expect(page.locator(f'.trial[data-device="{device}"] .came')).to_have_text(words)

    page.get_by_role("button", name="测试 B03", exact=True).click()
    expect(page.locator('.trial[data-device="B03"] .came')).to_have_text("…正在测试…")
    expect(page.get_by_role("button", name="测试 B03", exact=True)).to_be_disabled()
    page.screenshot(path=pictures / "manager-devices.png", full_page=True)


def test_every_window_shows_its_status_in_words(busy_hall, open_page):
    page = open_page(f"{busy_hall.url}/manager", 1440, 900)
    tiles = page.locator("#counters li")

    expect(tiles).to_have_count(52)
    for no, words in {"1": "呼叫中", "3": "暂停", "10": "办理中", "30": "未开放"}.items():
        tile = tiles.filter(has=page.locator(".no", has_text=re.compile(f"^{no}号窗口$")))
        expect(tile.locator(".state")).to_contain_text(words)


def test_every_window_shows_its_kind_and_the_share_of_comprehensive_ones_is_told(busy_hall, open_page):
    page = open_page(f"{busy_hall.url}/manager", 1440, 900)
    view = busy_hall.get("/manager")

    kinds = page.locator("#counters li .kind")
    expect(kinds).to_have_count(len(view["counters"]))

    assert set(kinds.all_inner_texts()) >= {"综合窗口", "专区窗口", "出件窗口", "咨询导办台", "通办专窗"}
    share = int(100 * view["comprehensive_share"])
    expect(page.locator("#comprehensive")).to_have_text(f"今日叫号中综合窗口办理占{share}%")


def test_an_empty_day_says_so_in_words(make_hall, open_page):
    own = make_hall()
    page = open_page(f"{own.url}/manager", 390, 844)

    expect(page.locator("#ratings-empty")).to_have_text("今日尚无评价")
    expect(page.locator("#devices-fine")).to_have_text("尚无设备上报状态")
    expect(page.locator("#broker")).to_contain_text("未连接")
    expect(page.locator("#mean-wait")).to_have_text("–")
    assert page.locator(".chart").count() == 0

    own.ticket("A")
    expect(page.locator("#issued")).to_have_text("1")


def test_a_queue_says_how_good_its_estimates_were(make_hall, open_page):
    own = make_hall()
    own.counter(1)
    for _ in range(6):
        own.ticket("A")
        own.counter(1, "call-next", "complete")
    page = open_page(f"{own.url}/manager", 1440, 900)

    told = page.locator("#queues .foretold")

    expect(told).to_have_count(1)
    expect(told).to_contain_text("预计等候平均相差")
    expect(told).to_contain_text("%在预计范围内")
