"""The frame codec against the manuals' transcripts, any chunking, and noise."""

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.identity.samv_frames import (
    LONGEST,
    OUTCOMES,
    PREAMBLE,
    PREAMBLES,
    SET_BAUD,
    BadFrame,
    Command,
    Outcome,
    Request,
    RequestDecoder,
    Response,
    ResponseDecoder,
    encode_frame,
    encode_request,
    encode_response,
    sam_id_text,
)
from tests.devices.fuzzing import CASES, Target, fuzz

REQUESTS = {  # transcript: published examples
    Command.RESET: "AA AA AA 96 69 00 03 10 FF EC",
    Command.STATUS: "AA AA AA 96 69 00 03 11 FF ED",
    Command.SAM_ID: "AA AA AA 96 69 00 03 12 FF EE",
    Command.FIND: "AA AA AA 96 69 00 03 20 01 22",
    Command.SELECT: "AA AA AA 96 69 00 03 20 02 21",
    Command.READ_BASE: "AA AA AA 96 69 00 03 30 01 32",
    Command.READ_NEWEST_ADDRESS: "AA AA AA 96 69 00 03 30 03 30",
    Command.CHIP_NUMBER: "AA AA AA 96 69 00 03 30 05 36",
    Command.SET_BAUD_115200: "AA AA AA 96 69 00 03 60 00 63",
    Command.SET_BAUD_57600: "AA AA AA 96 69 00 03 60 01 62",  # this and those below: the table's rule, recomputed
    Command.SET_BAUD_38400: "AA AA AA 96 69 00 03 60 02 61",
    Command.SET_BAUD_19200: "AA AA AA 96 69 00 03 60 03 60",
    Command.SET_BAUD_9600: "AA AA AA 96 69 00 03 60 04 67",
}
RESPONSES = {  # transcript: published examples
    "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97": (0x9F, 4, Outcome.OK),
    "AA AA AA 96 69 00 04 00 00 80 84": (0x80, 0, Outcome.NO_CARD),
    "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C": (0x90, 8, Outcome.OK),
    "AA AA AA 96 69 00 04 00 00 81 85": (0x81, 0, Outcome.NO_CARD),
    "AA AA AA 96 69 00 04 00 00 90 94": (0x90, 0, Outcome.OK),
    "AA AA AA 96 69 00 04 00 00 41 45": (0x41, 0, Outcome.CARD_ERROR),
    "AA AA AA 96 69 00 04 00 00 91 95": (0x91, 0, Outcome.EMPTY),
    "AA AA AA 96 69 00 04 00 00 60 64": (0x60, 0, Outcome.READER_FAULT),
}
SAM_ID_FRAME = bytes.fromhex("AAAAAA9669001400009005000100E5D6340187D61200B168DE3AF8")


def pieces(stream: bytes, rng: random.Random) -> Iterator[bytes]:
    while stream:
        size = rng.randint(1, 9)
        yield stream[:size]
        stream = stream[size:]


@pytest.mark.parametrize("command", Command)
def test_requests_are_the_bytes_of_the_manual(command):
    assert encode_request(command) == bytes.fromhex(REQUESTS[command])


def test_no_request_asks_for_a_fingerprint():
    assert {command.value for command in Command} & {b"\x30\x10", b"\x30\x02", b"\x30\x11"} == set()


@pytest.mark.parametrize("transcript", RESPONSES)
def test_answers_of_the_manual_are_understood(transcript):
    sw3, size, outcome = RESPONSES[transcript]

    found = list(ResponseDecoder().responses(bytes.fromhex(transcript)))

    assert found == [Response(bytes([0, 0, sw3]), bytes(size))]
    assert isinstance(found[0], Response)
    assert found[0].outcome is outcome


def test_the_sam_id_of_the_manual_is_printed_as_on_the_reader():
    (answer,) = ResponseDecoder().responses(SAM_ID_FRAME)

    assert isinstance(answer, Response)
    assert sam_id_text(answer.data) == "05.01-20240101-0001234567-0987654321"


def test_large_sam_ids_do_not_turn_negative():
    assert sam_id_text(b"\x05\0\x01\0" + b"\xff" * 12) == "05.01-4294967295-4294967295-4294967295"


def test_a_sam_id_of_another_size_is_refused():
    with pytest.raises(ValueError, match="16 bytes, not 15"):
        sam_id_text(bytes(15))


@pytest.mark.parametrize("sw3", range(256))
def test_every_status_word_has_a_meaning_and_unknown_ones_are_protocol_errors(sw3):
    answer = Response(bytes([0, 0, sw3]), b"")

    assert answer.meaning
    assert (answer.outcome is Outcome.PROTOCOL_ERROR) == (sw3 not in OUTCOMES or sw3 in (0x11, 0x21, 0x23, 0x24))


def test_only_three_status_words_let_data_through():
    passing = {sw3 for sw3, (outcome, _) in OUTCOMES.items() if outcome in (Outcome.OK, Outcome.EMPTY)}

    assert passing == {0x90, 0x9F, 0x91}


@pytest.mark.parametrize("seed", range(50))
def test_answers_survive_any_chunking(seed):
    rng = random.Random(seed)
    sent = [Response(bytes([0, 0, 0x90]), rng.randbytes(size)) for size in (0, 1, 4, 256, 1284)]
    stream, decoder = b"".join(encode_response(0x90, r.data) for r in sent), ResponseDecoder()

    received = [r for piece in pieces(stream, rng) for r in decoder.responses(piece)]

    assert received == sent
    assert decoder.pending == 0


