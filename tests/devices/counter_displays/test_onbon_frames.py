"""Onbon frames: escapes, checksum, header, and the update of a dynamic area byte by byte."""

import random

import pytest

from devices.counter_displays.onbon_frames import (
    ACK,
    LEAD,
    LONGEST,
    Area,
    BadFrame,
    FrameDecoder,
    Packet,
    encode,
    ping,
    show,
)
from tests.devices.fuzzing import Target, cut, fuzz

GOOD = Packet(ACK, b"\x00\x00\x00", destination=0x8000, source=1)


def read(pieces):
    decoder = FrameDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)


def body_of(frame):
    """Undo the escapes with no help from the codec."""
    body = frame.strip(b"\xa5").removesuffix(b"\x5a")
    for pair, byte in ((b"\xa6\x02", b"\xa5"), (b"\x5b\x02", b"\x5a"), (b"\x5b\x01", b"\x5b"), (b"\xa6\x01", b"\xa6")):
        body = body.replace(pair, byte)
    return body


def test_a_ping_byte_by_byte():
    assert encode(ping()).startswith(LEAD)

    body = body_of(encode(ping()))

    header = (
        "0100 0080 000000 00 00 00 FE 02 0500"  # to, from, reserved, barcode, check, display, device, protocol, length
    )
    assert body[:-2] == bytes.fromhex(header + "A200 01 0000")


def test_an_update_of_the_dynamic_area_byte_by_byte():
    body = body_of(encode(show(Area(128, 16), "请A001号".encode("gb2312"), flashing=True)))

    area = "06 0000 0000 1000 1000 00 00 01 0000 000000 01 01 07 01 01 04 08000000 C7EB 41303031 BAC5"
    assert body[14:-2] == bytes.fromhex("A306 01 0000 00 01 2300" + area)
    assert len(bytes.fromhex(area)) == 0x23


def test_every_byte_value_survives_the_escapes():
    packet = Packet((0xA3, 0x06), bytes(range(256)) + b"\xa5\xa6\x5a\x5b" * 4)
    frame = encode(packet)

    inner = frame[len(LEAD) : -1]
    assert 0xA5 not in inner
    assert 0x5A not in inner
    assert list(read([frame])) == [packet]


@pytest.mark.parametrize("seed", range(20))
def test_frames_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [Packet((rng.randrange(256), rng.randrange(256)), rng.randbytes(rng.randrange(60))) for _ in range(20)]

    assert list(read(cut(b"".join(map(encode, sent)), rng))) == sent


def test_what_is_wrong_with_a_frame_is_said():
    good = encode(ping())
    flipped = bytearray(good)
    flipped[-3] ^= 1
    short = LEAD + good[len(LEAD) + 1 :]

    assert list(read([bytes(flipped)])) == [BadFrame("checksum")]
    assert list(read([short])) == [BadFrame("length")]
    assert list(read([LEAD + b"\xa6\x07\x5a"])) == [BadFrame("escape")]
    assert list(read([LEAD + bytes(LONGEST + 1)])) == [BadFrame("length")]


def test_a_frame_that_broke_off_is_forgotten_when_the_next_begins():
    frame = encode(GOOD)

    assert list(read([frame[:20], frame])) == [GOOD]


def test_fuzz_onbon():
    assert fuzz(Target("onbon", read, encode(GOOD), GOOD)) > 100_000
