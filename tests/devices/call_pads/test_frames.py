import random
from collections.abc import Iterator, Sequence

import pytest

from devices.call_pads import sim_pads
from devices.call_pads.frames import MAX_DATA, MAX_ENCODED, Frame, FrameDecoder, encode
from tests.devices.fuzzing import Target, cut, fuzz

CALL = Frame(1, 0x01, b"\x0c")


def read(pieces: Sequence[bytes]) -> Iterator[Frame]:
    decoder = FrameDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)


def test_the_longest_frame_fits_and_a_longer_one_is_refused():
    assert len(encode(Frame(1, 2, bytes(MAX_DATA)))) == MAX_ENCODED
    with pytest.raises(ValueError, match="at most 16 fit"):
        encode(Frame(1, 2, bytes(MAX_DATA + 1)))


@pytest.mark.parametrize("seed", range(50))
def test_host_and_simulated_pads_encode_alike_though_they_share_no_code(seed):
    rng = random.Random(seed)
    address, command, data = rng.randrange(256), rng.randrange(256), rng.randbytes(rng.randrange(MAX_DATA + 1))

    encoded = encode(Frame(address, command, data))

    assert encoded == sim_pads.wrap(address, command, data)
    assert sim_pads.unwrap(encoded) == (bytes([address, command]) + data, b"")


@pytest.mark.parametrize("seed", range(50))
def test_frames_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [Frame(rng.choice((0x16, 0x68, 0xFF, 1)), 0x68, rng.randbytes(n)) for n in (0, 1, 6, MAX_DATA)]

    received = list(read(cut(b"".join(map(encode, sent)), rng)))

    assert received == sent


@pytest.mark.parametrize("seed", range(60))
def test_noise_never_raises_and_after_a_silence_the_next_good_frame_is_found(seed):
    rng = random.Random(seed)
    decoder = FrameDecoder()

    noise = list(decoder.feed(rng.randbytes(rng.randrange(500)))) + list(decoder.silence())
    received = list(decoder.feed(encode(CALL)))

    assert noise == []
    assert received == [CALL]


@pytest.mark.parametrize("length", range(1, len(encode(CALL))))
def test_a_half_frame_takes_no_whole_one_with_it(length):
    decoder = FrameDecoder()

    received = list(decoder.feed(encode(CALL)[:length] + encode(CALL))) + list(decoder.silence())

    assert received == [CALL]
    assert list(decoder.feed(encode(CALL))) == [CALL]


def test_what_hides_behind_a_beginning_that_never_ends_is_read_after_a_silence():
    decoder = FrameDecoder()
    assert list(decoder.feed(b"\x68\x12\x12\x68" + encode(CALL))) == []

    assert list(decoder.silence()) == [CALL]
    assert decoder.bad == 2  # the beginning, and the 68 at its end


def test_a_frame_that_lost_its_first_byte_while_the_line_turned_is_read():
    assert list(read([encode(CALL)[1:]])) == [CALL]


@pytest.mark.parametrize("bit", range(8 * len(encode(CALL))))
def test_one_wrong_bit_makes_no_other_frame(bit):
    """An 8-bit sum finds every single wrong bit."""
    wounded = bytearray(encode(CALL))
    wounded[bit // 8] ^= 1 << bit % 8

    received = list(read([bytes(wounded), encode(Frame(2, 0x03))]))

    assert received[-1] == Frame(2, 0x03)
    assert received[:-1] in ([], [CALL])  # the byte in front is not looked at


def test_damaged_streams_never_break_the_decoder():
    gap = bytes(MAX_ENCODED)  # longer than any frame, as a silence is

    assert fuzz(Target("call_pads", read, encode(CALL), CALL, gap)) > 190_000
