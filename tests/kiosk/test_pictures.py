"""Every screen as a visitor sees it, drawn by Kivy and read back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zxingcpp

from kiosk.flow.screens import Screen
from kiosk.ui import theme
from kiosk.ui.scenes import scene
from tests.kiosk.gallery import TICKET, every_state, sample_plan, surroundings


@pytest.fixture
def board(window: Any, fonts: dict[bool, Path], frames: Callable[[int], None]) -> Any:
    from kiosk.ui.board import Board

    board = Board(fonts, lambda _event: None, size_hint=(None, None), size=(1080, 1920))
    window.add_widget(board)
    yield board
    window.remove_widget(board)


SHOWN = (
    *("idle_offline", "idle_offline_troubles", "choose_queue_offline", "ticket_offline", "no_paper_ticket_offline"),
    *(screen.value for screen in Screen),
    *("choose_queue_3", "choose_matter_C", "ticket_no_card", "take_nothing", "idle_troubles", "idle_no_reader"),
)


SOME = (
    "idle",
    "idle_offline",
    "ticket_offline",
    "choose_queue",
    "choose_matter",
    "ticket",
    "no_paper_ticket",
    "server_away",
)


@pytest.mark.parametrize(("language", "names"), [("zh_CN", SHOWN), ("en", SOME)])
def test_every_screen_can_be_drawn_and_is_no_empty_box(
    language: str, names: tuple[str, ...], board: Any, frames: Callable[[int], None], pictures: Path
) -> None:
    at, plan = surroundings(language), sample_plan()
    states = every_state(plan, language)

    for name in names:
        board.show(scene(states[name], at))
        frames(1)
        image = board.picture()
        image.save(pictures / f"{name}.{language}.png", compress_level=1)

        assert image.size == (1080, 1920)
        assert image.getpixel((5, 5)) == tuple(bytes.fromhex(theme.NAVY[1:])), name
        assert len(image.resize((270, 480)).getcolors(1 << 20) or ()) > 50, name


def test_the_code_on_the_screen_leads_to_the_ticket_s_page(board: Any, frames: Callable[[int], None]) -> None:
    board.show(scene(every_state(sample_plan(), "zh_CN")["no_paper_ticket"], surroundings("zh_CN")))
    frames(1)

    (code,) = zxingcpp.read_barcodes(board.picture())

    assert code.text == TICKET.status_url
