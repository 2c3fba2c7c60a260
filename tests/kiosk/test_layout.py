"""What every screen promises its reader: nothing cut, nothing missing, readable colours, keys that a finger finds."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow.screens import TABLE, Screen, Step
from kiosk.flow.state import PAGE_SIZE
from kiosk.flow.visit import step_of
from kiosk.ui import theme
from kiosk.ui.elements import HEIGHT, WIDTH, Box, Element, Picture, Qr, Scene, Text
from kiosk.ui.glyphs import MASK, drawable, shown
from kiosk.ui.pictures import PICTURES
from kiosk.ui.scenes import keys, scene
from kiosk.ui.typeset import block_height, typeset
from tests.kiosk.gallery import chinese, every_state, sample_plan, surroundings

LANGUAGES = ("zh_CN", "en")


def every_scene() -> Iterator[tuple[str, Scene]]:
    plan = sample_plan()
    for language in LANGUAGES:
        at = surroundings(language)
        for name, state in every_state(plan, language).items():
            yield f"{name}.{language}", scene(state, at)


SCENES = dict(every_scene())


def texts_of(shown_scene: Scene) -> list[Text]:
    return [element for element in shown_scene if isinstance(element, Text)]


def test_no_text_is_cut_or_leaves_its_place(window: Any, fonts: dict[bool, Path]):
    from kiosk.ui.board import _width, set_text

    for name, shown_scene in SCENES.items():
        for text in texts_of(shown_scene):
            lines = set_text(text, fonts)

            assert not lines.is_cut, (name, text.text)
            assert lines.size >= theme.SMALLEST, (name, text.text)
            assert block_height(len(lines.lines), lines.size) <= text.h, (name, text.text)
            for line in lines.lines:
                assert _width(line, lines.size, str(fonts[text.bold])) <= text.w, (name, line)


def test_the_drawn_textures_are_as_large_as_was_measured(window: Any, fonts: dict[bool, Path]):
    from kivy.core.text import Label

    from kiosk.ui.board import set_text

    for text in texts_of(SCENES["ticket.zh_CN"]) + texts_of(SCENES["choose_queue.en"]):
        lines = set_text(text, fonts)
        for line in lines.lines:
            label = Label(text=line, font_size=lines.size, font_name=str(fonts[text.bold]))
            label.refresh()

            assert label.texture.width <= text.w
            assert label.texture.height <= text.h


def test_every_character_has_a_shape_in_the_font_it_is_drawn_with(fonts: dict[bool, Path]):
    missing = {
        (name, character)
        for name, shown_scene in SCENES.items()
        for text in texts_of(shown_scene)
        for character in text.text
        if ord(character) not in drawable(fonts[text.bold])
    }

    assert missing == set()


def test_a_character_without_a_shape_is_masked_and_a_rare_one_with_a_shape_is_kept(fonts: dict[bool, Path]):
    rare, unassigned = "\U00020bb7", "\U0002fa1e"

    assert shown(f"{rare}{unassigned}", fonts[False]) == f"{rare}{MASK}"
    assert ord(MASK) in drawable(fonts[False])


def test_every_text_can_be_read_against_what_is_behind_it():
    for name, shown_scene in SCENES.items():
        for text in texts_of(shown_scene):
            assert theme.contrast(text.color, text.on) >= 4.5, (name, text.text)


def covers(outer: Element, inner: Element) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and outer.x + outer.w >= inner.x + inner.w
        and outer.y + outer.h >= inner.y + inner.h
    )


def test_the_colour_behind_each_text_is_the_one_that_is_drawn_there():
    for name, shown_scene in SCENES.items():
        for index, element in enumerate(shown_scene):
            if isinstance(element, Text):
                behind = [b for b in shown_scene[:index] if isinstance(b, Box) and covers(b, element)]
                assert behind, (name, element.text)
                assert behind[-1].fill == element.on, (name, element.text)


def test_contrast_is_computed_as_wcag_says():
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)


def test_keys_are_large_apart_and_named_once():
    for name, shown_scene in SCENES.items():
        shown_keys = keys(shown_scene)
        names = [key.name for key in shown_keys]
        assert len(set(names)) == len(names), name
        for key in shown_keys:
            assert min(key.w, key.h) >= 120, (name, key.name)
            assert key.text, (name, key.name)
        for one, other in combinations(shown_keys, 2):
            assert not overlap(one, other), (name, one.name, other.name)


def overlap(one: Element, other: Element) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w and one.y < other.y + other.h and other.y < one.y + one.h
    )


def test_texts_pictures_and_codes_do_not_lie_over_each_other():
    for name, shown_scene in SCENES.items():
        solid = [e for e in shown_scene if isinstance(e, Text | Picture | Qr)]
        for one, other in combinations(solid, 2):
            assert not overlap(one, other), (name, one, other)


def test_everything_is_on_the_screen():
    for name, shown_scene in SCENES.items():
        for element in shown_scene:
            assert 0 <= element.x <= element.x + element.w <= WIDTH, (name, element)
            assert 0 <= element.y <= element.y + element.h <= HEIGHT, (name, element)


def test_no_page_has_more_than_six_choices():
    for name, shown_scene in SCENES.items():
        choices = [key for key in keys(shown_scene) if key.name.startswith(("queue:", "matter:"))]
        assert len(choices) <= PAGE_SIZE == 6, name


def test_the_pages_together_offer_every_queue_and_every_matter_once():
    plan = sample_plan()
    pages = [SCENES[f"choose_queue{tail}.zh_CN"] for tail in ("", "_2", "_3")]
    queues = [k.name.removeprefix("queue:") for page in pages for k in keys(page) if k.name.startswith("queue:")]
    matters = [
        key.name.removeprefix("matter:")
        for name, page in SCENES.items()
        if name.startswith("choose_matter_") and name.endswith(".zh_CN")
        for key in keys(page)
        if key.name.startswith("matter:")
    ]

    assert queues == list(plan.queues)
    assert sorted(matters) == sorted(plan.items)


def test_every_key_that_is_shown_leads_somewhere():
    plan = sample_plan()
    for language in LANGUAGES:
        for name, state in every_state(plan, language).items():
            for key in keys(scene(state, surroundings(language))):
                taken = step_of(state, key.event, now_s=0.0)
                assert taken in TABLE[state.screen], (name, key.name)


def test_every_touch_that_the_table_allows_has_a_key_on_its_screen():
    touches = {
        *(Step.BEGIN, Step.CHOOSE_QUEUE, Step.CHOOSE_MATTER, Step.GO_BACK, Step.START_OVER, Step.TAKE_ON_SCREEN),
        *(Step.TRY_AGAIN, Step.FINISH),
    }
    plan, at = sample_plan(), surroundings("zh_CN")
    states = every_state(plan, "zh_CN")
    for screen in Screen:
        state = states[screen.value]
        offered = {step_of(state, key.event, now_s=0.0) for key in keys(scene(state, at))}
        assert set(TABLE[screen]) & touches <= offered, screen


def test_every_picture_that_is_named_can_be_drawn_and_every_drawing_is_used():
    named = {e.name for shown_scene in SCENES.values() for e in shown_scene if isinstance(e, Picture)}

    assert named == set(PICTURES)


def test_no_english_is_left_on_a_chinese_screen():
    allowed = {"K01", "English"}
    for name, shown_scene in SCENES.items():
        if not name.endswith(".zh_CN"):
            continue
        for text in texts_of(shown_scene):
            letters = [c for c in text.text if c.isascii() and c.isalpha()]
            assert len(letters) <= 2 or text.text in allowed, (name, text.text)


def test_translations_keep_their_named_places():
    import string

    for english, translated in chinese()._table.items():
        places = [{field for _, field, _, _ in string.Formatter().parse(t) if field} for t in (english, translated)]
        assert places[0] == places[1], english


# ---- lines ----------------------------------------------------------------------------------------------------


def em_wide(part: str, size: float) -> float:
    """A font whose Chinese characters are one em wide and whose others are half of that."""
    return sum(size if ord(c) > 0x2E80 else size / 2 for c in part)


def test_a_text_breaks_between_clauses_when_that_takes_no_more_lines():
    lines = typeset("请再试一次。您只会得到一个号码。", w=500, h=200, size=40, smallest=24, measure=em_wide)

    assert lines.lines == ("请再试一次。", "您只会得到一个号码。")


def test_no_line_begins_with_a_closing_mark():
    lines = typeset("一二三四五六七八九十，一", w=400, h=300, size=40, smallest=24, measure=em_wide)

    assert lines.lines == ("一二三四五六七八九", "十，一")


def test_latin_words_are_not_torn_apart():
    lines = typeset("Please take your ticket", w=200, h=300, size=40, smallest=24, measure=em_wide)

    assert lines.lines == ("Please", "take your", "ticket")


def test_a_text_that_is_too_long_shrinks_and_is_cut_only_at_the_smallest_size():
    shrunk = typeset("一二三四五六七八九十", w=300, h=50, size=40, smallest=24, measure=em_wide)
    cut = typeset("一二三四五六七八九十一二三四五", w=240, h=40, size=40, smallest=24, measure=em_wide)

    assert shrunk.lines == ("一二三四五六七八九十",)
    assert 24 <= shrunk.size <= 30
    assert not shrunk.is_cut
    assert cut.is_cut
    assert cut.lines[0].endswith("…")
    assert em_wide(cut.lines[0], 24) <= 240
