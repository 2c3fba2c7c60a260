"""What is on a ticket, looked at as a visitor would: by its dots."""

import dataclasses
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from devices.printers import typeset
from devices.printers.sizes import MARGIN
from devices.printers.typeset import MISSING_MARK, fit, has_glyph, width_of
from devices.printers.wording import wait_range, window_list
from hall.texts import ENGLISH
from settings.fonts import cjk_font
from tests.devices.printers.making import CHINESE, a_face, render

LONG = {
    "hall_name": "内蒙古自治区呼伦贝尔市鄂伦春自治旗大杨树镇政务服务大厅（便民服务中心）第二分厅",
    "display_number": "AB1234",
    "matter": "建设工程消防设计审查与特殊建设工程消防验收及备案抽查，含既有建筑改造与装饰装修工程",
    "department": "住房和城乡建设局工程建设项目审批管理办公室消防设计审查验收科",
    "zone": "三楼 投资项目综合服务专区（工程建设项目审批）",
    "counters": "21–28、31、33、35、37、39、41、A03、A05、A07、A09号窗口",
    "wait": "约在一百二十分钟以上，请您合理安排时间",
    "identity_tail": "**000X",
    "is_copy": True,
}
FACES = {
    "usual": a_face(),
    "reprint": a_face(is_copy=True),
    "no wait known": a_face(wait=None, identity_tail=None),
    "long": a_face(**LONG),
    "one long word": a_face(hall_name="X" * 60, matter="W" * 70),
}


def ink(image: Image.Image) -> int:
    return image.width * image.height - sum(image.convert("L").point(lambda v: v == 255).tobytes())


def read_code(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("name", FACES)
@pytest.mark.parametrize("texts", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_a_ticket_is_in_black_and_white_and_nothing_on_it_touches_the_edge(width, name, texts):
    image = render(FACES[name], width_dots=width, texts=texts)

    assert (image.mode, image.width) == ("1", width)
    left, top, right, bottom = ImageOps.invert(image).getbbox()
    assert left >= MARGIN - 2
    assert right <= width - MARGIN + 2
    assert top >= 6
    assert bottom <= image.height - 6


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("name", FACES)
def test_the_code_on_a_ticket_is_read_back_by_another_library(width, name):
    image = render(FACES[name], width_dots=width, texts=CHINESE)

    assert read_code(image) == [FACES[name].qr_url]


def test_the_code_s_modules_are_half_a_millimetre_wide_or_more():
    url = "https://hall.example.invalid/t/" + "x" * 100

    image = render(a_face(qr_url=url), width_dots=384, texts=CHINESE)

    found = zxingcpp.read_barcodes(image.convert("L"))[0]
    side = found.position.top_right.x - found.position.top_left.x
    modules = 17 + 4 * int(found.extra["Version"]) if "Version" in found.extra else 49
    assert found.text == url
    assert side / modules >= 4 * 0.97


def test_an_address_that_no_ticket_has_room_for_is_refused():
    with pytest.raises(ValueError, match="too long for 384 dots"):
        render(a_face(qr_url="https://hall.example.invalid/" + "x" * 1500), width_dots=384, texts=CHINESE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hall_name", "另一市政务服务大厅"),
        ("display_number", "A024"),
        ("matter", "个体工商户登记"),
        ("department", "人社"),
        ("zone", "二楼"),
        ("counters", "9号窗口"),
        ("ahead_count", 6),
        ("wait", "20–30分钟"),
        ("identity_tail", "**123X"),
        ("kiosk_id", "K02"),
        ("is_copy", True),
        ("guide_version", "2025-02"),
        ("hints", ("Valid today only.",)),
    ],
)
def test_every_field_of_a_ticket_reaches_the_paper(field, value):
    before = render(a_face(), texts=CHINESE)

    after = render(dataclasses.replace(a_face(), **{field: value}), texts=CHINESE)

    assert before.tobytes() != after.tobytes()


def test_an_unknown_wait_leaves_no_empty_box():
    with_wait = render(a_face(), texts=CHINESE)
    without = render(a_face(wait=None), texts=CHINESE)

    assert without.size == with_wait.size
    assert ink(without) < ink(with_wait)


def test_a_ticket_refuses_more_of_an_identity_number_than_its_tail():
    with pytest.raises(ValueError, match="at most 6") as refusal:
        a_face(identity_tail="199003070")

    assert "199003070" not in str(refusal.value)


def test_a_ticket_refuses_a_time_without_a_zone():
    with pytest.raises(ValueError, match="aware"):
        a_face(issued_at=datetime(2025, 3, 3, 9, 12))  # noqa: DTZ001


def test_a_paper_width_that_no_printer_has_is_refused():
    with pytest.raises(ValueError, match="must be one of"):
        render(a_face(), width_dots=500, texts=CHINESE)


def test_the_same_ticket_is_drawn_the_same_every_time():
    assert render(a_face(), texts=CHINESE).tobytes() == render(a_face(), texts=CHINESE).tobytes()


# ---- letters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", "𠮷㛃䶮龘𬎆㙍①→¥")
def test_rare_characters_are_drawn_and_are_no_boxes(character):
    shown, path = typeset.drawable(character, bold=True)

    assert shown == character
    assert has_glyph(path, character)


def test_a_character_the_chinese_face_lacks_comes_from_another_installed_font():
    sound, path = typeset.drawable("Ա", bold=False)  # Armenian, not in Noto CJK

    assert not has_glyph(cjk_font(bold=False), "Ա")
    assert (sound, path != cjk_font(bold=False)) == ("Ա", True)


def test_a_character_that_no_font_has_becomes_a_mark_and_a_warning(caplog):
    typeset.drawable.cache_clear()

    shown, path = typeset.drawable("\U0002a6a5", bold=False)

    assert (shown, has_glyph(path, MISSING_MARK)) == (MISSING_MARK, True)
    assert "U+2A6A5" in caplog.text


def test_variation_selectors_and_joiners_leave_no_trace():
    assert width_of(typeset.cleaned("葛\U000e0100城\u200d\ufeff"), 30) == width_of("葛城", 30)


def test_a_text_is_shrunk_before_it_is_broken_and_broken_rather_than_cut():
    short, shrunk, broken = (
        fit(text, 300, size=40, smallest=24)
        for text in ("企业开办", "一二三四五六七八九十", "一二三四五六七八九十" * 4)
    )

    assert (short.lines, short.size) == (("企业开办",), 40)
    assert (len(shrunk.lines), shrunk.size) == (1, 30)
    assert "".join(broken.lines) == "一二三四五六七八九十" * 4
    assert all(width_of(line, broken.size) <= 300 for line in broken.lines)


def test_no_line_begins_with_closing_punctuation_or_ends_with_opening():
    text = "企业开办（含变更），注销；备案：其他「事项」。" * 4

    for width in range(80, 400, 23):
        lines = fit(text, width, size=24, smallest=24).lines
        assert "".join(lines) == text
        assert not [line for line in lines if line[0] in "），；：」。" or line[-1] in "（「"]


def test_words_of_latin_letters_stay_whole():
    lines = fit("Market supervision, administration", 235, size=26, smallest=26).lines

    assert lines == ("Market", "supervision,", "administration")


def test_simplified_shapes_are_printed_and_not_japanese_ones():
    pair = [typeset._font(path, 60) for path in (cjk_font(bold=False),)]
    japanese = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    if not japanese.is_file():
        pytest.skip("the collection is not where Debian puts it")
    face0 = typeset._font(japanese, 60)

    for character in "直将":
        assert bytes(pair[0].getmask(character)) != bytes(face0.getmask(character))


# ---- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low_s", "high_s", "english", "chinese"),
    [
        (0, 30, "less than a minute", "1分钟以内"),
        (20, 100, "up to 2 minutes", "2分钟以内"),
        (300, 300, "up to 5 minutes", "5分钟以内"),
        (310, 599, "5–10 minutes", "5–10分钟"),
        (1260, 1930, "20–35 minutes", "20–35分钟"),
    ],
)
def test_a_wait_is_told_as_a_range_that_promises_no_less_than_was_estimated(low_s, high_s, english, chinese):
    assert wait_range(low_s, high_s, ENGLISH) == english
    assert wait_range(low_s, high_s, CHINESE) == chinese


