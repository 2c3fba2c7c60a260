"""What both drivers promise, on a line and on a keyboard whose clock moves when told to."""

import logging

import pytest

from devices.errors import DeviceUnavailable
from devices.mends import MENDS
from devices.scanners.hid_scanner import HidScanner
from devices.scanners.reception import GAP_S, SCANS_UNREADABLE
from devices.scanners.scan import Scan
from devices.scanners.serial_scanner import SerialScanner

CREDENTIAL = "eyJhbGciOiJTTTIifQ.c3ludGhldGlj"


class OnALine:
    """The serial driver and what is put on its line."""

    def __init__(self, line, clock, **options):
        self.scanner = SerialScanner(line, "K01.scanner", monotonic=clock, **options)
        self._line = line

    def send(self, text):
        self._line.arriving += text.encode()

    def unplug(self):
        self._line.is_cut = True

    @property
    def is_closed(self):
        return self._line.is_closed


class OnAKeyboard:
    """The keyboard driver and what is typed."""

    def __init__(self, keyboard, clock, **options):
        keyboard.ending, keyboard.most = "", 100_000
        self.scanner = HidScanner(keyboard, "K01.scanner", monotonic=clock, **options)
        self._keyboard = keyboard
        self.send, self.unplug = keyboard.scan, keyboard.unplug

    @property
    def is_closed(self):
        return self._keyboard.is_closed


@pytest.fixture(params=["serial", "hid"])
def make(request, line, keyboard, clock):
    def it(**options):
        return OnALine(line, clock, **options) if request.param == "serial" else OnAKeyboard(keyboard, clock, **options)

    return it


def scans(scanner):
    """All that a scanner has to give now."""
    found = []
    while (scan := scanner.poll()) is not None:
        found.append(scan)
    return found


def test_a_code_is_given_once(make):
    rig = make()
    rig.send("A012\r")

    assert rig.scanner.poll() == Scan("A012")
    assert rig.scanner.poll() is None
    assert rig.scanner.check() is None


def test_codes_that_come_together_are_given_one_by_one(make):
    rig = make()
    rig.send("A012\rA013\r\nA014\n")

    assert scans(rig.scanner) == [Scan("A012"), Scan("A013"), Scan("A014")]


def test_a_code_that_lies_under_the_scanner_is_given_once_however_long_it_lies(make, clock):
    rig = make()
    given = []
    for _look in range(10):
        rig.send("A012\r")
        given += scans(rig.scanner)
        clock.now += 0.8

    assert given == [Scan("A012")]


def test_the_same_code_after_a_pause_and_another_code_at_once_are_given(make, clock):
    rig = make()
    rig.send("A012\rA013\rA012\r")
    given = scans(rig.scanner)
    clock.now += 1.01
    rig.send("A012\r")

    assert [*given, *scans(rig.scanner)] == [Scan("A012"), Scan("A013"), Scan("A012"), Scan("A012")]


def test_without_a_time_for_repeats_every_code_is_given(make):
    rig = make(repeat_s=0)
    rig.send("A012\rA012\r")

    assert scans(rig.scanner) == [Scan("A012"), Scan("A012")]


def test_half_a_code_that_stands_still_is_given_up_and_not_put_before_the_next_one(make, clock):
    rig = make()
    rig.send("A01")
    assert rig.scanner.poll() is None
    clock.now += GAP_S
    assert rig.scanner.poll() is None
    rig.send("2\rA013\r")

    assert scans(rig.scanner) == [Scan("2"), Scan("A013")]


def test_half_a_code_that_goes_on_in_time_is_one_code(make, clock):
    rig = make()
    for half in ("A0", "12", "\r"):
        rig.send(half)
        given = rig.scanner.poll()
        clock.now += GAP_S - 0.01
        assert half == "\r" or rig.scanner.poll() is None

    assert given == Scan("A012")


def test_a_scanner_whose_codes_have_no_end_is_told_of_until_one_comes_through(make, clock, caplog):
    rig = make()
    warnings = []
    for _code in range(3):
        rig.send(CREDENTIAL)
        rig.scanner.poll()
        clock.now += GAP_S
        assert rig.scanner.poll() is None
        warnings.append(rig.scanner.check())

    assert warnings == [None, None, SCANS_UNREADABLE]
    assert SCANS_UNREADABLE in MENDS
    rig.send("A012\r")
    assert rig.scanner.poll() == Scan("A012")
    assert rig.scanner.check() is None


def test_no_code_and_no_dropped_line_reaches_the_log(make, clock, caplog):
    caplog.set_level(logging.DEBUG)
    rig = make()
    rig.send(f"{CREDENTIAL}\r{CREDENTIAL[:9]}")
    scans(rig.scanner)
    clock.now += GAP_S
    rig.scanner.poll()

    assert "Scan(31 characters)" in caplog.text
    assert "dropped a line of 9 bytes: unfinished" in caplog.text
    assert CREDENTIAL[:9] not in caplog.text


def test_an_unplugged_scanner_is_unavailable(make):
    rig = make()
    rig.unplug()

    with pytest.raises(DeviceUnavailable, match=r"K01\.scanner"):
        rig.scanner.poll()


def test_closing_gives_the_device_back_and_may_be_done_twice(make):
    rig = make()
    rig.scanner.close()
    rig.scanner.close()

    assert rig.is_closed


def test_a_code_that_was_read_is_not_kept_for_longer_than_it_takes_to_tell_a_repeat(make, clock):
    rig = make()
    rig.send(f"{CREDENTIAL}\r")
    scans(rig.scanner)
    clock.now += 1.01
    rig.scanner.poll()

    assert CREDENTIAL not in str(vars(rig.scanner._reception))
    assert rig.scanner._reception._last is None
