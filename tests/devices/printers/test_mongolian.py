"""Traditional Mongolian in dots: joined, in columns from left to right, with everything else inside it turned right."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from devices.printers.mongolian import cleaned, columns_mask, require_joining
from devices.printers.papers.samples import INNER_MONGOLIA, SCRIPT
from devices.printers.typeset import drawable, line_mask
from hall.scripts import Scripts
from settings.fonts import FontMissing, mongolian_font
from tests.devices.printers.making import CHINESE, a_face, render

SIZE = 40


def dots(texts: tuple[str, ...], *, length: int = 2000, widest: int = 2000) -> np.ndarray:
    return np.array(columns_mask(texts, SIZE, length=length, widest=widest))


def pieces_of_ink(ink: np.ndarray) -> int:
    """How many separate pieces there are when one looks along a column: rows of dots that hold ink, in runs."""
    rows = ink.any(axis=1)
    return int(rows[0]) + int((rows[1:] & ~rows[:-1]).sum())


def lying(text: str, layout: ImageFont.Layout) -> np.ndarray:
    font = ImageFont.truetype(str(mongolian_font()), SIZE, layout_engine=layout)
    image = Image.new("1", (round(font.getlength(text)) + SIZE, SIZE * 2), 0)
    ImageDraw.Draw(image).text((SIZE // 2, SIZE), text, font=font, fill=255, anchor="ls")
    return np.array(image.transpose(Image.Transpose.ROTATE_270))


@pytest.mark.parametrize("word", [*INNER_MONGOLIA.replace("\u202f", " ").split(), *SCRIPT.split()])
def test_the_letters_of_a_word_hang_together(word):
    assert pieces_of_ink(dots((word,))) == 1


def test_letters_that_are_not_joined_are_told_apart_and_take_more_room():
    word = SCRIPT.split()[0]

    joined, apart = lying(word, ImageFont.Layout.RAQM), lying(word, ImageFont.Layout.BASIC)

    assert len(apart) > 1.3 * len(joined)
    assert pieces_of_ink(joined) == 1
    assert pieces_of_ink(apart) > 1


def test_what_is_drawn_is_the_shaped_word_turned_clockwise():
    word = SCRIPT.split()[0]
    drawn, expected = dots((word,)), lying(word, ImageFont.Layout.RAQM)

    def trimmed(ink: np.ndarray) -> tuple[int, int]:
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1

    assert np.abs(np.subtract(trimmed(drawn), trimmed(expected))).max() <= 2  # grey edges fall either way


def test_columns_run_from_left_to_right():
    first, second = SCRIPT.split()

    both = dots((first, second))
    left, right = (dots((word,)) for word in (first, second))

    assert (both[: len(left), : left.shape[1]] == left).all()
    assert (both[: len(right), -right.shape[1] :] == right).all()


def test_a_long_text_goes_on_in_the_next_column_and_words_stay_whole():
    one, several = dots((INNER_MONGOLIA,)), dots((INNER_MONGOLIA,), length=200)

    assert several.shape[1] > 2 * one.shape[1]
    assert several.shape[0] < one.shape[0] / 2
    assert abs(int(several.sum()) - int(one.sum())) < 0.02 * one.sum()  # no ink is lost


def test_columns_grow_longer_where_they_would_not_fit_side_by_side():
    narrow = dots((INNER_MONGOLIA,), length=100, widest=120)

    assert narrow.shape[1] <= 120
    assert narrow.shape[0] > 100


def test_a_suffix_keeps_its_narrow_space_and_its_own_shape():
    narrow, wide = "ᠮᠣᠩᠭᠤᠯ\u202fᠤᠨ", "ᠮᠣᠩᠭᠤᠯ ᠤᠨ"

    assert cleaned(f"  {narrow}\t ") == narrow
    assert len(dots((narrow,))) < len(dots((wide,)))


def test_selectors_of_letters_survive_and_controls_do_not():
    assert cleaned("ᠳ᠋ᠤᠭᠠᠷ\u200b\x07\ufeff") == "ᠳ᠋ᠤᠭᠠᠷ"
    assert dots(("ᠳ᠋ᠤᠭᠠᠷ",)).tobytes() != dots(("ᠳᠤᠭᠠᠷ",)).tobytes()


def test_digits_lie_with_the_column_and_ideographs_stand():
    def found(whole: np.ndarray, ch: str, *, turned: bool) -> bool:
        glyph = line_mask(ch, SIZE)
        part = np.array(glyph.transpose(Image.Transpose.ROTATE_270) if turned else glyph)
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        part = part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        windows = np.lib.stride_tricks.sliding_window_view(whole, part.shape)
        return bool(((windows != part).mean(axis=(2, 3)) < 0.06).any())

    column = dots(("ᠮᠣᠩᠭᠤᠯ 7 蒙",))

    assert found(column, "7", turned=True)
    assert not found(column, "7", turned=False)
    assert found(column, "蒙", turned=False)
    assert not found(column, "蒙", turned=True)


def test_a_letter_that_no_font_has_becomes_a_mark_and_never_an_empty_box(caplog):
    drawable.cache_clear()

    unknown = dots(("ᠮ\u18af",))

    assert "U+18AF" in caplog.text
    assert unknown.any(axis=1)[-SIZE // 2 :].any()  # the mark at the column's foot


def test_without_the_font_or_without_joining_it_says_what_to_do(tmp_path):
    with pytest.raises(FontMissing, match="apt install fonts-noto-core"):
        mongolian_font(tmp_path / "no.ttf")

    with pytest.raises(FontMissing, match="mend: install Pillow from its own wheel"):
        require_joining(lambda name: name != "raqm")


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("scripts", Scripts)
def test_a_ticket_without_mongolian_is_the_chinese_one_whatever_the_setting(scripts, width):
    plain = render(a_face(), texts=CHINESE, width_dots=width)

    assert render(a_face(), texts=CHINESE, width_dots=width, scripts=scripts).tobytes() == plain.tobytes()
    assert render(
        a_face(hall_name_mn="", matter_mn=" "), texts=CHINESE, width_dots=width, scripts=scripts
    ).tobytes() == (plain.tobytes())


def test_where_the_scripts_stand_is_the_site_s_choice():
    face = a_face(hall_name_mn=INNER_MONGOLIA, matter_mn=SCRIPT)

    drawn = {scripts: render(face, texts=CHINESE, scripts=scripts).tobytes() for scripts in Scripts}

    assert len(set(drawn.values())) == len(Scripts)
    assert drawn[Scripts.ZH_ONLY] == render(a_face(), texts=CHINESE).tobytes()
