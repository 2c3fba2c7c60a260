"""The printer by hand: what a person types, what the driver then meets, and the pictures that come out."""

import contextlib
import re

import pytest
import zxingcpp
from PIL import Image

from commands.sim.main import main
from devices.device_file import DeviceFileWire
from devices.errors import CoverOpen, CutterFault, DeviceError, DeviceUnavailable, NoReply, PaperOut, ProtocolError
from devices.printers.drawing import draw
from devices.printers.escpos_printer import EscposPrinter, PrintedJobs
from devices.printers.papers.samples import TICKET, sample_papers
from devices.printers.raster import raster
from devices.wire import SerialWire
from settings.locale import texts_in

JOB = raster(draw(sample_papers(texts_in("zh_CN"))["ticket"]))


@pytest.fixture
def link(tmp_path):
    return tmp_path / "printer"


def run(link, tmp_path, typed, *more) -> int:
    return main(["printer", "--pty", str(link), "--folder", str(tmp_path / "printed"), *more], typed)


SCENES = {  # what the driver meets, and what a person types to mend it
    "roll-ends-mid-ticket": (PaperOut, "load-roll"),
    "cover-opened-mid-ticket": (CoverOpen, "close"),
    "cutter-jams": (CutterFault, "free"),
    "silent": (NoReply, "well"),
    "nonsense": (ProtocolError, "well"),
    "power-cut": (DeviceUnavailable, "on"),
}


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_met_by_the_driver_and_mended_by_a_word(link, tmp_path, capsys, scene):
    error, mend = SCENES[scene]
    jobs, met = PrintedJobs(), []

    def job(name: str) -> None:
        printer = EscposPrinter(SerialWire(str(link), timeout_s=0.2, name="K01.printer"), jobs=jobs)
        with contextlib.closing(printer):
            printer.print(name, JOB)

    def typed():
        try:
            job("job-1")
        except DeviceError as exc:
            met.append(type(exc))
        yield f"{mend}\n"
        job("job-2")
        yield "status\n"

    assert run(link, tmp_path, typed(), "--scene", scene) == 0

    said = capsys.readouterr().out
    assert met == [error]
    assert "well; " in said
    last = sorted((tmp_path / "printed").iterdir())[-1]
    with Image.open(last) as picture:
        assert [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))] == [TICKET.qr_url]
    assert f"printed: {last}, 576 x " in said


@pytest.mark.parametrize(("scene", "answer"), [("near-end", "paper_near_end"), ("slow", None)])
def test_a_warning_and_a_slow_printer_print_all_the_same(link, tmp_path, capsys, scene, answer):
    answers = []

    def typed():
        printer = EscposPrinter(DeviceFileWire(str(link), timeout_s=0.2), finish_s=20)
        answers.append(printer.ready())
        if scene == "near-end":
            printer.print("job-1", JOB)
        printer.close()
        yield "well\n"
        yield "status\n"

    assert run(link, tmp_path, typed(), "--scene", scene) == 0
    assert answers == [answer]


def test_it_says_what_to_write_into_the_site_file(link, tmp_path, capsys):
    assert run(link, tmp_path, iter(["status\n"]), "--silent", "--dots", "384") == 0
    assert main(["printer", "--tcp", "0", "--folder", str(tmp_path)], iter([])) == 0

    said = capsys.readouterr().out
    assert f'printer = {{ kind = "serial", port = "{link}", dots = 384, answers = false }}' in said
    assert re.search(r'printer = \{ kind = "tcp", host = "127\.0\.0\.1", port = \d+, dots = 576 \}', said)
    assert "silent; 0 printed" in said


def test_a_port_that_is_taken_ends_it_with_a_sentence(tmp_path, capsys):
    def typed():
        port = re.search(r"port = (\d+)", capsys.readouterr().out)[1]
        assert main(["printer", "--tcp", port, "--folder", str(tmp_path)], iter([])) == 2
        yield "quit\n"

    assert main(["printer", "--tcp", "0", "--folder", str(tmp_path)], typed()) == 0
    assert "hallq sim printer: " in capsys.readouterr().err


def test_words_that_make_no_sense_are_answered(link, tmp_path, capsys):
    typed = [
        "load-roll many\n",
        "open\n",
        "status\n",
        "close\n",
        "off\n",
        "status\n",
        "on\n",
        "load-roll 20\n",
        "help\n",
    ]

    assert run(link, tmp_path, iter(typed)) == 0

    said = capsys.readouterr().out
    for text in ("load-roll [ROWS]: how many", "cover open; 0 printed", "off; 0 printed", "scene power-cut"):
        assert text in said
