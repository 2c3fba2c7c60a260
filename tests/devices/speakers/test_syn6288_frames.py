"""Frames of the speech chip: the known ones, cutting of long texts, and what the simulated chip hears."""

import random

import pytest

from devices.speakers.sim_syn6288 import SimSyn6288
from devices.speakers.syn6288_frames import (
    LONGEST_TEXT,
    STATUS,
    STOP,
    Answer,
    AnswerDecoder,
    encode,
    speak,
    tagged,
)
from tests.devices.fuzzing import Target, cut, fuzz

CALL = "请A023号到3号窗口办理"
CALL_FRAME = bytes.fromhex("FD00180101C7EB41303233BAC5B5BD33BAC5B4B0BFDAB0ECC0ED92")
LONGEST_FRAME = 3 + LONGEST_TEXT + 3


@pytest.mark.parametrize(
    ("frame", "vector"),
    [
        (speak(CALL.encode("gbk")), CALL_FRAME.hex()),
        (encode(STOP), "FD000202FD"),
        (encode(0x03), "FD000203FC"),
        (encode(0x04), "FD000204FB"),
        (encode(STATUS), "FD000221DE"),
        (encode(0x88), "FD00028877"),
    ],
)
def test_vectors(frame, vector):
    assert frame == bytes.fromhex(vector)


def test_a_short_sentence_is_one_piece_with_its_volume_and_speed():
    assert tagged(CALL, volume=12, speed=3) == [b"[v12][t3]" + CALL.encode("gbk")]


def test_a_long_one_is_cut_behind_punctuation_and_nothing_is_lost():
    sentence = "请携带身份证原件，到三号窗口办理；" * 12

    pieces = tagged(sentence, volume=10, speed=4)

    assert len(pieces) > 1
    assert all(len(piece) <= LONGEST_TEXT for piece in pieces)
    texts = [piece.decode("gbk").removeprefix("[v10][t4]") for piece in pieces]
    assert "".join(texts) == sentence
    assert all(text[-1] in "，；" for text in texts)


def test_one_without_punctuation_is_cut_between_two_characters():
    sentence = "请" * 150

    texts = [piece.decode("gbk").removeprefix("[v10][t4]") for piece in tagged(sentence, volume=10, speed=4)]

    assert "".join(texts) == sentence


def test_what_the_chip_cannot_say_and_what_it_would_obey_is_left_out():
    assert tagged("请[v0]A001号\u1820", volume=10, speed=4) == [b"[v10][t4]" + "请v0A001号".encode("gbk")]
    assert tagged("", volume=10, speed=4) == []


def test_answers_are_read_and_other_bytes_are_passed_on():
    assert list(AnswerDecoder().feed(b"\x4a\x41\x4f\x99")) == [Answer.READY, Answer.UNDERSTOOD, Answer.IDLE, 0x99]


def said(pieces):
    chip = SimSyn6288()
    for piece in pieces:
        chip.receive(piece, lambda _data: None)
    yield from chip.said


@pytest.mark.parametrize("seed", range(20))
def test_frames_survive_any_chunking(seed):
    rng = random.Random(seed)
    sentences = [f"请A{n:03d}号" for n in range(20)]
    stream = b"".join(speak(sentence.encode("gbk")) for sentence in sentences)

    assert list(said(cut(stream, rng))) == sentences


def test_a_line_stuck_at_the_start_byte_is_got_over():
    assert list(said([b"\xfd" * 20_000, bytes(LONGEST_FRAME), CALL_FRAME])) == [CALL]


def test_fuzz_syn6288_frames():
    target = Target("syn6288", said, CALL_FRAME, CALL, gap=bytes(LONGEST_FRAME))
    assert fuzz(target) > 100_000


def test_fuzz_syn6288_answers():
    def read(pieces):
        decoder = AnswerDecoder()
        for piece in pieces:
            yield from decoder.feed(piece)

    assert fuzz(Target("syn6288_answer", read, b"\x4f", Answer.IDLE)) > 100_000
