"""A scanner's byte stream: where a code ends, what is text, and what is dropped."""

import random
import tracemalloc
from collections.abc import Iterator, Sequence

import pytest

from devices.scanners.lines import LONGEST, LineDecoder
from devices.scanners.scan import Dropped, Scan, Why
from tests.devices.fuzzing import Target, cut, fuzz

TICKET = "http://127.0.0.1:8080/t/0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10"
RARE = "样例·䶮𠮷"  # 𠮷 has four bytes in both encodings


def read(pieces: Sequence[bytes]) -> Iterator[Scan | Dropped]:
    decoder = LineDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\n"])
def test_a_code_ends_with_whatever_the_scanner_puts_behind_it(ending):
    stream = b"".join(text.encode() + ending for text in (TICKET, "Y2603040001"))

    assert list(read([stream])) == [Scan(TICKET), Scan("Y2603040001")]


def test_what_scanners_send_by_their_manuals_is_read():
    """A label "1234567890" with suffix CR, the same one with LF before it and CR LF behind it, and GS1 data."""
    stream = bytes.fromhex("313233343536373839300d 0a313233343536373839300d0a 3031303639303132333435361d31370d")

    assert list(read([stream])) == [Scan("1234567890"), Scan("1234567890"), Scan("010690123456" + "17")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_chinese_text_is_read_from_phones_and_from_label_printers(encoding):
    assert list(read([f"{RARE}受理通知\r".encode(encoding)])) == [Scan(f"{RARE}受理通知")]


def test_control_characters_are_dropped_and_empty_lines_are_nothing():
    assert list(read([b"\x02AB\x1dC\x00\x7f\tD\x03\r\x1b\r\r\n", "E\x85F\r".encode()])) == [Scan("ABCD"), Scan("EF")]


def test_what_is_no_text_is_dropped_and_the_next_code_is_read():
    assert list(read([b"\xff\xfe\x00\rgood\r"])) == [Dropped(Why.NOT_TEXT, 3), Scan("good")]


def test_the_largest_code_is_read_and_anything_longer_is_dropped():
    decoder = LineDecoder()

    assert list(decoder.feed(b"7" * LONGEST + b"\r")) == [Scan("7" * LONGEST)]
    assert list(decoder.feed(b"7" * LONGEST + b"7\rgood\r")) == [Dropped(Why.TOO_LONG, LONGEST + 1), Scan("good")]


def test_a_line_that_never_ends_is_counted_and_not_kept():
    decoder, piece = LineDecoder(), b"x" * 1000
    tracemalloc.start()
    for _piece in range(2_000):
        assert list(decoder.feed(piece)) == []
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert decoder.pending == 2_000_000
    assert most < 100_000


def test_a_line_that_lost_its_end_is_forgotten_whole():
    decoder = LineDecoder()
    list(decoder.feed(b"half a co"))

    assert decoder.give_up() == Dropped(Why.UNFINISHED, 9)
    assert decoder.give_up() is None
    assert list(decoder.feed(b"good\r")) == [Scan("good")]


@pytest.mark.parametrize("seed", range(50))
def test_codes_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [Scan(TICKET), Scan(RARE), Scan("Y2603040001"), Scan("办" * 300)]
    stream = b"".join(
        scan.text.encode(rng.choice(["utf-8", "gb18030"])) + rng.choice([b"\r", b"\r\n"]) for scan in sent
    )

    assert list(read(cut(stream, rng))) == sent
    assert list(read([bytes([byte]) for byte in stream])) == sent


@pytest.mark.parametrize("seed", range(50))
def test_after_any_noise_the_next_code_is_read(seed):
    rng = random.Random(seed)

    found = list(read([rng.randbytes(rng.randrange(200)), b"\r", b"good\r"]))

    assert found[-1] == Scan("good")


def test_no_stream_breaks_the_decoder():
    target = Target("scanner_lines", read, good=b"good\r", finds=Scan("good"), gap=b"\r")

    assert fuzz(target) > 100_000


def test_a_scan_does_not_show_what_it_holds():
    assert f"{Scan(TICKET)} {Scan(TICKET)!r} {[Scan(TICKET)]}".count("Scan(60 characters)") == 3
