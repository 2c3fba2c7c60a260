"""Frames between the kiosk and its camera process: any chunking, any damage, and a frame as its bytes."""

import random
from collections.abc import Iterator, Sequence

import pytest

from devices.cameras import messages as m
from devices.cameras.framing import LONGEST_MESSAGE, LONGEST_PAYLOAD, FrameDecoder, frame
from devices.errors import ProtocolError
from tests.devices.fuzzing import Target, cut, fuzz


def read(pieces: Sequence[bytes]) -> Iterator[tuple[bytes, bytearray]]:
    decoder = FrameDecoder("camera")
    for piece in pieces:
        yield from decoder.feed(piece)


def test_a_frame_is_two_lengths_the_message_and_the_payload():
    assert frame(b"abc", b"\x01\x02") == b"\x00\x00\x00\x03\x00\x00\x00\x02abc\x01\x02"


@pytest.mark.parametrize("seed", range(50))
def test_frames_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [(rng.randbytes(size + 1), rng.randbytes(size * 3)) for size in (0, 1, 64, 5000)]
    stream = b"".join(frame(message, payload) for message, payload in sent)

    assert list(read(cut(stream, rng))) == sent


@pytest.mark.parametrize("lengths", [(0, 0), (LONGEST_MESSAGE + 1, 0), (1, LONGEST_PAYLOAD + 1), (0xFFFFFFFF, 0)])
def test_lengths_from_thin_air_are_refused_before_anything_is_kept(lengths):
    data = b"".join(length.to_bytes(4, "big") for length in lengths)

    with pytest.raises(ProtocolError, match="not a frame"):
        list(read([data]))


def test_what_the_other_side_would_not_take_is_not_sent():
    with pytest.raises(ValueError, match="65537 bytes"):
        frame(bytes(LONGEST_MESSAGE + 1))


def test_what_was_not_whole_is_overwritten_when_wiped():
    decoder = FrameDecoder("camera")
    assert list(decoder.feed(frame(b"abc", b"secret")[:-1])) == []

    decoder.wipe()

    assert list(decoder.feed(frame(b"next"))) == [(b"next", bytearray())]


def replies(pieces: Sequence[bytes]) -> Iterator[object]:
    for message, _payload in read(pieces):
        yield m.decode_reply(message, "camera")


def requests(pieces: Sequence[bytes]) -> Iterator[object]:
    for message, _payload in read(pieces):
        yield m.decode_request(message, "camera")


@pytest.mark.parametrize("parse", [replies, requests])
def test_200_000_damaged_streams_raise_a_protocol_error_or_nothing(parse):
    target = Target("camera_frames", parse, may_raise=(ProtocolError,))

    assert fuzz(target) > 100_000


def test_a_new_stream_is_read_whatever_the_old_one_was():
    """The stream has no mark to find again: the process is replaced, and with it the decoder."""
    rng = random.Random(5)
    for _ in range(300):
        with pytest.raises(ProtocolError):
            list(read([b"\xff" + rng.randbytes(64)]))

        assert list(read([frame(b"next", b"1")])) == [(b"next", b"1")]
