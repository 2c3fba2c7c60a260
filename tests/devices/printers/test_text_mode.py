"""Papers in a printer's own letters, as the virtual printer sets them."""

from collections.abc import Iterator

import pytest
import zxingcpp
from PIL import Image, ImageOps

from devices.errors import PaperOut
from devices.printers import blocks as b
from devices.printers.drawing import draw
from devices.printers.escpos_decoder import Command, DotRow, EscposDecoder, TextLine
from devices.printers.papers.samples import MONGOLIAN, SCRIPT, TICKET, sample_papers
from devices.printers.raster import REAL_TIME, raster, whole_commands
from devices.printers.sim_printer import SimPrinter
from devices.printers.text_mode import text_job
from hall.texts import ENGLISH
from tests.devices.printers.making import CHINESE
from tests.waiting import until

PAPERS = sample_papers(CHINESE)


def printed(*jobs: bytes, dots: int = 576) -> list[Image.Image]:
    sim = SimPrinter(dots=dots)
    for job in jobs:
        sim.receive(b"\x1b@" + job + b"\x1dV\x42\x00", lambda _data: None)
    until(lambda: len(sim.tickets) == len(jobs), within_s=20)
    sim.close()
    return sim.tickets


def lines_of(job: bytes) -> Iterator[tuple[str, int]]:
    """Each line of text, and how often its letters are enlarged."""
    times = 1
    for event in EscposDecoder().feed(job):
        if isinstance(event, Command) and event.code == b"\x1d!":
            times = (event.parameters[0] >> 4) + 1
        elif isinstance(event, TextLine):
            yield event.text.decode("gb18030"), times


