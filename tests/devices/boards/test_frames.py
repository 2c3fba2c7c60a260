import random

import pytest

from devices.boards import sim_firmware
from devices.boards.frames import MAX_ENCODED, MAX_PAYLOAD, Frame, FrameDecoder, crc16, encode


def pieces(stream: bytes, rng: random.Random) -> list[bytes]:
    cuts = sorted(rng.choices(range(len(stream) + 1), k=rng.randrange(12)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def test_the_crc_has_the_catalogues_check_value():
    assert crc16(b"123456789") == 0x29B1
    assert sim_firmware.crc(b"123456789") == 0x29B1


def test_the_stuffing_is_that_of_the_paper():
    """Cheshire and Baker, 1999, section IV, and the examples that are usually given with it."""
    for plain, stuffed in [
        (b"\x00", "01 01"),
        (b"\x00\x00", "01 01 01"),
        (b"\x11\x22\x00\x33", "03 11 22 02 33"),
        (b"\x11\x00\x00\x00", "02 11 01 01 01"),
        (b"E\x00\x00,L", "02 45 01 03 2c 4c"),
    ]:
        assert sim_firmware.stuff(plain).hex(" ") == stuffed
        assert sim_firmware.unstuff(bytes.fromhex(stuffed)) == plain


@pytest.mark.parametrize("seed", range(50))
def test_host_and_simulated_board_encode_alike_though_they_share_no_code(seed):
    rng = random.Random(seed)
    payload = bytes(rng.choices((0, 1, 2, 254, 255), k=rng.randrange(MAX_PAYLOAD + 1)))
    body = bytes((rng.randrange(256), rng.randrange(256))) + payload
    stuffed = sim_firmware.stuff(body + sim_firmware.crc(body).to_bytes(2, "big"))

    encoded = encode(Frame(body[0], body[1], payload))

    assert encoded == b"\x00" + stuffed + b"\x00"
    assert len(encoded) <= MAX_ENCODED + 2


@pytest.mark.parametrize("seed", range(50))
def test_frames_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [Frame(rng.randrange(256), n, rng.randbytes(n)) for n in (0, 1, 64, MAX_PAYLOAD)]
    stream, decoder = b"".join(map(encode, sent)), FrameDecoder()

    received = [f for piece in pieces(stream, rng) for f in decoder.feed(piece)]

    assert received == sent
    assert decoder.bad == 0


@pytest.mark.parametrize("seed", range(60))
def test_noise_never_raises_and_the_next_good_frame_is_found(seed):
    rng = random.Random(seed)
    good, decoder = Frame(0x20, 3, b"\x02\x09\x05"), FrameDecoder()

    received = list(decoder.feed(rng.randbytes(rng.randrange(500)) + encode(good)))

    assert received[-1] == good


@pytest.mark.parametrize("seed", range(40))
def test_one_wrong_bit_spoils_one_frame_only(seed):
    rng = random.Random(seed)
    first, second = Frame(0x10, 1, rng.randbytes(30)), Frame(0x7E, 2)
    stream = bytearray(encode(first))
    stream[1 + rng.randrange(len(stream) - 2)] ^= 1 << rng.randrange(8)
    decoder = FrameDecoder()

    received = list(decoder.feed(bytes(stream) + encode(second)))

    assert received == [second]
    assert decoder.bad >= 1


def test_half_a_frame_before_a_reset_does_not_swallow_the_next_one():
    hello = Frame(0x01, 1, bytes((1, 1, 0, 0, 0, 1, 16, 0)))
    decoder = FrameDecoder()

    received = list(decoder.feed(encode(Frame(0x7E, 9))[:-3] + encode(hello)))

    assert received == [hello]
    assert decoder.bad == 1


def test_an_endless_piece_is_counted_once_and_takes_no_memory():
    decoder = FrameDecoder()

    assert list(decoder.feed(b"\x55" * 1_000_000)) == []
    assert len(decoder._piece) <= MAX_ENCODED

    assert list(decoder.feed(encode(Frame(0x30, 1)))) == [Frame(0x30, 1)]
    assert decoder.bad == 1


def test_an_idle_line_of_delimiters_is_not_an_error():
    decoder = FrameDecoder()

    assert list(decoder.feed(b"\x00" * 50)) == []
    assert decoder.bad == 0


def test_a_payload_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="129 bytes, at most 128"):
        encode(Frame(0x10, 1, bytes(MAX_PAYLOAD + 1)))
