"""Keyboards recorded in the field, played again.

usb_keyboard.evtest: QEMU's USB keyboard under Linux 6.1 with usbhid, typing at 30 ms a key; recorded by evtest 1.35.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from devices.scanners.hid_scanner import HidScanner
from devices.scanners.keyboard import EV_KEY, EV_SYN, SYN_DROPPED, InputEvent
from devices.scanners.recording import EV_MSC, MalformedRecording, Recorded, parse_recording
from devices.scanners.scan import Scan
from tests.devices.fuzzing import Target, fuzz

RECORDINGS = Path(__file__).parent / "recordings"
READS = {"usb_keyboard": ["HALLQAY2603040001N1", "http://127.0.0.1:8080/t/0b9c-5d5a?a=B_c"]}


@pytest.mark.parametrize("name", sorted(READS))
def test_what_was_recorded_is_read_at_its_own_pace(name, keyboard, clock):
    began, scans = clock.now, []
    scanner = HidScanner(keyboard, "K01.scanner", monotonic=clock)

    for recorded in parse_recording((RECORDINGS / f"{name}.evtest").read_text(encoding="utf-8")):
        clock.now = began + recorded.at_s
        keyboard.play([recorded.event])
        scans.append(scanner.poll())

    assert [scan for scan in scans if scan] == [Scan(text) for text in READS[name]]


def test_every_recording_is_read_by_a_test():
    assert {path.stem for path in RECORDINGS.iterdir()} == set(READS)


def test_the_three_kinds_of_line_are_understood():
    recorded = parse_recording(
        "Input driver version is 1.0.1\n"
        "Event: time 1795823626.649662, type 4 (EV_MSC), code 4 (MSC_SCAN), value 7000b\n"
        "Event: time 1795823626.649662, type 1 (EV_KEY), code 35 (KEY_H), value 1\n"
        "Event: time 1795823626.749662, >>>>>>>>>>>>>> SYN_DROPPED <<<<<<<<<<<<\n"
    )

    assert [each.event for each in recorded] == [
        InputEvent(EV_MSC, 4, 0x7000B),
        InputEvent(EV_KEY, 35, 1),
        InputEvent(EV_SYN, SYN_DROPPED, 0),
    ]
    assert recorded[0].at_s == 0
    assert recorded[2].at_s == pytest.approx(0.1, abs=1e-5)
    assert parse_recording("") == []


@pytest.mark.parametrize("line", ["Event: time soon", "Event: time 1.0, type 1 (EV_KEY)", "Event: time 1.0, - SYN_X -"])
def test_an_event_that_makes_no_sense_is_said_with_its_line(line):
    with pytest.raises(MalformedRecording, match="line 2 is no event"):
        parse_recording(f"Testing ... (interrupt to exit)\n{line}\n")


def read(pieces: Sequence[bytes]) -> Iterator[Recorded]:
    yield from parse_recording(b"".join(pieces).decode("utf-8", "replace"))


def test_no_text_breaks_the_parser():
    assert fuzz(Target("scanner_recordings", read, may_raise=(MalformedRecording,))) > 100_000
