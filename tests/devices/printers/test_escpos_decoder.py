"""The printer's understanding of ESC/POS, apart from any paper."""

import random

import pytest

from devices.printers.escpos_decoder import (
    CLEAR,
    Arrived,
    ClearAsked,
    Command,
    DotRow,
    EscposDecoder,
    RealTimeScanner,
    StatusAsked,
    TextLine,
)
from tests.devices.printers.making import pieces

TRANSCRIPT = bytes.fromhex(
    "1b40 1c26 1b6101 1d2111 c7eb413030 31bac5 0a 1b6402"  # reset, Chinese, centred, double, 请A001号, feed
    "1d763000 0200 0300 ff00 1004 8001"  # a picture of 16 x 3 dots with the bytes 10 04 in it
    "1d286b04003141 3200 1d4230 1d564200 1d7201"  # QR model, reverse, feed and cut, status in turn
)
MEANING = [
    Command(b"\x1b@"),
    Command(b"\x1c&"),
    Command(b"\x1ba", b"\x01"),
    Command(b"\x1d!", b"\x11"),
    TextLine("请A001号".encode("gb18030")),
    Command(b"\x1bd", b"\x02"),
    DotRow(b"\xff\x00"),
    DotRow(b"\x10\x04"),
    DotRow(b"\x80\x01"),
    Command(b"\x1d(", b"k\x04\x001A2\x00"),
    Command(b"\x1dB", b"0"),
    Command(b"\x1dV", b"B\x00"),
    Command(b"\x1dr", b"\x01"),
]


def test_a_transcript_from_the_manuals_is_understood():
    assert list(EscposDecoder().feed(TRANSCRIPT)) == MEANING


@pytest.mark.parametrize("seed", range(50))
def test_commands_survive_any_chunking(seed):
    rng, decoder = random.Random(seed), EscposDecoder()

    heard = [event for piece in pieces(TRANSCRIPT * 3, rng) for event in decoder.feed(piece)]

    assert heard == MEANING * 3


@pytest.mark.parametrize("seed", range(50))
def test_real_time_commands_are_found_in_any_chunking_and_nothing_else_is_lost(seed):
    rng, scanner = random.Random(seed), RealTimeScanner()
    stream = b"\x1d\x76\x10\x10\x04\x01\x10\x04\x09" + CLEAR[:5] + b"text" + CLEAR + b"\x10\x04\x04\x10\x14\x08x"

    heard = [event for piece in pieces(stream, rng) for event in scanner.feed(piece)]

    asked = [event for event in heard if not isinstance(event, Arrived)]
    assert asked == [StatusAsked(1), ClearAsked(), StatusAsked(4)]
    assert b"".join(e.data for e in heard if isinstance(e, Arrived)) == stream.replace(CLEAR, b"")


def test_a_status_question_inside_a_picture_is_answered_and_stays_a_part_of_the_picture():
    dots = b"\x00\x10\x04\x01\x00\x00"
    scanner, decoder = RealTimeScanner(), EscposDecoder()

    heard = list(scanner.feed(b"\x1dv0\x00\x06\x00\x01\x00" + dots))

    assert [e for e in heard if isinstance(e, StatusAsked)] == [StatusAsked(1)]
    rows = [row for e in heard if isinstance(e, Arrived) for row in decoder.feed(e.data)]
    assert rows == [DotRow(dots)]


def test_a_status_question_between_commands_is_skipped_by_the_reader():
    assert list(EscposDecoder().feed(b"\x1b@\x10\x04\x04A\n")) == [Command(b"\x1b@"), TextLine(b"A")]


@pytest.mark.parametrize("seed", range(15))
def test_noise_never_stops_the_reader_and_a_picture_after_it_is_found(seed):
    rng, decoder = random.Random(seed), EscposDecoder()

    for piece in pieces(rng.randbytes(5000), rng):
        list(decoder.feed(piece))
    list(decoder.feed(bytes(128 * 2303 + 3 * 65535 + 5)))  # the longest command that noise can begin, with NULs
    heard = list(decoder.feed(TRANSCRIPT))

    assert heard[-len(MEANING) + 5 :] == MEANING[5:]  # a text line may carry what noise had begun
    assert MEANING[0] in heard


@pytest.mark.parametrize("header", ["81000100", "0000ffff", "ffffffff", "48000009"])
def test_a_picture_larger_than_any_paper_is_not_waited_for(header):
    heard = list(EscposDecoder().feed(b"\x1dv0\x00" + bytes.fromhex(header) + b"\x1b@"))

    assert heard == [Command(b"\x1b@")]
