"""The worked day in the docs: what the committed pages say is what the rules do today."""

from pathlib import Path

import pytest

from commands.simulate.main import main
from commands.simulate.worked_day import work_the_day
from commands.simulate.worked_page import PAGES, pages
from hall import messages as m
from hall.priority import Ground
from hall.texts import ENGLISH

ROOT = Path(__file__).resolve().parents[3]
NEVER_THERE = {Ground.HEAD_START}  # the balanced order's; the day is worked in the strict one


@pytest.mark.parametrize("name", PAGES.values())
def test_the_committed_page_is_what_the_rules_do_today(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name]


def test_the_command_writes_both_pages(tmp_path, capsys):
    assert main(["worked-day", "--folder", str(tmp_path)]) == 0

    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == pages()


def test_the_day_shows_every_reason_that_the_strict_order_gives():
    day = work_the_day(ENGLISH)

    assert {call.event.why.ground for call in day.calls if call.event.why} == set(Ground) - NEVER_THERE


def test_everybody_who_came_was_served_in_the_end():
    day = work_the_day(ENGLISH)

    issued = [r.event.ticket_id for r in day.records if isinstance(r.event, m.TicketIssued)]
    served = [r.event.ticket_id for r in day.records if isinstance(r.event, m.ServiceCompleted)]
    assert sorted(issued) == sorted(served)


def test_the_chinese_page_has_no_english_sentence_left():
    letters = [c for c in pages()["worked-day.zh-CN.md"] if c.isascii() and c.isalpha()]

    words = "worked-day.md" * 2 + "./hallq simulate worked-day"
    rest = [c for c in letters if c not in "BC"]  # the queues' letters stand in every number
    assert sorted(rest) == sorted(c for c in words if c.isalpha())
