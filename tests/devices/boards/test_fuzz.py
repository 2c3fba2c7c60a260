"""Damaged streams at the board link: neither its frames nor its messages break, and the next good frame is read."""

from collections.abc import Iterator, Sequence

from devices.boards.frames import DELIMITER, MAX_ENCODED, Frame, FrameDecoder, encode
from devices.boards.link_messages import Key, LinkMessage, MalformedPayload, from_frame, to_frame
from tests.devices.boards.test_link_messages import ONE_OF_EACH
from tests.devices.fuzzing import Target, corpus, fuzz

CALL = Key(2, 9, 5)
GOOD = encode(to_frame(CALL, 3))


def frames(pieces: Sequence[bytes]) -> Iterator[Frame]:
    decoder = FrameDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)


def messages(pieces: Sequence[bytes]) -> Iterator[LinkMessage]:
    """As host and board read a line: a content that its kind cannot have is dropped, and reading goes on."""
    for frame in frames(pieces):
        try:
            yield from_frame(frame)
        except MalformedPayload:
            continue


def payload_of(pieces: Sequence[bytes]) -> Iterator[LinkMessage]:
    """A frame whose CRC is right, whatever is in it: few damaged streams get so far."""
    data = b"".join(pieces).strip(bytes([DELIMITER]))
    yield from_frame(Frame(data[1] if len(data) > 1 else 0, 0, data[3:-2]))


def test_the_corpus_has_every_kind_of_message_in_it():
    kept = [message for stream in corpus("board_link") for message in messages([stream])]

    assert {type(message) for message in kept} >= {type(message) for message in ONE_OF_EACH}


def test_fuzz_the_board_link():
    assert fuzz(Target("board_link", messages, GOOD, CALL)) > 190_000


def test_fuzz_contents_whose_crc_is_right():
    assert fuzz(Target("board_link", payload_of, may_raise=(MalformedPayload,))) > 190_000


def test_an_overlong_piece_ends_at_the_next_delimiter():
    assert list(messages([b"\x55" * (3 * MAX_ENCODED), GOOD])) == [CALL]