@pytest.mark.parametrize("seed", range(50))
def test_the_next_good_answer_is_found_after_noise(seed):
    rng = random.Random(seed)
    noise = rng.randbytes(rng.randint(0, 300)) + PREAMBLE[: rng.randint(0, 4)]
    decoder = ResponseDecoder()

    received = [r for p in pieces(noise + encode_response(0x9F, bytes(4)), rng) for r in decoder.responses(p)]

    assert received[-1] == Response(b"\0\0\x9f", bytes(4))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), st.just(PREAMBLE), st.just(PREAMBLE + b"\x00\x20"))))
def test_no_noise_raises_and_a_later_answer_gets_through(noise):
    decoder = ResponseDecoder()
    for piece in noise:
        list(decoder.responses(piece))
    list(decoder.responses(bytes(LONGEST)))  # whatever frame the noise claimed to be is over now

    received = list(decoder.responses(encode_response(0x80)))

    assert received[-1] == Response(b"\0\0\x80", b"")


@pytest.mark.parametrize("bit", range(8 * len(encode_response(0x9F, bytes(4)))))
def test_no_single_wrong_bit_yields_an_answer(bit):
    frame = bytearray(encode_response(0x9F, bytes(4)))
    frame[bit // 8] ^= 1 << bit % 8
    decoder = ResponseDecoder()

    received = list(decoder.responses(bytes(frame)))

    assert not [r for r in received if isinstance(r, Response)]


def test_a_wrong_checksum_is_told_and_what_follows_is_read():
    bad = bytearray(encode_response(0x90, b"data"))
    bad[-1] ^= 1

    received = list(ResponseDecoder().responses(bytes(bad) + encode_response(0x80)))

    assert received == [BadFrame("checksum", len(bad)), Response(b"\0\0\x80", b"")]


def test_a_frame_that_lost_its_end_does_not_swallow_the_next_one():
    cut = encode_response(0x90, bytes(range(30)))[:-5]
    stream = cut + encode_response(0x80) * 4

    received = list(ResponseDecoder().responses(stream))

    assert received[0] == BadFrame("checksum", len(cut) + 5)
    assert received[1:] == [Response(b"\0\0\x80", b"")] * 4


@pytest.mark.parametrize("length", [0, 3, LONGEST + 1, 0xFFFF])
def test_an_impossible_length_is_not_waited_for(length):
    stream = PREAMBLE + length.to_bytes(2, "big") + encode_response(0x80)

    received = list(ResponseDecoder().responses(stream))

    assert received == [BadFrame("length", 7 + length), Response(b"\0\0\x80", b"")]


@pytest.mark.parametrize("size", [0, 1, 8, 1284])
def test_asking_for_the_wanted_bytes_never_asks_past_the_end_of_the_answer(size):
    stream, decoder, received = encode_response(0x90, bytes(size)), ResponseDecoder(), []
    rest, reads = stream, 0

    while rest:
        assert 1 <= decoder.wanted <= len(rest)
        taken, rest = rest[: decoder.wanted], rest[decoder.wanted :]
        received += decoder.responses(taken)
        reads += 1

    assert received == [Response(b"\0\0\x90", bytes(size))]
    assert reads <= 2


def test_an_answer_shows_none_of_its_data():
    assert "15990019" not in repr(Response(b"\0\0\x90", b"15990019900101000X"))


def test_a_reader_hears_requests_and_damaged_ones():
    damaged = bytearray(encode_request(Command.SELECT))
    damaged[-1] ^= 1

    heard = list(RequestDecoder().requests(encode_request(Command.FIND) + bytes(damaged)))

    assert heard == [Request(b"\x20\x01"), BadFrame("checksum", len(damaged))]


def test_a_body_may_hold_a_preamble():
    body = b"\0\0\x90" + PREAMBLE * 3

    assert list(ResponseDecoder().responses(encode_frame(body))) == [Response(b"\0\0\x90", PREAMBLE * 3)]


# ---- the other header ---------------------------------------------------------------------------------------------


def test_the_other_family_differs_in_the_header_alone():
    other = PREAMBLES["ea"]

    assert encode_request(Command.FIND, other) == bytes.fromhex("EA EB EC ED 00 03 20 01 22")
    assert list(ResponseDecoder(other).responses(bytes.fromhex("EA EB EC ED 00 04 00 00 80 84"))) == [
        Response(b"\0\0\x80", b"")
    ]


def test_a_decoder_hears_one_family_only():
    for mine, theirs in (("aa", "ea"), ("ea", "aa")):
        decoder = ResponseDecoder(PREAMBLES[mine])

        assert list(decoder.responses(encode_response(0x80, preamble=PREAMBLES[theirs]))) == []
        assert len(list(decoder.responses(encode_response(0x80, preamble=PREAMBLES[mine])))) == 1


def test_every_line_speed_has_its_request_and_the_usual_one_comes_first():
    assert [command.value for command in SET_BAUD.values()] == [bytes([0x60, code]) for code in range(5)]
    assert list(SET_BAUD) == sorted(SET_BAUD, reverse=True)


# ---- fuzz ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", PREAMBLES)
def test_no_damaged_stream_raises_or_hides_the_next_answer(header):
    preamble = PREAMBLES[header]

    def read(pieces: Sequence[bytes]) -> Iterator[object]:
        decoder = ResponseDecoder(preamble)
        for piece in pieces:
            yield from decoder.responses(piece)

    good = encode_response(0x9F, b"good", preamble)
    target = Target(f"samv_{header}", read, good, Response(b"\0\0\x9f", b"good"), gap=bytes(LONGEST))

    assert fuzz(target) > CASES * 0.9