@pytest.mark.parametrize("dots", [576, 384])
@pytest.mark.parametrize("texts", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_every_paper_comes_out_and_its_code_is_read_by_another_library(texts, dots):
    papers = sample_papers(texts)

    tickets = printed(*(text_job(paper, width_dots=dots) for paper in papers.values()), dots=dots)

    read = [[found.text for found in zxingcpp.read_barcodes(t.convert("L"))] for t in tickets]
    assert read == [[block.data for block in paper if isinstance(block, b.Code)] for paper in papers.values()]


def test_the_bytes_are_those_of_the_manual():
    job = text_job((b.Text("请A001号"), b.Code("HTTPS://EXAMPLE.INVALID/T/1")))

    assert job.startswith(b"\x1c&")
    for vector in (
        "1b6100 1d2100 1b4500 c7eb 41303031 bac5 0a",
        "1d286b04003141 3200",
        "1d286b03003145 31",
        "1d286b1e00315030" + b"HTTPS://EXAMPLE.INVALID/T/1".hex(),
        "1d286b03003151 30",
    ):
        assert bytes.fromhex(vector) in job, vector


@pytest.mark.parametrize("dots", [576, 384])
@pytest.mark.parametrize("name", PAPERS)
def test_no_line_is_longer_than_the_paper(name, dots):
    for text, times in lines_of(text_job(PAPERS[name], width_dots=dots)):
        assert sum(len(ch.encode("gbk")) for ch in text) * times * 12 <= dots, text


def test_all_that_a_ticket_says_is_in_its_text():
    said = "\n".join(text for text, _times in lines_of(text_job(PAPERS["ticket-reprint"])))

    for words in (
        "样例市政务服务大厅",
        "B117",
        "【补打】 【预约】",
        "办理事项  社会保障卡申领",
        "预计等候  5–10分钟",
        "扫码查看排队进度",
        "自助机 K01",
    ):
        assert words in said


def test_the_number_is_the_largest_thing_on_a_ticket():
    assert max(lines_of(text_job(PAPERS["ticket"])), key=lambda line: line[1]) == ("A023", 6)


@pytest.mark.parametrize("rare", ["龘", "𠮷", "㛃", "é", SCRIPT])
def test_a_line_with_a_letter_that_the_printer_may_lack_is_a_picture(rare):
    sure = text_job((b.Text("申请人"),))
    job = text_job((b.Text(f"申请人{rare}"), b.Text("窗口")))
    in_gbk = rare in "龘é"

    rows = [event for event in EscposDecoder().feed(job) if isinstance(event, DotRow)]

    assert bool(rows) != in_gbk
    assert not [event for event in EscposDecoder().feed(sure) if isinstance(event, DotRow)]
    assert [text for text, _ in lines_of(job)][-1] == "窗口"


def test_mongolian_columns_are_pictures_with_the_same_dots_as_in_the_other_mode():
    columns = b.Columns((SCRIPT,), b.Size.HALL)

    job = text_job((columns,))

    assert raster(draw((columns,), is_piece=True)) in job


def test_no_job_carries_a_real_time_command():
    for name, paper in PAPERS.items():
        assert not REAL_TIME.search(text_job(paper)), name


def test_text_is_a_tenth_of_the_picture_and_is_cut_at_its_pictures():
    paper = PAPERS["ticket"]
    assert len(text_job(paper)) * 10 < len(raster(draw(paper)))

    job = text_job(PAPERS["ticket-mn"])
    parts = list(whole_commands(job))

    assert b"".join(parts) == job
    assert {part[:4] == b"\x1dv0\x00" for part in parts} == {True, False}
    assert not [part for part in parts if b"\x1dv0\x00" in part[1:]]


def test_an_empty_label_and_a_long_one_keep_their_rows_readable():
    rows = b.Rows((("x" * 60, "value"), ("short", "y" * 100), ("left out", " ")))

    said = [text for text, _ in lines_of(text_job((rows,)))]

    assert [line for line in said if "left out" in line] == []
    assert sum(line.count("y") for line in said) == 100
    assert sum(line.count("x") for line in said) == 60


def test_a_paper_width_that_no_printer_has_is_refused():
    with pytest.raises(ValueError, match="must be one of"):
        text_job(PAPERS["ticket"], width_dots=500)


def test_the_driver_prints_text_and_pictures_on_every_wire_and_asks_in_between(printer, sim):
    printer.print("job-1", text_job(PAPERS["ticket-mn"]))
    sim.paper_out = True

    with pytest.raises(PaperOut):
        printer.print("job-2", text_job(PAPERS["ticket"]))
    sim.load_roll()
    printer.print("job-2", text_job(PAPERS["ticket"]))

    codes = [[found.text for found in zxingcpp.read_barcodes(t.convert("L"))] for t in sim.tickets]
    assert codes == [[MONGOLIAN.qr_url], [TICKET.qr_url]]


# ---- the virtual printer's own letters --------------------------------------------------------------------------


def test_without_chinese_mode_the_printer_sets_other_letters():
    text = "请A001号".encode("gb18030") + b"\n"

    on, off = printed(b"\x1c&" + text, text)

    assert on.tobytes() != off.tobytes()
    assert ImageOps.invert(on).getbbox()[2] < 8 * 12
    assert ImageOps.invert(on).getbbox()[2] > 7 * 12


def test_letters_are_enlarged_dot_by_dot_across_and_down():
    once, across, down = printed(*(b"\x1d!%c" % size + b"A001\n" for size in (0x00, 0x20, 0x02)))

    wide = once.crop((0, 0, 192, 30)).resize((576, 30), Image.Resampling.NEAREST)
    assert across.tobytes() == wide.tobytes()
    assert down.size == (576, 90)


def test_a_line_that_is_too_long_goes_on_below():
    assert printed(b"A" * 50 + b"\n")[0].size == (576, 60)
    assert printed(b"A" * 48 + b"\n")[0].size == (576, 30)


def test_bold_and_spaces_are_printed():
    plain, bold, spaced = printed(b"AB\n", b"\x1bE\x01AB\n", b"A  B\n")

    def ink(ticket: Image.Image) -> int:
        return ticket.convert("L").histogram()[0]

    assert ink(bold) > 1.15 * ink(plain)
    assert ink(spaced) == ink(plain)
    assert ImageOps.invert(spaced).getbbox()[2] == ImageOps.invert(plain).getbbox()[2] + 24


def test_a_symbol_that_cannot_be_made_is_left_out():
    assert printed(b"\x1d(k\x03\x001Q0" + b"A\n")[0].size == (576, 30)
    too_large = b"\x1d(k\x03\x001C\x10" + b"\x1d(k\xe8\x031P0" + b"x" * 997 + b"\x1d(k\x03\x001Q0A\n"
    assert printed(too_large)[0].size == (576, 30)
