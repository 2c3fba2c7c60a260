"""The pure functions behind the huge call of a display, run in the browser that runs them."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

MODULE = "document.querySelector('script[src]').src.replace('display_page', 'highlight')"


@pytest.fixture(scope="module")
def rules(hall, browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{hall.url}/display")
    yield page
    page.close()


def shown(rules: Page, calls: list[tuple[int, str]], end_ms: int) -> list[tuple[str, int]]:
    """What is shown and since when, stepping every 100 ms; `calls` are (at_ms, id), "*" means that it flashes."""
    found = rules.evaluate(
        f"""async ([calls, end]) => {{
            const h = await import({MODULE});
            let state = h.nothing();
            const seen = [];
            for (let now = 0; now <= end; now += 100) {{
                for (const [at, id] of calls) if (at === now) state = h.add(state, {{ call_id: id }}, now);
                state = h.step(state, now);
                seen.push([(state.shown?.call_id ?? "-") + (state.isFlashing ? "*" : ""), now]);
            }}
            return seen;
        }}""",
        [calls, end_ms],
    )
    return [(name, next(rows)[1]) for name, rows in itertools.groupby(found, key=lambda row: row[0])]


def test_a_lone_call_flashes_for_four_seconds_and_stays(rules):
    assert shown(rules, [(100, "a")], 6000) == [("-", 0), ("a*", 100), ("a", 4100)]


def test_the_more_calls_wait_the_shorter_each_flashes_but_none_is_lost(rules):
    seen = shown(rules, [(0, name) for name in "abcdefgh"], 20_000)

    assert [name for name, _ in seen] == [*(f"{name}*" for name in "abcdefgh"), "h"]
    lengths = [later - at for (_, at), (_, later) in itertools.pairwise(seen)]
    assert lengths == sorted(lengths)
    assert lengths[0] == 900
    assert lengths[-1] == 4000


def test_a_second_call_cuts_a_long_flash_short(rules):
    assert shown(rules, [(0, "a"), (2500, "b")], 7000) == [("a*", 0), ("b*", 2500), ("b", 6500)]


def test_a_snapshot_forgets_what_waited_and_flashes_only_for_news(rules):
    states = rules.evaluate(f"""async () => {{
        const h = await import({MODULE});
        const call = {{ call_id: "z" }};
        return [h.replace(call, true, 5), h.replace(call, false, 5), h.replace(null, true, 5)];
    }}""")

    assert [state["isFlashing"] for state in states] == [True, False, False]
    assert [state["waiting"] for state in states] == [[], [], []]


@pytest.mark.parametrize("most", [3, 8])
def test_a_list_holds_each_ticket_once_newest_first(rules, most):
    calls = [{"display_number": f"A{n % 5}", "seq": n} for n in range(12, 0, -1)]

    listed = rules.evaluate(f"async ([calls, most]) => (await import({MODULE})).listedAll(calls, most)", [calls, most])

    assert [call["seq"] for call in listed] == [12, 11, 10, 9, 8][:most]
