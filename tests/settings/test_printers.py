"""Printers in a site file."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from hall.scripts import Scripts
from settings.devices.printers import FilePrinter, Printer, TcpPrinter, UsbPrinter
from settings.load import read_site

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "halls" / "sample_city.toml"
PRINTER = 'printer = { kind = "tcp", host = "127.0.0.1", port = 9100, dots = 576 }'


def parsed(**values: object) -> Printer:
    return TypeAdapter(Printer).validate_python(values)


def test_a_printer_is_a_picture_s_printer_in_chinese_that_answers_unless_said_otherwise():
    table = parsed(kind="tcp", host="192.168.1.50")

    assert isinstance(table, TcpPrinter)
    assert (table.mode, table.scripts, table.answers, table.dots) == ("raster", Scripts.ZH_ONLY, True, 576)


def test_a_usb_printer_has_a_device_file_and_may_be_mute():
    table = parsed(kind="usb", port="/dev/hallq/printer-k03", answers=False, mode="text", scripts="mn_left_zh")

    assert isinstance(table, UsbPrinter)
    assert (table.answers, table.mode, table.scripts) == (False, "text", Scripts.MN_LEFT_ZH)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "usb"},
        {"kind": "file", "path": "x", "answers": True},  # nobody ever answers
        {"kind": "tcp", "host": "127.0.0.1", "mode": "pdf"},
        {"kind": "tcp", "host": "127.0.0.1", "scripts": "mn_only"},
        {"kind": "tcp", "host": "127.0.0.1", "dots": 512},
        {"kind": "parallel"},
    ],
)
def test_what_no_printer_has_is_refused(values):
    with pytest.raises(ValidationError):
        parsed(**values)


def test_files_are_taken_from_the_site_file_s_folder(tmp_path):
    text = SAMPLE.read_text(encoding="utf-8").replace(PRINTER, 'printer = { kind = "file", path = "out/k01.bin" }')
    text = text.replace('kiosk_id = "K01"', 'kiosk_id = "K01"\nprinted_file = "k01.json"')
    text = text.replace('catalogue = "..', f'catalogue = "{SAMPLE.parent.parent}').replace(
        "../", f"{SAMPLE.parent}/../"
    )
    (tmp_path / "hall.toml").write_text(text, encoding="utf-8")

    kiosk = read_site(tmp_path / "hall.toml").kiosks[0]

    assert isinstance(kiosk.printer, FilePrinter)
    assert (kiosk.printer.path, kiosk.printed_file) == (tmp_path / "out/k01.bin", tmp_path / "k01.json")
