"""Readings, down to the phonemes that the speech program makes of them."""

import shutil
import string
import subprocess

import pytest

from queue_server.adapters.speech.pinyin import LETTERS, WORDS, UnknownCharacter, call_sentence, number, pinyin
from queue_server.adapters.speech.voice import VOICE

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def phonemes(words: str) -> str:
    said = subprocess.run(
        ["espeak-ng", "-q", "-x", "-v", VOICE, words], capture_output=True, text=True, check=True, timeout=10
    )
    return " ".join(said.stdout.split())


def test_a_call_is_one_sentence():
    assert call_sentence("A001", "3") == "请A001号到3号窗口办理"


@pytest.mark.parametrize(
    ("sentence", "spoken"),
    [
        (
            "请A001号到3号窗口办理",
            "qing3 ei1 ling2 ling2 yi1 hao4 dao4 san1 hao4 chuang1 kou3 ban4 li3",
        ),
        ("请B1012号到12号窗口办理", "qing3 bi4 yi1 ling2 yi1 er4 hao4 dao4 shi2 er4 hao4 chuang1 kou3 ban4 li3"),
        ("到A03号窗口", "dao4 ei1 ling2 san1 hao4 chuang1 kou3"),
        ("到007号窗口", "dao4 ling2 ling2 qi1 hao4 chuang1 kou3"),
        ("A001号已过号，请到咨询台", "ei1 ling2 ling2 yi1 hao4 yi3 guo4 hao4 qing3 dao4 zi1 xun2 tai2"),
        ("这是最后一次叫号", "zhe4 shi4 zui4 hou4 yi2 ci4 jiao4 hao4"),
        ("请到二楼", "qing3 dao4 er4 lou2"),
    ],
)
def test_sentences_of_a_hall_are_spelled_in_pinyin(sentence, spoken):
    assert pinyin(sentence) == spoken


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (0, "ling2"), (9, "jiu3"), (10, "shi2"), (12, "shi2 er4"), (20, "er4 shi2"), (45, "si4 shi2 wu3"),
        (100, "yi1 bai3"), (105, "yi1 bai3 ling2 wu3"), (110, "yi1 bai3 yi1 shi2"),
        (219, "er4 bai3 yi1 shi2 jiu3"), (999, "jiu3 bai3 jiu3 shi2 jiu3"),
    ],
)  # fmt: skip
def test_windows_are_counted_as_numbers(value, spoken):
    assert number(value) == spoken


@pytest.mark.parametrize("value", [-1, 1000])
def test_numbers_that_no_window_has_are_refused(value):
    with pytest.raises(ValueError, match="0 to 999"):
        number(value)


def test_a_character_without_a_reading_is_named_and_not_guessed():
    with pytest.raises(UnknownCharacter, match=r"U\+9F98") as refusal:
        pinyin("请龘号")

    assert refusal.value.character == "龘"


def test_every_letter_has_a_name():
    assert set(LETTERS) == set(string.ascii_uppercase)


@needs_espeak
def test_the_sentence_of_a_call_has_the_right_phonemes_and_tones():
    assert phonemes(pinyin("请A001号到3号窗口办理")) == (
        "tS;h'i21N_| 'ei55_| l'i35N_| l'i35N_| j'i55_| X'Au51_| t'Au51_| s'a55n_| X'Au51_| "
        "ts.hw'A55N_| kh'ou21_| p'a51n_| l'i214_|"
    )


@needs_espeak
def test_nothing_in_the_table_is_read_as_english():
    table = " ".join([*WORDS.values(), *LETTERS.values()])

    said = phonemes(table)

    assert "(en)" not in said
    assert len(said.split()) == len(table.split())


@needs_espeak
def test_the_voice_for_characters_would_read_english_which_is_why_it_is_not_used():
    said = subprocess.run(
        ["espeak-ng", "-q", "-x", "-v", "cmn", pinyin("请到")], capture_output=True, text=True, check=True, timeout=10
    )

    assert "(en)" in said.stdout