@pytest.mark.parametrize(
    ("counters", "chinese"),
    [
        ([], ""),
        (["3"], "3号窗口"),
        (["1", "2", "3"], "1、2、3号窗口"),
        (["1", "2", "3", "4", "9", "A03"], "1–4、9、A03号窗口"),
    ],
)
def test_windows_are_listed_and_long_runs_are_shortened(counters, chinese):
    assert window_list(counters, CHINESE) == chinese


def test_every_text_of_the_ticket_has_a_chinese_form():
    asked: set[str] = set()

    class Listening:
        language = "zh_CN"

        def __call__(self, english: str, /, **values: object) -> str:
            asked.add(english)
            return CHINESE(english, **values)

    for count in (1, 5, None):
        render(a_face(is_copy=True, ahead_count=count), texts=Listening())

    assert len(asked) >= 13
    assert [text for text in sorted(asked) if CHINESE(text) == text] == []


@pytest.mark.slow
def test_the_chinese_lines_of_a_ticket_are_read_back_by_a_stranger(tmp_path):
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    image = render(a_face(), texts=CHINESE)
    paper = Image.new("L", (image.width + 80, image.height + 80), 255)
    paper.paste(ImageChops.duplicate(image.convert("L")), (40, 40))
    paper.resize((paper.width * 2, paper.height * 2)).save(tmp_path / "ticket.png")

    read = subprocess.run(
        ["tesseract", str(tmp_path / "ticket.png"), "-", "-l", "chi_sim", "--psm", "4"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.replace(" ", "")

    for words in ("例市政务服务大厅", "企业开办", "市场监管", "请留意叫号", "当日有效", "K01"):
        assert words in read
