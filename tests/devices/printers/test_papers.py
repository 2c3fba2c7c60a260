"""What a hall hands out on paper: looked at as a visitor would, and compared with what the printer puts out."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from msgspec import structs
from PIL import Image, ImageOps

from devices.printers.blocks import Block, Code, Table
from devices.printers.drawing import DRAWN, draw
from devices.printers.papers import samples
from devices.printers.papers.acceptance_receipt import acceptance_receipt
from devices.printers.papers.heading import Material, Signer
from devices.printers.papers.mandate import mandate
from devices.printers.papers.one_time_notice import Missing, one_time_notice
from devices.printers.papers.samples import sample_papers
from devices.printers.papers.service_guide import service_guide
from devices.printers.papers.ticket import Mark
from devices.printers.raster import preview, raster
from devices.printers.sim_printer import SimPrinter
from devices.printers.sizes import MARGIN
from devices.printers.table_columns import column_widths
from devices.printers.text_mode import WRITTEN
from hall.texts import ENGLISH, Texts
from tests.devices.printers.making import CHINESE, a_face, render
from tests.waiting import until

PAPERS = list(sample_papers(CHINESE))
LANGUAGES = {"zh": CHINESE, "en": ENGLISH}
KINDS: dict[str, tuple[Callable[..., tuple[Block, ...]], Any]] = {
    "receipt": (acceptance_receipt, samples.RECEIPT),
    "notice": (one_time_notice, samples.NOTICE),
    "guide": (service_guide, samples.GUIDE),
    "mandate": (mandate, samples.MANDATE),
}
OTHER = {
    "applicant": "试**",
    "due_on": None,
    "materials": (Material(name="居民户口簿", form="原件"),),
    "signer": Signer(issued_at=samples.AT, counter="3号窗口", staff_no="T0003"),
    "missing": (Missing(name="居民户口簿", how="请补交"),),
    "is_copy": True,
    "qr_url": "http://127.0.0.1:8080/x",
}
LONG = "内蒙古自治区呼伦贝尔市鄂伦春自治旗大杨树镇（含既有建筑改造与装饰装修工程）备案抽查，一次办好" * 3


def drawn(name: str, face: Any, *, width: int = 576, texts: Texts = CHINESE) -> Image.Image:
    return draw(KINDS[name][0](face, texts), width_dots=width)


def codes(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAPERS)
def test_nothing_on_a_paper_touches_its_edge_and_its_code_is_read_back(name, language, width):
    paper = sample_papers(LANGUAGES[language])[name]

    image = draw(paper, width_dots=width)

    left, top, right, bottom = ImageOps.invert(image).getbbox()
    assert (image.mode, image.width) == ("1", width)
    assert (left >= MARGIN - 2, right <= width - MARGIN + 2) == (True, True)
    assert (top >= 6, bottom <= image.height - 6) == (True, True)
    assert codes(image) == [block.data for block in paper if isinstance(block, Code)]


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_preview_of_every_paper_is_what_comes_out_dot_for_dot(language, width):
    sim = SimPrinter(dots=width)
    papers = sample_papers(LANGUAGES[language])
    jobs = {name: raster(draw(paper, width_dots=width)) for name, paper in papers.items()}

    for job in jobs.values():
        sim.receive(job + b"\x1dV\x42\x00", lambda _data: None)
    until(lambda: len(sim.tickets) == len(jobs), within_s=20)
    sim.close()

    for job, printed in zip(jobs.values(), sim.tickets, strict=True):
        shown = preview(job)
        assert (shown.size, shown.tobytes()) == (printed.size, printed.tobytes())


def test_what_is_not_a_picture_has_no_preview():
    with pytest.raises(ValueError, match="only pictures"):
        preview(raster(Image.new("1", (576, 8), 1)) + b"\x1b@")

    assert preview(b"").size == (0, 0)


def test_every_kind_of_block_has_its_dots_and_its_text():
    assert set(DRAWN) == set(WRITTEN) == set(Block.__subclasses__())


@pytest.mark.parametrize("name", KINDS)
def test_every_field_of_a_face_reaches_the_paper(name):
    face = KINDS[name][1]
    before = drawn(name, face).tobytes()

    for field in structs.fields(face):
        value = getattr(face, field.name)
        if field.name in OTHER:
            other = OTHER[field.name]
        else:
            other = f"{value}另" if isinstance(value, str) else (*value, "另一条")
        assert drawn(name, structs.replace(face, **{field.name: other})).tobytes() != before, field.name


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("name", KINDS)
def test_long_texts_break_and_stay_on_the_paper(name, width):
    face = KINDS[name][1]
    fixed = {"qr_url", "applicant", "signer", "due_on", "missing", "materials", "is_copy"}
    long = {
        field.name: LONG if isinstance(getattr(face, field.name), str) else (LONG, LONG)
        for field in structs.fields(face)
        if field.name not in fixed
    }
    materials = (Material(name=LONG, form=LONG[:30], copies=12, note=LONG),)

    image = drawn(name, structs.replace(face, materials=materials, **long), width=width)

    left, _top, right, _bottom = ImageOps.invert(image).getbbox()
    assert left >= MARGIN - 2
    assert right <= width - MARGIN + 2


def test_words_of_a_table_stay_whole_where_the_paper_has_room():
    table = Table(("Material", "Form", "Copies"), (("食品经营许可申请书", "original", "shared"),), (6, 3, 2))

    widths = column_widths(table, 32, len, between=1)

    assert sum(widths) == 32
    assert widths[2] >= len("Copies") + 1
    assert widths[1] >= len("original") + 1
    assert column_widths(table, 110, len, between=1) == [60, 30, 20]
    assert sum(column_widths(Table(("W" * 50, "x"), (), (1, 1)), 20, len, between=1)) == 20


def test_a_receipt_shows_a_masked_name_only():
    with pytest.raises(ValueError, match="masked") as refusal:
        structs.replace(samples.RECEIPT, applicant="测试甲")

    assert "测试甲" not in str(refusal.value)


@pytest.mark.parametrize("name", ["receipt", "notice", "mandate"])
def test_a_second_print_says_that_it_is_one(name):
    face = KINDS[name][1]
    words: set[str] = set()

    class Listening(Texts):
        def __call__(self, english: str, /, **values: object) -> str:
            words.add(english)
            return super().__call__(english, **values)

    drawn(name, face, texts=Listening({}, "en"))
    assert "Reprint" not in words
    drawn(name, structs.replace(face, is_copy=True), texts=Listening({}, "en"))
    assert "Reprint" in words


def test_every_mark_of_a_ticket_is_on_the_paper_beside_the_reprint():
    drawn_with = {
        marks: render(a_face(marks=marks, is_copy=True), texts=CHINESE).tobytes()
        for marks in ((), (Mark.BOOKED,), (Mark.GREEN_CHANNEL,), (Mark.PRIORITY,), (Mark.BOOKED, Mark.PRIORITY))
    }

    assert len(set(drawn_with.values())) == len(drawn_with)


def test_every_text_of_every_paper_has_a_chinese_form():
    asked: set[str] = set()

    class Listening(Texts):
        def __call__(self, english: str, /, **values: object) -> str:
            asked.add(english)
            return CHINESE(english, **values)

    sample_papers(Listening({}, "zh_CN"))
    for mark in Mark:
        CHINESE(mark)

    assert len(asked) > 60
    assert [text for text in sorted(asked | set(Mark)) if CHINESE(text) == text] == []


def test_the_sample_papers_name_nobody():
    for face in (samples.TICKET, samples.REPRINT, samples.MONGOLIAN):
        assert len(dataclasses.asdict(face)["identity_tail"]) <= 6
    assert samples.RECEIPT.applicant == "测**"
